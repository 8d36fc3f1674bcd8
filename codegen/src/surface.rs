//! The specs as written: every value with its place, nothing resolved.

use hostkit_proto::codec::{FromText, ToText};
use hostkit_proto::{Base64Text, Leniency, PercentText};

use crate::source::{At, FileId, Span};

/// A constant of a body or query: its text, and whether it was written as a number.
#[derive(Debug, Clone)]
pub(crate) struct Constant {
    pub(crate) key: At<String>,
    pub(crate) text: String,
    pub(crate) is_number: bool,
    /// How many inputs stand before it in the table of a call.
    pub(crate) behind: usize,
}

/// A place of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Header,
    Query,
    Body,
    Cookie,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    Name(String),
    /// The base64 of two names with a colon between them.
    Basic(String, String),
}

/// What is put into a request.
#[derive(Debug, Clone)]
pub(crate) struct Put {
    pub(crate) place: Place,
    /// The name at its place.
    pub(crate) key: At<String>,
    pub(crate) template: At<String>,
    pub(crate) pieces: Vec<Piece>,
    /// Whether it was written as a number or a truth value.
    pub(crate) is_number: bool,
}

impl Put {
    /// The names in its template.
    pub(crate) fn names(&self) -> Vec<&str> {
        names(&self.pieces)
    }

    /// Whether the signature is in it.
    pub(crate) fn signs(&self) -> bool {
        self.names().iter().any(|name| SIGNATURES.contains(name))
    }

    /// The name that is the whole template.
    pub(crate) fn name(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Name(name)] => Some(name),
            _ => None,
        }
    }

    /// The constant that it is once the name `action` has this value; `None` if another name is in it.
    pub(crate) fn constant(&self, action: Option<&str>) -> Option<Constant> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Name(name) if name == ACTION => text.push_str(action?),
                _ => return None,
            }
        }
        Some(Constant { key: self.key.clone(), text, is_number: self.is_number, behind: 0 })
    }
}

/// The names of a template that are no fields: time and nonce of the request, and its signature.
pub(crate) const STAMPS: [&str; 3] = ["time", "time:ms", "nonce"];
pub(crate) const SIGNATURES: [&str; 2] = ["signature", "signature:base64"];

/// A text with names in braces.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) text: At<String>,
    pub(crate) pieces: Vec<Piece>,
}

impl Template {
    /// The names in it.
    pub(crate) fn names(&self) -> Vec<&str> {
        names(&self.pieces)
    }
}

fn names(pieces: &[Piece]) -> Vec<&str> {
    let names = pieces.iter().flat_map(|piece| match piece {
        Piece::Text(_) => vec![],
        Piece::Name(name) => vec![name.as_str()],
        Piece::Basic(login, password) => vec![login.as_str(), password.as_str()],
    });
    names.collect()
}

/// `[signature]`: what is signed, and how.
#[derive(Debug, Clone)]
pub(crate) struct Signature {
    pub(crate) algorithm: At<String>,
    /// The key of an HMAC.
    pub(crate) key: Option<Template>,
    pub(crate) text: Template,
    /// The call that tells the server's time.
    pub(crate) clock: Option<At<String>>,
}

impl Signature {
    /// The names of its key and of its text.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.key.iter().flat_map(Template::names).chain(self.text.names()).collect()
    }
}

/// The name of an endpoint's action in what the service puts into every request.
pub(crate) const ACTION: &str = "action";

/// The name of a session's token in what a session puts into requests.
pub(crate) const TOKEN: &str = "token";

/// The constants among what is put into one place.
pub(crate) fn constants(puts: &[Put], place: Place, action: Option<&str>) -> Vec<Constant> {
    puts.iter().filter(|put| put.place == place).filter_map(|put| put.constant(action)).collect()
}

/// `key = "word"` pairs.
pub(crate) type Pairs = Vec<(At<String>, At<String>)>;

