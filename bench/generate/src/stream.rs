//! Candidate (b): a generic decoder per type over a streaming source.

use proc_macro2::TokenStream;
use quote::quote;

use crate::plain::{ident, imports, struct_of};
use crate::types::{Api, Field, Name, Object, Root};

pub fn module(api: &Api) -> TokenStream {
    let imports = imports(api);
    let objects = api.objects.iter().map(object);
    let roots = api.roots.iter().map(|root| self::root(api, root));
    let xml = (api.name == "clodo").then(|| quote!(Xml,));
    quote! {
        #imports
        use candidate_source::{Decode, Error, Json, Key, Source, #xml list, optional, required, required_list, there, unknown};
        #(#objects)*
        #(#roots)*
    }
}

fn object(object: &Object) -> TokenStream {
    let (declaration, name) = (struct_of(object), ident(&object.name));
    let slots = object.fields.iter().map(|field| {
        let rust = ident(&field.rust);
        quote!(let mut #rust = None;)
    });
    let arms = arms(&object.fields);
    let values = object.fields.iter().map(|field| {
        let (rust, wire) = (ident(&field.rust), &field.name.json[0]);
        match field.accessor.as_str() {
            "required" | "required_list" => quote!(#rust: there(source, #wire, #rust)?,),
            "optional" => quote!(#rust,),
            "or" => {
                let absent = field.argument.as_ref().expect("a value");
                quote!(#rust: #rust.unwrap_or(#absent),)
            }
            _ => quote!(#rust: #rust.unwrap_or_default(),),
        }
    });
    quote! {
        #declaration

        impl Decode for #name {
            fn decode<'a, S: Source<'a>>(source: &mut S) -> Result<Self, Error> {
                #(#slots)*
                source.entries(|source, key| match key {
                    #arms
                    other => unknown(source, other),
                })?;
                Ok(Self { #(#values)* })
            }
        }
    }
}

fn key(name: &str) -> TokenStream {
    match name.strip_prefix('@') {
        Some(attribute) => quote!(Key::Attribute(#attribute)),
        None if name == "$text" => quote!(Key::Text),
        None => quote!(Key::Child(#name)),
    }
}

/// The item name of a list that is wrapped in XML.
fn singular(name: &Name) -> TokenStream {
    match name.xml.last() {
        Some(singular) if name.xml.len() > 1 => quote!(Some(#singular)),
        _ => quote!(None),
    }
}

fn arms(fields: &[Field]) -> TokenStream {
    let mut arms = Vec::new();
    let mut nested: Vec<(String, Vec<TokenStream>)> = Vec::new();
    for field in fields {
        let (rust, wire) = (ident(&field.rust), &field.name.json[0]);
        let is_list = field.accessor.ends_with("list");
        let call = match field.accessor.as_str() {
            "required" => quote!(required(source, #wire, &mut #rust)),
            "optional" | "or" => quote!(optional(source, #wire, &mut #rust)),
            accessor => {
                let (accessor, singular, max) = (ident(accessor), singular(&field.name), field.argument.as_ref());
                quote!(#accessor(source, #wire, #singular, #max, &mut #rust))
            }
        };
        let mut patterns: Vec<String> = field.name.also.clone();
        match &field.name.json[..] {
            [only] => patterns.push(only.clone()),
            [first, second] => {
                let second = key(second);
                let arm = quote!(#second => #call,);
                match nested.iter_mut().find(|(name, _)| name == first) {
                    Some((_, arms)) => arms.push(arm),
                    None => nested.push((first.clone(), vec![arm])),
                }
            }
            _ => panic!("a path of two names at most"),
        }
        match &field.name.xml[..] {
            [only] => patterns.push(only.clone()),
            // The list enters its wrapper by itself.
            [first, _] if is_list => patterns.push(first.clone()),
            [first, second] => {
                let (first, second) = (key(first), key(second));
                arms.push(quote!(#first => source.entries(|source, key| match key {
                    #second => #call,
                    other => unknown(source, other),
                }),));
            }
            _ => panic!("a path of two names at most"),
        }
        patterns.sort();
        patterns.dedup();
        let patterns = patterns.iter().map(|pattern| key(pattern));
        arms.push(quote!(#(#patterns)|* => #call,));
    }
    for (first, inner) in nested {
        let first = key(&first);
        arms.push(quote!(#first => source.entries(|source, key| match key {
            #(#inner)*
            other => unknown(source, other),
        }),));
    }
    quote!(#(#arms)*)
}

/// Decoder of an endpoint's output: enters the outermost names one by one and skips their siblings.
fn root(api: &Api, root: &Root) -> TokenStream {
    let (name, output) = (ident(&root.name), &root.output);
    let generic = ident(&format!("read_{}", root.name));
    let wire = &root.wire.json[0];
    let call = if root.is_list {
        let (singular, max) = (singular(&root.wire), list_max(root));
        quote!(required_list(source, #wire, #singular, #max, &mut value))
    } else {
        quote!(required(source, #wire, &mut value))
    };
    let first = key(&root.wire.json[0]);
    let call = match root.wire.json.get(1) {
        None => call,
        Some(second) => {
            let second = key(second);
            quote!(source.entries(|source, key| match key {
                #second => #call,
                _ => source.skip(),
            }))
        }
    };
    let xml = (api.name == "clodo").then(|| quote!('<' => #generic(&mut Xml::new(text)),));
    quote! {
        fn #generic<'a, S: Source<'a>>(source: &mut S) -> Result<#output, Error> {
            let mut value = None;
            source.entries(|source, key| match key {
                #first => #call,
                _ => source.skip(),
            })?;
            source.finish()?;
            there(source, #wire, value)
        }

        pub fn #name(text: &str) -> Result<#output, Error> {
            match text.trim_start().chars().next().unwrap_or(' ') {
                #xml
                _ => #generic(&mut Json::new(text)),
            }
        }
    }
}

fn list_max(root: &Root) -> TokenStream {
    let syn::Expr::MethodCall(call) = &root.call else { panic!("a call") };
    let max = &call.args[1];
    quote!(#max)
}
