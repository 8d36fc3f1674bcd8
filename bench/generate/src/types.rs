//! Output types, read from the generated crates.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use syn::{Expr, Item, Type};

/// One API.
pub struct Api {
    pub name: String,
    pub objects: Vec<Object>,
    pub roots: Vec<Root>,
    /// Ids and enumerations, each with whether it is a number.
    pub scalars: BTreeMap<String, bool>,
    pub left_out: Vec<String>,
}

/// A type with fields.
pub struct Object {
    pub name: String,
    pub fields: Vec<Field>,
    /// Path of its spec, for error texts of the tree decoders.
    pub spec: String,
}

/// A field.
pub struct Field {
    pub rust: String,
    pub ty: Type,
    /// The accessor: `required`, `optional`, `or`, `list`, `required_list`.
    pub accessor: String,
    pub name: Name,
    /// The second argument of the accessor.
    pub argument: Option<Expr>,
    /// The call as in the generated code.
    pub call: Expr,
    /// Whether the innermost type has no fields.
    pub is_scalar: bool,
}

/// The names of a field.
#[derive(Clone, Default)]
pub struct Name {
    pub json: Vec<String>,
    pub xml: Vec<String>,
    pub also: Vec<String>,
}

/// The output of an endpoint.
pub struct Root {
    /// Name of the endpoint.
    pub name: String,
    /// Path of the endpoint's type in its crate.
    pub endpoint: Vec<String>,
    pub output: Type,
    pub is_list: bool,
    pub wire: Name,
    /// The call of `answer` as in the generated code.
    pub call: Expr,
}

impl Api {
    pub fn read(name: &str, generated: &Path) -> Self {
        let mut api =
            Self { name: name.to_owned(), objects: vec![], roots: vec![], scalars: BTreeMap::new(), left_out: vec![] };
        let mut plain: BTreeMap<String, Vec<(String, Type)>> = BTreeMap::new();
        for path in rust_files(&generated.join("types")) {
            let file = syn::parse_file(&fs::read_to_string(&path).expect("readable")).expect("Rust");
            for item in &file.items {
                match item {
                    Item::Struct(item) => {
                        let fields =
                            item.fields.iter().filter_map(|f| Some((f.ident.as_ref()?.to_string(), f.ty.clone())));
                        plain.insert(item.ident.to_string(), fields.collect());
                    }
                    Item::Macro(item) => {
                        let (name, is_number) = declared(&item.mac);
                        api.scalars.insert(name, is_number);
                    }
                    Item::Impl(item) => api.decoder(item, &plain),
                    _ => {}
                }
            }
        }
        for path in rust_files(generated) {
            let file = syn::parse_file(&fs::read_to_string(&path).expect("readable")).expect("Rust");
            let below = path.strip_prefix(generated).expect("below").with_extension("");
            let steps: Vec<_> = below.iter().map(|step| step.to_string_lossy().into_owned()).collect();
            if matches!(steps[0].as_str(), "server" | "types" | "service" | "mod") {
                continue;
            }
            for item in &file.items {
                if let Item::Impl(item) = item {
                    api.root(item, &steps);
                }
            }
        }
        api.roots.sort_by(|a, b| a.name.cmp(&b.name));
        // Types that the roots do not need are dropped.
        let needed = api.needed();
        api.objects.retain(|object| needed.contains(&object.name));
        api.objects.sort_by(|a, b| a.name.cmp(&b.name));
        let names: Vec<String> = api.objects.iter().map(|object| object.name.clone()).collect();
        for field in api.objects.iter_mut().flat_map(|object| &mut object.fields) {
            field.is_scalar = !names.contains(&base(&field.ty));
        }
        api
    }

