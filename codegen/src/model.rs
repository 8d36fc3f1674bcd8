//! The specs with everything resolved: Rust names, types, paths in each format. Emitters read this and nothing else.

use std::collections::BTreeMap;

use crate::surface;

/// A type expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Int,
    Uint,
    Decimal,
    Flag,
    Switch,
    Secret,
    DateTime,
    Date,
    UnixTime,
    Ip,
    Html,
    Bytes,
    Kibibytes,
    Mebibytes,
    Gibibytes,
    Any,
    Csv(Box<Type>),
    List(Box<Type>),
    Map(Box<Type>, Box<Type>),
    /// The value may be missing: for outputs only.
    Option(Box<Type>),
    Named(String),
}

impl Type {
    /// The type that a value of this type is made of in the end: `[T]` and `{K: T}` give `T`.
    pub(crate) fn item(&self) -> &Type {
        match self {
            Self::List(item) | Self::Map(_, item) | Self::Csv(item) | Self::Option(item) => item.item(),
            other => other,
        }
    }

    /// Every named type in the expression.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Named(name) => vec![name],
            Self::List(item) | Self::Csv(item) | Self::Option(item) => item.names(),
            Self::Map(key, item) => key.names().into_iter().chain(item.names()).collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Int | Self::Uint | Self::Decimal | Self::Bytes | Self::Kibibytes | Self::Mebibytes | Self::Gibibytes
        )
    }
}

/// The most items that a list may have: where the spec does not say, 100,000.
pub(crate) fn item_limit(given: Option<i64>) -> i64 {
    given.unwrap_or(100_000)
}

/// A name in each format, as a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WireName {
    pub(crate) json: Vec<String>,
    pub(crate) xml: Vec<String>,
    pub(crate) also: Vec<String>,
}

/// A field with its Rust name and type.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) rust: String,
    pub(crate) ty: Type,
    pub(crate) name: WireName,
    pub(crate) surface: surface::Field,
}

impl Field {
    /// The key in the spec.
    pub(crate) fn wire(&self) -> &str {
        &self.surface.wire.value
    }

    pub(crate) fn into_required(mut self) -> Self {
        self.surface.required = true;
        self
    }

    pub(crate) fn is_required(&self) -> bool {
        self.surface.required
    }

    /// Lists and maps are empty where they are absent, and flags may say what absence means: none needs an `Option`.
    pub(crate) fn is_option(&self) -> bool {
        !self.is_required() && self.surface.absent.is_none() && !matches!(self.ty, Type::List(_) | Type::Map(..))
    }
}

/// A type of `types/`.
#[derive(Debug, Clone)]
pub(crate) struct TypeEntry {
    pub(crate) name: String,
    /// The file in `types/`, without its ending.
    pub(crate) module: String,
    pub(crate) spec: String,
    pub(crate) en: String,
    pub(crate) ru: String,
    pub(crate) about: String,
    pub(crate) keep_raw: bool,
    pub(crate) kind: TypeKind,
    /// Whether requests or answers contain it.
    pub(crate) in_requests: bool,
    pub(crate) in_answers: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum TypeKind {
    Struct(Vec<Field>),
    /// Wire value, Rust name, texts.
    Enumeration {
        is_number: bool,
        values: Vec<Value>,
    },
    Id {
        is_number: bool,
    },
    Union {
        scalar: Option<Type>,
        object: Option<Type>,
        list: Option<Type>,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct Value {
    pub(crate) wire: String,
    pub(crate) rust: String,
    pub(crate) en: String,
    pub(crate) ru: String,
}

#[derive(Debug, Clone)]
pub(crate) struct OneOf {
    pub(crate) rust: String,
    /// The name of the enum.
    pub(crate) type_name: String,
    pub(crate) required: bool,
    pub(crate) en: String,
    pub(crate) ru: String,
    pub(crate) variants: Vec<Variant>,
}

#[derive(Debug, Clone)]
pub(crate) struct Variant {
    pub(crate) rust: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) fixed: Vec<surface::Constant>,
}

/// Inputs of which one has to be given.
#[derive(Debug, Clone)]
pub(crate) enum AtLeastOne {
    /// Any field of the body, by their names on the wire.
    Body(Vec<String>),
    /// One of these: the name, the Rust name, and whether it is a list or a map.
    Of(Vec<(String, String, bool)>),
}

impl AtLeastOne {
    /// The inputs by name, for a sentence: many of them are cut short.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = match self {
            Self::Body(names) => names.iter().map(String::as_str).collect(),
            Self::Of(inputs) => inputs.iter().map(|(name, ..)| name.as_str()).collect(),
        };
        let mut text = names.first().copied().unwrap_or_default().to_owned();
        for (index, name) in names.iter().enumerate().skip(1) {
            if text.len() + name.len() > 60 {
                return format!("{text} and {} more", names.len() - index);
            }
            text.push_str(", ");
            text.push_str(name);
        }
        text
    }
}

/// Where the output stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Output {
    /// Nothing but success.
    None,
    Headers(Type),
    Whole(Type),
    Under(Type, WireName),
}

impl Output {
    pub(crate) fn ty(&self) -> Option<&Type> {
        match self {
            Self::None => None,
            Self::Headers(ty) | Self::Whole(ty) | Self::Under(ty, _) => Some(ty),
        }
    }
}