#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) name: At<String>,
    pub(crate) en: String,
    pub(crate) ru: String,
    pub(crate) about: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) zone: At<String>,
    /// The currency of amounts, where the document says it for all of them.
    pub(crate) currency: Option<At<String>>,
    pub(crate) formats: Vec<String>,
    pub(crate) request_format: Option<String>,
    pub(crate) negotiates: bool,
    pub(crate) path: Option<String>,
    pub(crate) method: Option<String>,
    /// What is put into every request.
    pub(crate) put: Vec<Put>,
    /// Whether the `{action}` of some call stands around the root of its body.
    pub(crate) has_rooted_action: bool,
    /// What is put into requests for answers of a format.
    pub(crate) put_by_format: Vec<(At<String>, Vec<Put>)>,
    pub(crate) lenient: Leniency,
    /// Paths to what is ignored in answers.
    pub(crate) ignore: Vec<At<String>>,
    /// The key of wrapped scalars; empty if there are none.
    pub(crate) scalar: Option<At<String>>,
    /// What every answer stands below.
    pub(crate) root: Option<At<Root>>,
    /// What flags are, where they are words.
    pub(crate) words: Option<At<Vec<Word>>>,
    /// Place of the second leniency for maps if both are on: a map could then be a list of items or a single item.
    pub(crate) ambiguous_map: Option<Span>,
    /// Where the patterns of dates stand.
    pub(crate) dates: Span,
    pub(crate) datetime_patterns: Vec<String>,
    pub(crate) date_patterns: Vec<String>,
    pub(crate) hosts: Vec<Host>,
    pub(crate) credentials: Vec<Credentials>,
    pub(crate) session: Option<Session>,
    pub(crate) signature: Option<Signature>,
    pub(crate) fault: Fault,
    /// Places of the id of a request in its fault: paths, and `header.NAME`.
    pub(crate) request_id: Vec<At<String>>,
    pub(crate) errors: Vec<ErrorCode>,
    pub(crate) rates: Vec<Rate>,
    /// What the statuses mean for every endpoint that lists them.
    pub(crate) statuses: Vec<Status>,
    /// What a user does with the calls of each module.
    pub(crate) modules: Vec<Module>,
    /// The file name of the hoster's document.
    pub(crate) document: Option<String>,
    /// Where the bytes of examples are from, unless an endpoint says otherwise.
    pub(crate) origin: Option<String>,
    pub(crate) remarks: Remarks,
}

impl Service {
    /// The path to where an answer of a format begins.
    pub(crate) fn top(&self, is_xml: bool) -> &str {
        let root = self.root.as_ref().map(|root| &root.value);
        let path = root.and_then(|root| if is_xml { root.xml.as_deref() } else { root.json.as_deref() });
        path.unwrap_or_default()
    }

    /// The key of wrapped scalars; empty if there are none.
    pub(crate) fn scalar(&self) -> &str {
        self.scalar.as_ref().map_or("", |scalar| scalar.as_str())
    }

    /// The formats of bodies of requests.
    pub(crate) fn body_formats(&self) -> &[String] {
        self.request_format.as_ref().map_or(self.formats.as_slice(), std::slice::from_ref)
    }

    /// Whether bodies of requests may be in XML, or in another format.
    pub(crate) fn sends(&self, is_xml: bool) -> bool {
        self.body_formats().iter().any(|format| (format == "xml") == is_xml)
    }

    /// Whether bodies of requests or answers may be in XML, or in another format.
    pub(crate) fn speaks(&self, is_xml: bool) -> bool {
        self.sends(is_xml) || self.formats.iter().any(|format| (format == "xml") == is_xml)
    }

    /// What a user does with the calls of a module, if the service says it.
    pub(crate) fn module(&self, name: &str) -> Option<&Module> {
        self.modules.iter().find(|module| module.name.value == name)
    }

    /// Paths to what is ignored in answers.
    pub(crate) fn ignored(&self) -> Vec<&str> {
        self.ignore.iter().map(|path| path.as_str()).collect()
    }

    /// Keys that every request's body gets: those of credentials and of constants.
    pub(crate) fn request_keys(&self) -> Vec<String> {
        let is_in_all = |put: &&Put| put.names().is_empty() || self.has_rooted_action || put.key.starts_with('@');
        let constants = self.put.iter().filter(is_in_all);
        let constants = constants.chain(self.put_by_format.iter().flat_map(|(_, puts)| puts));
        let all = self.credentials.iter().flat_map(|credentials| &credentials.put).chain(constants);
        let mut keys: Vec<String> =
            all.filter(|put| put.place == Place::Body).map(|put| put.key.value.clone()).collect();
        keys.sort();
        keys.dedup();
        keys
    }
}

