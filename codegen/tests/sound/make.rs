//! A random API: a service, types, and calls with examples in each format.

use proptest::prelude::RngExt;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::fields::{Field, Named, Place, entries, field, pick};
use crate::wire::Wire;

/// The files of an API.
pub struct Made {
    pub specs: Vec<(String, String)>,
    pub examples: Vec<(String, Vec<u8>)>,
}

/// How the API says yes and no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Documents,
    Wrapped,
    Envelope,
}

struct Maker {
    rng: TestRng,
    api: String,
    formats: Vec<&'static str>,
    request: &'static str,
    style: Style,
    words: bool,
    made: Made,
}

/// The API of a seed.
pub fn make(api: &str, seed: u64) -> Made {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut formats = vec!["json", "xml", "php"];
    for last in (1..formats.len()).rev() {
        formats.swap(last, rng.random_range(0..=last));
    }
    formats.truncate(rng.random_range(1..=3));
    let style = [Style::Documents, Style::Wrapped, Style::Envelope][rng.random_range(0..3)];
    let request = if rng.random_bool(0.5) { "form" } else { "json" };
    let words = rng.random_bool(0.2);
    let made = Made { specs: Vec::new(), examples: Vec::new() };
    let mut maker = Maker { rng, api: api.to_owned(), formats, request, style, words, made };
    maker.service();
    let named = maker.types();
    maker.read(&named);
    maker.list(&named);
    maker.change(&named);
    maker.create();
    maker.remove();
    maker.made
}

impl Maker {
    fn spec(&mut self, path: &str, text: String) {
        self.made.specs.push((format!("{}/{path}", self.api), text));
    }

    fn example(&mut self, path: &str, text: String) {
        self.made.examples.push((format!("{}/{path}", self.api), text.into_bytes()));
    }

    fn flip(&mut self, chance: f64) -> bool {
        self.rng.random_bool(chance)
    }

    fn service(&mut self) {
        let mut text = format!(
            "name = \"Odd\"\nen = \"An API.\"\nzone = \"{}\"\n",
            pick(&mut self.rng, &["UTC", "Europe/Moscow"])
        );
        text.push_str(&format!("formats = {:?}\nrequest = \"{}\"\n", self.formats, self.request));
        if self.formats.len() > 1 {
            text.push_str("negotiates = true\n");
        }
        if self.style == Style::Envelope && self.formats.contains(&"xml") {
            text.push_str("root = { xml = \"answer\" }\n");
        }
        if self.words {
            text.push_str("words = [\"off\", \"on\", 0, 1]\n");
        }
        let list = pick(&mut self.rng, &["one-as-list", "map-as-list", "null-as-empty"]);
        let mut lenient = vec![list, "list-as-empty-map", "loose-scalars", "empty-text-is-absent", "loose-flags"];
        lenient.retain(|_| self.flip(0.3));
        text.push_str(&format!("lenient = {lenient:?}\n"));
        if self.style == Style::Envelope {
            text.push_str("ignore = [\"debug\"]\n");
        }
        text.push_str(
            "\n[dates]\ndatetime = [\"%Y-%m-%d %H:%M:%S\", \"%d.%m.%Y %H:%M\"]\ndate = [\"%Y-%m-%d\", \"%d/%m/%Y\"]\n",
        );
        for host in ["main", "other"].iter().take(self.rng.random_range(0..3)) {
            text.push_str(&format!(
                "\n[[host]]\nname = \"{host}\"\nurl = \"https://{host}.example\"\nen = \"A host.\"\n"
            ));
        }
        let put = match self.rng.random_range(0..5) {
            0 => "put = { \"header.Authorization\" = \"Basic {basic:login,key}\" }",
            1 => "put = { \"query.apikey\" = \"{key}\", \"header.X-Login\" = \"{login}\" }",
            2 => "put = { \"cookie.sid\" = \"{key}\", \"header.X-Login\" = \"{login}\" }",
            3 => "put = { \"header.X-Key\" = \"{login}:{key}\" }",
            _ => "put = { \"header.Authorization\" = \"Bearer {key}\", \"query.login\" = \"{login}\" }",
        };
        text.push_str(&format!(
            "\n[[credentials]]\nname = \"Key\"\nen = \"A key.\"\nfields = {{ login = \"text\", key = \"secret\" }}\n{put}\n"
        ));
        text.push_str(match self.style {
            Style::Documents => {
                "\n[[fault]]\npresent = \"error\"\ncode = [\"error/code\", \"code\"]\nmessage = \"error/text\"\ndetails = \"error/more\"\nfields = \"error/fields\"\n"
            }
            Style::Wrapped => "\n[[fault]]\nwrapped = true\ncode = \"code\"\nmessage = \"message\"\ndetails = \"details\"\n",
            Style::Envelope => {
                "\n[success]\nmarker = \"result\"\nis = [\"ok\"]\nkeys = [\"result\", \"code\", \"text\"]\nwrite = { result = \"ok\" }\n\
                 \n[[fault]]\nis = [\"error\"]\ncode = \"code\"\nmessage = \"text\"\nno-code = [\"0\"]\nauth = [\"denied\"]\n"
            }
        });
        text.push_str(
            "\n[[error]]\ncode = \"Missing\"\nas = \"NotThere\"\nkind = \"not-found\"\nen = \"There is none.\"\n\
             \n[[error]]\ncode = \"17\"\nas = \"Late\"\nkind = \"temporary\"\nprovenance = \"recorded\"\nen = \"Later.\"\n",
        );
        // A document with a name says what was not done.
        if self.style != Style::Wrapped {
            text.push_str("happened = \"perhaps\"\n");
        }
        text.push_str(
            "\n[rates]\nall = { count = 30, per = \"minute\", en = \"All calls.\" }\n\
             \n[status]\n201 = { means = \"ok\", en = \"Made.\" }\n204 = { means = \"ok\" }\n404 = { means = \"not-found\", en = \"None.\" }\n",
        );
        self.spec("service.toml", text);
    }

