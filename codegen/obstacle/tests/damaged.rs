//! The table test of the wire examples fails for whatever can be wrong with an example, and says where.

#![cfg(feature = "server")]

use std::fs;
use std::path::{Path, PathBuf};

use hostkit_proto::codec::DecodeError;
use hostkit_proto::server::checks::Checks;
use hostkit_proto::server::every::{Examples, Visitor};
use hostkit_proto::server::{ReceivedRequest, Serve, WrittenAnswer};
use hostkit_proto::{Call, Decimal, EncodeError, Endpoint, EndpointInfo, Format, RawAnswer, RequestParts};
use obstacle_proto::Obstacle;
use obstacle_proto::answers::GetBalance;

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");

/// A copy of the specs, removed in the end.
struct Copy(PathBuf);

impl Copy {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("hostkit-{name}-{}", std::process::id()));
        copy(&Path::new(SPECS).join("obstacle"), &root.join("specs/obstacle"));
        Self(root)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.join("specs/obstacle").join(file)
    }

    fn checked(&self) -> Result<usize, String> {
        let mut checks = Checks::new(&self.0);
        obstacle_proto::serve::every(&mut checks);
        checks.finish()
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("the copy can be removed");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a file");
        }
    }
}

/// File, what stands there, what takes its place, and how the finding ends or goes on.
const DAMAGES: &[(&str, &str, &str, &str)] = &[
    ("choices/depend/all.request.http", "POST", "PUT", "found another call"),
    ("choices/depend/all.request.http", "/depend ", "/other ", "found another call"),
    ("choices/depend/all.request.http", "\"period\":3", "\"period\":\"x\"", "expected a whole number"),
    ("choices/depend/all.request.http", "\"period\"", "\"months\"", "months"),
    ("choices/depend/all.request.http", "\"period\":3", "\"period\":6", "value, line"),
    ("choices/depend/all.request.http", "\"period\":3", "\"period\":\"3\"", "body, line 1: expected"),
    ("choices/depend/all.request.http", "\"big\",", "\"big\", ", "body, line 1: expected"),
    (
        "choices/depend/all.request.http",
        "Content-Type: application",
        "Content-Type: text",
        "header content-type: expected",
    ),
    ("choices/depend/all.request.http", "Content-Type: ", "Content-Type ", "is no header"),
    ("names/get_keywords/full.request.http", "fields=1%2C2", "fields=1,2", "path, line 1: expected"),
    ("choices/depend/body.request.json", "\"period\": 6", "\"period\": \"x\"", "expected a whole number"),
    ("choices/depend/body.request.json", "\"auto-renew\": true", "\"auto-renew\": 1", "body, line 1: expected"),
    ("choices/depend/body.request.json", "\"period\": 6", "\"period\": 9", "value, line"),
    ("answers/get_balance/one.answer.json", "-12.50", "x", "expected a decimal number"),
    ("answers/get_balance/one.answer.json", "-12.50", "1", "the value of xml, line 1: expected `-12.50`, found `1`"),
    ("answers/get_balance/one.answer.json", "{", "{\"more\":1,", "more"),
    ("answers/get_balance/one.answer.xml", "-12.50", "1", "value, line 1: expected `-12.50`, found `1`"),
    ("answers/list_boxes/none.answer.json", "Nothing", "No such module", "expected a value, found a fault"),
    ("auth/sign_in/done.answer.http", "204", "500", "expected a value, found status 500"),
    ("auth/sign_in/done.answer.http", "204 ", "", "is no status line"),
    ("auth/sign_in/done.answer.http", "X-Auth-Token", "X-Token", "X-Auth-Token"),
    ("auth/sign_in/done.answer.http", "/v2", "/v3", "value, line"),
    ("names/get_keywords/none.fault.json", "{", "[", "expected a fault, found Unrecognised"),
    ("names/get_keywords/none.fault.json", "Not Found", "Found", "value, line"),
    ("names/get_keywords/gone.fault.http", "404 Not Found", "200 OK", "expected a fault, found Success"),
    ("names/get_keywords/gone.fault.http", "Gone", "Found", "value, line"),
];

#[test]
fn each_damage_is_found_where_it_is() {
    let copy = Copy::new("damaged");
    let examples = copy.checked().expect("undamaged examples");
    assert!(examples > 50, "{examples}");
    for (file, from, to, words) in DAMAGES {
        let text = fs::read_to_string(copy.path(file)).expect("an example");
        assert!(text.contains(from), "{file}: there is no {from:?}");
        fs::write(copy.path(file), text.replacen(from, to, 1)).expect("an example");
        let findings = copy.checked().expect_err(file);
        fs::write(copy.path(file), text).expect("an example");
        let endpoint = file.split('/').nth(1).expect("an endpoint");
        let start = format!("obstacle, {endpoint}, specs/obstacle/{file}: ");
        let finding = findings.split("\n\n").find(|finding| finding.starts_with(&start));
        assert!(finding.is_some_and(|finding| finding.contains(words)), "{file}, {to:?}: {findings}");
    }
}