/// A folder of calls.
#[derive(Debug, Clone)]
pub(crate) struct Module {
    pub(crate) name: At<String>,
    pub(crate) en: String,
    pub(crate) ru: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Host {
    pub(crate) name: At<String>,
    pub(crate) url: String,
    /// The currency of amounts there.
    pub(crate) currency: Option<At<String>>,
    pub(crate) en: String,
    pub(crate) ru: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) name: At<String>,
    pub(crate) en: String,
    pub(crate) ru: String,
    pub(crate) fields: Pairs,
    /// The fields that not every account has.
    pub(crate) optional: Vec<String>,
    pub(crate) sign_in: Option<At<String>>,
    pub(crate) token: Option<At<String>>,
    pub(crate) put: Vec<Put>,
}

impl Credentials {
    /// The fields that every account has: what a constructor takes.
    pub(crate) fn required(&self) -> impl Iterator<Item = &(At<String>, At<String>)> {
        self.fields.iter().filter(|(field, _)| !self.is_optional(field))
    }

    /// Whether not every account has this field.
    pub(crate) fn is_optional(&self, field: &str) -> bool {
        self.optional.iter().any(|optional| optional == field)
    }

    /// The names in what is put somewhere that not every account has.
    pub(crate) fn optional_names<'p>(&self, put: &'p Put) -> Vec<&'p str> {
        put.names().into_iter().filter(|name| self.is_optional(name)).collect()
    }

    /// Whether calls with them are signed.
    pub(crate) fn sign(&self) -> bool {
        self.put.iter().any(Put::signs)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) put: Vec<Put>,
    pub(crate) token: At<String>,
    pub(crate) base_url: Option<At<String>>,
    pub(crate) lifetime: Option<i64>,
    pub(crate) ends: Option<At<String>>,
    pub(crate) issued: Option<At<String>>,
    pub(crate) hosts: Vec<At<String>>,
}

/// A word that a marker may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    Text(String),
    Number(String),
    Flag(bool),
}

impl Word {
    /// The word without quotes.
    pub(crate) fn plain(&self) -> String {
        self.as_protocol().text().to_owned()
    }

    /// The word as the protocol crate has it.
    pub(crate) fn as_protocol(&self) -> hostkit_proto::Word<'_> {
        match self {
            Self::Text(text) => hostkit_proto::Word::Text(text),
            Self::Number(number) => hostkit_proto::Word::Number(number),
            Self::Flag(flag) => hostkit_proto::Word::Flag(*flag),
        }
    }
}

/// How faults are recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum FaultStyle {
    /// By the marker of an envelope.
    Envelope,
    /// By a failing status and a document that is named.
    Wrapped,
    /// By documents with codes and texts at stated places.
    #[default]
    Documents,
}

impl FaultStyle {
    /// Its name in OpenAPI documents.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Wrapped => "status",
            Self::Documents => "documents",
        }
    }
}

/// One `[[fault]]`.
#[derive(Debug, Clone)]
pub(crate) struct ErrorDocument {
    /// Where the table begins.
    pub(crate) place: Span,
    pub(crate) is: Vec<Word>,
    pub(crate) wrapped: bool,
    pub(crate) present: String,
    pub(crate) bare: Option<String>,
    pub(crate) code: Vec<String>,
    pub(crate) message: Vec<String>,
    pub(crate) details: Vec<String>,
    pub(crate) fields: String,
    pub(crate) no_code: Vec<String>,
    pub(crate) auth: Vec<String>,
}

/// `[success]` and every `[[fault]]`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fault {
    pub(crate) style: FaultStyle,
    /// All forms; the fields below are those of the first one.
    pub(crate) documents: Vec<ErrorDocument>,
    pub(crate) code: Vec<String>,
    pub(crate) message: Vec<String>,
    pub(crate) details: Vec<String>,
    pub(crate) marker: String,
    pub(crate) success: Vec<Word>,
    pub(crate) failure: Vec<Word>,
    pub(crate) inner: Vec<String>,
    pub(crate) no_code: Vec<String>,
    pub(crate) auth: Vec<String>,
    /// Where the marker is said.
    pub(crate) place: Option<Span>,
    pub(crate) fields: String,
    pub(crate) keys: Vec<String>,
    pub(crate) write: Vec<Constant>,
}

