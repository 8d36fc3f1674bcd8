//! Reads a service's file into the surface.

use hostkit_proto::Leniency;

use super::endpoint::read_statuses;
use super::field::{read_by_format, read_remarks};
use super::node::Node;
use crate::surface::{
    Credentials, ErrorCode, ErrorDocument, Fault, FaultStyle, Host, Module, Put, Rate, Service, Session, Signature,
};

pub(super) fn read(node: &Node<'_, '_>) -> Service {
    let signature = read_signature(node);
    let lenient = node.texts_at("lenient");
    let is = |word: &str| lenient.iter().any(|said| said.as_str() == word);
    let dates = node.table("dates");
    let forms = |key: &str| dates.map(|node| node.texts(key)).unwrap_or_default();
    Service {
        name: node.text_at("name"),
        en: node.text("en"),
        ru: node.ru(),
        about: node.text("about"),
        aliases: node.texts("aliases"),
        zone: node.text_at("zone"),
        currency: node.optional_at("currency"),
        formats: node.texts("formats"),
        request_format: node.optional("request"),
        negotiates: node.flag("negotiates") == Some(true),
        path: node.optional("path"),
        method: node.optional("method"),
        put: node.puts("put"),
        // Known once the endpoints are read.
        has_rooted_action: false,
        put_by_format: node
            .table("put")
            .iter()
            .flat_map(|put| put.tables().map(|(format, _)| (put.puts(&format), format)))
            .map(|(puts, format)| (format, puts))
            .collect(),
        lenient: Leniency {
            one_as_list: is("one-as-list"),
            map_as_list: is("map-as-list"),
            null_as_empty: is("null-as-empty"),
            list_as_empty_map: is("list-as-empty-map"),
            loose_scalars: is("loose-scalars"),
            empty_text_is_absent: is("empty-text-is-absent"),
            loose_flags: is("loose-flags"),
            // Date forms and envelope keys are separate fields: their lists here are `'static`.
            ..Leniency::STRICT
        },
        ignore: node.texts_at("ignore"),
        scalar: node.optional_at("scalar"),
        root: read_by_format(node, "root"),
        words: node.words_at("words"),
        ambiguous_map: lenient
            .iter()
            .find(|word| word.as_str() == "map-as-list" && is("one-as-list"))
            .map(|word| word.span.clone()),
        dates: node.span("dates"),
        datetime_patterns: forms("datetime"),
        date_patterns: forms("date"),
        hosts: node
            .list("host")
            .map(|node| Host {
                name: node.text_at("name"),
                url: node.text("url"),
                currency: node.optional_at("currency"),
                en: node.text("en"),
                ru: node.ru(),
            })
            .collect(),
        credentials: node
            .list("credentials")
            .map(|node| {
                let put = node.puts("put");
                // A clock is read as a session is signed in to: once for all callers, and again after its time.
                let clock = signature.as_ref().filter(|_| put.iter().any(Put::signs));
                let clock = clock.and_then(|signature| signature.clock.clone());
                let mut fields = node.pairs("fields");
                let mut optional = Vec::new();
                for (field, kind) in &mut fields {
                    if let Some(bare) = kind.value.strip_suffix('?') {
                        optional.push(field.value.clone());
                        kind.value = bare.to_owned();
                    }
                }
                Credentials {
                    name: node.text_at("name"),
                    en: node.text("en"),
                    ru: node.ru(),
                    fields,
                    optional,
                    sign_in: node.optional_at("sign-in").or(clock),
                    token: node.optional_at("token"),
                    put,
                }
            })
            .collect(),
        session: node.table("session").map(|node| Session {
            put: node.puts("put"),
            token: node.text_at("token"),
            base_url: node.optional_at("base-url"),
            lifetime: node.integer("lifetime"),
            ends: node.optional_at("ends"),
            issued: node.optional_at("issued"),
            hosts: node.texts_at("hosts"),
        }),
        signature: signature.clone(),
        fault: read_fault(node),
        request_id: node.texts_at("request-id"),
        errors: node
            .list("error")
            .map(|node| ErrorCode {
                code: node.text_at("code"),
                name: node.optional_at("as"),
                kind: node.text("kind"),
                en: node.text("en"),
                ru: node.ru(),
                accepted: node.optional("accepted"),
                verify: node.text("happened") == "perhaps",
                undone: node.text("happened") == "no",
                texts: node.texts_at("match"),
                keys: node.keys(),
            })
            .collect(),
        rates: node
            .table("rates")
            .iter()
            .flat_map(Node::tables)
            .map(|(name, node)| Rate { name, count: node.integer("count").unwrap_or(0), per: node.text("per") })
            .collect(),
        statuses: read_statuses(node),
        modules: node
            .described("modules")
            .into_iter()
            .map(|described| Module { name: described.name, en: described.en, ru: described.ru })
            .collect(),
        document: node.optional("document"),
        origin: node.optional("origin"),
        remarks: read_remarks(node),
    }
}

fn read_signature(node: &Node<'_, '_>) -> Option<Signature> {
    let node = node.table("signature")?;
    Some(Signature {
        algorithm: node.text_at("algorithm"),
        key: node.template("key"),
        text: node.template("text")?,
        clock: node.optional_at("clock"),
    })
}

fn read_fault(node: &Node<'_, '_>) -> Fault {
    let documents: Vec<ErrorDocument> = node
        .list("fault")
        .map(|node| ErrorDocument {
            place: node.place(),
            is: node.words("is"),
            wrapped: node.flag("wrapped") == Some(true),
            present: node.text("present"),
            bare: node.optional("bare"),
            code: node.texts("code"),
            message: node.texts("message"),
            details: node.texts("details"),
            fields: node.text("fields"),
            no_code: node.texts("no-code"),
            auth: node.texts("auth"),
        })
        .collect();
    let success = node.table("success");
    let Some(first) = documents.first().cloned() else { return Fault::default() };
    Fault {
        style: match success {
            // What is there says that it is a fault, and the marker of a success stands anywhere.
            Some(_)
                if documents.iter().any(|one| !one.present.is_empty())
                    && documents.iter().all(|one| one.is.is_empty()) =>
            {
                FaultStyle::Documents
            }
            Some(_) => FaultStyle::Envelope,
            None if first.wrapped => FaultStyle::Wrapped,
            None => FaultStyle::Documents,
        },
        code: first.code,
        message: first.message,
        details: first.details,
        marker: success.map(|node| node.text("marker")).unwrap_or_default(),
        success: success.map(|node| node.words("is")).unwrap_or_default(),
        failure: first.is,
        inner: success.map(|node| node.texts("inner")).unwrap_or_default(),
        no_code: first.no_code,
        auth: first.auth,
        place: Some(success.map_or(first.place, |node| node.span("marker"))),
        fields: first.fields,
        keys: success.map(|node| node.texts("keys")).unwrap_or_default(),
        write: success.map(|node| node.constants("write")).unwrap_or_default(),
        documents,
    }
}