    fn decoder(&mut self, item: &syn::ItemImpl, plain: &BTreeMap<String, Vec<(String, Type)>>) {
        if !matches!(&item.trait_, Some((path, _)) if last(path) == "FromWire") {
            return;
        }
        let Type::Path(name) = &*item.self_ty else { return };
        let name = last(&name.path);
        let mut object = Object { name: name.clone(), fields: vec![], spec: String::new() };
        for part in &item.items {
            let syn::ImplItem::Fn(function) = part else { continue };
            let spec = quote::quote!(#function).to_string();
            object.spec = spec.split('"').nth(1).unwrap_or("").to_owned();
            for statement in &function.block.stmts {
                let syn::Stmt::Local(local) = statement else { continue };
                let Some(init) = &local.init else { continue };
                let Expr::Struct(literal) = &*init.expr else { continue };
                for value in &literal.fields {
                    let syn::Member::Named(rust) = &value.member else { continue };
                    let ty = &plain[&name].iter().find(|(field, _)| rust == field).expect("declared").1;
                    self.field(&mut object, rust.to_string(), ty.clone(), &value.expr);
                }
            }
        }
        self.objects.push(object);
    }

    fn field(&mut self, object: &mut Object, rust: String, ty: Type, call: &Expr) {
        let Expr::Try(attempt) = call else { panic!("a call with `?`: {}", quote::quote!(#call)) };
        let Expr::MethodCall(method) = &*attempt.expr else { panic!("a method: {}", quote::quote!(#call)) };
        let accessor = method.method.to_string();
        let text = quote::quote!(#ty).to_string();
        // Skips what only few fields need, so that no candidate is judged by it.
        if accessor == "trimmed" || ["Value", "Html", "BTreeMap"].iter().any(|odd| text.contains(odd)) {
            self.left_out.push(format!("{}::{rust}", object.name));
            return;
        }
        let name = name(&method.args[0]);
        let argument = method.args.get(1).cloned();
        object.fields.push(Field { rust, ty, accessor, name, argument, call: call.clone(), is_scalar: false });
    }

    fn root(&mut self, item: &syn::ItemImpl, steps: &[String]) {
        if !matches!(&item.trait_, Some((path, _)) if last(path) == "Endpoint") {
            return;
        }
        let Type::Path(endpoint) = &*item.self_ty else { return };
        for part in &item.items {
            let syn::ImplItem::Fn(function) = part else { continue };
            let [syn::Stmt::Expr(Expr::MethodCall(call), None)] = &function.block.stmts[..] else { continue };
            if function.sig.ident != "decode" || !matches!(call.method.to_string().as_str(), "list" | "value") {
                continue;
            }
            let syn::ReturnType::Type(_, result) = &function.sig.output else { continue };
            let output = inner(result).expect("a Result");
            let mut path = steps[..steps.len() - 1].to_vec();
            path.push(last(&endpoint.path));
            self.roots.push(Root {
                name: steps[steps.len() - 1].clone(),
                endpoint: path,
                is_list: call.method == "list",
                wire: name(&call.args[0]),
                output,
                call: Expr::MethodCall(call.clone()),
            });
        }
    }

    fn needed(&self) -> std::collections::BTreeSet<String> {
        let mut needed = std::collections::BTreeSet::new();
        let mut open: Vec<String> = self.roots.iter().map(|root| base(&root.output)).collect();
        while let Some(name) = open.pop() {
            if let Some(object) = self.object(&name) {
                if needed.insert(name) {
                    open.extend(object.fields.iter().map(|field| base(&field.ty)));
                }
            }
        }
        needed
    }

    pub fn object(&self, name: &str) -> Option<&Object> {
        self.objects.iter().find(|object| object.name == name)
    }

    /// Whether XML and JSON of a type differ in more than notation.
    pub fn differs(&self, object: &Object) -> bool {
        object.fields.iter().any(|field| {
            field.name.json != field.name.xml
                || field.name.also.iter().any(|also| also.starts_with('@'))
                || field.accessor.ends_with("list")
                || self.object(&base(&field.ty)).is_some_and(|inner| self.differs(inner))
        })
    }
}

fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") && path.file_stem() != Some("mod".as_ref()) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The name that `number_id!`, `text_id!` or `text_enum!` declares.
fn declared(mac: &syn::Macro) -> (String, bool) {
    let words: Vec<String> = mac.tokens.clone().into_iter().map(|token| token.to_string()).collect();
    let at = words.iter().position(|word| word == "struct" || word == "enum").expect("a declaration");
    (words[at + 1].clone(), last(&mac.path) == "number_id")
}

/// `Name::new("a").json_inner(&["b"]).xml("@c").also(&["d"])`.
fn name(expr: &Expr) -> Name {
    match expr {
        Expr::Reference(reference) => name(&reference.expr),
        Expr::Const(block) => match &block.block.stmts[..] {
            [syn::Stmt::Expr(expr, None)] => name(expr),
            _ => panic!("a name: {}", quote::quote!(#expr)),
        },
        Expr::MethodCall(call) => {
            let mut name = name(&call.receiver);
            let texts = texts(&call.args[0]);
            match call.method.to_string().as_str() {
                "xml" => name.xml = texts,
                "xml_inner" => name.xml.extend(texts),
                "json_inner" => name.json.extend(texts),
                _ => name.also.extend(texts),
            }
            name
        }
        Expr::Call(call) => {
            let first = texts(&call.args[0]);
            Name { json: first.clone(), xml: first, also: Vec::new() }
        }
        _ => panic!("a name: {}", quote::quote!(#expr)),
    }
}

fn texts(expr: &Expr) -> Vec<String> {
    match expr {
        Expr::Reference(reference) => texts(&reference.expr),
        Expr::Array(array) => array.elems.iter().flat_map(texts).collect(),
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => vec![text.value()],
        _ => Vec::new(),
    }
}

fn last(path: &syn::Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// `T` of `Option<T>`, `Vec<T>` or `Result<T, E>`.
pub fn inner(ty: &Type) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    match arguments.args.first()? {
        syn::GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    }
}

/// The innermost type name of `Option<T>` and `Vec<T>`.
pub fn base(ty: &Type) -> String {
    match inner(ty) {
        Some(inner) => base(&inner),
        None => quote::quote!(#ty).to_string(),
    }
}
