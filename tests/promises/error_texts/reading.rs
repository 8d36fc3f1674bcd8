//! Answers that cannot be read, in every API.

use clodo_proto::servers::{GetServer, RebootServer};
use clodo_proto::types::ServerId;
use hostkit::by_hand::EndpointExt;
use hostkit::protocol::wire::Limits;
use hostkit::{Api, Call, CallOptions};
use hostkit_testing::Script;
use macloud_proto::servers::CreateServer;
use macloud_proto::types::{DatacenterId, PlanId};

use super::{Book, call, perform};

pub(super) fn clodo() -> clodo_proto::Credentials {
    clodo_proto::Credentials::key("example", "canary-key-1")
}

pub(super) fn inferno() -> inferno_proto::Credentials {
    inferno_proto::Credentials::key(7, "canary-key-2")
}

pub(super) fn rootpanel() -> rootpanel_proto::Credentials {
    rootpanel_proto::Credentials::api_key("login", "canary-key-3")
}

pub(super) fn macloud() -> macloud_proto::Credentials {
    macloud_proto::Credentials::token("canary-key-4")
}

/// Clodo's answer to a sign-in.
pub(super) fn signed_in() -> Script {
    let answer = Script::get("").answer(204, "").header("X-Auth-Token", "canary-token");
    answer.header("X-Server-Management-Url", "https://api.clodo.ru/v1")
}

pub(super) fn get_server() -> GetServer {
    GetServer::new(ServerId::new(298))
}

/// `[]` in gzip.
const GZIPPED: [u8; 22] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0x8b, 0x8e, 5, 0, 0x29, 0xbb, 0x4c, 0x0d, 2, 0, 0, 0];

/// What an answer may be instead of a document of the API.
fn answers() -> Vec<(&'static str, Script)> {
    let ok = |body: &[u8]| Script::any().answer(200, body.to_vec());
    vec![
        ("windows-1251", ok(b"{\"message\": \"\xCD\xE5\xE2\xE5\xF0\xED\xFB\xE9 \xEA\xEB\xFE\xF7\"}")),
        (
            "text before the document",
            ok(b"<br />\n<b>Warning</b>: Undefined index: id in /srv/api.php on line 7<br />\n{\"message\": \"ok\"}"),
        ),
        ("gzip", ok(&GZIPPED).header("content-encoding", "gzip")),
        ("gzip that no header names", ok(&GZIPPED)),
        ("another coding", ok(b"\x8b\x01\x80\xff").header("content-encoding", "br")),
        ("a trailing comma", ok(b"{\"message\": \"ok\",}")),
        ("a cut document", ok(b"{\"message\": \"o")),
        (
            "a page",
            ok("<!DOCTYPE html><html><head><title>\n Технические \"работы\"\u{7}</title></head></html>".as_bytes()),
        ),
        ("a proxy's page", Script::any().answer(502, "<html><head><title>502 Bad Gateway</title></head></html>")),
        ("a foreign 401", Script::any().answer(401, "<html><title>401 Authorization Required</title></html>")),
        ("a redirect", Script::any().answer(301, "").header("location", "https://u:canary@panel.example/?canary=1")),
        ("an empty body", ok(b"")),
        ("another API's document", ok(b"{\"kind\": \"Status\", \"version\": 2}")),
        ("a list", ok(b"[]")),
        ("a word", ok(b"OK")),
    ]
}

fn each<E: Call>(book: &mut Book, api: &str, credentials: &<E::Api as Api>::Credentials, e: &E, before: &[Script])
where
    E::Output: std::fmt::Debug,
{
    for (name, answer) in answers() {
        let script = [before, &[answer]].concat();
        book.add_call(&format!("{name}, {api}"), &call(credentials, e, &script, &CallOptions::new()));
    }
}

pub(super) fn add(book: &mut Book) {
    let none = CallOptions::new();
    each(book, "Clodo", &clodo(), &get_server(), &[signed_in()]);
    each(book, "Inferno", &inferno(), &inferno_proto::account::GetBalance::new(), &[]);
    each(book, "RootPanel", &rootpanel(), &rootpanel_proto::account::GetBalance::new(), &[]);
    each(book, "Macloud", &macloud(), &macloud_proto::account::GetAccount::new(), &[]);

    for (name, answer) in answers().into_iter().filter(|(name, _)| ["gzip", "a page", "a redirect"].contains(name)) {
        let order = CreateServer::new(DatacenterId::new(1), PlanId::new(1));
        book.add_outcome(&format!("an order answered by {name}"), perform(&macloud(), &order, &[answer], &none));
    }
    let reboot = RebootServer::new(ServerId::new(298));
    let answers = [("200 and no body", Script::any().answer(200, "")), ("a body", Script::any().answer(204, "<ok/>"))];
    for (name, answer) in answers {
        book.add_outcome(
            &format!("a reboot answered by {name}"),
            perform(&clodo(), &reboot, &[signed_in(), answer], &none),
        );
    }

    let few = CallOptions::new().tree_limits(Limits { max_items: 2, ..Limits::DEFAULT });
    let list = Script::any().answer(200, r#"{"server": {"addresses": [1, 2, 3]}}"#);
    book.add_call("a limit of the tree", &call(&clodo(), &get_server(), &[signed_in(), list], &few));
    let limits = hostkit::transport::AnswerLimits { max_body: 4, ..Default::default() };
    let small = CallOptions::new().answer_limits(limits);
    let body = Script::any().answer(200, "12345");
    book.add_call(
        "a limit of the answer",
        &call(&macloud(), &macloud_proto::account::GetAccount::new(), &[body], &small),
    );
    let few = hostkit::transport::AnswerLimits { max_items: Some(1), ..Default::default() };
    let list = Script::any().answer(200, r#"{"status":"ok","data":[{"id":1},{"id":2}]}"#);
    book.add_call(
        "a limit of a list",
        &call(
            &macloud(),
            &macloud_proto::reference::ListDatacenters::new(),
            &[list],
            &CallOptions::new().answer_limits(few),
        ),
    );
    let wrong = Script::any().answer(200, r#"{"server": {"id": "abc"}}"#);
    book.add_call("a wrong value", &call(&clodo(), &get_server(), &[signed_in(), wrong], &none));
    let twice = signed_in().header("X-Auth-Token", "canary-token-2");
    book.add_call("a token that is there twice", &call(&clodo(), &get_server(), &[twice], &none));

    let answer = |status: u16, body: &str| http::Response::builder().status(status).body(body.into()).unwrap();
    let by_hand = get_server().read_http(&answer(502, "<html><title>502 Bad Gateway</title>")).unwrap_err();
    book.add_call("by hand", &by_hand);
    let credentials = inferno();
    let balance = inferno_proto::account::GetBalance::new();
    let base = "https://cp.inferno.name".parse().unwrap();
    assert!(balance.to_http(&base, &credentials, &Default::default()).is_ok());
    let zero = GetServer::new(ServerId::new(0));
    book.add("by hand, an input", &zero.to_http(&base, &clodo(), &Default::default()).unwrap_err());
}
