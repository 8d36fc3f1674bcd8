//! The resolved specs: Rust names, types, and paths in each format. Emitters read nothing else.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use hostkit_proto::codec::Names;

use crate::source::{At, Span};
use crate::surface::{self, Coding, IdKind, Limits, Wanted};

/// A type expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Int,
    Uint,
    Decimal,
    /// An amount; one that is there and cannot be read is an error of its object.
    Money,
    /// The currency of the amounts beside it and below it.
    Currency,
    Flag,
    /// A flag in words, each pair with that for no first; the first pair is written.
    Worded(Vec<[surface::Word; 2]>),
    Secret,
    DateTime,
    Date,
    UnixTime,
    Ip,
    IpBlock,
    Html,
    Bytes,
    Kibibytes,
    Mebibytes,
    Gibibytes,
    Any,
    /// A list in one text, with this between its items.
    Csv(Box<Type>, char),
    /// An object or a map in one text: `name=value`, with this between its parts.
    Joined(Box<Type>, char),
    /// A value whose JSON is one text.
    Json(Box<Type>),
    /// A text that is encoded by itself.
    Coded(Coding),
    List(Box<Type>),
    Map(Box<Type>, Box<Type>),
    /// A value that may be missing, in outputs only.
    Option(Box<Type>),
    /// A value that may be null, in JSON bodies of requests only.
    Nullable(Box<Type>),
    /// An item that has a marker of its own: a value or a fault, in outputs only.
    Judged(Box<Type>),
    Named(String),
}

impl Type {
    /// The innermost item type: `[T]` and `{K: T}` give `T`.
    pub(crate) fn item(&self) -> &Type {
        match self {
            Self::List(item) | Self::Map(_, item) | Self::Csv(item, _) => item.item(),
            Self::Option(item) | Self::Nullable(item) | Self::Judged(item) => item.item(),
            other => other,
        }
    }

    /// The type of an item that is a value or a fault, or the type itself.
    pub(crate) fn judged(&self) -> &Type {
        if let Self::Judged(item) = self { item } else { self }
    }

    /// Whether it is a flag that says yes by being there.
    pub(crate) fn is_there_or_not(&self) -> bool {
        matches!(self, Self::Worded(words) if words.iter().any(|[no, _]| no.plain().is_empty()))
    }

    /// Whether it is a list in one text, also one that may be null.
    pub(crate) fn is_list_in_one_text(&self) -> bool {
        matches!(if let Self::Nullable(item) = self { item } else { self }, Self::Csv(..))
    }

    /// Every named type in the expression.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Named(name) => vec![name],
            Self::List(item) | Self::Csv(item, _) | Self::Option(item) => item.names(),
            Self::Nullable(item) | Self::Joined(item, _) | Self::Json(item) | Self::Judged(item) => item.names(),
            Self::Map(key, item) => key.names().into_iter().chain(item.names()).collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Int
                | Self::Uint
                | Self::Decimal
                | Self::Money
                | Self::Bytes
                | Self::Kibibytes
                | Self::Mebibytes
                | Self::Gibibytes
        )
    }
}

/// Item limit of a list: 100,000 unless the spec sets one.
pub(crate) fn item_limit(given: Option<i64>) -> i64 {
    given.unwrap_or(100_000)
}

/// A name in each format, as a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WireName {
    pub(crate) json: Vec<String>,
    pub(crate) xml: Vec<String>,
    pub(crate) also: Vec<String>,
    /// The key of each item of a list.
    pub(crate) item: Option<String>,
}

impl WireName {
    /// The name that a path by format stands for; without a path for JSON, it is that of XML, and the reverse.
    pub(crate) fn of(root: &surface::Root) -> Option<Self> {
        let split = |root: &str| root.split('/').map(str::to_owned).collect();
        let json = root.json.as_deref().or(root.xml.as_deref())?;
        let xml = root.xml.as_deref().unwrap_or(json);
        Some(Self { json: split(json), xml: split(xml), also: Vec::new(), item: None })
    }
}

/// Where an answer says how many items a list or map has in all.
#[derive(Debug, Clone)]
pub(crate) struct Total {
    pub(crate) name: WireName,
    pub(crate) place: Span,
}

