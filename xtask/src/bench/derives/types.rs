//! The output types of an API: their structs from the generated crate, their wire names from the specs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use quote::ToTokens;
use syn::{Item, Type};
use toml::Table;

use crate::workspace::{files, read, root};

/// One API.
pub(super) struct Api {
    pub(super) name: String,
    pub(super) objects: Vec<Object>,
    pub(super) roots: Vec<Root>,
    /// Ids and enumerations, each with whether it is a number.
    pub(super) scalars: BTreeMap<String, bool>,
}

/// A type with fields.
#[derive(Clone)]
pub(super) struct Object {
    pub(super) name: String,
    pub(super) fields: Vec<Field>,
}

/// A field.
#[derive(Clone)]
pub(super) struct Field {
    pub(super) rust: String,
    pub(super) ty: Type,
    pub(super) presence: Presence,
    pub(super) name: Name,
    pub(super) is_list: bool,
    /// Whether the innermost type has no fields.
    pub(super) is_scalar: bool,
}

/// What an absent field means.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Presence {
    Required,
    Optional,
    Default,
}

/// The names on the way to a value, and the field's other names.
#[derive(Clone)]
pub(super) struct Name {
    pub(super) json: Vec<String>,
    pub(super) xml: Vec<String>,
    pub(super) also: Vec<String>,
}

/// The output of an endpoint.
#[derive(Clone)]
pub(super) struct Root {
    /// Name of the endpoint.
    pub(super) name: String,
    pub(super) output: Type,
    pub(super) is_list: bool,
    pub(super) wire: Name,
    /// The generated decoder, with the imports that it needs.
    pub(super) decoder: proc_macro2::TokenStream,
}

impl Api {
    pub(super) fn read(name: &str) -> Result<Self, String> {
        let generated = root().join("crates").join(format!("{name}-proto")).join("src/generated");
        let specs = root().join("specs").join(name);
        let mut api = Self { name: name.to_owned(), objects: vec![], roots: vec![], scalars: BTreeMap::new() };
        let structs = api.structs(&generated)?;
        for path in files(&specs.join("types"))? {
            for (name, entry) in table(&specs.join("types").join(&path))? {
                let Some(fields) = entry.get("fields").and_then(toml::Value::as_table) else { continue };
                // An object that is read from headers is no document.
                if fields.values().any(|field| field.get("header").is_some()) {
                    continue;
                }
                let plain = structs.get(&name).ok_or_else(|| format!("{path}: {name} is no generated struct"))?;
                let fields =
                    plain.iter().map(|(rust, ty)| Field::read(rust, ty, fields)).collect::<Result<Vec<_>, _>>();
                let fields = fields.map_err(|error| format!("{path}: {name}: {error}"))?.into_iter().flatten();
                api.objects.push(Object { fields: fields.collect(), name });
            }
        }
        for path in files(&generated)?.iter().filter(|path| !path.starts_with("types/")) {
            let spec = specs.join(path).with_extension("toml");
            if spec.is_file() {
                let name = spec.file_stem().unwrap_or_default().to_string_lossy();
                let root = Root::read(&name, &read(&generated.join(path))?, &table(&spec)?);
                api.roots.extend(root.map_err(|error| format!("{path}: {error}"))?);
            }
        }
        api.roots.sort_by(|a, b| a.name.cmp(&b.name));
        let names: BTreeSet<String> = api.objects.iter().map(|object| object.name.clone()).collect();
        for field in api.objects.iter_mut().flat_map(|object| &mut object.fields) {
            field.is_scalar = !names.contains(&base(&field.ty));
        }
        api.keep_needed();
        Ok(api)
    }

    /// The API as far as one endpoint needs it.
    pub(super) fn of_root(&self, name: &str) -> Self {
        let roots = self.roots.iter().filter(|root| root.name == name).cloned().collect();
        let mut one =
            Self { name: self.name.clone(), objects: self.objects.clone(), roots, scalars: self.scalars.clone() };
        one.keep_needed();
        one
    }