    /// Scalars of their own types, and an object of some fields.
    fn types(&mut self) -> Vec<Named> {
        let mut text = String::new();
        let mut named = Vec::new();
        let scalar = |name: &str, wire: Wire| Named { name: name.to_owned(), wire, is_scalar: true, is_object: false };
        text.push_str("[ThingId]\nid = \"number\"\nmin = 1\nen = \"The number of a thing.\"\n\n");
        text.push_str(
            "[Slug]\nid = \"text\"\nen = \"The word of a thing.\"\n\n[Free]\nid = \"free\"\nen = \"Any name.\"\n\n",
        );
        text.push_str("[Hour]\nmin = 0\nmax = 23\nen = \"An hour.\"\n\n");
        text.push_str("[State]\nen = \"What it does.\"\nkind = \"text\"\n[State.values]\nis_on = { as = \"On\", en = \"It runs.\" }\noff = { en = \"It does not.\" }\n\n");
        text.push_str("[Level]\nen = \"How much.\"\nkind = \"number\"\n[Level.values]\n1 = { as = \"Low\", en = \"Little.\" }\n2 = { as = \"High\", en = \"Much.\" }\n\n");
        named.push(scalar("ThingId", Wire::Number("7".into())));
        named.push(scalar("Slug", Wire::Text("a-b_1".into())));
        named.push(scalar("Free", Wire::Text("any thing".into())));
        named.push(scalar("Hour", Wire::Number("5".into())));
        named.push(scalar("State", Wire::Text("is_on".into())));
        named.push(scalar("Level", Wire::Number("2".into())));
        let mut fields = vec![required()];
        let count = self.rng.random_range(0..5);
        fields.extend((1..=count).map(|index| field(&mut self.rng, index, Place::Answer, &named, self.words)));
        one_total(&mut fields);
        text.push_str(&object("Piece", "A piece of a thing.", &fields));
        named.push(Named {
            name: "Piece".into(),
            wire: Wire::Object(entries(&fields)),
            is_scalar: false,
            is_object: true,
        });
        self.spec("types/all.toml", text);
        named
    }