impl Total {
    fn of(total: Option<&At<surface::Root>>) -> Option<Self> {
        let total = total?;
        Some(Self { name: WireName::of(&total.value)?, place: total.span.clone() })
    }
}

/// A field with its Rust name and type.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) rust: String,
    pub(crate) ty: Type,
    pub(crate) name: WireName,
    pub(crate) surface: surface::Field,
}

/// The holes of a template of names, by what they hold.
pub(crate) const HOLES: [&str; 3] = ["index", "key", "field"];

/// The field by whose value another one is called, if it is, with the known values.
pub(crate) fn caller<'f>(model: &'f Model, fields: &'f [Field], field: &Field) -> Option<(&'f Field, &'f [Value])> {
    let name = field.caller()?;
    let caller = fields.iter().find(|other| other.rust == name && other.caller().is_none())?;
    let Type::Named(name) = &caller.ty else { return None };
    match &model.types.get(name)?.kind {
        TypeKind::Enumeration { values, .. } => Some((caller, values)),
        _ => None,
    }
}

/// The field that a part of one text gives a value for by being called so, and the field whose value that name is.
pub(crate) fn called<'f>(model: &'f Model, fields: &'f [Field], name: &str) -> Option<(&'f Field, &'f Field)> {
    let is_own = |field: &Field| field.wire_in_json() == name || field.name.also.iter().any(|also| also == name);
    if fields.iter().any(is_own) {
        return None;
    }
    fields.iter().find_map(|field| {
        let (caller, values) = caller(model, fields, field)?;
        values.iter().any(|value| value.wire == name).then_some((field, caller))
    })
}

/// Fields of an object of which one may be given, at most.
#[derive(Debug)]
pub(crate) struct Choice<'f> {
    pub(crate) fields: Vec<&'f Field>,
    /// Whether one has to be given.
    pub(crate) is_required: bool,
}

/// The choices between the fields of an object, in the order of their first fields.
pub(crate) fn choices(fields: &[Field]) -> Vec<Choice<'_>> {
    let mut choices: Vec<(&str, Choice<'_>)> = Vec::new();
    for field in fields {
        let Some(word) = &field.surface.one_of else { continue };
        match choices.iter_mut().find(|(known, _)| *known == word.value) {
            Some((_, choice)) => choice.fields.push(field),
            None => {
                choices.push((&word.value, Choice { fields: vec![field], is_required: field.surface.required }));
            }
        }
    }
    choices.into_iter().map(|(_, choice)| choice).collect()
}

/// The choice that a field of an object belongs to.
pub(crate) fn choice_of<'f>(fields: &'f [Field], field: &Field) -> Option<Choice<'f>> {
    let is_it = |choice: &Choice<'_>| choice.fields.iter().any(|other| other.rust == field.rust);
    choices(fields).into_iter().find(is_it)
}

/// The path to an item itself; as the key of a field, the whole body, beside which the other fields stand in headers, or
/// the part of an object in one text that has no name.
pub(crate) const ITSELF: &str = ".";

impl Field {
    /// An item as a field of itself.
    pub(crate) fn itself(ty: &Type) -> Self {
        let name = WireName { json: Vec::new(), xml: Vec::new(), also: Vec::new(), item: None };
        let surface = surface::Field { required: true, ..surface::Field::default() };
        Self { rust: ITSELF.to_owned(), ty: ty.clone(), name, surface }
    }

    pub(crate) fn is_itself(&self) -> bool {
        self.rust == ITSELF
    }

    /// Whether it is the whole body, beside headers: a list.
    pub(crate) fn is_body(&self) -> bool {
        self.wire() == ITSELF && matches!(self.ty, Type::List(_))
    }

    /// Whether it is the part without a name of an object in one text.
    pub(crate) fn is_nameless(&self) -> bool {
        self.wire() == ITSELF && !self.is_body()
    }

    /// Whether it stands in the object that an answer's body is.
    pub(crate) fn is_in_object(&self) -> bool {
        self.surface.header.is_none() && !self.is_body()
    }

    /// Its key in the spec.
    pub(crate) fn wire(&self) -> &str {
        &self.surface.wire.value
    }

    /// Its first name in all formats but XML.
    pub(crate) fn wire_in_json(&self) -> &str {
        self.name.json.first().map_or("", String::as_str)
    }

