//! The client of a doc example, which answers from the wire examples, so that the example runs without a network.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::value::SECRET;
use crate::emit::rust::words::{header, ident};
use crate::model::{Endpoint, Model, Type};
use crate::recorded::{Recorded, Wire};
use crate::resolve::names::snake;
use crate::surface::{Credentials, Example};

/// Maximum characters of a body per line.
const LINE: usize = 92;

/// An example file of a call, with its recorded value.
pub(super) struct Shown<'s> {
    endpoint: &'s Endpoint,
    example: &'s Example,
    head: Option<&'s str>,
    body: &'s str,
    pub(super) value: Recorded<'s>,
}

impl<'s> Shown<'s> {
    /// Examples of a kind that are text and have a recorded value.
    pub(super) fn all(model: &Model, wire: &Wire<'s>, endpoint: &'s Endpoint, kind: &str) -> Vec<Self> {
        let shown = endpoint.surface.examples_to_show(kind).into_iter().filter_map(|example| {
            let text = wire.text(model, endpoint, example)?;
            let (head, body) = match example.ending == "http" {
                true => text.split_once("\n\n").map(|(head, body)| (Some(head), body))?,
                false => (None, text),
            };
            Some(Self { endpoint, example, head, body, value: wire.value(model, endpoint, example)? })
        });
        shown.collect()
    }

    /// Name of the case.
    pub(super) fn case(&self) -> &'s str {
        &self.example.case.value
    }

    pub(super) fn length(&self) -> usize {
        self.body.len()
    }

    /// The expected request: `Script::get("/servers/298")`.
    pub(super) fn expected(&self) -> TokenStream {
        let target = self.head.and_then(|head| head.split(' ').nth(1)).or(self.example.path.as_deref());
        let target = target.unwrap_or(&self.endpoint.path);
        let path = target.split('?').next().unwrap_or_default();
        script(&self.endpoint.method, path)
    }

    /// The body as a literal, without surrounding white space, which every format ignores.
    pub(super) fn body(&self) -> TokenStream {
        body(self.body.trim())
    }

    /// The scripted answer: `.answer(200, body)`.
    pub(super) fn answer(&self, model: &Model, body: &TokenStream) -> TokenStream {
        let said = self.head.and_then(|head| head.split(' ').nth(1)?.parse().ok());
        let status = Literal::i64_unsuffixed(said.or(self.example.status).unwrap_or(200));
        let headers = self.head.into_iter().flat_map(str::lines).skip(1).filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.trim(), value.trim()));
        let headers = headers.filter(|(name, _)| is_read(model, self.endpoint, name)).map(|(name, value)| {
            // A token is a secret, too.
            let value = if is_secret(model, self.endpoint, name) { SECRET } else { value };
            quote!(.header(#name, #value))
        });
        quote!(.answer(#status, #body) #(#headers)*)
    }
}

fn script(method: &str, path: &str) -> TokenStream {
    // A base URL with a path is called without the final slash.
    let path = if path == "/" { "" } else { path };
    match method {
        "GET" => quote!(Script::get(#path)),
        "POST" => quote!(Script::post(#path)),
        method => {
            let method = ident(method);
            quote!(Script::method(hostkit::protocol::Method::#method, #path))
        }
    }
}

/// Whether the output reads this header.
fn is_read(model: &Model, endpoint: &Endpoint, name: &str) -> bool {
    endpoint.header_fields(model).iter().any(|field| header(field).eq_ignore_ascii_case(name))
}

fn is_secret(model: &Model, endpoint: &Endpoint, name: &str) -> bool {
    let mut fields = endpoint.header_fields(model).into_iter();
    fields.any(|field| header(field).eq_ignore_ascii_case(name) && field.ty == Type::Secret)
}

/// A text as a literal, in several pieces if it is long.
fn body(text: &str) -> TokenStream {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.char_indices().nth(LINE).map_or(rest.len(), |(end, _)| end);
        // A piece ends at a line break of the body.
        let end = rest.find('\n').map_or(end, |line| end.min(line + 1));
        let (mut piece, _) = rest.split_at(end);
        // Escapes can make the literal longer than its text.
        while literal(piece).to_string().chars().count() > LINE + r##"r#""#"##.len() {
            piece = piece.char_indices().next_back().map_or("", |(last, _)| piece.split_at(last).0);
        }
        pieces.push(literal(piece));
        (_, rest) = rest.split_at(piece.len());
    }
    match pieces.as_slice() {
        [] => quote!(""),
        [piece] => quote!(#piece),
        pieces => quote!([#(#pieces),*].concat()),
    }
}

/// A raw literal if it reads better.
fn literal(text: &str) -> TokenStream {
    let is_raw = text.contains(['"', '\\']) && !text.contains("\"#") && !text.chars().any(char::is_control);
    let raw = is_raw.then(|| ["r#\"", text, "\"#"].concat().parse::<TokenStream>().ok());
    raw.flatten().unwrap_or_else(|| quote!(#text))
}

/// Statements that create the client; `None` if a sign-in has no example.
pub(super) fn emit(
    model: &Model,
    wire: &Wire<'_>,
    own: &Ident,
    is_authorised: bool,
    acts: bool,
    body: &TokenStream,
    call: &TokenStream,
) -> Option<TokenStream> {
    let credentials = &model.service.credentials;
    let ready = credentials.iter().find(|credentials| credentials.sign_in.is_none()).or(credentials.first())?;
    let sign_in = match &ready.sign_in {
        Some(place) if is_authorised => Some(sign_in(model, wire, place)?),
        _ => None,
    };
    let (api, credentials) = (ident(&model.service.name), new(ready));
    // There is an answer to the call alone, and none to the look before it.
    let unread = acts.then(|| quote!(let client = client.with(hostkit::CallOptions::new().unread());));
    // An API that everybody hosts for himself has no address of its own.
    let base = model.service.hosts.is_empty().then(|| quote!(.base_url("https://panel.example.net".parse()?)));
    Some(quote! {
        use hostkit_testing::{Script, Scripted};
        let body = #body;
        let answers = Scripted::new([#sign_in #call]);
        let credentials = #own::Credentials::#credentials;
        let client = hostkit_ureq::Client::<#own::#api>::builder(credentials) #base .transport(answers).build()?;
        #unread
    })
}

fn sign_in(model: &Model, wire: &Wire<'_>, place: &str) -> Option<TokenStream> {
    let endpoint = model.endpoint(place)?;
    let answers = Shown::all(model, wire, endpoint, "answer");
    let answer = answers.iter().min_by_key(|answer| (answer.length(), answer.case()))?;
    let answer = answer.answer(model, &answer.body());
    let expected = script(&endpoint.method, &endpoint.path);
    Some(quote!(#expected #answer,))
}

/// `key("example", "example-secret")`.
pub(super) fn new(credentials: &Credentials) -> TokenStream {
    let arguments = credentials.required().map(|(_, kind)| match kind.as_str() {
        "int" => quote!(777),
        "secret" => quote!(#SECRET),
        _ => quote!("example"),
    });
    let name = ident(&snake(&credentials.name));
    quote!(#name(#(#arguments),*))
}
