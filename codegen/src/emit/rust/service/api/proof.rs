//! What proves on a call who makes it: values of templates, and where they are put.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::emit::rust::words::ident;
use crate::surface::{Credentials, Piece, Place, Put, SIGNATURES, STAMPS, Signature, TOKEN};

/// What a name of a template is in the generated code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Secret,
}

/// The variable of a time or nonce.
fn stamp(name: &str) -> Option<&'static str> {
    match name {
        "time" => Some("time"),
        "time:ms" => Some("millis"),
        "nonce" => Some("nonce"),
        _ => None,
    }
}

/// The variable of a name.
fn variable(name: &str) -> Ident {
    ident(stamp(name).unwrap_or(name))
}

/// Puts the token of a session, and what else its sign-in gave; what a session lacks is not put.
pub(super) fn of_session(puts: &[Put]) -> TokenStream {
    let is_more = |put: &&Put| put.names().iter().any(|name| *name != TOKEN);
    let mut groups: Vec<Vec<&Put>> = vec![puts.iter().filter(|put| !is_more(put)).collect()];
    let (cookies, others): (Vec<&Put>, Vec<&Put>) = puts.iter().partition(|put| put.place == Place::Cookie);
    // All cookies are one header.
    if cookies.iter().any(is_more) {
        groups[0].retain(|put| put.place != Place::Cookie);
        groups.push(cookies);
    }
    groups.extend(others.into_iter().filter(is_more).map(|put| vec![put]));
    let groups = groups.into_iter().filter(|group| !group.is_empty()).map(|group| {
        let names: BTreeSet<&str> = group.iter().flat_map(|put| put.names()).collect();
        let (puts, token) = (all(&group, &|_| Kind::Secret), ident(TOKEN));
        let cookies = group.iter().filter(|put| put.place == Place::Cookie);
        let checks = cookies.map(|put| cookie_checks(put, &|_| Kind::Secret));
        let puts = quote!(#(#checks)* #puts);
        let more = names.iter().filter(|name| **name != TOKEN).map(|name| {
            let value = ident(name);
            quote!(let Some(#value) = session.more.get(#name))
        });
        let mut found: Vec<TokenStream> = more.collect();
        if found.is_empty() || names.contains(TOKEN) {
            found.insert(0, quote!(let Some(#token) = &session.token));
        }
        quote!(if #(#found)&&* { #puts })
    });
    quote!(#(#groups)*)
}

/// Puts one kind of credentials, whose fields may not be empty.
pub(super) fn of_credentials(credentials: &Credentials, signature: Option<&Signature>) -> TokenStream {
    let kind = |name: &str| {
        let field = credentials.fields.iter().find(|(field, _)| field.value == name);
        match field.map(|(_, kind)| kind.value.as_str()) {
            Some("int") => Kind::Number,
            Some("secret") => Kind::Secret,
            _ => Kind::Text,
        }
    };
    let is_field = |name: &str| credentials.fields.iter().any(|(field, _)| field.value == name);
    let checks = |put: &Put| {
        let names = put.names().into_iter().filter(|name| kind(name) != Kind::Number && is_field(name));
        let checks = names.map(|name| {
            let (key, field) = (put.key.as_str(), ident(name));
            let input = if name == key { quote!(#key) } else { quote!((#name, #key)) };
            quote!(out.check(#input, #field, &InputLimit::NONE.min_length(1));)
        });
        quote!(#(#checks)*)
    };
    // Fields are prepended to the body, so the last one comes first.
    let (signed, plain): (Vec<&Put>, Vec<&Put>) = credentials.put.iter().partition(|put| put.signs());
    let (body, others): (Vec<&Put>, Vec<&Put>) = plain.into_iter().partition(|put| put.place == Place::Body);
    let used = used(credentials, signature);
    let stamps = STAMPS.iter().filter(|name| used.contains(*name)).filter_map(|name| {
        let variable = ident(stamp(name)?);
        Some(quote!(let #variable = &out.#variable();))
    });
    let sign = signed.first().zip(signature).map(|(put, signature)| {
        let (checks, names) = (checks(put), signature.names());
        let others: Vec<&str> = credentials.put.iter().flat_map(Put::names).collect();
        let names: BTreeSet<&str> = names.into_iter().filter(|name| !others.contains(name)).collect();
        let missing = names.into_iter().filter(|name| is_field(name) && kind(name) != Kind::Number);
        let missing = missing.map(|name| {
            let field = ident(name);
            quote!(out.check(#name, #field, &InputLimit::NONE.min_length(1));)
        });
        let sign = sign(put, signature, &kind);
        quote!(#checks #(#missing)* #sign)
    });
    let cookies: Vec<&Put> = others.iter().copied().filter(|put| put.place == Place::Cookie).collect();
    let others = others.iter().filter(|put| put.place != Place::Cookie);
    // What names a field that is not there is not put.
    let whole = |put: &Put| {
        let (checks, written) = (checks(put), one(put, &kind));
        if_there(&credentials.optional_names(put), quote!(#checks #written))
    };
    let others = others.map(|put| whole(put));
    let of_cookies = cookies.iter().map(|put| {
        let (filled, sound) = (checks(put), cookie_checks(put, &kind));
        quote!(#filled #sound)
    });
    let cookie = cookie(&cookies, &kind);
    // All cookies are one header, and need the same fields.
    let needed = cookies.first().map(|put| credentials.optional_names(put)).unwrap_or_default();
    let cookies = if_there(&needed, quote!(#(#of_cookies)* #cookie));
    let body = body.into_iter().rev().map(whole);
    quote!(#(#stamps)* #(#others)* #cookies #(#body)* #sign)
}

/// What is done where each of these fields is there.
fn if_there(fields: &[&str], what: TokenStream) -> TokenStream {
    if fields.is_empty() {
        return what;
    }
    let fields = fields.iter().map(|name| ident(name));
    let fields = fields.map(|name| quote!(let Some(#name) = #name));
    quote!(if #(#fields)&&* { #what })
}

/// Every name that calls with these credentials use.
pub(super) fn used<'s>(credentials: &'s Credentials, signature: Option<&'s Signature>) -> Vec<&'s str> {
    let signature = signature.filter(|_| credentials.sign());
    let signed = signature.into_iter().flat_map(Signature::names);
    credentials.put.iter().flat_map(Put::names).chain(signed).collect()
}

/// Says how the request is signed.
fn sign(put: &Put, signature: &Signature, kind: &dyn Fn(&str) -> Kind) -> TokenStream {
    let algorithm = algorithm(&signature.algorithm);
    let key = match &signature.key {
        Some(key) => {
            let key = secret(&key.pieces, kind);
            quote!(Some(#key))
        }
        None => quote!(None),
    };
    let mut parts = Vec::new();
    let mut known: Vec<Piece> = Vec::new();
    for piece in &signature.text.pieces {
        match piece {
            Piece::Name(name) if let Some(part) = part(name) => {
                parts.extend(known_part(&mut known, kind));
                parts.push(part);
            }
            piece => known.push(piece.clone()),
        }
    }
    parts.extend(known_part(&mut known, kind));
    let key_name = put.key.as_str();
    let place = match put.place {
        Place::Query => quote!(signing::Place::Query(#key_name)),
        Place::Body => quote!(signing::Place::Body(#key_name)),
        Place::Header | Place::Cookie => quote!(signing::Place::Header(#key_name)),
    };
    let is_signature = |piece: &Piece| matches!(piece, Piece::Name(name) if SIGNATURES.contains(&name.as_str()));
    let at = put.pieces.iter().position(is_signature).unwrap_or_default();
    let (before, behind) = put.pieces.split_at(at);
    let (written, behind) = behind.split_first().unzip();
    let encoding = match written {
        Some(Piece::Name(name)) if name == "signature:base64" => quote!(Base64),
        _ => quote!(Hex),
    };
    let (before, behind) = (secret(before, kind), secret(behind.unwrap_or_default(), kind));
    quote! {
        out.sign(signing::Signature {
            algorithm: #algorithm,
            key: #key,
            text: vec![#(#parts),*],
            encoding: signing::Encoding::#encoding,
            place: #place,
            around: [#before, #behind],
        });
    }
}

fn algorithm(name: &str) -> TokenStream {
    match name {
        "sha1" => quote!(signing::Algorithm::Sha1),
        "sha512" => quote!(signing::Algorithm::Sha512),
        _ => quote!(signing::Algorithm::Sha256),
    }
}

/// A part of the text that is known once the request is final.
fn part(name: &str) -> Option<TokenStream> {
    Some(match name {
        "method" => quote!(signing::Part::Method),
        "path" => quote!(signing::Part::Path),
        "query" => quote!(signing::Part::Query),
        "query:sorted" => quote!(signing::Part::SortedQuery),
        "url" => quote!(signing::Part::Url),
        "body" => quote!(signing::Part::Body),
        name => {
            let algorithm = algorithm(name.strip_prefix("body:")?);
            quote!(signing::Part::BodyDigest(#algorithm))
        }
    })
}

/// The pieces before such a part.
fn known_part(pieces: &mut Vec<Piece>, kind: &dyn Fn(&str) -> Kind) -> Option<TokenStream> {
    let pieces = std::mem::take(pieces);
    let value = (!pieces.is_empty()).then(|| secret(&pieces, kind))?;
    Some(quote!(signing::Part::Known(#value)))
}

/// The value of a template as a secret.
fn secret(pieces: &[Piece], kind: &dyn Fn(&str) -> Kind) -> TokenStream {
    match pieces {
        [] => quote!(Secret::new("")),
        [Piece::Text(text)] => quote!(Secret::new(#text)),
        _ => {
            let value = Value::of(pieces, kind);
            let text = &value.text;
            match (value.kind, value.is_made) {
                (Kind::Secret, true) => quote!(#text),
                (Kind::Secret, false) => quote!(#text.clone()),
                (Kind::Number, false) => quote!(Secret::new(#text.to_string())),
                (_, true) => quote!(Secret::new(#text)),
                (_, false) => quote!(Secret::new(#text.as_str())),
            }
        }
    }
}

fn all(puts: &[&Put], kind: &dyn Fn(&str) -> Kind) -> TokenStream {
    let cookies: Vec<&Put> = puts.iter().copied().filter(|put| put.place == Place::Cookie).collect();
    let others = puts.iter().filter(|put| put.place != Place::Cookie).map(|put| one(put, kind));
    let cookie = cookie(&cookies, kind);
    quote!(#(#others)* #cookie)
}

fn one(put: &Put, kind: &dyn Fn(&str) -> Kind) -> TokenStream {
    let key = put.key.as_str();
    let value = Value::of(&put.pieces, kind);
    let (text, reference) = (&value.text, value.reference());
    match (put.place, value.kind) {
        (Place::Header | Place::Cookie, Kind::Secret) => quote!(out.secret_header(#key, #reference)?;),
        (Place::Header | Place::Cookie, _) => quote!(out.header(#key, #reference)?;),
        (Place::Query, Kind::Secret) => quote!(out.secret_query(#key, #reference);),
        (Place::Query, _) => quote!(out.query(#key, #reference);),
        (Place::Body, Kind::Number) => quote!(out.body_field(#key, Value::Number(#text.to_string()));),
        (Place::Body, Kind::Secret) => quote!(out.body_field(#key, Value::Text(#text.expose().to_owned()));),
        (Place::Body, Kind::Text) if value.is_made => quote!(out.body_field(#key, Value::Text(#text));),
        (Place::Body, Kind::Text) => quote!(out.body_field(#key, Value::Text(#text.clone()));),
    }
}

/// Checks that what is put into a cookie does not end it, or start another one.
fn cookie_checks(put: &Put, kind: &dyn Fn(&str) -> Kind) -> TokenStream {
    let checks = put.pieces.iter().filter_map(|piece| {
        // Digits, and those of base64, are sound.
        let Piece::Name(name) = piece else { return None };
        let (key, value) = (put.key.as_str(), variable(name));
        let text = match kind(name) {
            Kind::Number => return None,
            _ if stamp(name).is_some() => return None,
            Kind::Text => quote!(#value.as_str()),
            Kind::Secret => quote!(#value.expose()),
        };
        let input = if name == key { quote!(#key) } else { quote!((#name, #key)) };
        Some(quote!(out.check_cookie(#input, #text);))
    });
    checks.collect()
}

/// One header for all cookies.
fn cookie(puts: &[&Put], kind: &dyn Fn(&str) -> Kind) -> Option<TokenStream> {
    let mut pieces = Vec::new();
    for put in puts {
        let separator = if pieces.is_empty() { "" } else { "; " };
        pieces.push(Piece::Text([separator, &put.key.value, "="].concat()));
        pieces.extend(put.pieces.iter().cloned());
    }
    let first = puts.first()?;
    let mut key = first.key.clone();
    "Cookie".clone_into(&mut key.value);
    Some(one(&Put { key, pieces, ..(*first).clone() }, kind))
}

/// The value of a template.
struct Value {
    kind: Kind,
    text: TokenStream,
    /// Whether it is made of pieces; else it is a reference to a field.
    is_made: bool,
}

impl Value {
    fn reference(&self) -> TokenStream {
        let text = &self.text;
        if self.is_made { quote!(&#text) } else { quote!(#text) }
    }

    fn of(pieces: &[Piece], kind: &dyn Fn(&str) -> Kind) -> Self {
        if let [Piece::Name(name)] = pieces {
            let name_token = variable(name);
            return Self { kind: kind(name), text: quote!(#name_token), is_made: false };
        }
        let text = |name: &str| {
            let kind = kind(name);
            let name = variable(name);
            match kind {
                Kind::Text => quote!(#name.as_str()),
                Kind::Number => quote!(#name.to_string().as_str()),
                Kind::Secret => quote!(#name.expose()),
            }
        };
        let parts = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => quote!(#text),
            Piece::Name(name) => text(name),
            Piece::Basic(login, password) => {
                let (login, password) = (text(login), text(password));
                quote!(Secret::basic(#login, #password).expose())
            }
        });
        let text = quote!([#(#parts),*].concat());
        let is_secret = pieces.iter().any(|piece| match piece {
            Piece::Text(_) => false,
            Piece::Name(name) => kind(name) == Kind::Secret,
            Piece::Basic(..) => true,
        });
        match is_secret {
            true => Self { kind: Kind::Secret, text: quote!(Secret::new(#text)), is_made: true },
            false => Self { kind: Kind::Text, text, is_made: true },
        }
    }
}