    /// The field by whose value its part of one text is called, by its Rust name: `names = "{model}"`.
    pub(crate) fn caller(&self) -> Option<&str> {
        let name = self.surface.names.as_ref()?.strip_prefix('{')?.strip_suffix('}')?;
        (!HOLES.contains(&name) && !name.contains(['{', '}'])).then_some(name)
    }

    /// How its parts are called, if each has a name of its own.
    pub(crate) fn names(&self) -> Option<Names<'_>> {
        if self.caller().is_some() {
            return None;
        }
        let names = Names::new(self.surface.names.as_deref()?);
        let from = self.surface.from.as_ref().and_then(|from| u32::try_from(from.value).ok());
        Some(from.map_or(names, |from| names.from(from)))
    }

    pub(crate) fn into_required(mut self) -> Self {
        self.surface.required = true;
        self
    }

    /// Whether it is always there; of the fields of a choice none is.
    pub(crate) fn is_required(&self) -> bool {
        self.surface.required && self.surface.one_of.is_none()
    }

    pub(crate) fn total(&self) -> Option<Total> {
        Total::of(self.surface.total.as_ref())
    }

    /// Whether it may be null, beside being absent.
    pub(crate) fn is_nullable(&self) -> bool {
        matches!(self.ty, Type::Nullable(_))
    }

    /// The name of the setter by which it is null.
    pub(crate) fn clearing(&self) -> String {
        ["clear_", &self.rust].concat()
    }

    /// Whether a value has to match a pattern.
    pub(crate) fn has_patterns(&self) -> bool {
        let surface = &self.surface;
        let others = surface.host_limits.iter().chain(&surface.when).map(|(_, limits)| limits);
        let mut shapes = std::iter::once(&surface.limits).chain(others).filter_map(|limits| limits.shape.as_deref());
        shapes.any(surface::is_pattern)
    }

    /// Absent lists and maps are empty, and a flag may say what absence means: these need no `Option`.
    pub(crate) fn is_option(&self) -> bool {
        !self.is_required() && self.surface.absent.is_none() && !matches!(self.ty, Type::List(_) | Type::Map(..))
    }
}

/// A type of `types/`.
#[derive(Debug, Clone)]
pub(crate) struct TypeEntry {
    pub(crate) name: String,
    /// The file in `types/`, without extension.
    pub(crate) module: String,
    pub(crate) spec: String,
    pub(crate) en: String,
    pub(crate) ru: String,
    pub(crate) about: String,
    pub(crate) keep_raw: bool,
    /// What may be sent of an id or a number of its own type.
    pub(crate) limits: Limits,
    pub(crate) kind: TypeKind,
    /// Whether requests or answers contain it.
    pub(crate) in_requests: bool,
    pub(crate) in_answers: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum TypeKind {
    Struct(Vec<Field>),
    /// Wire value, Rust name, texts of each value.
    Enumeration {
        is_number: bool,
        values: Vec<Value>,
    },
    Id(IdKind),
    /// A whole number from the first to the second.
    Ranged(i64, i64),
    Union {
        number: Option<Type>,
        scalar: Option<Type>,
        object: Option<Type>,
        list: Option<Type>,
    },
    /// An object that is one of several, by the names of its variants.
    Objects(Vec<(String, Type)>),
}

impl TypeKind {
    /// The types of what stands in a value.
    pub(crate) fn parts(&self) -> Vec<&Type> {
        match self {
            Self::Struct(fields) => fields.iter().map(|field| &field.ty).collect(),
            Self::Union { number, scalar, object, list } => {
                [number, scalar, object, list].into_iter().flatten().collect()
            }
            Self::Objects(objects) => objects.iter().map(|(_, ty)| ty).collect(),
            Self::Enumeration { .. } | Self::Id(_) | Self::Ranged(..) => Vec::new(),
        }
    }
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
    /// The key of the input or constant of the body before which it is written.
    pub(crate) before: Option<String>,
    pub(crate) en: String,
    pub(crate) ru: String,
    pub(crate) variants: Vec<Variant>,
}

#[derive(Debug, Clone)]
pub(crate) struct Variant {
    /// Its name in the spec, by which other places of the spec choose it.
    pub(crate) name: String,
    pub(crate) rust: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) fixed: Vec<surface::Constant>,
}