impl Fault {
    /// Whether faults are documents, and a success has a marker.
    pub(crate) fn is_marked_document(&self) -> bool {
        self.style == FaultStyle::Documents && self.place.is_some() && !self.marker.is_empty()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct ErrorCode {
    pub(crate) code: At<String>,
    /// The keys that it is written with.
    pub(crate) keys: Vec<At<String>>,
    pub(crate) name: Option<At<String>>,
    pub(crate) kind: String,
    pub(crate) en: String,
    pub(crate) ru: String,
    pub(crate) accepted: Option<String>,
    pub(crate) verify: bool,
    pub(crate) undone: bool,
    /// Parts of texts that stand for the code.
    pub(crate) texts: Vec<At<String>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Rate {
    pub(crate) name: At<String>,
    pub(crate) count: i64,
    pub(crate) per: String,
}

/// Inconsistencies of the document that a file mentions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Remarks {
    pub(crate) quirks: Vec<Quirk>,
    pub(crate) notes: Vec<(At<String>, String)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Quirk {
    pub(crate) id: At<String>,
    pub(crate) en: String,
    pub(crate) example: At<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct TypeFile {
    pub(crate) file: FileId,
    /// File name without extension.
    pub(crate) module: String,
    pub(crate) types: Vec<TypeDefinition>,
    pub(crate) remarks: Remarks,
}

#[derive(Debug, Clone)]
pub(crate) struct TypeDefinition {
    pub(crate) name: At<String>,
    pub(crate) en: String,
    pub(crate) ru: String,
    pub(crate) about: String,
    pub(crate) kind: TypeKind,
    pub(crate) keep_raw: bool,
    /// The keys that it is written with.
    pub(crate) keys: Vec<At<String>>,
}

/// How a value is written, if otherwise than its type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writing {
    /// A number in quotes.
    Quoted,
    /// The JSON of a value as one text.
    Json,
    /// A text that is encoded by itself.
    Coded(Coding),
}

/// How a text is encoded by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Base64,
    Percent,
}

impl Coding {
    /// Its word in the language.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Percent => "percent",
        }
    }

    /// What is read, in error texts.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::Base64 => Base64Text::EXPECTED,
            Self::Percent => PercentText::EXPECTED,
        }
    }

    /// An encoded text as it would be written.
    pub(crate) fn written(self, text: &str) -> Option<String> {
        match self {
            Self::Base64 => Base64Text::from_text(text).map(|text| text.to_text().into_owned()),
            Self::Percent => PercentText::from_text(text).map(|text| text.to_text().into_owned()),
        }
    }

    /// The plain text of an encoded one.
    pub(crate) fn plain(self, text: &str) -> Option<String> {
        match self {
            Self::Base64 => Base64Text::from_text(text).map(|text| text.0),
            Self::Percent => PercentText::from_text(text).map(|text| text.0),
        }
    }
}

/// What an id may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdKind {
    Number,
    /// Letters, digits, `-` and `_`.
    Text,
    /// Any text without control characters.
    Free,
}