    /// Reads the fields of the generated structs, and notes the scalars.
    fn structs(&mut self, generated: &Path) -> Result<BTreeMap<String, Vec<(String, Type)>>, String> {
        let mut structs = BTreeMap::new();
        for path in files(&generated.join("types"))? {
            let file = syn::parse_file(&read(&generated.join("types").join(&path))?)
                .map_err(|error| format!("{path}: {error}"))?;
            for item in file.items {
                match item {
                    Item::Struct(item) => {
                        let field = |field: syn::Field| Some((field.ident?.to_string(), field.ty));
                        structs.insert(item.ident.to_string(), item.fields.into_iter().filter_map(field).collect());
                    }
                    Item::Macro(item) => {
                        let words: Vec<String> = item.mac.tokens.into_iter().map(|token| token.to_string()).collect();
                        let at = words.iter().position(|word| word == "struct" || word == "enum");
                        if let Some(name) = at.and_then(|at| words.get(at + 1)) {
                            self.scalars.insert(
                                name.clone(),
                                item.mac.path.segments.last().is_some_and(|last| last.ident == "number_id"),
                            );
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(structs)
    }

    fn keep_needed(&mut self) {
        let mut needed = BTreeSet::new();
        let mut open: Vec<String> = self.roots.iter().map(|root| base(&root.output)).collect();
        while let Some(name) = open.pop() {
            if let Some(object) = self.object(&name)
                && needed.insert(name)
            {
                open.extend(object.fields.iter().map(|field| base(&field.ty)));
            }
        }
        self.objects.retain(|object| needed.contains(&object.name));
        self.objects.sort_by(|a, b| a.name.cmp(&b.name));
    }

    pub(super) fn object(&self, name: &str) -> Option<&Object> {
        self.objects.iter().find(|object| object.name == name)
    }

    /// Whether the type at the bottom is one with fields.
    pub(super) fn is_object(&self, ty: &Type) -> bool {
        self.object(&base(ty)).is_some()
    }

    /// Whether XML and JSON of a type differ in more than notation.
    pub(super) fn differs(&self, object: &Object) -> bool {
        object.fields.iter().any(|field| {
            field.name.json != field.name.xml
                || field.name.also.iter().any(|also| also.starts_with('@'))
                || field.is_list
                || self.object(&base(&field.ty)).is_some_and(|inner| self.differs(inner))
        })
    }
}

impl Field {
    /// The field, unless it is left out: maps, untyped values, inner HTML and trimmed texts are a handful, and derives
    /// would need code of their own for each.
    fn read(rust: &str, ty: &Type, fields: &Table) -> Result<Option<Self>, String> {
        let rust = rust.trim_start_matches("r#");
        let is_it = |(key, field): &(&String, &toml::Value)| match field.get("as").and_then(toml::Value::as_str) {
            Some(name) => name == rust,
            None => *key == rust,
        };
        let (key, spec) = fields.iter().find(is_it).ok_or_else(|| format!("{rust} is not in the spec"))?;
        let text = text(ty);
        let is = |name: &str| spec.get(name).and_then(toml::Value::as_bool) == Some(true);
        if is("trim") || ["Value", "Html", "BTreeMap"].iter().any(|odd| text.contains(odd)) {
            return Ok(None);
        }
        let path = |format: &str| steps(spec.get(format).and_then(toml::Value::as_str).unwrap_or(key));
        let also = spec.get("also").and_then(toml::Value::as_array).into_iter().flatten();
        let also = also.filter_map(toml::Value::as_str).map(str::to_owned).collect();
        let presence = match () {
            () if is("required") => Presence::Required,
            () if text.starts_with("Option") => Presence::Optional,
            () => Presence::Default,
        };
        let is_list = text.starts_with("Vec");
        let name = Name { json: path("json"), xml: path("xml"), also };
        Ok(Some(Self { rust: rust.to_owned(), ty: ty.clone(), presence, name, is_list, is_scalar: true }))
    }
}

impl Root {
    /// The output, if it is a value below a name in the documents of both formats, and always there.
    fn read(name: &str, text_of_file: &str, spec: &Table) -> Result<Option<Self>, String> {
        let Some(place) = spec.get("response").and_then(|response| response.get("root")) else { return Ok(None) };
        let path = |format: &str| place.as_str().or(place.get(format).and_then(toml::Value::as_str)).map(steps);
        let (Some(json), Some(xml)) = (path("json"), path("xml")) else { return Ok(None) };
        let file = syn::parse_file(text_of_file).map_err(|error| error.to_string())?;
        // The types come from the copy; what else the crate has belongs to requests.
        let is_foreign = |item: &&Item| matches!(item, Item::Use(_)) && !text_of(item).starts_with("use crate");
        let imports = file.items.iter().filter(is_foreign);
        let imports: proc_macro2::TokenStream = imports.map(ToTokens::to_token_stream).collect();
        for item in &file.items {
            let Item::Impl(item) = item else { continue };
            if !item.trait_.as_ref().is_some_and(|(path, _)| path.is_ident("Endpoint")) {
                continue;
            }
            let output = item.items.iter().find_map(|item| match item {
                syn::ImplItem::Type(ty) if ty.ident == "Output" => Some(ty.ty.clone()),
                _ => None,
            });
            let decode = item.items.iter().find_map(|item| match item {
                syn::ImplItem::Fn(function) if function.sig.ident == "decode" => Some(function),
                _ => None,
            });
            let (Some(output), Some(decode)) = (output, decode) else { continue };
            let start = text(&output);
            if start.starts_with("Option") {
                return Ok(None);
            }
            let wire = Name { json, xml, also: vec![] };
            let (body, is_list) = (&decode.block, start.starts_with("Vec"));
            let answer = &decode.sig.inputs;
            let decoder = quote::quote! {
                #imports
                pub fn decode(#answer) -> Result<#output, DecodeError> #body
            };
            return Ok(Some(Self { name: name.to_owned(), output, is_list, wire, decoder }));
        }
        Err("no endpoint".to_owned())
    }
}

fn table(path: &Path) -> Result<Table, String> {
    toml::from_str(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

fn steps(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

fn text_of(item: &Item) -> String {
    item.to_token_stream().to_string()
}

pub(super) fn text(ty: &Type) -> String {
    ty.to_token_stream().to_string()
}

/// `T` of `Option<T>`, `Vec<T>` or `Result<T, E>`.
pub(super) fn inner(ty: &Type) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    match arguments.args.first()? {
        syn::GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    }
}

/// The innermost type name of `Option<T>` and `Vec<T>`.
pub(super) fn base(ty: &Type) -> String {
    inner(ty).map_or_else(|| text(ty), |inner| base(&inner))
}