impl Variant {
    /// The paths of its fields and constants, in each format.
    pub(crate) fn paths(&self) -> impl Iterator<Item = String> {
        let fields = self.fields.iter().flat_map(|field| [field.name.json.join("/"), field.name.xml.join("/")]);
        fields.chain(self.fixed.iter().map(|constant| constant.key.value.clone()))
    }
}

/// Inputs of which at least one must be given.
#[derive(Debug, Clone)]
pub(crate) enum AtLeastOne {
    /// Any field of the body, by wire name.
    Body(Vec<String>),
    /// One of these: wire name, Rust name, and whether it is a list or a map.
    Of(Vec<(String, String, Many)>),
}

/// Whether an input is a list or a map, of which an empty one is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Many {
    No,
    Yes,
    /// One that may also be null.
    OrNull,
}

impl AtLeastOne {
    /// The inputs' names for a sentence; a long list is shortened.
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

/// Place of the output in the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Output {
    /// No output but success.
    None,
    Headers(Type),
    /// The body as one text.
    Text(Type),
    /// The body as it is.
    Bytes,
    Whole(Type),
    Under(Type, WireName),
}

impl Output {
    pub(crate) fn ty(&self) -> Option<&Type> {
        match self {
            Self::None | Self::Bytes => None,
            Self::Headers(ty) | Self::Text(ty) | Self::Whole(ty) | Self::Under(ty, _) => Some(ty),
        }
    }
}

/// A waiter's condition with its resolved path.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// Its path as the spec has it, by which it is named to a person.
    pub(crate) name: String,
    /// Steps from the output, or from the awaited item of a list.
    pub(crate) path: Vec<Step>,
    pub(crate) wanted: Wanted,
}

/// A path as errors and tickets name it.
pub(crate) fn dotted(path: &str) -> String {
    path.replace('/', ".")
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    First,
    /// A field, and whether it is an `Option`.
    Field {
        rust: String,
        is_option: bool,
        ty: Type,
        name: WireName,
    },
}

impl Step {
    /// The step to a field.
    pub(crate) fn to(field: &Field) -> Self {
        let Field { rust, ty, name, .. } = field.clone();
        Self::Field { rust, is_option: field.is_option(), ty, name }
    }
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

/// Evidence that a call happened: the read that shows it.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    /// Type of the call that lists the items for each of which the read is made.
    pub(crate) first: Option<String>,
    /// Type of the read, its output, and the sources of its inputs.
    pub(crate) read: String,
    pub(crate) output: Type,
    pub(crate) inputs: Vec<(Slot, Origin)>,
    /// The same for the call that lists the items.
    pub(crate) first_inputs: Vec<(Slot, Origin)>,
    /// Whether each of the reads gives one item.
    pub(crate) is_single: bool,
    /// The compared item, or the one object.
    pub(crate) item: Type,
    pub(crate) items: Items,
    /// Fields of the output that hold the items, if it is not the output itself; for `Items::Fields`, each is an item.
    pub(crate) lists: Vec<String>,
    pub(crate) sign: Sign,
    /// Paths through the item's fields, and the inputs that they must equal.
    pub(crate) filter: Vec<(Vec<Field>, Field)>,
    /// As `filter`, for names that may be given in full or without their domain.
    pub(crate) below: Vec<(Vec<Field>, Field)>,
    /// Where the compared inputs stand that are in a variant, by their names.
    pub(crate) choices: Vec<(String, EchoedInput)>,
    /// The input whose items must each appear; paths of the read's item and the listed fields that they must equal.
    pub(crate) each: Option<(Field, Vec<Compared>)>,
    /// The input that says how many items the call makes.
    pub(crate) count: Option<Field>,
    /// Paths through the item's fields, and what they must have.
    pub(crate) is: Vec<(Vec<Field>, Wanted)>,
    /// The field of the output, or the output itself, with the key of what the call makes.
    pub(crate) made: Option<Made>,
    pub(crate) not_found: bool,
    pub(crate) absent_is_no: bool,
    pub(crate) unseen_is_no: bool,
    /// Inputs that the hoster fills in where they are not given, by their Rust names.
    pub(crate) filled_in: Vec<String>,
    pub(crate) by_itself: ByItself,
    /// The call is not sent where it is so already.
    pub(crate) already_is_refused: bool,
    pub(crate) lag: i64,
}