#[derive(Debug, Clone)]
pub(crate) enum TypeKind {
    Struct(Vec<Field>),
    Enumeration {
        is_number: bool,
        values: Vec<EnumerationValue>,
    },
    Id {
        kind: IdKind,
        /// What may be sent: a number's value, or the length of a text.
        limits: At<Limits>,
    },
    /// A number within a range.
    Ranged(At<Limits>),
    Union {
        number: Option<At<String>>,
        scalar: Option<At<String>>,
        object: Option<At<String>>,
        list: Option<At<String>>,
        objects: Vec<At<String>>,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct EnumerationValue {
    pub(crate) wire: At<String>,
    pub(crate) name: Option<At<String>>,
    pub(crate) en: String,
    pub(crate) ru: String,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Limits {
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) multiple_of: Option<i64>,
    pub(crate) min_length: Option<i64>,
    pub(crate) max_length: Option<i64>,
    pub(crate) max_bytes: Option<i64>,
    pub(crate) shape: Option<String>,
}

impl Limits {
    /// These, and what else those of the type say.
    pub(crate) fn or(mut self, of_type: &Self) -> Self {
        (self.min, self.max) = (self.min.or(of_type.min), self.max.or(of_type.max));
        self.min_length = self.min_length.or(of_type.min_length);
        self.max_length = self.max_length.or(of_type.max_length);
        self.shape = self.shape.or_else(|| of_type.shape.clone());
        self
    }

    /// Whether there is one of a length in characters.
    pub(crate) fn has_length(&self) -> bool {
        self.min_length.or(self.max_length).is_some()
    }

    /// Those of each item of a list in one text, and those of the whole.
    pub(crate) fn apart(&self) -> (Self, Self) {
        let (min_length, max_length, max_bytes) = (self.min_length, self.max_length, self.max_bytes);
        let of_items = Self { min_length: None, max_length: None, max_bytes: None, ..self.clone() };
        (of_items, Self { min_length, max_length, max_bytes, ..Self::default() })
    }
}

/// Whether a shape is a pattern, and not a word.
pub(crate) fn is_pattern(shape: &str) -> bool {
    shape.starts_with('^')
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Field {
    pub(crate) wire: At<String>,
    /// The keys that it is written with.
    pub(crate) keys: Vec<At<String>>,
    pub(crate) ty: At<String>,
    pub(crate) name: Option<At<String>>,
    pub(crate) json: Option<String>,
    pub(crate) xml: Option<String>,
    /// The key of each item of a list.
    pub(crate) item: Option<At<String>>,
    pub(crate) also: Vec<String>,
    pub(crate) required: bool,
    pub(crate) absent: Option<At<bool>>,
    pub(crate) header: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) pattern: Option<String>,
    pub(crate) write: Option<Writing>,
    pub(crate) trim: bool,
    pub(crate) limits: Limits,
    pub(crate) host_limits: Vec<(At<String>, Limits)>,
    pub(crate) max_items: Option<i64>,
    pub(crate) total: Option<At<Root>>,
    /// Conditions, and the limits that apply under them.
    pub(crate) when: Vec<(At<String>, Limits)>,
    pub(crate) not_below: Option<At<String>>,
    pub(crate) required_if: Option<At<String>>,
    pub(crate) only_if: Option<At<String>>,
    /// The choice that it belongs to: of the fields of an object with the same word one may be given, at most.
    pub(crate) one_of: Option<At<String>>,
    /// The template of the names of its items and of their fields.
    pub(crate) names: Option<At<String>>,
    /// The number of the first item in names, if it is not 1.
    pub(crate) from: Option<At<i64>>,
    pub(crate) words: Option<At<Vec<Word>>>,
    /// Place of the separator of a list that is one text.
    pub(crate) join: Option<At<String>>,
    pub(crate) provenance: Option<String>,
    pub(crate) en: String,
    pub(crate) ru: String,
}

impl Field {
    /// Whether a number is written in quotes.
    pub(crate) fn is_quoted(&self) -> bool {
        self.write == Some(Writing::Quoted)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct OneOf {
    pub(crate) name: At<String>,
    pub(crate) required: bool,
    /// The input or constant of the body before which it stands.
    pub(crate) before: Option<At<String>>,
    pub(crate) en: String,
    pub(crate) ru: String,
    pub(crate) variants: Vec<Variant>,
}

#[derive(Debug, Clone)]
pub(crate) struct Variant {
    pub(crate) name: At<String>,
    pub(crate) fields: Vec<Field>,
    pub(crate) fixed: Vec<Constant>,
}

/// A path that may differ by format.
#[derive(Debug, Clone, Default)]
pub(crate) struct Root {
    pub(crate) xml: Option<String>,
    pub(crate) json: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Response {
    pub(crate) ty: Option<At<String>>,
    pub(crate) root: Root,
    pub(crate) item: Option<At<String>>,
    pub(crate) max_items: Option<i64>,
    pub(crate) total: Option<At<Root>>,
    pub(crate) formats: Vec<String>,
    /// What the output is, if it is no value of a document: headers, text or bytes.
    pub(crate) from: Option<At<String>>,
    pub(crate) empty_statuses: Vec<i64>,
    pub(crate) empty_codes: Vec<String>,
    pub(crate) empty_except: Vec<String>,
    /// Where the spec says that the marker may be absent, if it does.
    pub(crate) may_lack_marker: Option<Span>,
    /// Where it says that each item has a marker of its own, if it does.
    pub(crate) is_each: Option<Span>,
    /// Of a map: the field of an item that is its key.
    pub(crate) key: Option<At<String>>,
    /// The input lists whose items have one result each, if the spec says it; none may be such a list.
    pub(crate) each: Option<Vec<At<String>>>,
    /// The field with these results, if the answer is not the list itself.
    pub(crate) list: Option<At<String>>,
    /// Fields of the answer, and the inputs that they repeat.
    pub(crate) echo: Pairs,
}

/// `[paging]`: how the call for the next page differs from that for this one.
#[derive(Debug, Clone)]
pub(crate) struct Paging {
    pub(crate) place: Span,
    /// The input, and how it goes on.
    pub(crate) next: Pairs,
    /// The field of the output with the items, if the output is not the list.
    pub(crate) list: Option<At<String>>,
    /// The number of the first page, if it is not 1.
    pub(crate) from: Option<At<i64>>,
    /// The fields of the output that say how many items and how many pages there are.
    pub(crate) total: Option<At<String>>,
    pub(crate) pages: Option<At<String>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Status {
    pub(crate) code: At<i64>,
    /// Empty until the service's meaning is taken.
    pub(crate) means: String,
    pub(crate) en: String,
    pub(crate) ru: String,
}

impl Status {
    /// Whether it is the status of a fault.
    pub(crate) fn is_fault(&self) -> bool {
        !matches!(self.means.as_str(), "" | "ok" | "accepted")
    }

    /// Whether it is a fault without a body: that something is not there, no empty body says.
    pub(crate) fn may_stand_alone(&self) -> bool {
        self.is_fault()
            && !(200..300).contains(&self.code.value)
            && !matches!(self.means.as_str(), "not-found" | "empty")
    }
}

/// A field of an answer, and what is wanted of it: `path = value`, of a waiter or of evidence.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) path: At<String>,
    pub(crate) wanted: Wanted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// One of these texts.
    Texts(Vec<String>),
    /// Something else than these texts; what is absent or empty is nothing.
    Not(Vec<String>),
    /// `true`: there, not empty, or on.
    There,
    /// `false`: absent, or off.
    Absent,
}

/// What a text that a condition wants begins with, if it has `*` at its end.
pub(crate) fn beginning(wanted: &str) -> Option<&str> {
    wanted.strip_suffix('*')
}

/// Whether a value is what a condition wants, as generated code compares them.
pub(crate) fn is_wanted(value: &str, wanted: &str) -> bool {
    hostkit_proto::evidence::is_one_of(value, &[wanted])
}

#[derive(Debug, Clone)]
pub(crate) struct Waiter {
    pub(crate) name: At<String>,
    pub(crate) en: String,
    pub(crate) ru: String,
    pub(crate) ready: Vec<Condition>,
    pub(crate) failed: Vec<Condition>,
    pub(crate) gone: bool,
    pub(crate) text: Option<At<String>>,
    pub(crate) percent: Option<At<String>>,
    pub(crate) first: i64,
    pub(crate) interval: i64,
    pub(crate) cap: i64,
    pub(crate) deadline: i64,
    pub(crate) lag: i64,
    /// The keys that it is written with.
    pub(crate) keys: Vec<At<String>>,
}

/// Evidence that a call happened, as `[evidence]` states it.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    /// The call that lists the items for each of which the read is made.
    pub(crate) first: Option<At<String>>,
    pub(crate) read: At<String>,
    pub(crate) inputs: Pairs,
    /// Inputs of the read that are constants.
    pub(crate) with: Vec<Constant>,
    pub(crate) lists: Vec<At<String>>,
    /// The input list whose items must each appear; the input that says how many items must.
    pub(crate) each: Option<At<String>>,
    pub(crate) count: Option<At<String>>,
    pub(crate) filter: Pairs,
    pub(crate) is: Vec<Condition>,
    pub(crate) new: Option<At<String>>,
    pub(crate) changed: Option<At<String>>,
    /// Fields that hold a name of the call, in full or without its domain.
    pub(crate) below: Pairs,
    /// The input that says by how much it changes.
    pub(crate) by: Option<At<String>>,
    /// Whether the hoster does the same by itself: always, or as this field says.
    pub(crate) by_itself: bool,
    pub(crate) by_itself_if: Option<At<String>>,
    pub(crate) there: Option<At<String>>,
    pub(crate) gone: bool,
    pub(crate) not_found: bool,
    pub(crate) absent_is_no: bool,
    /// Whether not seeing it says nothing, or `no`.
    pub(crate) not_seen: Option<At<String>>,
    /// The call is not sent where it is so already.
    pub(crate) already: Option<At<String>>,
    pub(crate) lag: i64,
}

/// A file with a wire example.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    pub(crate) case: At<String>,
    pub(crate) kind: String,
    /// The file's extension: a format, or `http` for one with a head.
    pub(crate) ending: String,
    pub(crate) origin: String,
    pub(crate) line: Option<i64>,
    pub(crate) status: Option<i64>,
    pub(crate) note: Option<String>,
    pub(crate) path: Option<String>,
}

impl Example {
    /// The file's name without extension.
    pub(crate) fn name(&self) -> String {
        format!("{}.{}", self.case.value, self.kind)
    }

    /// The file's name.
    pub(crate) fn file(&self) -> String {
        format!("{}.{}", self.name(), self.ending)
    }
}

/// What the name of an example's file does not say.
#[derive(Debug, Clone)]
pub(crate) struct ExampleFacts {
    /// The file's name, or that name without its extension.
    pub(crate) name: At<String>,
    pub(crate) origin: Option<String>,
    pub(crate) line: Option<i64>,
    pub(crate) status: Option<i64>,
    pub(crate) note: Option<String>,
    pub(crate) path: Option<String>,
}

/// Hosts that no longer have a call.
#[derive(Debug, Clone)]
pub(crate) struct Removed {
    /// Host, and since when.
    pub(crate) hosts: Pairs,
    pub(crate) instead: String,
    pub(crate) provenance: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) file: FileId,
    /// Folders between the API's folder and the file.
    pub(crate) module: String,
    /// File name without extension.
    pub(crate) stem: String,
    /// The first line, where what concerns the whole file is reported.
    pub(crate) place: Span,
    pub(crate) method: Option<String>,
    pub(crate) path: Option<At<String>>,
    pub(crate) action: Option<String>,
    pub(crate) effect: At<String>,
    pub(crate) flags: Vec<String>,
    pub(crate) repeat_documented: bool,
    pub(crate) rates: Vec<At<String>>,
    pub(crate) en: String,
    pub(crate) ru: String,
    pub(crate) about: String,
    pub(crate) document: Option<i64>,
    pub(crate) source_line: Option<i64>,
    pub(crate) provenance: Option<String>,
    pub(crate) deadline: Option<i64>,
    pub(crate) recovery: String,
    pub(crate) authorised: bool,
    pub(crate) removed: Option<Removed>,
    pub(crate) path_parameters: Vec<Field>,
    pub(crate) query: Vec<Field>,
    pub(crate) headers: Vec<Field>,
    pub(crate) body: Vec<Field>,
    pub(crate) has_body: bool,
    /// Constants among the inputs of query and body.
    pub(crate) fixed_query: Vec<Constant>,
    pub(crate) fixed_headers: Vec<Constant>,
    pub(crate) fixed_body: Vec<Constant>,
    pub(crate) request_root: Root,
    pub(crate) at_least_one: Vec<At<String>>,
    pub(crate) one_of: Vec<OneOf>,
    pub(crate) response: Response,
    pub(crate) paging: Option<Paging>,
    pub(crate) statuses: Vec<Status>,
    pub(crate) waiters: Vec<Waiter>,
    pub(crate) evidence: Option<Evidence>,
    /// Why no call of the API shows that this one happened.
    pub(crate) no_evidence: Option<At<String>>,
    /// Those of the document in its order, then the others by name.
    pub(crate) examples: Vec<Example>,
    pub(crate) facts: Vec<ExampleFacts>,
    /// Names without extension of the examples that the documentation shows before the others.
    pub(crate) shown: Vec<At<String>>,
    pub(crate) remarks: Remarks,
}

impl Endpoint {
    /// The examples of a kind, in the order in which documentation looks for one to show.
    pub(crate) fn examples_to_show(&self, kind: &str) -> Vec<&Example> {
        let mut shown: Vec<&Example> = self.examples.iter().filter(|example| example.kind == kind).collect();
        let rank = |example: &Example| self.shown.iter().position(|name| name.value == example.name());
        shown.sort_by_key(|example| rank(example).unwrap_or(usize::MAX));
        shown
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Inventory {
    pub(crate) endpoints: Vec<(i64, String, Option<i64>)>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) inconsistencies: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) line: i64,
    pub(crate) kind: String,
    pub(crate) endpoint: Option<i64>,
}

/// All specs of one API.
#[derive(Debug, Clone)]
pub(crate) struct Surface {
    pub(crate) api: String,
    pub(crate) service: Service,
    pub(crate) types: Vec<TypeFile>,
    pub(crate) endpoints: Vec<Endpoint>,
    /// Files of endpoints that cannot be read, as `module/endpoint`.
    pub(crate) unread: Vec<String>,
    pub(crate) inventory: Option<Inventory>,
    /// Whether the sentences are translated.
    pub(crate) is_translated: bool,
    /// Words of other languages for the words of names.
    pub(crate) search: Vec<(At<String>, Vec<String>)>,
}