    /// The fields of a thing, which calls read.
    fn thing(&mut self, named: &[Named], id: &str) -> Vec<Field> {
        let count = self.rng.random_range(1..9);
        let mut fields = vec![
            Field {
                line: "id = { type = \"ThingId\", required = true, en = \"Its number.\" }".into(),
                json: "id".into(),
                xml: "id".into(),
                value: Some(Wire::Number(id.into())),
                beside: Vec::new(),
            },
            Field {
                line: "name = { type = \"text\", required = true, en = \"Its name.\" }".into(),
                json: "name".into(),
                xml: "name".into(),
                value: Some(Wire::Text("first".into())),
                beside: Vec::new(),
            },
            Field {
                line: "state = { type = \"State\", en = \"What it does.\" }".into(),
                json: "state".into(),
                xml: "state".into(),
                value: Some(Wire::Text("is_on".into())),
                beside: Vec::new(),
            },
        ];
        // Every type is used.
        let piece = named.iter().find(|named| named.is_object).expect("there is an object");
        fields.push(Field {
            line: "pieces = { type = \"[Piece]\", xml = \"pieces/piece\", en = \"Its pieces.\" }".into(),
            json: "pieces".into(),
            xml: "pieces/piece".into(),
            value: Some(Wire::List(None, vec![piece.wire.clone()])),
            beside: Vec::new(),
        });
        fields.extend((1..=count).map(|index| field(&mut self.rng, index, Place::Answer, named, self.words)));
        one_total(&mut fields);
        fields
    }

    /// The body of an answer with this value below a root.
    fn answer(&self, format: &str, root: Option<&str>, item: Option<&str>, value: &Wire) -> String {
        let marker = ("result".to_owned(), "result".to_owned(), Wire::Text("ok".into()));
        let has_envelope = self.style == Style::Envelope;
        if format == "xml" {
            // In XML a document has a root: that of the answer, or of the envelope.
            let inner = match (root, value) {
                (Some(root), Wire::List(_, items)) => {
                    let items: String = items.iter().map(|one| one.xml(item.unwrap_or("thing"))).collect();
                    format!("<{root}>{items}</{root}>")
                }
                (Some(root), value) => value.xml(root),
                (None, _) => String::new(),
            };
            return match has_envelope {
                true => format!("<answer><result>ok</result><debug>x</debug>{inner}</answer>"),
                false => inner,
            };
        }
        let debug = ("debug".to_owned(), "debug".to_owned(), Wire::Number("1".into()));
        let mut all = if has_envelope { vec![marker, debug] } else { Vec::new() };
        if let Some(root) = root {
            all.push((root.to_owned(), root.to_owned(), value.clone()));
        }
        let all = Wire::Object(all);
        if format == "php" { all.php() } else { all.json() }
    }

    fn read(&mut self, named: &[Named]) {
        let fields = self.thing(named, "7");
        let thing = object("Thing", "A thing.", &fields);
        let waits = self.flip(0.5);
        let mut text = "method = \"GET\"\npath = \"/things/{id}\"\neffect = \"safe\"\nrates = [\"all\"]\nen = \"One thing.\"\n\
                        about = \"More of it.\"\nstatus = { 404 = \"None.\" }\ndeadline = 20\n\n[path-params]\n\
                        id = { type = \"ThingId\", en = \"Its number.\" }\n\n[response]\ntype = \"Thing\"\nroot = \"thing\"\necho = { id = \"id\" }\n"
            .to_owned();
        if waits {
            text.push_str(
                "\n[waiter.thing_on]\nen = \"Waits until it runs.\"\nready = { state = \"is_on\" }\nfailed = { state = [\"off\"] }\n\
                 text = \"name\"\nfirst = 1\ninterval = 2\ncap = 5\ndeadline = 60\nlag = 10\n",
            );
        }
        self.spec("types/things.toml", thing);
        self.spec("things/get_thing.toml", text);
        let value = Wire::Object(entries(&fields));
        for format in self.formats.clone() {
            let body = self.answer(format, Some("thing"), None, &value);
            self.example(&format!("things/get_thing/one.answer.{format}"), body);
        }
    }

