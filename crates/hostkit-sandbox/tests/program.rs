//! The program: what it prints, its control address, and a PHP script that arms a fault, orders and reads the ledger.

#![cfg(feature = "program")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "in a test a panic is the report")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use hostkit_sandbox::credentials;
use serde_json::{Value, json};

/// A running program; it ends when dropped.
struct Program {
    child: Child,
    variables: BTreeMap<String, String>,
    log: Receiver<String>,
}

impl Program {
    /// Starts it with `--env`, and reads the variables.
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hostkit-sandbox"));
        command.arg("--env").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut variables = BTreeMap::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
            variables.insert(name.to_owned(), value.to_owned());
            if name == "HOSTKIT_SANDBOX_CONTROL" {
                break;
            }
        }
        let (send, log) = channel();
        let errors = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || errors.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { child, variables, log }
    }

    fn line(&self) -> String {
        self.log.recv_timeout(Duration::from_secs(10)).unwrap()
    }

    /// Sends a request to one of the addresses; status and body.
    fn ask(&self, variable: &str, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
        let url = self.variables[variable].strip_prefix("http://").unwrap();
        let (host, prefix) = url.split_once('/').unwrap_or((url, ""));
        let prefix = if prefix.is_empty() { String::new() } else { format!("/{prefix}") };
        let host_line = if headers.contains("Host:") { String::new() } else { format!("Host: {host}\r\n") };
        let length = body.len();
        let request = format!(
            "{method} {prefix}{path} HTTP/1.1\r\n{host_line}Content-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
        );
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // A fault may reset the connection, which is what is wanted then.
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer).into_owned();
        let status = text.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
        (status, text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    fn control(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let (status, text) = self.ask("HOSTKIT_SANDBOX_CONTROL", method, path, "", body);
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    fn order(&self) -> (u16, String) {
        let key = format!("X-Key: {}\r\n", credentials::INFERNO_KEY);
        self.ask("INFERNO_URL", "POST", "/api_client.php?action=create&pid=1", &key, "")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn a_fault_by_the_control_address_an_order_and_the_ledger() {
    let program = Program::start(&[]);
    let arm = r#"{"fault":"reset-after-commit","api":"inferno","operation":"create_order","times":1}"#;
    assert_eq!(program.control("POST", "/faults", arm).0, 200);
    let (_, state) = program.control("GET", "/state", "");
    assert_eq!(state["faults"]["armed"], json!(["reset-after-commit on create_order at inferno"]));
    assert_eq!(program.order().0, 0);
    assert!(
        program
            .line()
            .contains(" inferno   create_order                 200 committed, paid 199.90, fault reset-after-commit")
    );
    let (_, ledger) = program.control("GET", "/ledger?operation=create_order", "");
    assert_eq!((&ledger["commits"], &ledger["money"]), (&json!(1), &json!("199.90")));
    assert_eq!(program.order().0, 200);
    assert_eq!(program.control("GET", "/ledger?operation=create_order", "").1["arrivals"], json!(2));
    assert_eq!(program.control("DELETE", "/ledger", "").0, 200);
    assert_eq!(program.control("GET", "/ledger", "").1["arrivals"], json!(0));
    let (_, state) = program.control("GET", "/state", "");
    assert_eq!(state["worlds"]["inferno"]["servers"].as_array().unwrap().len(), 2);
    assert_eq!(program.control("POST", "/reset", "").0, 200);
    let (_, state) = program.control("GET", "/state", "");
    assert_eq!(state["worlds"]["inferno"]["servers"], json!([]));
    assert_eq!((&state["recent"], &state["ledger"]["total"]), (&json!([]), &json!(0)));
}

#[test]
fn a_clock_that_is_set_stopped_and_advanced() {
    let program = Program::start(&[
        "--clock",
        "2026-11-01T12:00",
        "--speed",
        "0",
        "--fault",
        "status-502@inferno/create_order*2",
    ]);
    let (_, state) = program.control("GET", "/state", "");
    assert_eq!((&state["clock"], &state["speed"]), (&json!("2026-11-01 12:00:00"), &json!(0)));
    assert_eq!(program.control("POST", "/clock", r#"{"advance_seconds":86400}"#).0, 200);
    assert_eq!(program.control("GET", "/state", "").1["clock"], json!("2026-11-02 12:00:00"));
    assert_eq!([program.order().0, program.order().0, program.order().0], [502, 502, 200]);
    let random = r#"{"seed":7,"per_mille":1000,"faults":["status-503"],"operations":["create_order"]}"#;
    assert_eq!(program.control("POST", "/faults/random", random).0, 200);
    assert_eq!(program.order().0, 503);
    assert_eq!(program.control("GET", "/state", "").1["faults"]["random"]["seed"], json!(7));
    assert_eq!(program.control("DELETE", "/faults", "").0, 200);
    assert_eq!(program.order().0, 200);
    assert_eq!(program.control("POST", "/settings", r#"{"enforce_rates":true,"delay_ms":5000}"#).0, 200);
    let (_, state) = program.control("GET", "/state", "");
    assert_eq!((&state["settings"]["enforce_rates"], &state["settings"]["delay_ms"]), (&json!(true), &json!(5000)));
}

#[test]
fn malformed_commands_say_what_was_expected_and_change_nothing() {
    let program = Program::start(&[]);
    let wrong = [
        ("POST", "/faults", "", "not JSON"),
        ("POST", "/faults", "[]", "not a JSON object"),
        ("POST", "/faults", "{}", "\"fault\" is null"),
        ("POST", "/faults", r#"{"fault":"no-such-fault"}"#, "is no fault"),
        ("POST", "/faults", r#"{"fault":"dns-silent"}"#, "strikes a client from outside"),
        ("POST", "/faults", r#"{"fault":"reset-before","operation":"no_such"}"#, "is no operation"),
        ("POST", "/faults", r#"{"fault":"reset-before","api":"clodo","operation":"create_order"}"#, "is no operation"),
        ("POST", "/faults", r#"{"fault":"reset-before","api":"no"}"#, "not an API"),
        ("POST", "/faults", r#"{"fault":"reset-before","times":0}"#, "not a number of calls"),
        ("POST", "/faults", r#"{"fault":"reset-before","tims":2}"#, "is no field"),
        ("POST", "/faults/random", r#"{"seed":1}"#, "per_mille"),
        ("POST", "/faults/random", r#"{"seed":-1,"per_mille":1}"#, "seed"),
        ("POST", "/clock", r#"{"advance_seconds":"1"}"#, "whole number"),
        ("POST", "/clock", r#"{"speed":18446744073709551615}"#, "whole number"),
        ("POST", "/settings", r#"{"delay_ms":1,"enforce_rates":"yes"}"#, "true or false"),
        ("GET", "/ledger?operation=no_such", "", "is no operation"),
        ("GET", "/ledger?api=no", "", "is no API"),
        ("GET", "/ledger?x=1", "", "is no parameter"),
    ];
    for (method, path, body, why) in wrong {
        let (status, answer) = program.control(method, path, body);
        assert_eq!(status, 400, "{path} {body}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains(why), "{path} {body}: {answer}");
        assert!(answer["expected"].is_object(), "{path} {body}: {answer}");
    }
    assert_eq!(program.control("GET", "/nothing", "").0, 404);
    assert_eq!(program.control("PUT", "/faults", "{}").0, 405);
    assert_eq!(program.control("POST", "/state", "{}").0, 405);
    let (_, state) = program.control("GET", "/state", "");
    assert_eq!((&state["faults"]["armed"], &state["speed"]), (&json!([]), &json!(1)));
    assert_eq!(state["settings"]["delay_ms"], json!(3000));
}

/// A page of the web could otherwise reach it by a name that it lets resolve to loopback, or by a form.
#[test]
fn foreign_hosts_and_origins_are_refused() {
    let program = Program::start(&[]);
    let own = program.variables["HOSTKIT_SANDBOX_CONTROL"].strip_prefix("http://").unwrap().to_owned();
    let port = own.split_once(':').unwrap().1.to_owned();
    let post = |headers: String| program.ask("HOSTKIT_SANDBOX_CONTROL", "POST", "/clock", &headers, r#"{"speed":5}"#).0;
    for host in [
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        &format!("evil.example:{port}"),
        &format!("127.0.0.1.evil.example:{port}"),
    ] {
        assert_eq!(post(format!("Host: {host}\r\n")), 403, "{host}");
    }
    for origin in [
        "http://evil.example",
        "null",
        "https://127.0.0.1",
        &format!("https://{own}"),
        &format!("http://localhost:{port}"),
    ] {
        assert_eq!(post(format!("Origin: {origin}\r\n")), 403, "{origin}");
    }
    assert_eq!(post(format!("Origin: http://{own}\r\nOrigin: http://evil.example\r\n")), 403);
    assert_eq!(program.control("GET", "/state", "").1["speed"], json!(1));
    assert_eq!(post(format!("Origin: http://{own}\r\n")), 200);
    assert_eq!(post(format!("Host: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n")), 200);
    assert_eq!(program.control("GET", "/state", "").1["speed"], json!(5));
    let (status, page) = program.ask("HOSTKIT_SANDBOX_CONTROL", "GET", "/", "", "");
    assert!(status == 200 && page.starts_with("<!doctype html>"));
    assert!(!page.contains("http://") && !page.contains("https://"), "the page loads something from elsewhere");
}

#[test]
fn a_refusal_has_its_reason_in_the_log_and_no_secret() {
    let program = Program::start(&["--seed", "demo"]);
    let secret = "hunter2-of-a-stranger";
    let key = format!("X-Key: {secret}\r\n");
    program.ask("INFERNO_URL", "GET", "/api_client.php?action=orders", &key, "");
    let line = program.line();
    assert!(line.ends_with("inferno   list_orders                  200 refused Access denied"), "{line}");
    program.ask("INFERNO_URL", "GET", &format!("/api_client.php?action=creat&cid=1&key={secret}"), "", "");
    let line = program.line();
    assert!(line.contains("(unknown)") && line.contains("key=…"), "{line}");
    assert!(line.contains("action"), "{line}");
    // Of the calls of one path that it is near, the one that it means: a role for Ansible spells `ostpl` so.
    let reinstall = format!("/api_client.php?action=reinstall&cid=1&key={secret}&orderid=1&ostlp=debian12&run=1");
    program.ask("INFERNO_URL", "GET", &reinstall, "", "");
    let line = program.line();
    assert!(line.contains("ostpl: ") && line.contains("found nothing"), "{line}");
    program.ask("CLODO_URL", "GET", "/v1/serverz", "", "");
    assert!(program.line().contains("401 "));
    program.ask("MACLOUD_URL", "PUT", "/v1/server.poweroff/1", &format!("Authorization: {secret}\r\n"), "");
    let line = program.line();
    assert!(line.contains("501") && line.contains("Action not implemented or not found"), "{line}");
    assert!(line.contains("no call has this verb and path"), "{line}");
    program.ask(
        "ROOTPANEL_URL",
        "POST",
        "/apih.php",
        "",
        &format!("command=getBalanse&json=1&login=sandbox&apikey={secret}"),
    );
    let line = program.line();
    assert!(line.contains("(unknown)") && line.contains("getBalance, "), "{line}");
    program.ask("HOSTKIT_SANDBOX_CONTROL", "GET", "/state", "", "");
    let url = program.variables["CLODO_URL"].replace("/clodo", "");
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(format!("GET /elsewhere HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
    assert!(program.line().contains("404 : no API is at this path: they are below /clodo, "));
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    assert!(program.line().contains("400 : not well-formed HTTP: HTTP/1.1 requires exactly one Host"));
    // Good credentials and passwords of servers are hidden, too.
    let token = format!("Authorization: {}\r\n", credentials::MACLOUD_TOKEN);
    let (_, servers) = program.ask("MACLOUD_URL", "GET", "/v1/server", &token, "");
    let servers: Value = serde_json::from_str(&servers).unwrap();
    let number = servers["data"][0]["id"].as_u64().unwrap();
    let (_, password) = program.ask("MACLOUD_URL", "GET", &format!("/v1/server.password/{number}"), &token, "");
    assert!(password.contains("sandbox-password-"), "{password}");
    let (_, state) = program.control("GET", "/state", "");
    let shown = state.to_string();
    assert!(state["recent"].as_array().unwrap().len() >= 9);
    for hidden in [secret, credentials::MACLOUD_TOKEN, "sandbox-password-", credentials::CLODO_KEY] {
        assert!(!shown.contains(hidden), "{hidden}: {shown}");
    }
}

#[test]
fn the_demonstration_has_something_to_show_at_every_api() {
    let program = Program::start(&["--seed", "demo"]);
    let (_, state) = program.control("GET", "/state", "");
    for api in ["clodo", "inferno", "rootpanel", "macloud"] {
        let world = &state["worlds"][api];
        assert_eq!(world["servers"].as_array().unwrap().len(), 6, "{api}");
        assert!(world["payments"].as_u64().unwrap() > 60, "{api}");
        assert_eq!(world["zones"].as_array().unwrap().len(), 2, "{api}");
    }
    let token = format!("Authorization: {}\r\n", credentials::MACLOUD_TOKEN);
    let get = |path: &str| -> Value {
        let (status, text) = program.ask("MACLOUD_URL", "GET", path, &token, "");
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    };
    let servers = get("/v1/server");
    let number = servers["data"][0]["id"].as_u64().unwrap();
    let hours = get(&format!("/v1/server.stat/{number}"));
    assert!(hours["data"].as_array().unwrap().len() >= 24 * 30);
    assert!(get("/v1/operation")["data"].as_array().unwrap().len() > 60);
    let (_, switches) = program.control("GET", "/switches", "");
    assert!(switches["faults"].as_array().unwrap().len() >= 100);
    assert!(switches["operations"]["macloud"].as_array().unwrap().len() > 90);
}

#[test]
fn wrong_arguments_are_usage_errors() {
    for wrong in [
        &["8080"][..],
        &["--port", "70000"],
        &["--seed", "big"],
        &["--speed", "-1"],
        &["--clock", "1999-01-01"],
        &["--fault", "no-such-fault"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_hostkit-sandbox")).args(wrong).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: "), "{wrong:?}");
    }
}

#[test]
fn a_php_script_arms_a_fault_orders_and_reads_the_ledger() {
    if Command::new("php").arg("--version").output().is_err() {
        println!("SKIPPED: there is no php");
        return;
    }
    let program = Program::start(&[]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/order.php");
    let output = Command::new("php").arg(script).envs(&program.variables).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said, "answer: none\norders placed: 1, paid: 199.90\n");
}
