//! What proves on a call who makes it: values of templates, and where they are put.

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit::rust::words::ident;
use crate::surface::{Credentials, Piece, Place, Put};

/// What a name of a template is in the generated code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Secret,
}

/// Puts the token of a session.
pub(super) fn of_session(puts: &[Put]) -> TokenStream {
    all(puts, &|_| Kind::Secret)
}

/// Puts one kind of credentials, whose fields may not be empty.
pub(super) fn of_credentials(credentials: &Credentials) -> TokenStream {
    let kind = |name: &str| {
        let field = credentials.fields.iter().find(|(field, _)| field.value == name);
        match field.map(|(_, kind)| kind.value.as_str()) {
            Some("int") => Kind::Number,
            Some("secret") => Kind::Secret,
            _ => Kind::Text,
        }
    };
    let checks = |put: &Put| {
        let names = put.names().into_iter().filter(|name| kind(name) != Kind::Number);
        let checks = names.map(|name| {
            let (key, field) = (put.key.as_str(), ident(name));
            let input = if name == key { quote!(#key) } else { quote!((#name, #key)) };
            quote!(out.check(#input, #field, &InputLimit::NONE.min_length(1));)
        });
        quote!(#(#checks)*)
    };
    // Fields are prepended to the body, so the last one comes first.
    let (body, others): (Vec<&Put>, Vec<&Put>) = credentials.put.iter().partition(|put| put.place == Place::Body);
    let cookies: Vec<&Put> = others.iter().copied().filter(|put| put.place == Place::Cookie).collect();
    let others = others.iter().filter(|put| put.place != Place::Cookie);
    let others = others.map(|put| {
        let (checks, put) = (checks(put), one(put, &kind));
        quote!(#checks #put)
    });
    let (cookie_checks, cookie) = (cookies.iter().map(|put| checks(put)), cookie(&cookies, &kind));
    let body = body.into_iter().rev().map(|put| {
        let (checks, put) = (checks(put), one(put, &kind));
        quote!(#checks #put)
    });
    quote!(#(#others)* #(#cookie_checks)* #cookie #(#body)*)
}

fn all(puts: &[Put], kind: &dyn Fn(&str) -> Kind) -> TokenStream {
    let cookies: Vec<&Put> = puts.iter().filter(|put| put.place == Place::Cookie).collect();
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
            let name_token = ident(name);
            return Self { kind: kind(name), text: quote!(#name_token), is_made: false };
        }
        let text = |name: &str| {
            let kind = kind(name);
            let name = ident(name);
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