/// Whether the hoster may do by itself what a call does.
#[derive(Debug, Clone)]
pub(crate) enum ByItself {
    No,
    Yes,
    /// As this field of the item says.
    If(Box<Field>),
}

/// Where the output of a call has the key of what it makes.
#[derive(Debug, Clone)]
pub(crate) enum Made {
    /// The output is the key.
    Output,
    /// The output is the item.
    Item,
    Field(Box<Field>),
    /// A field of the output is the item, or a list of the items.
    Within(Box<Field>),
}

/// A path through an item's fields, and the field that it is compared with.
pub(crate) type Compared = (Vec<Field>, Field);

/// An input of the read.
#[derive(Debug, Clone)]
pub(crate) enum Slot {
    Field(Box<Field>),
    /// A variant of an input group; its only input may be one that can be left out.
    Variant {
        group: String,
        is_required: bool,
        is_option: bool,
        type_name: String,
        variant: String,
        /// The type of its only input.
        ty: Option<Type>,
    },
}

impl Slot {
    /// The type of the input.
    pub(crate) fn ty(&self) -> Option<&Type> {
        match self {
            Self::Field(field) => Some(&field.ty),
            Self::Variant { ty, .. } => ty.as_ref(),
        }
    }
}

/// Source of an input of the read.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    Own(Field),
    /// An id with the same number but another type.
    OwnAs(Field, String),
    /// The only input of a variant of this call: its name in tickets, its field, and where it stands.
    Chosen(String, Box<Field>, EchoedInput),
    /// An item of the first call, or a field of it.
    First(Field),
    /// This value of this type.
    Constant(Type, String),
    /// An object of this type, with these constants in it.
    Object(String, Vec<(Field, String)>),
    /// A variant without inputs is chosen, and nothing more.
    Nothing,
}

/// Place of the items in the answer to a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Items {
    /// The answer is the one object.
    One,
    List,
    /// The values of a map.
    Values,
    /// The lists in a field of each item of the answer.
    Nested,
    /// One item or none.
    Maybe,
    /// Each of these fields of the answer is an item.
    Fields,
}

/// The kind of change by which an item shows that the call happened.
#[derive(Debug, Clone)]
pub(crate) enum Sign {
    New(Box<Field>),
    /// A field that is another one than before, by its path.
    Changed(Vec<Field>),
    /// A number that grows by as much as an input says.
    Grew(Vec<Field>, Box<Field>),
    /// A date that moves on by as many months as an input says.
    Paid(Vec<Field>, Option<Box<Field>>),
    There(Vec<Field>),
    Gone,
    Became,
}

/// How the call for the next page is made.
#[derive(Debug, Clone)]
pub(crate) struct Paging {
    pub(crate) input: Field,
    pub(crate) goes_on: GoesOn,
    /// The field of the output with the items; `None` if the output is the list.
    pub(crate) list: Option<Field>,
    pub(crate) item: Type,
    /// The ways to how many items there are on all pages, and how many pages.
    pub(crate) total: Option<Vec<Field>>,
    /// Whether an empty list leaves out how many items there are.
    pub(crate) lacks_zero: bool,
    pub(crate) pages: Option<Vec<Field>>,
}

/// How an input goes on to the next page.
#[derive(Debug, Clone)]
pub(crate) enum GoesOn {
    /// One more than before; the first page has this number.
    ByOne(i64),
    /// By as many items as came.
    ByItems,
    /// To the value of a field, or to what a link there has for it.
    To(Vec<Field>),
}

/// An input that the answer repeats.
#[derive(Debug, Clone)]
pub(crate) struct Echo {
    /// The path of the answer's field, by which both are named.
    pub(crate) name: String,
    pub(crate) path: Vec<Field>,
    pub(crate) input: EchoedInput,
}

/// The input list whose items have one result each, in their order.
#[derive(Debug, Clone)]
pub(crate) struct Each {
    /// The list's name, as the spec writes it.
    pub(crate) name: String,
    pub(crate) input: EchoedInput,
    /// The field of the answer with the results, if it is not the list itself.
    pub(crate) list: Option<Field>,
    /// Fields of a result, and the fields of its item that they repeat.
    pub(crate) echo: Vec<(Vec<Field>, Field)>,
}