#[test]
fn files_that_are_missing_and_files_that_are_too_many_are_found() {
    let copy = Copy::new("strays");
    let example = copy.path("answers/get_balance/one.answer.json");
    let text = fs::read(&example).expect("an example");
    fs::remove_file(&example).expect("an example");
    let findings = copy.checked().expect_err("without an example");
    assert!(findings.starts_with("obstacle, get_balance, specs/obstacle/answers/get_balance/one.answer.json: "));
    fs::write(&example, text).expect("an example");

    let copy = Copy::new("more-strays");
    fs::write(copy.path("answers/get_balance/two.answer.json"), "{}").expect("an example");
    let findings = copy.checked().expect_err("with a stray");
    assert_eq!(findings, "specs/obstacle/answers/get_balance/two.answer.json: no example reads this file");

    let nothing = Checks::<Obstacle>::new(&copy.0).finish().expect_err("without endpoints");
    assert!(nothing.contains("specs/obstacle/answers/get_balance/one.answer.xml: no example reads this file"));
    assert!(nothing.ends_with("specs/obstacle: expected examples, found none"), "{nothing}");
}

#[test]
fn values_that_differ_and_values_that_stand_twice_are_found() {
    let copy = Copy::new("values");
    let folder = "obstacle, get_balance, specs/obstacle/answers/get_balance";
    let file = copy.path("answers/get_balance/values.txt");
    let text = fs::read_to_string(&file).expect("values");
    let both = "== one.answer.json\n== one.answer.xml\n-12.50\n\n== one.request.http\nGetBalance\n";
    assert_eq!(text, both);
    let found = |text: &str| {
        fs::write(&file, text).expect("values");
        copy.checked().expect_err(text)
    };
    let findings = found(&both.replace("-12.50", "-12.5"));
    for name in ["one.answer.json", "one.answer.xml"] {
        let finding = format!("{folder}/{name}: value, line 1: expected `-12.5`, found `-12.50`\n");
        assert!(findings.contains(&finding), "{findings}");
    }
    let findings = found(&both.replace("== one.answer.xml\n", ""));
    assert!(findings.starts_with(&format!("{folder}/one.answer.xml: expected a value in values.txt, found none\n")));
    for text in
        [both.replace("== one.answer.xml", "-12.50\n\n== one.answer.xml"), format!("{both}\n== two.answer.xml\n1\n")]
    {
        let findings = found(&text);
        assert!(findings.starts_with(&format!("{folder}/values.txt: values, line ")), "{findings}");
    }
    fs::remove_file(&file).expect("values");
    let findings = copy.checked().expect_err("without values");
    assert!(
        findings.starts_with(&format!("{folder}/values.txt: ")) && findings.ends_with("HOSTKIT_BLESS=1 records it")
    );
}

/// `GetBalance` with a server half that writes another balance.
#[derive(Debug)]
struct Wrong;

impl Endpoint for Wrong {
    type Api = Obstacle;
    type Output = Decimal;

    const INFO: EndpointInfo = GetBalance::INFO;

    fn encode(&self, out: &mut RequestParts) -> Result<(), EncodeError> {
        GetBalance::new().encode(out)
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<Decimal, DecodeError> {
        GetBalance::decode(answer)
    }
}

impl Call for Wrong {}

impl Serve for Wrong {
    fn parse(request: &ReceivedRequest<'_>) -> Result<Self, DecodeError> {
        GetBalance::parse(request).map(|_| Self)
    }

    fn answer(_: &Decimal, out: &mut WrittenAnswer) {
        GetBalance::answer(&Decimal::ONE, out);
    }
}

#[test]
fn a_server_half_that_writes_another_value_is_found() {
    let mut checks = Checks::<Obstacle>::new(Path::new(SPECS).join(".."));
    checks.call::<Wrong>(&Examples {
        folder: "obstacle/answers/get_balance",
        requests: &[],
        request_bodies: &[],
        answers: &[("one", Format::Json, 200)],
        answers_with_head: &[],
        agreeing: &[],
        faults: &[],
        faults_with_head: &[],
    });
    let findings = checks.finish().expect_err("a wrong server half");
    let expected = "one.answer.json: the value that the server half writes, line 1: expected `-12.50`, found `1`";
    assert!(findings.contains(expected), "{findings}");
}
