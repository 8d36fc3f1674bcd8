//! What the API, the inputs, the caller's own limits and the settings refuse.

use std::time::Duration;

use clodo_proto::servers::{CreateServer, CreateServerOs, ServerRunning};
use clodo_proto::types::{ImageId, ServerType};
use hostkit::time::ManualClock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{CallOptions, Cancel, Format, Gibibytes, Mebibytes, Money, UnixTime};
use hostkit_testing::{Script, Scripted};
use macloud_proto::servers::SetPassword;

use super::reading::{clodo, get_server, inferno, macloud, rootpanel, signed_in};
use super::{Book, call, client, perform, repeated, run};

fn order() -> CreateServer {
    let os = CreateServerOs::Image(ImageId::new(551));
    CreateServer::new("web", ServerType::Virtual, Mebibytes(512), Gibibytes(5), os)
}

pub(super) fn add(book: &mut Book) {
    faults(book);
    inputs(book);
    own(book);
    waiters(book);
    setup(book);
}

fn faults(book: &mut Book) {
    let none = CallOptions::new();
    let fault = |status: u16, body: &str| Script::any().answer(status, body);
    let no = r#"{"NotFound": {"code": 404, "message": "Not Found", "details": "VPS не найдена"}}"#;
    book.add_call("a fault", &call(&clodo(), &get_server(), &[signed_in(), fault(404, no)], &none));
    let no = r#"{"Unauthorized": {"code": 401, "message": "Unauthorized", "details": "no key canary-key-1"}}"#;
    book.add_call("a sign-in that is refused", &call(&clodo(), &get_server(), &[fault(401, no)], &none));
    let page = fault(401, "<html><title>Login</title>");
    book.add_call("a sign-in answered by a page", &call(&clodo(), &get_server(), &[page], &none));
    let balance = inferno_proto::account::GetBalance::new();
    let denied = fault(200, r#"{"result": "fail", "message": "Access denied"}"#);
    book.add_call("a wrong key, Inferno", &call(&inferno(), &balance, &[denied], &none));
    let account = macloud_proto::account::GetAccount::new();
    let twice = fault(401, r#"{"status": "error", "status_code": 401, "status_msg": "Unauthorized"}"#);
    book.add_call("a code that repeats the status", &call(&macloud(), &account, &[twice], &none));
    let late = fault(429, "").header("retry-after", "3600");
    book.add_call("too many calls", &call(&macloud(), &account, &[late], &none));

    let buy = rootpanel_proto::orders::CreateOrder::new(rootpanel_proto::types::TariffId::new(1), 1);
    for (title, answer) in [
        ("a rejection of which only the word is there", fault(200, r#"{"status": "ERROR"}"#)),
        ("a plain no", fault(200, r#"{"status": "ERROR", "errorCode": "46", "errorMsg": "No such pair"}"#)),
    ] {
        book.add_outcome(title, perform(&rootpanel(), &buy, &[answer], &none));
    }
    let order_of_inferno = inferno_proto::orders::CreateOrder::new(inferno_proto::types::ProductId::new(1));
    let no = fault(200, r#"{"result": "fail", "message": "Try later"}"#);
    book.add_outcome("a rejection to be checked", perform(&inferno(), &order_of_inferno, &[no], &none));
    let failed = fault(500, r#"{"InternalServerError": {"code": 500, "message": "x", "details": "сбой"}}"#);
    book.add_outcome("a failure of the server", perform(&clodo(), &order(), &[signed_in(), failed], &none));
    let fields = r#"{"status": "error", "status_code": 400, "status_msg": "Bad", "data": {"host": ["is taken"]}}"#;
    let set = SetPassword::new(macloud_proto::types::ServerId::new(1), "h7nter-2");
    let echo = fault(400, &fields.replace("is taken", "h7nter-2 is short"));
    book.add_outcome("errors of fields that repeat a secret", perform(&macloud(), &set, &[echo], &none));
}

fn inputs(book: &mut Book) {
    let none = CallOptions::new();
    let os = CreateServerOs::Image(ImageId::new(551));
    let mut wrong = CreateServer::new("", ServerType::Virtual, Mebibytes(64), Gibibytes(1), os);
    wrong.memory_max = Some(Mebibytes(32));
    book.add_outcome("several inputs", perform(&clodo(), &wrong, &[signed_in()], &none));
    let set = SetPassword::new(macloud_proto::types::ServerId::new(1), "");
    let top_up = macloud_proto::operations::CreateTopUp::new(money("5 USD"));
    book.add_outcome("an amount in another currency", perform(&macloud(), &top_up, &[Script::any()], &none));
    book.add_outcome("a secret input", perform(&macloud(), &set, &[Script::any()], &none));
}

fn money(text: &str) -> Money {
    text.parse().expect("an amount")
}

fn own(book: &mut Book) {
    let account = macloud_proto::account::GetAccount::new();
    let dear = CallOptions::new().price(money("500 RUB")).max_cost(money("300 RUB"));
    book.add_outcome("a price above the limit", perform(&clodo(), &order(), &[signed_in()], &dear));
    let foreign = CallOptions::new().price(money("5 USD")).max_cost(money("300 RUB"));
    book.add_outcome("a price in another currency", perform(&clodo(), &order(), &[signed_in()], &foreign));
    let unknown = CallOptions::new().max_cost(money("300 RUB"));
    book.add_outcome("a price that is not known", perform(&clodo(), &order(), &[signed_in()], &unknown));
    let often = CallOptions::new().max_attempts(9);
    book.add_call("too many attempts", &call(&macloud(), &account, &[Script::any()], &often));
    let cancel = Cancel::new();
    cancel.cancel();
    let cancelled = CallOptions::new().cancel(cancel);
    book.add_call("cancelled", &call(&macloud(), &account, &[Script::any()], &cancelled));
    let hasty = CallOptions::new().deadline(Duration::ZERO);
    book.add_call("no time at all", &call(&macloud(), &account, &[Script::any()], &hasty));
    let slow = Script::any().takes(Duration::from_secs(100));
    let short = CallOptions::new().deadline(Duration::from_secs(10));
    book.add_call("an answer that does not come", &call(&macloud(), &account, std::slice::from_ref(&slow), &short));
    book.add_outcome("an order without an answer", perform(&clodo(), &order(), &[signed_in(), slow], &short));
    let reset = Script::fail(Phase::Body, TransportErrorKind::Reset);
    book.add_outcome("an order whose answer breaks off", perform(&clodo(), &order(), &[signed_in(), reset], &short));

    // Ten calls of POST in a minute are Clodo's limit.
    let answers: Vec<Script> = (0..12).map(|_| Script::any().answer(204, "")).collect();
    let script = [vec![signed_in()], answers].concat();
    let client = client!(hostkit_ureq, clodo_proto::Clodo, clodo(), script).with(short.unread());
    let stop = clodo_proto::servers::RebootServer::new(clodo_proto::types::ServerId::new(298));
    let outcome = (0..40).map(|_| client.perform(&stop)).find(|outcome| !outcome.is_done());
    book.add_outcome("the client's own rate limit", outcome.expect("a limit"));
}

fn waiters(book: &mut Book) {
    let waiter = || ServerRunning::new(get_server());
    let state = |state: &str| Script::any().answer(200, format!(r#"{{"server": {{"id": 298, "status": "{state}"}}}}"#));
    let scripts = [
        ("a waiter whose end will not come", vec![signed_in(), state("is_error")]),
        ("a waiter out of time", vec![signed_in(), state("is_request")]),
        ("a waiter whose poll fails", vec![signed_in(), Script::any().answer(200, "{}")]),
    ];
    for (title, script) in scripts {
        let mut script = repeated(&script);
        script.extend(std::iter::repeat_n(script.last().cloned(), 300).flatten());
        // A session of Clodo lives longer.
        let short = CallOptions::new().deadline(Duration::from_secs(600));
        let client = client!(hostkit_ureq, clodo_proto::Clodo, clodo(), script).with(short.clone());
        let blocking = client.wait(waiter(), |_| {}).unwrap_err();
        let client = client!(hostkit_reqwest, clodo_proto::Clodo, clodo(), script).with(short);
        let asynchronous = run(client.wait(waiter(), |_| {})).unwrap_err();
        assert_eq!(blocking.to_string(), asynchronous.to_string());
        book.add(title, &blocking);
    }
    let cancel = Cancel::new();
    cancel.cancel();
    let client = client!(hostkit_ureq, clodo_proto::Clodo, clodo(), [signed_in()]);
    let error = client.with(CallOptions::new().cancel(cancel)).wait(waiter(), |_| {}).unwrap_err();
    book.add("a waiter that is cancelled", &error);
}

fn setup(book: &mut Book) {
    let builder = || hostkit_ureq::Client::<clodo_proto::Clodo>::builder(clodo());
    let newline = clodo_proto::Credentials::key("example", "canary-key-1\n");
    let network = hostkit_ureq::Network::new();
    let transport = |network| hostkit_ureq::UreqTransport::setup().network(network).build().map(drop);
    for (title, error) in [
        ("a host that is not there", builder().host("moon").build().map(drop).unwrap_err()),
        ("a format that is not there", builder().format(Format::Php).build().map(drop).unwrap_err()),
        ("a user agent", builder().user_agent("a\nb").build().map(drop).unwrap_err()),
        (
            "a key with a line break",
            hostkit_ureq::Client::<clodo_proto::Clodo>::builder(newline).build().map(drop).unwrap_err(),
        ),
        ("a token with a line break", builder().signed_in("canary\n").build().map(drop).unwrap_err()),
        ("too many attempts", builder().max_attempts(4).build().map(drop).unwrap_err()),
        ("a proxy that is no URL", transport(network.clone().proxy("http://user:canary@[x")).unwrap_err()),
        (
            "a proxy that is none of HTTP",
            transport(network.clone().proxy("socks5://user:canary@127.0.0.1:1080")).unwrap_err(),
        ),
        ("roots without a certificate", transport(network.clone().root_certificates(b"canary")).unwrap_err()),
        (
            "a certificate",
            transport(network.root_certificates(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"))
                .unwrap_err(),
        ),
    ] {
        book.add(&format!("set-up: {title}"), &error);
    }
    let base: Result<hostkit::BaseUrl, _> = "ftp://api.example".parse();
    book.add("set-up: a base URL", &base.unwrap_err());
}