#[derive(Debug, Clone)]
pub(crate) enum EchoedInput {
    Field(Box<Field>),
    /// A field of each item of an input list, inside objects of it.
    Items {
        list: Box<Field>,
        path: Vec<Field>,
    },
    /// The only field of a variant of a group.
    Variant {
        group: String,
        is_required: bool,
        type_name: String,
        variant: String,
    },
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
    /// Selector and constants.
    pub(crate) fixed_body: Vec<surface::Constant>,
    /// Constants of the service that stand around the root of the body.
    pub(crate) fixed_top: Vec<surface::Constant>,
    pub(crate) fixed_query: Vec<surface::Constant>,
    pub(crate) fixed_headers: Vec<surface::Constant>,
    pub(crate) at_least_one: Option<AtLeastOne>,
    pub(crate) output: Output,
    /// Of a map: the field of an item that is its key.
    pub(crate) key: Option<Field>,
    pub(crate) echo: Vec<Echo>,
    pub(crate) each: Vec<Each>,
    pub(crate) paging: Option<Paging>,
    pub(crate) waiters: Vec<Waiter>,
    pub(crate) evidence: Option<Evidence>,
    pub(crate) surface: surface::Endpoint,
}

impl Endpoint {
    /// All inputs, in the order of the struct's fields.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &Field> {
        self.path_parameters.iter().chain(&self.query).chain(&self.headers).chain(&self.body)
    }

    /// Whether an input has to match a pattern.
    pub(crate) fn has_patterns(&self) -> bool {
        let chosen = self.one_of.iter().flat_map(|group| &group.variants).flat_map(|variant| &variant.fields);
        self.inputs().chain(chosen).any(Field::has_patterns)
    }

    /// The fields of the output that stand in headers, beside a body or alone.
    pub(crate) fn header_fields<'m>(&self, model: &'m Model) -> Vec<&'m Field> {
        let fields = self.output.ty().and_then(|ty| model.fields(ty)).unwrap_or_default();
        let is_alone = matches!(self.output, Output::Headers(_));
        fields.iter().filter(|field| is_alone || field.surface.header.is_some()).collect()
    }

    /// The field of the output that is the whole body, if headers stand beside it.
    pub(crate) fn body_field<'m>(&self, model: &'m Model) -> Option<&'m Field> {
        let Output::Whole(ty) = &self.output else { return None };
        model.fields(ty)?.iter().find(|field| field.is_body())
    }

    pub(crate) fn effect(&self) -> &str {
        &self.surface.effect.value
    }

    /// What the hoster's document calls it: the action, the name of the request, or the last word of the path.
    pub(crate) fn wire_name(&self) -> &str {
        let words = self.path.rsplit('/').filter(|word| !word.contains(['{', '?']));
        let of_path = || words.into_iter().next().unwrap_or_default();
        let root = self.surface.request_root.json.as_deref();
        self.surface.action.as_deref().or(root).unwrap_or_else(of_path)
    }

    /// The path to the marker in answers of a success, with the names of this call's `root` for `*`; `None` if answers have
    /// none. An error is the number of a step that nothing names.
    pub(crate) fn mark(&self, service: &surface::Service, is_xml: bool) -> Result<Option<String>, usize> {
        let is_raw = matches!(self.output, Output::Headers(_) | Output::Text(_) | Output::Bytes);
        if !service.fault.is_marked_document() || is_raw {
            return Ok(None);
        }
        let name = WireName::of(&self.surface.response.root);
        let root = name.map(|name| if is_xml { name.xml } else { name.json }).unwrap_or_default();
        let mut is_below = true;
        let steps = service.fault.marker.split('/').enumerate().map(|(index, step)| {
            let named = root.get(index).filter(|_| is_below);
            is_below &= named.is_some_and(|named| step == "*" || named == step);
            if step == "*" { named.map(String::as_str).ok_or(index + 1) } else { Ok(step) }
        });
        Ok(Some(steps.collect::<Result<Vec<&str>, usize>>()?.join("/")))
    }

    /// The place where an answer without output has its marker, if that is named.
    pub(crate) fn marked_root(&self, service: &surface::Service) -> Option<WireName> {
        let is_marked = self.output == Output::None && service.fault.is_marked_document();
        WireName::of(&self.surface.response.root).filter(|_| is_marked)
    }

    /// Whether the API may answer with an item that is there, and make nothing: it is not said that a repeat adds again,
    /// and an item shows inputs of the caller. A call that is refused where it is so already is not sent then.
    pub(crate) fn may_make_nothing(&self) -> bool {
        let is_additive = self.surface.flags.iter().any(|flag| flag == "additive");
        self.evidence.as_ref().is_some_and(|evidence| {
            let shows_own = !(evidence.filter.is_empty() && evidence.below.is_empty() && evidence.each.is_none());
            matches!(evidence.sign, Sign::New(_)) && shows_own && !is_additive && !evidence.already_is_refused
        })
    }

    pub(crate) fn is_callable(&self) -> bool {
        matches!(self.effect(), "safe" | "idempotent")
    }

    pub(crate) fn total(&self) -> Option<Total> {
        Total::of(self.surface.response.total.as_ref())
    }

    /// Where null says that the call was carried out; `Some(None)` is the whole answer.
    pub(crate) fn null(&self) -> Option<Option<WireName>> {
        let response = &self.surface.response;
        let is_null = response.from.as_ref().is_some_and(|from| from.value == "null");
        is_null.then(|| WireName::of(&response.root))
    }

    /// Whether some faults mean an empty output.
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
    /// Files of endpoints that cannot be read, as `module/endpoint`: what names one is not wrong for that.
    pub(crate) unread: Vec<String>,
    /// The remarks of each file that has some, by file.
    pub(crate) remarks: Vec<(String, surface::Remarks)>,
    pub(crate) inventory: Option<surface::Inventory>,
    /// Whether the sentences are translated into Russian.
    pub(crate) is_translated: bool,
    /// Words of other languages for the words of names, by which they are searched for.
    pub(crate) search: Vec<(At<String>, Vec<String>)>,
}