    fn list(&mut self, named: &[Named]) {
        let wrapped = self.flip(0.5);
        let item = if wrapped { "item = \"thing\"\n" } else { "" };
        let mut query = String::new();
        for index in 1..self.rng.random_range(1..5) {
            let field = field(&mut self.rng, index, Place::Form, named, self.words);
            // The evidence of other calls reads this one without inputs.
            query.push_str(&format!("{}\n", field.line.replace("required = true, ", "")));
        }
        let query = if query.is_empty() { query } else { format!("\n[query]\n{query}") };
        let mark = Field {
            line: "mark = { type = \"ThingId\", en = \"What some things have, too.\" }".into(),
            json: "mark".into(),
            xml: "mark".into(),
            ..required_id()
        };
        let fields = [required_id(), Field { value: Some(Wire::Text("x".into())), ..required() }, mark];
        self.spec("types/short.toml", object("Short", "A thing in a list.", &fields));
        let max = if self.flip(0.5) { "max-items = 50\n" } else { "" };
        self.spec(
            "things/list_things.toml",
            format!(
                "method = \"GET\"\npath = \"/things\"\neffect = \"safe\"\nen = \"All things.\"\n{query}\n[response]\n\
                 type = \"[Short]\"\nroot = {{ xml = \"things/thing\", json = \"things\" }}\n{item}{max}"
            ),
        );
        let one = Wire::Object(entries(&fields));
        let value = Wire::List(wrapped.then(|| "thing".to_owned()), vec![one.clone(), one]);
        for format in self.formats.clone() {
            let body = self.answer(format, Some("things"), Some("thing"), &value);
            self.example(&format!("things/list_things/two.answer.{format}"), body);
        }
    }

    /// A call with random inputs in its body.
    fn change(&mut self, named: &[Named]) {
        let place = if self.request == "form" { Place::Form } else { Place::Body };
        let mut body = String::new();
        for index in 1..self.rng.random_range(2..9) {
            body.push_str(&format!("{}\n", field(&mut self.rng, index, place, named, self.words).line));
        }
        if self.flip(0.5) {
            let names = if place == Place::Form { "names = \"plan[{field}]\", " } else { "" };
            body.push_str(&format!("plan = {{ type = \"Plan\", {names}en = \"Its plan.\" }}\n"));
            let is_required = if self.flip(0.5) { "required = true, " } else { "" };
            let field = |name: &str, ty: &str| {
                format!("{name} = {{ type = \"{ty}\", {is_required}one-of = \"way\", en = \"A way.\" }}\n")
            };
            let fields =
                [field("number", "ThingId"), field("word", "Slug"), field("hour", "Hour"), field("any", "flag")];
            self.spec("types/plan.toml", format!("[Plan]\nen = \"A plan.\"\n\n[Plan.fields]\n{}", fields.concat()));
        }
        if place == Place::Body && self.flip(0.5) {
            let number = if self.flip(0.5) { "number" } else { "at/number" };
            let rest = if self.flip(0.5) { ", \"SpotAny\"" } else { "" };
            body.push_str("spots = { type = \"[Spot]\", en = \"Its spots.\" }\n");
            self.spec(
                "types/spot.toml",
                format!(
                    "[Spot]\nen = \"Where it is.\"\nunion = {{ objects = [\"SpotShelf\", \"SpotRooms\"{rest}] }}\n\n[SpotShelf]\n\
                     en = \"On a shelf.\"\n[SpotShelf.fields]\nshelf = {{ type = \"uint\", json = \"{number}\", required = true, en = \"Which.\" }}\n\
                     color = {{ type = \"text\", en = \"Its colour.\" }}\n\n[SpotRooms]\nen = \"In rooms.\"\n[SpotRooms.fields]\n\
                     rooms = {{ type = \"[text]\", required = true, en = \"Which.\" }}\ncolor = {{ type = \"text\", en = \"Its colour.\" }}\n\n\
                     [SpotAny]\nen = \"Anywhere.\"\n[SpotAny.fields]\ncolor = {{ type = \"text\", en = \"Its colour.\" }}\n"
                ),
            );
        }
        let flag = if !body.contains("required = true") && self.flip(0.5) { "at-least-one = \"body\"\n" } else { "" };
        let choice = if self.flip(0.5) {
            "\n[one-of.how]\nen = \"How.\"\n[one-of.how.soft]\nsoft = { type = \"uint\", required = true, en = \"Softly.\" }\n\
             [one-of.how.hard]\nhard = { type = \"text\", required = true, en = \"Hard.\" }\nharder = { type = \"uint\", en = \"Harder.\" }\n"
        } else {
            ""
        };
        let method = pick(&mut self.rng, &["PUT", "PATCH"]);
        self.spec(
            "things/change_thing.toml",
            format!(
                "method = \"{}\"\npath = \"/things/{{id}}\"\neffect = \"idempotent\"\nen = \"Changes a thing.\"\n{flag}\n[path-params]\n\
                 id = {{ type = \"ThingId\", en = \"Its number.\" }}\n\n[body]\n{body}{choice}",
                method
            ),
        );
    }

