//! The derives: a struct per type, and a second one for types whose XML tree differs.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::Type;

use super::types::{Api, Field, Object, Presence, Root, base, inner, text};

pub(super) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// The module of an API.
pub(super) fn module(api: &Api) -> TokenStream {
    let imports = imports(api);
    let has_xml = api.name == "clodo";
    let objects = api.objects.iter().map(|object| {
        let differs = has_xml && api.differs(object);
        let json = json(object);
        let xml = differs.then(|| xml(api, object));
        quote!(#json #xml)
    });
    let roots = api.roots.iter().map(|root| self::root(api, root, has_xml));
    quote! {
        #imports
        use crate::Error;
        use bench_lenient as lenient;
        use serde::Deserialize;
        #(#objects)*
        #(#roots)*
    }
}

fn json(object: &Object) -> TokenStream {
    let name = ident(&object.name);
    let mut wrappers = Vec::new();
    let mut fields = Vec::new();
    let mut nested: Vec<(String, Vec<&Field>)> = Vec::new();
    for field in &object.fields {
        match &field.name.json[..] {
            [first, _] => match nested.iter_mut().find(|(name, _)| name == first) {
                Some((_, fields)) => fields.push(field),
                None => nested.push((first.clone(), vec![field])),
            },
            _ => fields.push(json_field(field, &field.name.json[0])),
        }
    }
    // `_attr: { id, name }`: an inner struct, flattened with a hand-written `From`.
    if nested.is_empty() {
        return quote! {
            #[derive(Debug, Clone, PartialEq, Deserialize)]
            pub struct #name { #(#fields)* }
        };
    }
    let wire = format_ident!("{}Json", object.name);
    let mut moves = Vec::new();
    for (first, inside) in &nested {
        let (inner, slot) = (format_ident!("{}JsonInner", object.name), ident(first.trim_start_matches('_')));
        let inner_fields = inside.iter().map(|field| json_field(field, &field.name.json[1]));
        wrappers.push(quote! {
            #[derive(Deserialize)]
            struct #inner { #(#inner_fields)* }
        });
        fields.push(quote!(#[serde(rename = #first)] #slot: #inner,));
        for field in inside {
            let rust = ident(&field.rust);
            moves.push(quote!(#rust: wire.#slot.#rust,));
        }
    }
    for field in object.fields.iter().filter(|field| field.name.json.len() == 1) {
        let rust = ident(&field.rust);
        moves.push(quote!(#rust: wire.#rust,));
    }
    let plain = object.fields.iter().map(|field| {
        let (rust, ty) = (ident(&field.rust), &field.ty);
        quote!(pub #rust: #ty,)
    });
    let text = wire.to_string();
    quote! {
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[serde(from = #text)]
        pub struct #name { #(#plain)* }

        #(#wrappers)*

        #[derive(Deserialize)]
        struct #wire { #(#fields)* }

        impl From<#wire> for #name {
            fn from(wire: #wire) -> Self {
                Self { #(#moves)* }
            }
        }
    }
}

fn json_field(field: &Field, wire: &str) -> TokenStream {
    let (rust, ty) = (ident(&field.rust), &field.ty);
    let aliases = field.name.also.iter().filter(|also| !also.starts_with('@')).filter(|also| *also != wire);
    let names = quote!(rename = #wire, #(alias = #aliases,)*);
    let attribute = attribute(field, &names, false);
    quote!(#attribute pub #rust: #ty,)
}

fn attribute(field: &Field, names: &TokenStream, in_xml: bool) -> TokenStream {
    let is_scalar = field.is_scalar;
    let path = |function: &str| match in_xml {
        true => format!("lenient::xml_{function}"),
        false => format!("lenient::{function}"),
    };
    if field.is_list {
        let default = (field.presence != Presence::Required).then(|| quote!(default,));
        let with = match (in_xml, is_scalar) {
            (true, true) => Some("lenient::xml_scalars"),
            (true, false) => None,
            (false, true) => Some("lenient::scalars"),
            (false, false) => Some("lenient::many"),
        };
        return match with {
            Some(with) => quote!(#[serde(#names #default deserialize_with = #with)]),
            None => quote!(#[serde(#names #default)]),
        };
    }
    match field.presence {
        Presence::Required if is_scalar => {
            let with = path("required");
            quote!(#[serde(#names deserialize_with = #with)])
        }
        Presence::Required => quote!(#[serde(#names)]),
        Presence::Optional => {
            let with = if is_scalar { path("optional") } else { path("object") };
            quote!(#[serde(#names default, deserialize_with = #with)])
        }
        Presence::Default => {
            let with = path("or_default");
            quote!(#[serde(#names default, deserialize_with = #with)])
        }
    }
}

fn xml(api: &Api, object: &Object) -> TokenStream {
    let (name, wire) = (ident(&object.name), format_ident!("{}Xml", object.name));
    let mut wrappers = Vec::new();
    let mut fields = Vec::new();
    let mut moves = Vec::new();
    for field in &object.fields {
        let rust = ident(&field.rust);
        let ty = xml_type(api, &field.ty);
        let converted = matches!(api.object(&base(&field.ty)), Some(inner) if api.differs(inner));
        let value = match (&field.name.xml[..], converted) {
            ([_], false) => quote!(wire.#rust),
            ([_], true) => convert(field, quote!(wire.#rust)),
            (_, false) => quote!(wire.#rust.items),
            (_, true) => convert(field, quote!(wire.#rust.items)),
        };
        moves.push(quote!(#rust: #value,));
        let first = &field.name.xml[0];
        let aliases = field.name.also.iter().filter(|also| !also.starts_with('@') && also != &first);
        let attributes = field.name.also.iter().filter(|also| also.starts_with('@') && also != &first);
        let names = quote!(rename = #first, #(alias = #aliases,)* #(alias = #attributes,)*);
        match field.name.xml.get(1) {
            None => {
                let attribute = attribute(field, &names, true);
                fields.push(quote!(#attribute #rust: #ty,));
            }
            Some(second) => {
                let inner = format_ident!("{}Xml{}", object.name, camel(&field.rust));
                let names = quote!(rename = #second,);
                let attribute = attribute(field, &names, true);
                wrappers.push(quote! {
                    #[derive(Default, Deserialize)]
                    struct #inner { #attribute items: #ty, }
                });
                let default = (field.is_list && field.presence != Presence::Required).then(|| quote!(, default));
                fields.push(quote!(#[serde(rename = #first #default)] #rust: #inner,));
            }
        }
    }
    quote! {
        #(#wrappers)*

        #[derive(Deserialize)]
        struct #wire { #(#fields)* }

        impl From<#wire> for #name {
            fn from(wire: #wire) -> Self {
                Self { #(#moves)* }
            }
        }
    }
}

fn convert(field: &Field, value: TokenStream) -> TokenStream {
    match field.presence {
        _ if field.is_list => quote!(#value.into_iter().map(Into::into).collect()),
        Presence::Optional => quote!(#value.map(Into::into)),
        _ => quote!(#value.into()),
    }
}

/// The type with its innermost type replaced by the XML struct, if there is one.
fn xml_type(api: &Api, ty: &Type) -> TokenStream {
    let name = base(ty);
    let bottom = match api.object(&name) {
        Some(object) if api.differs(object) => {
            let wire = format_ident!("{name}Xml");
            quote!(#wire)
        }
        _ if inner(ty).is_some() && name != text(ty) && api.is_object(ty) => {
            let name = ident(&name);
            quote!(#name)
        }
        _ => return quote!(#ty),
    };
    let text = text(ty);
    if text.starts_with("Option") {
        quote!(Option<#bottom>)
    } else if text.starts_with("Vec") {
        quote!(Vec<#bottom>)
    } else {
        bottom
    }
}

fn camel(name: &str) -> String {
    name.split('_').map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..])).collect()
}

fn root(api: &Api, root: &Root, has_xml: bool) -> TokenStream {
    let (name, output) = (ident(&root.name), &root.output);
    let first = &root.wire.json[0];
    let is_scalar = !api.is_object(output);
    let wrapper = format_ident!("{}Json", camel(&root.name));
    let with = match (root.is_list, is_scalar) {
        (true, true) => quote!(, deserialize_with = "lenient::scalars"),
        (true, false) => quote!(, deserialize_with = "lenient::many"),
        (false, true) => quote!(, deserialize_with = "lenient::required"),
        (false, false) => quote!(),
    };
    let inner = match root.wire.json.get(1) {
        None => quote! {
            #[derive(Deserialize)]
            pub(crate) struct #wrapper { #[serde(rename = #first #with)] pub(crate) value: #output, }
        },
        Some(second) => {
            let second_wrapper = format_ident!("{}JsonInner", camel(&root.name));
            quote! {
                #[derive(Deserialize)]
                struct #wrapper { #[serde(rename = #first)] value: #second_wrapper, }
                #[derive(Deserialize)]
                struct #second_wrapper { #[serde(rename = #second #with)] value: #output, }
            }
        }
    };
    let value = if root.wire.json.len() > 1 { quote!(wrapper.value.value) } else { quote!(wrapper.value) };
    let from_xml = has_xml.then(|| xml_root(api, root)).flatten();
    let arm = from_xml.as_ref().map(|(_, arm)| quote!('<' => #arm,));
    let declaration = from_xml.as_ref().map(|(declaration, _)| declaration);
    quote! {
        #inner
        #declaration

        pub fn #name(text: &str) -> Result<#output, Error> {
            match text.trim_start().chars().next().unwrap_or(' ') {
                #arm
                _ => {
                    let wrapper: #wrapper = serde_json::from_str(text)?;
                    Ok(#value)
                }
            }
        }
    }
}

/// The decoder of an XML root. serde cannot check the root element's name, nor read scalar roots.
fn xml_root(api: &Api, root: &Root) -> Option<(TokenStream, TokenStream)> {
    let output = &root.output;
    if root.is_list {
        let wrapper = format_ident!("{}Xml", camel(&root.name));
        let ty = xml_type(api, output);
        let singular = root.wire.xml.last()?;
        let with = (!api.is_object(output)).then(|| quote!(, deserialize_with = "lenient::xml_scalars"));
        let convert = match api.object(&base(output)) {
            Some(object) if api.differs(object) => quote!(.into_iter().map(Into::into).collect()),
            _ => quote!(),
        };
        let mut declaration = quote! {
            #[derive(Deserialize)]
            struct #wrapper { #[serde(rename = #singular, default #with)] value: #ty, }
        };
        let mut arm = quote! {{
            let wrapper: #wrapper = quick_xml::de::from_str(text)?;
            Ok(wrapper.value #convert)
        }};
        if let [_, middle, _] = &root.wire.xml[..] {
            let outer = format_ident!("{}XmlOuter", camel(&root.name));
            declaration = quote! {
                #declaration
                #[derive(Deserialize)]
                struct #outer { #[serde(rename = #middle)] value: #wrapper, }
            };
            arm = quote! {{
                let wrapper: #outer = quick_xml::de::from_str(text)?;
                Ok(wrapper.value.value #convert)
            }};
        }
        return Some((declaration, arm));
    }
    let object = api.object(&base(output))?;
    let arm = match api.differs(object) {
        true => {
            let ty = xml_type(api, output);
            quote!(Ok(quick_xml::de::from_str::<#ty>(text)?.into()))
        }
        false => quote!(Ok(quick_xml::de::from_str(text)?)),
    };
    Some((quote!(), arm))
}

/// Every value type that a field may have.
#[rustfmt::skip]
const VALUES: [&str; 12] = [
    "Bytes", "Csv", "Currency", "Date", "DateTime", "Decimal", "Gibibytes", "Kibibytes", "Mebibytes", "Money", "Secret",
    "UnixTime",
];

/// The imports that a module with these types needs.
fn imports(api: &Api) -> TokenStream {
    let krate = format_ident!("{}_proto", api.name);
    let mut used = BTreeSet::new();
    for ty in api.objects.iter().flat_map(|object| object.fields.iter().map(|field| &field.ty)) {
        every(ty, &mut used);
    }
    for root in &api.roots {
        every(&root.output, &mut used);
    }
    let scalars = used.iter().filter(|name| api.scalars.contains_key(*name)).map(|name| ident(name));
    let values = VALUES.iter().filter(|name| used.contains(**name)).map(|name| ident(name));
    let address = used.contains("IpAddr").then(|| {
        quote!(
            use std::net::IpAddr;
        )
    });
    quote! {
        #address
        use #krate::types::{#(#scalars),*};
        use hostkit_proto::{#(#values),*};
    }
}

fn every(ty: &Type, used: &mut BTreeSet<String>) {
    if let Type::Path(path) = ty {
        used.insert(path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default());
    }
    if let Some(inner) = inner(ty) {
        every(&inner, used);
    }
}
