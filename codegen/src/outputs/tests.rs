//! Outputs other than Rust for a small API: their content, and that they report what is missing.

use super::Specs;
use crate::emit::lists::Step;
use crate::source::Sources;

const SERVICE: &str = r#"
name = "Demo"
en = "An API."
zone = "UTC"
formats = ["json"]
document = "demo.md"
[[host]]
name = "main"
url = "https://demo.example"
[[credentials]]
name = "Key"
en = "A key."
fields = { key = "secret" }
put = { "header.X-Key" = "{key}" }
[[fault]]
wrapped = true
code = "code"
message = "message"
[quirks]
K1 = "Nothing to do."
"#;

const INVENTORY: &str = r#"
[[endpoint]]
id = 1
name = "PUT /boxes/<id>"
[[endpoint]]
id = 2
name = "GET /lids"
line = 7
[[block]]
line = 30
sha256 = "0"
kind = "request"
endpoint = 1
[[block]]
line = 40
sha256 = "0"
kind = "answer"
endpoint = 2
[[block]]
line = 50
sha256 = "0"
kind = "part"
[[inconsistency]]
id = "K1"
[[inconsistency]]
id = "K2"
"#;

fn specs(sources: &Sources) -> Specs<'_> {
    Specs::read("demo", sources).unwrap_or_else(|found| panic!("{}", found.render(sources, false)))
}

/// The sources with an example of what a call answers.
fn with_answer(sources: Sources, call: &str, body: &str) -> Sources {
    sources.with_examples([(format!("demo/{call}/all.answer.json"), body.as_bytes().to_vec())])
}

fn paint(extra: &str) -> String {
    let text = r#"
method = "PUT"
path = "/boxes/{id}"
effect = "idempotent"
en = "Paints a box | or two."
document = 1
[path-params]
id = { type = "uint", en = "Which." }
[body]
color = { type = "text", required = true, max = 8, en = "The color." }
[examples]
"red.request" = { line = 30 }
"#;
    format!("{text}{extra}")
}

const MOVE: &str = r#"
method = "PUT"
path = "/boxes/{box}"
effect = "idempotent"
en = "Moves a box."
[path-params]
box = { type = "uint", en = "Which." }
[body]
place = { type = "uint", required = true, min = 1, en = "Where to." }
"#;

const RED: &str = "PUT /boxes/1 HTTP/1.1\n\n{\"color\":\"red\"}";

const RUSSIAN: &str = r#"
"A key." = "Ключ."
"An API." = "API."
"Moves a box." = "Двигает ящик."
"Paints a box | or two." = "Красит ящик."
"The color." = "Цвет."
"Where to." = "Куда."
"Which." = "Какой."

[search]
paint = ["красить"]
color = ["краска", "оттенок"]
"#;

fn sources(extra: &str) -> Sources {
    let files = [
        ("demo/service.toml", SERVICE.to_owned()),
        ("demo/ru.toml", RUSSIAN.to_owned()),
        ("demo/inventory.toml", INVENTORY.to_owned()),
        ("demo/boxes/paint_box.toml", paint(extra)),
        ("demo/boxes/move_box.toml", MOVE.to_owned()),
    ];
    let sources = Sources::new(files.map(|(path, text)| (path.to_owned(), text)));
    sources.with_examples([("demo/boxes/paint_box/red.request.http".to_owned(), RED.as_bytes().to_vec())])
}

#[test]
fn coverage_counts_and_names_what_is_missing() {
    let found = specs(&sources("")).coverage();
    assert_eq!((found.documented, found.specified, found.with_examples, found.specs), (2, 1, 0, 2));
    assert_eq!((found.blocks, found.blocks_covered), (2, 1), "a part is no example");
    assert_eq!((found.inconsistencies, found.inconsistencies_covered), (2, 1));
    assert_eq!(found.nowhere, ["K2"]);
    assert!(found.missing.contains(&"call 2, GET /lids (line 7): no spec".to_owned()), "{:?}", found.missing);
    assert!(found.missing.iter().any(|line| line.contains("block at line 40")), "{:?}", found.missing);
    assert!(found.missing.iter().any(|line| line.ends_with("no example of an answer")), "{:?}", found.missing);
}