/// A condition of a waiter with its resolved path.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// Fields from the output on; `first` on a list.
    pub(crate) path: Vec<Step>,
    pub(crate) any_of: Vec<String>,
    pub(crate) is_there: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    First,
    /// Field, and whether it is an `Option`.
    Field {
        rust: String,
        is_option: bool,
        ty: Type,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct Waiter {
    pub(crate) surface: surface::Waiter,
    pub(crate) type_name: String,
    pub(crate) ready: Vec<Condition>,
    pub(crate) failed: Vec<Condition>,
    pub(crate) text: Option<Vec<Step>>,
    pub(crate) percent: Option<Vec<Step>>,
}

/// The read where it shows that a call happened.
#[derive(Debug, Clone)]
pub(crate) struct Trace {
    /// The type of the call for whose items the read is made.
    pub(crate) first: Option<String>,
    /// The type of the call that is read, its output, and where its inputs come from.
    pub(crate) read: String,
    pub(crate) output: Type,
    pub(crate) inputs: Vec<(Slot, Origin)>,
    /// What is looked at: the items, or the one object.
    pub(crate) item: Type,
    pub(crate) items: Items,
    /// The field of the output with the items, if it is not the output itself; or the fields that are an item each.
    pub(crate) lists: Vec<String>,
    pub(crate) sign: Sign,
    /// Paths through fields of the item, and the inputs of this call that they hold.
    pub(crate) named: Vec<(Vec<Field>, Field)>,
    pub(crate) filter: Vec<(Vec<Field>, Field)>,
    /// The input with the list of what is to appear; paths of the item and the fields of what is listed.
    pub(crate) each: Option<(Field, Vec<Compared>)>,
    pub(crate) is: Vec<(Field, String)>,
    pub(crate) not_found: bool,
    pub(crate) absent_is_no: bool,
    pub(crate) unseen_is_no: bool,
    pub(crate) settle: i64,
}

/// A path through fields of an item, and the field that it is compared with.
pub(crate) type Compared = (Vec<Field>, Field);

/// An input of the call that is read.
#[derive(Debug, Clone)]
pub(crate) enum Slot {
    Field(Box<Field>),
    /// A variant of its only group of inputs: `GetInfoServer::Order`.
    Variant(String),
}

/// Where an input of the call that is read comes from.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    Own(Field),
    /// An id that is the same number under the name of another type.
    OwnAs(Field, String),
    /// A field of an item of the first read.
    First(Field),
}

/// Where the items of a read stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Items {
    /// There are none: the answer is the object.
    One,
    List,
    /// The values of a map.
    Values,
    /// There is one or none.
    Maybe,
    /// Fields of the answer are an item each.
    Fields,
}

/// What about the item shows it.
#[derive(Debug, Clone)]
pub(crate) enum Sign {
    New(Field),
    Changed(Field),
    There(Vec<Field>),
    Gone,
    Became,
}

#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    /// `servers`.
    pub(crate) module: String,
    /// `get_server`.
    pub(crate) name: String,
    /// `GetServer`.
    pub(crate) type_name: String,
    pub(crate) method: String,
    pub(crate) path: String,
    /// `specs/<api>/servers/get_server.toml`.
    pub(crate) spec: String,
    pub(crate) path_parameters: Vec<Field>,
    pub(crate) query: Vec<Field>,
    pub(crate) headers: Vec<Field>,
    pub(crate) body: Vec<Field>,
    pub(crate) one_of: Vec<OneOf>,
    /// The selector and the constants.
    pub(crate) fixed_body: Vec<surface::Constant>,
    pub(crate) fixed_query: Vec<surface::Constant>,
    pub(crate) at_least_one: Option<AtLeastOne>,
    pub(crate) output: Output,
    pub(crate) waiters: Vec<Waiter>,
    pub(crate) trace: Option<Trace>,
    pub(crate) surface: surface::Endpoint,
}

impl Endpoint {
    /// All inputs in the order of the struct.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &Field> {
        self.path_parameters.iter().chain(&self.query).chain(&self.headers).chain(&self.body)
    }

    pub(crate) fn effect(&self) -> &str {
        &self.surface.effect.value
    }

    pub(crate) fn is_callable(&self) -> bool {
        matches!(self.effect(), "safe" | "idempotent")
    }

    /// Whether some faults stand for an output without anything in it.
    pub(crate) fn can_be_empty(&self) -> bool {
        let response = &self.surface.response;
        let is_named = !response.empty_statuses.is_empty() || !response.empty_codes.is_empty();
        is_named && matches!(self.output.ty(), Some(Type::List(_) | Type::Map(..) | Type::Option(_)))
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) api: String,
    pub(crate) service: surface::Service,
    pub(crate) types: BTreeMap<String, TypeEntry>,
    pub(crate) endpoints: Vec<Endpoint>,
    /// The remarks of every file that has some, by the file.
    pub(crate) remarks: Vec<(String, surface::Remarks)>,
    pub(crate) inventory: Option<surface::Inventory>,
}

impl Model {
    /// The struct behind a type expression, if it is one.
    pub(crate) fn fields(&self, ty: &Type) -> Option<&[Field]> {
        match ty {
            Type::Named(name) => match &self.types.get(name)?.kind {
                TypeKind::Struct(fields) => Some(fields),
                _ => None,
            },
            _ => None,
        }
    }

    /// The endpoint at `module/name`.
    pub(crate) fn endpoint(&self, path: &str) -> Option<&Endpoint> {
        let (module, name) = path.split_once('/')?;
        self.endpoints.iter().find(|endpoint| endpoint.module == module && endpoint.name == name)
    }
}