impl Model {
    /// Whether some list has items with verdicts of their own.
    pub(crate) fn has_judged_items(&self) -> bool {
        self.endpoints.iter().any(|endpoint| endpoint.surface.response.is_each.is_some())
    }

    /// The fields of the struct that a type expression names, if it names one.
    pub(crate) fn fields(&self, ty: &Type) -> Option<&[Field]> {
        match ty {
            Type::Named(name) => match &self.types.get(name)?.kind {
                TypeKind::Struct(fields) => Some(fields),
                _ => None,
            },
            _ => None,
        }
    }

    /// Of objects of which a value is one, the fields by which each is told from the others: in this format their paths
    /// neither are nor lead to those of another one.
    pub(crate) fn own_fields(&self, objects: &[(String, Type)], is_xml: bool) -> Vec<Vec<&Field>> {
        let path = |field: &Field| if is_xml { field.name.xml.clone() } else { field.name.json.clone() };
        let fields = |ty: &Type| self.fields(ty).unwrap_or_default();
        let meets = |one: &Field, other: &Field| path(one).iter().zip(&path(other)).all(|(step, own)| step == own);
        let of_object = |(index, (_, ty)): (usize, &(String, Type))| {
            let others = objects.iter().enumerate().filter(|(other, _)| *other != index);
            let others: Vec<&Field> = others.flat_map(|(_, (_, ty))| fields(ty)).collect();
            fields(ty).iter().filter(|field| !others.iter().any(|other| meets(field, other))).collect()
        };
        objects.iter().enumerate().map(of_object).collect()
    }

    /// The words by which somebody who does not know this name searches for it.
    pub(crate) fn search_words(&self, name: &str) -> Vec<&str> {
        let name = name.to_snake_case();
        let words = name.split('_').flat_map(|word| self.search.iter().filter(move |(known, _)| known.value == word));
        words.flat_map(|(_, words)| words).map(String::as_str).collect()
    }

    /// Whether the answers of a call come in XML, or in another format.
    pub(crate) fn answers_in(&self, endpoint: &Endpoint, is_xml: bool) -> bool {
        let own = &endpoint.surface.response.formats;
        let formats = if own.is_empty() { &self.service.formats } else { own };
        formats.iter().any(|format| (format == "xml") == is_xml)
    }

    /// The endpoint at `module/name`.
    pub(crate) fn endpoint(&self, path: &str) -> Option<&Endpoint> {
        let (module, name) = path.split_once('/')?;
        self.endpoints.iter().find(|endpoint| endpoint.module == module && endpoint.name == name)
    }
}