/// rustdoc's search takes one word, so a sentence is no alias.
#[test]
fn names_are_found_by_the_words_of_another_language_and_of_the_wire() {
    let rust = specs(&sources("")).rust();
    let code = |name: &str| rust.files().find(|(path, _)| path.ends_with(name)).unwrap().1;
    let (paint, exports) = (code("boxes/paint_box.rs"), code("boxes/mod.rs"));
    let alias = |words: &str, of: &str| format!("#[doc(alias{words})]\n{of}");
    // rustdoc drops the aliases of a definition that is exported from a private module.
    let call = alias(r#"("boxes", "красить")"#, "pub use paint_box::PaintBox;");
    assert!(exports.contains(&call), "{exports}");
    assert!(paint.contains(&alias(r#"("краска", "оттенок", "цвет")"#, "    pub color:")), "{paint}");
    assert!(!paint.contains("ящик") && !exports.contains("ящик"), "{paint}");
    assert!(code("boxes/move_box.rs").contains(&alias(r#" = "куда""#, "    pub ")));
}

#[test]
fn a_total_that_no_example_shows_may_be_misspelt() {
    let answer = r#"
[response]
type = "[uint]"
root = "boxes"
total = "count"
"#;
    let read = |body: &str| {
        let example = ("demo/boxes/paint_box/all.answer.json".to_owned(), body.as_bytes().to_vec());
        let red = ("demo/boxes/paint_box/red.request.http".to_owned(), RED.as_bytes().to_vec());
        let sources = sources(answer).with_examples([red, example]);
        Specs::read("demo", &sources).map(drop).map_err(|found| found.render(&sources, false))
    };
    assert_eq!(read(r#"{"boxes":[7],"count":1}"#), Ok(()));
    assert_eq!(read(r#"{"count":0}"#), Ok(()));
    let error = read(r#"{"boxes":[7]}"#).expect_err("nothing shows it");
    assert!(error.contains("E0236") && error.contains("no example has `count`"), "{error}");
    let error = read(r#"{"boxes":[7],"count":"one"}"#).expect_err("no number");
    assert!(error.contains("E0302") && error.contains("a whole number"), "{error}");
}

#[test]
fn coverage_notices_what_the_inventory_does_not_know() {
    let extra = "[quirks]\nK9 = \"Unknown.\"\n";
    let found = specs(&sources(extra)).coverage();
    assert_eq!(found.unknown, ["specs/demo/boxes/paint_box.toml: the inventory has no inconsistency K9"]);
}

/// Where an API has XML alone, names of JSON neither clash nor are shown.
#[test]
fn names_of_a_format_that_the_api_does_not_have_mean_nothing() {
    let paint = |with: &str| {
        format!(
            r#"
method = "PUT"
path = "/boxes"
effect = "idempotent"
en = "Paints a box."
document = 1
[request]
root = "box"
[body]
login = {{ type = "text", xml = "values/info/login", required = true, en = "Whose." }}
kept = {{ type = "[text]", xml = "values/kept/a", en = "What is kept." }}
"kept/b" = {{ as = "other", type = "text", xml = "values/b", en = "What else." }}
[one-of.which]
required = true
en = "Which."
[one-of.which.by_login]
login = {{ type = "text", xml = "{with}", required = true, en = "Whose." }}
[one-of.which.by_id]
id = {{ type = "uint", xml = "filter/id", required = true, en = "Which." }}
"#
        )
    };
    let read = |formats: &str, with: &str| {
        let service = SERVICE.replace(r#"formats = ["json"]"#, formats);
        let files = [
            ("demo/service.toml", service),
            ("demo/inventory.toml", INVENTORY.to_owned()),
            ("demo/boxes/paint_box.toml", paint(with)),
        ];
        let sources = Sources::new(files.map(|(path, text)| (path.to_owned(), text)));
        let specs = Specs::read("demo", &sources).map_err(|found| found.render(&sources, false))?;
        Ok::<_, String>(specs.reference().get("docs/reference/en/demo/boxes.md").unwrap_or_default().to_owned())
    };
    let page = read(r#"formats = ["xml"]"#, "filter/login").expect("it is sound");
    for row in ["| `values/info/login` | body |", "| `filter/login` |"] {
        assert!(page.contains(row) && !page.contains("JSON"), "{page}");
    }
    let page = read(r#"formats = ["xml", "json"]"#, "filter/login").expect_err("JSON has both");
    assert!(page.contains("`login` would stand in the body twice"), "{page}");
    let page = read(r#"formats = ["xml"]"#, "values/info/login").expect_err("XML has both");
    assert!(page.contains("`values/info/login` would stand in the body twice"), "{page}");
}

#[test]
fn the_reference_has_both_languages_and_the_example() {
    let tree = specs(&sources("")).reference();
    let english = tree.get("docs/reference/en/demo/boxes.md").unwrap_or_default();
    let russian = tree.get("docs/reference/ru/demo/boxes.md").unwrap_or_default();
    for part in [
        "Paints a box \\| or two.",
        "### Inputs",
        "| `color` | body | text | yes | The color. (at most 8 characters) |",
    ] {
        assert!(english.contains(part), "{part} is not in:\n{english}");
    }
    for part in ["Красит ящик.", "### Параметры", "| `color` | тело | текст | да | Цвет. (не больше 8 символов) |"]
    {
        assert!(russian.contains(part), "{part} is not in:\n{russian}");
    }
    assert!(english.contains(RED) && russian.contains(RED), "the example's bytes");
    assert!(!russian.contains("Inputs") && !english.contains("Параметры"));
}

#[test]
fn operations_of_one_path_and_verb_are_routing() {
    let tree = specs(&sources("")).openapi();
    let text = tree.get("docs/openapi/demo.json").unwrap_or_default();
    // These paths differ only in the parameter's name, which OpenAPI treats as the same path.
    for part in ["\"/boxes/{box}#paint_box\"", "\"/boxes/{box}#move_box\"", "\"maxLength\": 8", "\"minimum\": 1"] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    assert!(!text.contains("\"name\": \"id\""), "the parameter has the name of the path:\n{text}");
    assert!(text.contains("\"x-hostkit-effect\": \"idempotent\""));
    assert!(text.contains("\"in\": \"header\",\n        \"name\": \"X-Key\""), "{text}");
}

#[test]
fn a_choice_is_named_among_the_properties_too() {
    let choice = r#"
method = "POST"
path = "/boxes"
effect = "state"
recovery = "Look into the box."
no-evidence = "A box is closed."
en = "Fills a box."
[body]
label = { type = "text", required = true, en = "The label." }
[one-of.content]
required = true
en = "What goes in."
[one-of.content.sand]
sand = { type = "uint", required = true, en = "Sand." }
[one-of.content.water]
water = { type = "uint", required = true, en = "Water." }
"#;
    let files = [("demo/service.toml", SERVICE.to_owned()), ("demo/boxes/fill_box.toml", choice.to_owned())];
    let sources = Sources::new(files.map(|(path, text)| (path.to_owned(), text)));
    let tree = specs(&sources).openapi();
    let text = tree.get("docs/openapi/demo.json").unwrap_or_default();
    let (properties, choice) = text.split_once("\"allOf\"").unwrap_or_default();
    for name in ["\"sand\": {", "\"water\": {"] {
        assert!(properties.contains(name) && choice.contains(name), "{name} is not twice in:\n{text}");
    }
    assert!(properties.contains("\"required\": [\"label\"]"), "what may be chosen is not required:\n{text}");
}

#[test]
fn one_of_several_objects_is_told_in_both_outputs() {
    let types = r#"
[Target]
en = "Which boxes."
union = { objects = ["TargetIds", "TargetTag", "TargetAll"] }
[TargetIds]
en = "By numbers."
[TargetIds.fields]
ids = { type = "[uint]", required = true, en = "The numbers." }
[TargetTag]
en = "By a tag."
[TargetTag.fields]
tag = { type = "text", json = "tag/name", required = true, en = "The tag." }
[TargetAll]
en = "All of them."
"#;
    let call = r#"
method = "POST"
path = "/boxes/open"
effect = "idempotent"
en = "Opens boxes."
[body]
targets = { type = "[Target]", required = true, en = "The boxes." }
"#;
    let files =
        [("demo/service.toml", SERVICE), ("demo/types/targets.toml", types), ("demo/boxes/open_boxes.toml", call)];
    let sources = Sources::new(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let specs = specs(&sources);
    let (openapi, reference) = (specs.openapi(), specs.reference());
    let text = openapi.get("docs/openapi/demo.json").unwrap_or_default();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "\"Target\": { \"oneOf\": [ { \"$ref\": \"#/components/schemas/TargetIds\" }, { \"$ref\": \"#/components/schemas/TargetTag\" }",
        "{ \"$ref\": \"#/components/schemas/TargetAll\", \"not\": { \"anyOf\": [ { \"required\": [\"ids\"] }, { \"required\": [\"tag\"]",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    let text = reference.get("docs/reference/en/demo/types.md").unwrap_or_default();
    for part in ["One of these objects, told by its fields:", "- Rust `Ids`: ", "- Rust `All`: "] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

#[test]
fn an_answer_may_hold_null_and_one_object_for_a_list() {
    let types = r#"
[Chest]
en = "A box."
[Chest.fields]
id = { type = "uint", required = true, en = "Its number." }
tag = { type = "text", en = "Its tag." }
lids = { type = "[Lid]", max-items = 9, en = "Its lids." }
[Lid]
en = "A lid."
[Lid.fields]
id = { type = "uint", required = true, en = "Its number." }
"#;
    let get = r#"
method = "GET"
path = "/boxes/{id}"
effect = "safe"
en = "A box."
[path-params]
id = { type = "uint", en = "Which." }
[response]
type = "Chest"
"#;
    let service = SERVICE.replacen("zone", "lenient = [\"one-as-list\"]\nzone", 1);
    let files = [("demo/service.toml", &*service), ("demo/types/boxes.toml", types), ("demo/boxes/get_box.toml", get)];
    let sources = Sources::new(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let sources = with_answer(sources, "boxes/get_box", r#"{"id":1,"lids":[{"id":2}]}"#);
    let tree = specs(&sources).openapi();
    let text = tree.get("docs/openapi/demo.json").unwrap_or_default();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "\"id\": { \"type\": \"integer\"",
        "\"tag\": { \"anyOf\": [ { \"type\": \"string\" }, { \"type\": \"null\" } ], \"description\": \"Its tag.\"",
        "\"maxItems\": 9 }, { \"$ref\": \"#/components/schemas/Lid\" }, { \"type\": \"object\", \"propertyNames\": { \"pattern\": \"^[0-9]+$\" }, \"additionalProperties\": { \"$ref\": \"#/components/schemas/Lid\" } }, { \"type\": \"null\" } ], \"description\"",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

#[test]
fn every_list_of_an_answer_is_found_with_its_limit() {
    let types = r#"
[Chest]
en = "A box."
[Chest.fields]
id = { type = "uint", required = true, en = "Its number." }
lids = { type = "[Lid]", xml = "lids/lid", max-items = 9, en = "Its lids." }
inner = { type = "{text: Chest}", en = "Boxes in it." }
[Lid]
en = "A lid."
[Lid.fields]
id = { type = "uint", required = true, en = "Its number." }
hinges = { type = "[uint]", also = ["joints"], en = "Its hinges." }
"#;
    let list = r#"
method = "GET"
path = "/boxes"
effect = "safe"
en = "The boxes."
[response]
type = "[Chest]"
root = "boxes"
max-items = 7
"#;
    let files =
        [("demo/service.toml", SERVICE), ("demo/types/boxes.toml", types), ("demo/boxes/list_boxes.toml", list)];
    let sources = Sources::new(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let sources = with_answer(sources, "boxes/list_boxes", r#"{"boxes":[{"id":1,"lids":[{"id":2}]}]}"#);
    let found = specs(&sources).lists();
    let shown = |steps: &[Step]| {
        let words = steps.iter().map(|step| match step {
            Step::Entry(names) => names.join("|"),
            Step::Any => "*".to_owned(),
        });
        words.collect::<Vec<_>>().join("/")
    };
    let shown = found.iter().map(|list| (shown(&list.json), shown(&list.xml), list.max_items)).collect::<Vec<_>>();
    let wanted = [
        ("boxes", "boxes", 7),
        ("boxes/*/lids", "boxes/lids/lid", 9),
        ("boxes/*/lids/*/hinges|joints", "boxes/lids/lid/hinges|joints", 100_000),
    ];
    assert_eq!(shown, wanted.map(|(json, xml, max)| (json.to_owned(), xml.to_owned(), max)));
    assert!(found.iter().all(|list| list.endpoint == "demo/boxes/list_boxes"));
}

#[test]
fn where_it_shows_is_told_in_both_outputs() {
    let types = r#"
[Crate]
en = "A crate."
[Crate.fields]
id = { type = "uint", required = true, en = "Its number." }
tag = { type = "text", en = "Its tag." }
"#;
    let list = r#"
method = "GET"
path = "/crates"
effect = "safe"
en = "The crates."
[response]
type = "[Crate]"
root = "crates"
"#;
    let add = r#"
method = "POST"
path = "/crates"
effect = "spends"
recovery = "List the crates."
en = "Buys a crate."
at-least-one = ["size", "weight"]
[body]
tag = { type = "text", required = true, en = "Its tag." }
size = { type = "uint", en = "Its size." }
weight = { type = "uint", not-below = "size", when = { "tag=big" = { max = 9 } }, en = "Its weight." }
[evidence]
read = "crates/list_crates"
where = { tag = "tag" }
new = "id"
lag = 90
"#;
    let destroy = r#"
method = "POST"
path = "/crates/drop"
effect = "destructive"
recovery = "Listen."
no-evidence = "A dropped crate | looks like another."
en = "Drops a crate."
"#;
    let russian = r#"
"A key." = "…"
"An API." = "…"
"A crate." = "…"
"Its number." = "…"
"Its tag." = "…"
"The crates." = "…"
"Buys a crate." = "…"
"Its size." = "…"
"Its weight." = "…"
"Drops a crate." = "…"
"#;
    let files = [
        ("demo/service.toml", SERVICE),
        ("demo/ru.toml", russian),
        ("demo/types/crates.toml", types),
        ("demo/crates/list_crates.toml", list),
        ("demo/crates/add_crate.toml", add),
        ("demo/crates/drop_crate.toml", destroy),
    ];
    let sources = Sources::new(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let sources = with_answer(sources, "crates/list_crates", r#"{"crates":[{"id":1}]}"#);
    let tree = specs(&sources).reference();
    let page = |language: &str| tree.get(&format!("docs/reference/{language}/demo/crates.md")).unwrap_or_default();
    for (language, parts) in [
        (
            "en",
            [
                "- Read: [`list_crates`](crates.md#list_crates)",
                "- It happened only if: `tag` is the input `tag`",
                "- It happened if an item is new, by: `id`",
                "- Seconds until it shows, at most: 90",
                "No call shows whether it happened: A dropped crate \\| looks like another.",
                "- At least one is required: size, weight",
                "if `tag=big`: at most 9; not less than `size`",
            ],
        ),
        (
            "ru",
            [
                "- Читается: [`list_crates`](crates.md#list_crates)",
                "- Вызов выполнен, только если: `tag` равно параметру `tag`",
                "- Вызов выполнен, если появился элемент с новым: `id`",
                "- Через сколько секунд видно, не позже: 90",
                "По API этого не узнать (по-английски): A dropped crate \\| looks like another.",
                "- Нужен хотя бы один параметр: size, weight",
                "если `tag=big`: не больше 9; не меньше, чем `size`",
            ],
        ),
    ] {
        for part in parts {
            assert!(page(language).contains(part), "{part} is not in:\n{}", page(language));
        }
    }
    let tree = specs(&sources).openapi();
    let text = tree.get("docs/openapi/demo.json").unwrap_or_default();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "\"x-hostkit-evidence\": { \"read\": \"crates/list_crates\", \"where\": { \"tag\": \"tag\" }, \"new\": \"id\", \
         \"lag\": 90 }",
        "\"x-hostkit-no-evidence\": \"A dropped crate | looks like another.\"",
        "\"x-hostkit-at-least-one\": [\"size\", \"weight\"]",
        "\"x-hostkit-not-below\": \"size\"",
        "\"x-hostkit-when\": { \"tag=big\": { \"maximum\": 9 } }",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

/// Each spelling of a domain is that of the row; of a text that may be anything, another spelling may be another one.
#[test]
fn a_domain_in_a_row_may_be_spelled_otherwise() {
    let types = r#"
[Record]
en = "A record."
[Record.fields]
id = { type = "uint", required = true, en = "Its number." }
name = { type = "text", required = true, en = "Its name." }
data = { type = "text", required = true, en = "Its value." }
[NewRecord]
en = "A record to make."
[NewRecord.fields]
name = { type = "text", required = true, shape = "domain", en = "Its name." }
data = { type = "text", required = true, en = "Its value." }
"#;
    let list = r#"
method = "GET"
path = "/records"
effect = "safe"
en = "The records."
[response]
type = "[Record]"
root = "records"
"#;
    let add = r#"
method = "POST"
path = "/records"
effect = "state"
recovery = "List the records."
en = "Makes records."
[body]
records = { type = "[NewRecord]", required = true, en = "The records." }
[evidence]
read = "records/list_records"
each = "records"
where = { name = "records/name", data = "records/data" }
new = "id"
"#;
    let files = [
        ("demo/service.toml", SERVICE),
        ("demo/types/records.toml", types),
        ("demo/records/list_records.toml", list),
        ("demo/records/add_records.toml", add),
    ];
    let sources = Sources::new(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let answer = r#"{"records":[{"id":1,"name":"example.com","data":"x"}]}"#;
    let text = specs(&with_answer(sources, "records/list_records", answer)).rust_in_one_file();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = "evidence::exact_row( row, &[ row.first().cloned().flatten(), Some(evidence::text(&item.data)), ], )";
    assert!(text.contains(wanted), "{wanted} is not in:\n{text}");
}