    fn create(&mut self) {
        let (before, after) = match self.flip(0.5) {
            true => {
                let key = pick(&mut self.rng, &["id", "mark"]);
                let read = "read = \"things/list_things\"\nwhere = { name = \"name\" }";
                ("", format!("\n[evidence]\n{read}\nnew = \"{key}\"\nlag = 30\n"))
            }
            false => ("no-evidence = \"Nothing tells one from another.\"\n", String::new()),
        };
        self.spec(
            "things/make_thing.toml",
            format!(
                "method = \"POST\"\npath = \"/things\"\neffect = \"spends\"\nflags = [\"recurring\"]\nrecovery = \"List the things.\"\n\
                 en = \"Makes a thing.\"\n{before}status = {{ 201 = {{}} }}\n\n[body]\n\
                 name = {{ type = \"text\", required = true, en = \"Its name.\" }}\nhours = {{ type = \"Hour\", en = \"When.\" }}\n\n\
                 [response]\ntype = \"Short\"\nroot = \"thing\"\n{after}"
            ),
        );
    }

    fn remove(&mut self) {
        self.spec(
            "things/delete_thing.toml",
            "method = \"DELETE\"\npath = \"/things/{id}\"\neffect = \"destructive\"\nrecovery = \"Read it.\"\nen = \"Deletes a thing.\"\n\
             status = { 204 = {} }\n\n[path-params]\nid = { type = \"ThingId\", en = \"Its number.\" }\n\n[evidence]\n\
             read = \"things/list_things\"\nwhere = { id = \"id\" }\ngone = true\n"
                .to_owned(),
        );
    }
}

/// Leaves the first list that says how many items it has in all.
fn one_total(fields: &mut [Field]) {
    for field in fields.iter_mut().filter(|field| field.line.contains("total = ")).skip(1) {
        let (before, rest) = field.line.split_once("total = ").expect("it is there");
        let (_, after) = rest.split_once(", ").expect("a sentence follows");
        field.line = format!("{before}{after}");
        field.beside.clear();
    }
}

fn required() -> Field {
    Field {
        line: "name = { type = \"text\", required = true, en = \"Its name.\" }".into(),
        json: "name".into(),
        xml: "name".into(),
        value: Some(Wire::Text("piece".into())),
        beside: Vec::new(),
    }
}

fn required_id() -> Field {
    Field {
        line: "id = { type = \"ThingId\", required = true, en = \"Its number.\" }".into(),
        json: "id".into(),
        xml: "id".into(),
        value: Some(Wire::Number("7".into())),
        beside: Vec::new(),
    }
}

fn object(name: &str, en: &str, fields: &[Field]) -> String {
    let lines: String = fields.iter().map(|field| format!("{}\n", field.line)).collect();
    format!("[{name}]\nen = \"{en}\"\n\n[{name}.fields]\n{lines}\n")
}
