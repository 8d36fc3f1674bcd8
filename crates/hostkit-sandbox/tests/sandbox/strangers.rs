//! What clients that are not this project's send, as raw bytes: every documented way to authorise and to send, and what
//! public clients do besides.
// A test that cannot go on should panic.

use std::time::Duration;

use crate::common::{Got, talk};
use hostkit_sandbox::world::{NewServer, World};
use hostkit_sandbox::{ApiName, Clock, Moment, Sandbox, Seed, credentials};

const KEY: &str = credentials::INFERNO_KEY;
const CID: i64 = credentials::INFERNO_CLIENT;

/// Sends a request on a connection of its own.
fn raw(sandbox: &Sandbox, method: &str, target: &str, headers: &str, body: &str) -> Got {
    let host = sandbox.address();
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let head = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{length}{headers}\r\n");
    talk(sandbox, format!("{head}{body}").as_bytes())
}

fn text(got: &Got) -> String {
    String::from_utf8_lossy(got.body()).into_owned()
}

/// The last entry of the ledger, as operation and end.
fn last(sandbox: &Sandbox) -> String {
    let entry = sandbox.ledger().entries().pop().unwrap();
    format!("{} {:?}", entry.operation, entry.ended)
}

fn server(sandbox: &Sandbox, api: ApiName) -> u64 {
    let order = |world: &mut World| {
        let new = NewServer { plan: 1, image: Some(1), install: true, ..NewServer::default() };
        world.order(World::ACCOUNT, new).unwrap()
    };
    let number = sandbox.world(api, order).unwrap();
    sandbox.clock().advance(World::BUILD);
    number
}

// A shell script of the hoster's staff greps the heads of a HEAD request, and its case counts.
#[test]
fn a_sign_in_of_clodo_by_head_with_the_recorded_names() {
    let sandbox = Sandbox::start().unwrap();
    let headers = format!("X-Auth-User: {}\r\nX-Auth-Key: {}\r\n", credentials::CLODO_LOGIN, credentials::CLODO_KEY);
    for (method, path) in [("HEAD", "/clodo"), ("GET", "/clodo/"), ("GET", "/clodo/v1"), ("GET", "/clodo/v1.0")] {
        let got = raw(&sandbox, method, path, &headers, "");
        let head = got.text();
        assert!(head.starts_with("HTTP/1.1 204 No Content\r\n"), "{method} {path}: {head}");
        assert!(head.contains("\r\nX-Auth-Token: CLODO_"), "{head}");
        let url = format!("\r\nX-Server-Management-Url: {}/v1\r\n", sandbox.url(ApiName::CLODO));
        assert!(head.contains(&url), "{head}");
        assert_eq!(head.matches("X-Auth-Token").count(), 1, "{head}");
    }
    // A driver needs the times, and asks for JSON.
    let head = raw(&sandbox, "GET", "/clodo/", &format!("{headers}Accept: application/json\r\n"), "").text();
    assert!(head.contains("\r\nX-Auth-Token-Issued: 20") && head.contains("\r\nX-Auth-Token-Expired: 20"), "{head}");
}

fn clodo(sandbox: &Sandbox, method: &str, path: &str, headers: &str, body: &str) -> Got {
    sandbox.world(ApiName::CLODO, |world| world.sessions.add("good", World::ACCOUNT)).unwrap();
    raw(sandbox, method, &format!("/clodo/v1{path}"), &format!("X-Auth-Token: good\r\n{headers}"), body)
}

#[test]
fn commands_of_clodo_in_every_spelling() {
    let sandbox = Sandbox::start().unwrap();
    let number = server(&sandbox, ApiName::CLODO);
    let action = format!("/servers/{number}/action");
    let json = "Content-Type: application/json\r\nAccept: application/json\r\n";
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    // The gem sends `{}`, PHP an empty array or text, a shell tool a form, another a bare GET or HEAD.
    for body in [r#"{"stop":{}}"#, r#"{"stop":""}"#, r#"{"stop":[]}"#, r#"{"stop":null}"#] {
        let got = clodo(&sandbox, "POST", &action, json, body);
        assert_eq!(got.status(), Some(204), "{body}: {}", got.text());
        assert!(last(&sandbox).starts_with("stop_server"), "{body}: {}", last(&sandbox));
    }
    let got = clodo(&sandbox, "POST", &action, "", "<start/>");
    assert_eq!(got.status(), Some(204), "{}", got.text());
    for body in ["reboot=", "reboot", "rebuild%5BimageId%5D=2"] {
        let got = clodo(&sandbox, "POST", &action, form, body);
        assert_eq!(got.status(), Some(204), "{body}: {}", got.text());
        sandbox.clock().advance(World::BUILD);
    }
    for (method, path) in [("GET", "reboot"), ("HEAD", "stop"), ("GET", "start"), ("GET", "rebuild?imageId=2")] {
        let got = clodo(&sandbox, method, &format!("/servers/{number}/{path}"), "", "");
        assert_eq!(got.status(), Some(204), "{path}: {}", got.text());
    }
    assert_eq!(sandbox.ledger().commits("rebuild_server"), 2);
}

/// As two clients of the hoster's staff state it.
#[test]
fn numbers_of_servers_are_texts_in_lists() {
    let sandbox = Sandbox::start().unwrap();
    let number = server(&sandbox, ApiName::CLODO);
    let shown = |path: &str| text(&clodo(&sandbox, "GET", path, "Accept: application/json\r\n", ""));
    for path in ["/servers", "/servers/detail"] {
        let list = shown(path);
        assert!(
            list.starts_with(r#"{"servers":[{"#) && list.contains(&format!(r#""id":"{number}","#)),
            "{path}: {list}"
        );
    }
    let one = shown(&format!("/servers/{number}"));
    assert!(one.starts_with(r#"{"server":{"#) && one.contains(&format!(r#""id":{number},"#)), "{one}");
}

#[test]
fn orders_of_clodo_in_every_spelling() {
    let sandbox = Sandbox::start().unwrap();
    let json = "Content-Type: application/json\r\nAccept: application/json\r\n";
    let form = "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n";
    let bodies = [
        (json, r#"{"server":{"vps_title":"a","vps_type":"VirtualServer","vps_memory":"512","vps_hdd":5,"vps_os":1}}"#),
        // A plugin of the staff names what only the panel knows.
        (
            json,
            r#"{"server":{"vps_title":"a","vps_type":"ScaleServer","vps_memory":512,"vps_memory_max":1024,"vps_hdd":5,"vps_admin":1,"vps_os":1,"vps_autoupdate":0}}"#,
        ),
        (form, "vps_title=a&vps_type=VirtualServer&vps_memory=512&vps_hdd=5&vps_os=1"),
        (
            form,
            "server%5Bvps_title%5D=a&server[vps_type]=VirtualServer&server[vps_memory]=512&server[vps_hdd]=5&server[vps_os]=1",
        ),
    ];
    for (count, (headers, body)) in bodies.into_iter().enumerate() {
        let path = if count % 2 == 0 { "/servers" } else { "/servers/" };
        let got = clodo(&sandbox, "POST", path, headers, body);
        assert_eq!(got.status(), Some(200), "{body}: {}", got.text());
        assert!(text(&got).contains(r#"{"server":{"id":2"#), "{}", got.text());
        assert_eq!(sandbox.ledger().commits("create_server"), count + 1);
    }
    // What is no order stays none.
    let got = clodo(&sandbox, "POST", "/servers", form, "vps_title=a");
    assert_eq!((got.status(), last(&sandbox)), (Some(400), "(unknown) Unknown".to_owned()));
}

#[test]
fn forms_are_read_by_every_call_of_clodo_that_has_a_body() {
    let sandbox = Sandbox::start().unwrap();
    let number = server(&sandbox, ApiName::CLODO);
    let (backup, ip, zone, ticket) = sandbox
        .world(ApiName::CLODO, |world| {
            let account = World::ACCOUNT;
            let ip = world.add_address(account, number).unwrap();
            let zone = world.create_zone(account, "a.example").unwrap();
            let ticket = world.open_ticket(account, "subject", "text", false).unwrap();
            (world.make_backup(account, number).unwrap(), ip, zone, ticket)
        })
        .unwrap();
    let form = "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n";
    let calls = [
        ("PUT", format!("/servers/{number}"), "vps_memory=2048&vps_hdd=20".to_owned(), "change_server"),
        ("GET", format!("/servers/{number}/change_type/"), String::new(), "change_to_scale"),
        ("POST", format!("/servers/{number}/change_type"), "pay_type=1m".to_owned(), "change_to_virtual"),
        ("POST", format!("/stats/{number}"), "from=1301860800".to_owned(), "get_stats"),
        ("GET", format!("/servers/{number}/backup/create"), String::new(), "create_backup"),
        ("POST", format!("/servers/{number}/backup/setdesc"), format!("file={backup}&desc=a+b"), "describe_backup"),
        (
            "POST",
            format!("/servers/{number}/backup/setcal"),
            format!("file={backup}&backups_days=1%2C2&backups_time=03%3A00"),
            "schedule_backup",
        ),
        ("POST", format!("/servers/{number}/backup/restore"), format!("file={backup}"), "restore_backup"),
        ("POST", format!("/servers/{number}/backup/delete"), format!("file={backup}"), "delete_backup"),
        ("PUT", format!("/servers/{number}/ips"), String::new(), "add_ip"),
        ("POST", format!("/servers/{number}/ips/moveip"), format!("ip={ip}"), "move_ip"),
        ("DELETE", format!("/servers/{number}/ips"), format!("ip={ip}"), "delete_ip"),
        ("PUT", "/dns".to_owned(), "newdomain=b.example&newdomain_type=MASTER".to_owned(), "create_zone"),
        (
            "POST",
            format!("/dns/{zone}"),
            "name_01=www&type_01=A&content_01=192.0.2.1&ttl_01=600&prio_01=0".to_owned(),
            "add_records",
        ),
        ("POST", format!("/helpdesk/{ticket}"), "text=hello".to_owned(), "reply_ticket"),
        (
            "POST",
            "/helpdesk".to_owned(),
            "tickets_type=1&tickets_subj=a&tickets_text=b&tickets_sla_type=0".to_owned(),
            "create_ticket",
        ),
        ("POST", "/user/update".to_owned(), "users_profile_icq=1".to_owned(), "update_user"),
        ("PUT", "/storage".to_owned(), "title=a".to_owned(), "create_storage"),
        ("POST", "/billing".to_owned(), "from=1301860800&to=1999999999".to_owned(), "get_billing"),
    ];
    for (method, path, body, operation) in calls {
        let got = clodo(&sandbox, method, &path, form, &body);
        assert!(got.status().is_some_and(|status| status < 300), "{method} {path} {body}: {}", got.text());
        assert!(last(&sandbox).starts_with(operation), "{method} {path} {body}: {}", last(&sandbox));
    }
    // A form with a field that no call has is no other call.
    let got = clodo(&sandbox, "DELETE", &format!("/dns/{zone}"), form, "delete_recrod=1");
    assert!(got.status().is_some_and(|status| status >= 400), "{}", got.text());
    assert_eq!(sandbox.ledger().commits("delete_zone"), 0);
}

/// The document's form, `cid` and `key` in the query, for every call that has it, and the same as a form and as JSON.
#[test]
fn every_call_of_inferno_in_every_documented_way() {
    let sandbox = Sandbox::start().unwrap();
    let number = server(&sandbox, ApiName::INFERNO);
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let json = "Content-Type: application/json\r\n";
    let calls = [
        ("balance", String::new(), "get_balance"),
        ("create", "&pid=1".to_owned(), "create_order"),
        ("orders", String::new(), "list_orders"),
        ("install", "&orderid=1&ostpl=debian12&sshkey_ids=&run=0".to_owned(), "check_install"),
        ("reinstall", format!("&orderid={number}&ostpl=debian12&run=1"), "reinstall"),
        ("getinfo", format!("&orderid={number}"), "get_info"),
        ("getinfo", "&orderid=0&ip=192.0.2.1".to_owned(), "get_info"),
        ("reboot", format!("&orderid={number}"), "reboot"),
        ("stop", format!("&orderid={number}"), "stop"),
        ("boot", format!("&orderid={number}"), "boot"),
        ("sshkey.add", "&sshkey=ssh-rsa+AAAA%2BB+label&name=laptop".to_owned(), "add_ssh_key"),
        ("sshkey.list", String::new(), "list_ssh_keys"),
        ("sshkey.remove", "&id=1".to_owned(), "remove_ssh_key"),
        ("services", String::new(), "list_services"),
        ("getService", format!("&serviceid={}", number + 2500), "get_service"),
        ("cancel", "&orderid=1".to_owned(), "cancel_order"),
    ];
    let path = "/inferno/api_client.php";
    for (action, fields, operation) in calls {
        let pairs = format!("cid={CID}&key={KEY}{fields}");
        let object: Vec<_> = fields
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| format!(r#"{name:?}:"{}""#, value.replace('+', " ").replace("%2B", "+")))
            .collect();
        let object = object.join(",");
        let comma = if object.is_empty() { "" } else { "," };
        let key = format!("X-Key: {KEY}\r\n");
        let ways = [
            ("GET", format!("{path}?action={action}&{pairs}"), String::new(), String::new()),
            ("POST", format!("{path}?action={action}"), form.to_owned(), pairs.clone()),
            ("POST", path.to_owned(), form.to_owned(), format!("action={action}&{pairs}")),
            (
                "POST",
                format!("{path}?action={action}"),
                json.to_owned(),
                format!(r#"{{"cid":{CID},"key":"{KEY}"{comma}{object}}}"#),
            ),
            (
                "POST",
                format!("{path}?action={action}"),
                format!("{json}{key}"),
                format!(r#"{{"cid":{CID}{comma}{object}}}"#),
            ),
            // An Ansible role sends a body with GET.
            (
                "GET",
                format!("{path}?action={action}"),
                format!("{json}{key}"),
                format!(r#"{{"cid":"{CID}"{comma}{object}}}"#),
            ),
            // The document of 2026: the key alone.
            ("POST", format!("{path}?action={action}"), format!("{json}{key}"), format!("{{{object}}}")),
            ("GET", format!("{path}?action={action}{fields}"), key, String::new()),
        ];
        for (method, target, headers, body) in ways {
            let got = raw(&sandbox, method, &target, &headers, &body);
            let said = format!("{method} {target} {headers} {body}: {}", got.text());
            assert_eq!(got.status(), Some(200), "{said}");
            assert!(!said.contains("Access denied") && !said.contains("Invalid action"), "{said}");
            assert!(last(&sandbox).starts_with(operation), "{}: {said}", last(&sandbox));
            sandbox.clock().advance(World::BUILD);
        }
    }
    // An older document has no `generate`, and its sign-in in the query.
    let (email, password) = (credentials::INFERNO_EMAIL, credentials::INFERNO_PASSWORD);
    let target = format!("{path}?action=getApiKey&email={email}&pass={password}");
    assert!(text(&raw(&sandbox, "GET", &target, "", "")).contains(KEY));
    assert_eq!(last(&sandbox), "get_api_key Answered");
}

/// A monitor asks with numbers in JSON and the key alone, and for invoices, which the document does not have. An Ansible
/// role reads every order, and names the template of a reinstallation wrongly.
#[test]
fn what_a_monitor_and_a_role_ask_of_inferno() {
    let sandbox = Sandbox::start().unwrap();
    let number = server(&sandbox, ApiName::INFERNO);
    let path = "/inferno/api_client.php?action=";
    let headers = format!(
        "Accept: application/json, text/plain, */*\r\nAccept-Language: ru-RU,ru;q=0.9\r\nUser-Agent: Mozilla/5.0\r\n\
         X-Key: {KEY}\r\n"
    );
    let get = |action: &str| text(&raw(&sandbox, "GET", &format!("{path}{action}"), &headers, ""));
    let post = |action: &str, body: &str| {
        let headers = format!("{headers}Content-Type: application/json\r\n");
        text(&raw(&sandbox, "POST", &format!("{path}{action}"), &headers, body))
    };
    assert!(get("services").contains(&format!(r#""id":{}"#, number + 2500)));
    assert!(get("orders").contains(&format!(r#""{number}":{{"id":"{number}""#)));
    assert!(get("invoices").contains(r#""result":"fail""#));
    assert!(last(&sandbox).contains("Unknown"), "{}", last(&sandbox));
    let found = post("getinfo", r#"{"orderid":0,"ip":"192.0.2.1"}"#);
    assert!(found.contains(&format!(r#""orderid":{number},"#)) && found.contains(r#""nextduedate":"20"#), "{found}");
    let service = post("getService", &format!(r#"{{"serviceid":{}}}"#, number + 2500));
    assert!(service.contains(r#""service":{"id":"#), "{service}");

    let wrong = get(&format!("reinstall&cid={CID}&orderid={number}&ostlp=debian12&sshkey_ids=1&run=1"));
    assert!(wrong.contains(r#""result":"fail""#), "{wrong}");
    assert_eq!(sandbox.ledger().commits("reinstall"), 0);

    // What the order's own part says: nothing before it is paid, a failure until it is installed.
    let order = sandbox.world(ApiName::INFERNO, |world| {
        world.order(World::ACCOUNT, NewServer { plan: 1, ..NewServer::default() }).unwrap()
    });
    let info = || get(&format!("getinfo&orderid={}", order.unwrap()));
    let (unpaid, paid) = (info(), {
        sandbox.clock().advance(World::BUILD);
        info()
    });
    assert!(unpaid.contains(r#""orderStatus":"Pending""#) && unpaid.contains(r#""vps_info":[]"#), "{unpaid}");
    let failed = r#""vps_info":{"result":"fail","message":"VPS not found"}"#;
    assert!(paid.contains(r#""orderStatus":"Active""#) && paid.contains(failed), "{paid}");
}

#[test]
fn wrong_keys_of_inferno_are_refused_in_every_way() {
    let sandbox = Sandbox::start().unwrap();
    let path = "/inferno/api_client.php?action=create";
    let ways = [
        (format!("{path}&pid=1"), String::new()),
        (format!("{path}&pid=1&cid={CID}&key=wrong"), String::new()),
        (format!("{path}&pid=1&cid=1&key={KEY}"), String::new()),
        (format!("{path}&pid=1&key={KEY}"), String::new()),
        (format!("{path}&pid=1&cid=1"), format!("X-Key: {KEY}\r\n")),
        (format!("{path}&pid=1&cid={CID}&key={KEY}"), "X-Key: wrong\r\n".to_owned()),
    ];
    for (target, headers) in ways {
        assert!(text(&raw(&sandbox, "GET", &target, &headers, "")).contains("Access denied"), "{target}");
    }
    assert_eq!(sandbox.ledger().commits("create_order"), 0);
}

#[test]
fn rootpanel_by_query_and_by_form_with_key_and_with_password() {
    let sandbox = Sandbox::start().unwrap();
    let secrets =
        [format!("apikey={}", credentials::ROOTPANEL_KEY), format!("pass={}", credentials::ROOTPANEL_PASSWORD)];
    for secret in secrets {
        let pairs = format!("command=getBalance&login={}&{secret}", credentials::ROOTPANEL_LOGIN);
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        for (method, target, body) in [
            ("GET", format!("/rootpanel/apih.php?{pairs}&json=1"), String::new()),
            ("POST", "/rootpanel/apih.php".to_owned(), format!("{pairs}&json=1")),
            ("POST", "/rootpanel/apih.php?json=1".to_owned(), pairs.clone()),
            ("GET", format!("/rootpanel/apih.php?{pairs}"), String::new()),
        ] {
            let said = text(&raw(&sandbox, method, &target, form, &body));
            let is_json = target.contains("json=1") || body.contains("json=1");
            let wanted = if is_json { r#""status":"SUCCESS""# } else { r#"s:6:"status";s:7:"SUCCESS";"# };
            assert!(said.contains(wanted), "{method} {target} {body}: {said}");
        }
    }
}

/// The document lists the fields of each answer, and shows no example.
#[test]
fn answers_of_rootpanel_have_every_documented_field() {
    let sandbox = Sandbox::start().unwrap();
    let number = server(&sandbox, ApiName::ROOTPANEL);
    sandbox.world(ApiName::ROOTPANEL, |world| {
        world.order(World::ACCOUNT, NewServer { plan: 1, ..NewServer::default() }).unwrap()
    });
    let account = format!("login={}&apikey={}", credentials::ROOTPANEL_LOGIN, credentials::ROOTPANEL_KEY);
    let order = "orderid,vid,tarifid,tarifname,orderdate,startdate,todate,leftdays,status,serverlogin,serverpassword,serveripv4,serveripv6,extraips";
    let calls = [
        (
            "createOrder&vid=vds&tarifid=1&period=1".to_owned(),
            "orderid,vid,tarifid,domain,period,addons,balance,cost,currency,serverlogin,serverpassword",
        ),
        (format!("renewOrder&orderid={number}&period=1"), "orderid,period,balance,cost,currency"),
        (format!("suspendOrder&orderid={number}"), "orderid"),
        (format!("unSuspendOrder&orderid={number}"), "orderid"),
        (
            "getTarifs&vid=vds".to_owned(),
            "tarifs,id,vid,name,costMonthly,currency,allowWithoutDomain,months,discount,allowForNewOrder,allowForRenew,addons,cntforoneorder,onlyifrenew,locations",
        ),
        (format!("addonsOrder&orderid={number}&addons=7"), "orderid,addons,balance,cost,currency"),
        (format!("reinstallOrder&orderid={number}&osid=101"), "orderid,serverlogin,serverpassword"),
        ("getOrders".to_owned(), order),
        (format!("getOrders&orderid={number}"), order),
        ("getBalance".to_owned(), "balance,currency"),
        (format!("startServer&orderid={number}"), "orderid"),
        (format!("shutdownServer&orderid={number}"), "orderid"),
        (format!("startServer&orderid={number}"), "orderid"),
        (format!("rebootServer&orderid={number}"), "orderid"),
        (format!("resetServer&orderid={number}"), "orderid"),
        (format!("getVnc&orderid={number}"), "orderid,wss_url,password"),
    ];
    for format in ["&json=1", ""] {
        for (command, fields) in &calls {
            let body = format!("command={command}&{account}{format}");
            let said = text(&raw(&sandbox, "POST", "/rootpanel/apih.php", "", &body));
            assert!(said.contains("SUCCESS"), "{command}: {said}");
            for field in fields.split(',').chain(["status"]) {
                let is_there = said.contains(&format!("\"{field}\":")) || said.contains(&format!("\"{field}\";"));
                assert!(is_there, "{command}: {field} is missing in {said}");
            }
            // Every order has its own fields, whether it is installed or not.
            if command == "getOrders" {
                let count = |name: &str| said.matches(&format!("\"{name}\"")).count();
                assert_eq!(count("orderid"), count("serveripv6"), "{said}");
            }
            sandbox.clock().advance(World::BUILD);
        }
    }
}

fn macloud(sandbox: &Sandbox, method: &str, target: &str, headers: &str, body: &str) -> Got {
    raw(sandbox, method, target, &format!("Authorization: {}\r\n{headers}", credentials::MACLOUD_TOKEN), body)
}

#[test]
fn macloud_takes_standard_times_and_what_http_libraries_add() {
    let sandbox = Sandbox::start().unwrap();
    let number = server(&sandbox, ApiName::MACLOUD);
    let stat = format!("/macloud/v1/server.stat/{number}");
    for period in [
        "from=2026-11-01",
        "from=2026-11-01T00:00:00",
        "from=2026-11-01T00:00:00.000Z&to=2099-01-01T00:00:00%2B03:00",
        "from=2026-11-01%2000:00:00",
        "from=1793491200&to=4070908800",
        "from=01.11.2026",
    ] {
        let got = macloud(&sandbox, "GET", &format!("{stat}?{period}"), "", "");
        assert_eq!(got.status(), Some(200), "{period}: {}", got.text());
        assert!(text(&got).contains(r#""dt":"#), "{period}: {}", got.text());
    }
    let got = macloud(&sandbox, "GET", &format!("{stat}?from=yesterday"), "", "");
    assert_eq!(got.status(), Some(400), "{}", got.text());
    let got = macloud(&sandbox, "GET", &format!("{stat}?from=2099-01-01"), "", "");
    assert!(!text(&got).contains(r#""dt":"#), "{}", got.text());
    for period in ["from=2026-11-01&to=2099-01-01", "from=2026-11-01T00:00:00Z"] {
        let got = macloud(&sandbox, "GET", &format!("/macloud/v1/operation?{period}"), "", "");
        assert_eq!(got.status(), Some(200), "{period}: {}", got.text());
    }
    // One client ends its paths with a slash, others send an empty JSON array or object with every request.
    for (path, body) in [("server/", ""), ("server", "[]"), ("ssh-key/", "{}"), ("account", "null")] {
        let got = macloud(&sandbox, "GET", &format!("/macloud/v1/{path}"), "Content-Type: application/json\r\n", body);
        assert_eq!(got.status(), Some(200), "{path} {body}: {}", got.text());
    }
    // A client in a language with types reads it as an integer, as the document shows it.
    let plans = text(&macloud(&sandbox, "GET", "/macloud/v1/server-plan/1", "", ""));
    assert!(plans.contains(r#""cost":199.90"#) && plans.contains(r#""min_money":200,"#), "{plans}");
    let bearer = format!("Authorization: Bearer {}\r\n", credentials::MACLOUD_TOKEN);
    assert_eq!(raw(&sandbox, "GET", "/macloud/v1/account", &bearer, "").status(), Some(200));
    // Switches come as numbers, as texts and as booleans.
    for switch in ["1", "\"0\"", "true"] {
        let body = format!(r#"{{"name":"a","autoprolong":{switch}}}"#);
        let got = macloud(&sandbox, "PUT", &format!("/macloud/v1/server/{number}"), "", &body);
        assert_eq!(got.status(), Some(200), "{switch}: {}", got.text());
    }
}

#[test]
fn vdsina_answers_in_its_newer_shapes_and_macloud_in_the_older() {
    let sandbox = Sandbox::start().unwrap();
    let number = server(&sandbox, ApiName::MACLOUD);
    assert_eq!(sandbox.vdsina_url(), format!("http://{}/vdsina", sandbox.address()));
    let shown = |prefix: &str, path: &str| text(&macloud(&sandbox, "GET", &format!("/{prefix}/v1/{path}"), "", ""));
    let detail = format!("server/{number}");
    let old = shown("macloud", &detail);
    assert!(old.contains(r#""ip":[{"id""#) && old.contains(r#""past_month":""#), "{old}");
    assert!(old.contains(r#""ip_local":null"#) && old.contains(r#""ssh-key":null"#), "{old}");
    assert!(shown("macloud", "account.balance").contains(r#""data":{"real":99"#));
    let new = shown("vdsina", &detail);
    assert!(new.contains(r#""ip":{"id""#) && new.contains(r#""last_month":"#), "{new}");
    assert!(shown("vdsina", "account.balance").contains(r#""data":{"real":"99"#));
    let host = format!(
        "GET /macloud/v1/{detail} HTTP/1.1\r\nHost: userapi.vdsina.ru\r\nConnection: close\r\nAuthorization: {}\r\n\r\n",
        credentials::MACLOUD_TOKEN
    );
    assert!(text(&talk(&sandbox, host.as_bytes())).contains(r#""ip":{"id""#));
    let reboot = |prefix: &str| macloud(&sandbox, "PUT", &format!("/{prefix}/v1/server.reboot/{number}"), "", "");
    assert_eq!((reboot("macloud").status(), reboot("vdsina").status()), (Some(200), Some(202)));
    let new = sandbox.world(ApiName::MACLOUD, |world| {
        let new = NewServer { plan: 1, image: Some(1), install: true, ..NewServer::default() };
        world.order(World::ACCOUNT, new).unwrap()
    });
    assert!(shown("vdsina", &format!("server/{}", new.unwrap())).contains(r#""ip":null"#));
}

/// One program sums the hours of its servers, another reads the months; both are shown the same traffic.
#[test]
fn the_traffic_of_a_month_is_the_sum_of_its_hours() {
    // 2026-11-20 15:00:00 in Moscow; the servers are 35 days old.
    let clock = Clock::at(Moment::since_epoch(Duration::from_secs(1_795_176_000)));
    let sandbox = Sandbox::builder().seed(Seed::Demo).clock(clock).start().unwrap();
    let number = sandbox.world(ApiName::MACLOUD, |world| world.servers(World::ACCOUNT)[0].number).unwrap();
    let shown = |path: &str| text(&macloud(&sandbox, "GET", &format!("/vdsina/v1/{path}"), "", ""));
    let numbers = |shown: &str, key: &str| -> u64 {
        let after = shown.split(key).skip(1);
        let digits = after.map(|rest| rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default());
        digits.map(|digits| digits.parse::<u64>().unwrap()).sum()
    };
    let hours = shown(&format!("server.stat/{number}?from=2026-11-01"));
    let sum = numbers(&hours, r#""vnet_rx":"#) + numbers(&hours, r#""vnet_tx":"#);
    let detail = shown(&format!("server/{number}"));
    assert_eq!((numbers(&detail, r#""current_month":"#), sum > 10 << 30), (sum, true), "{detail}");
    assert!(numbers(&detail, r#""last_month":"#) > 10 << 30, "{detail}");
}

/// They are charged for each month, though the order did not name them.
#[test]
fn vdsina_adds_a_schedule_to_a_new_server_unless_it_is_off() {
    let sandbox = Sandbox::start().unwrap();
    for (prefix, said, schedules) in [
        ("vdsina", "", 1),
        ("vdsina", r#","schedule":"0""#, 0),
        ("macloud", "", 0),
        ("macloud", r#","schedule":"1""#, 1),
    ] {
        let body = format!(r#"{{"datacenter":1,"server-plan":1,"template":1{said}}}"#);
        let got = macloud(&sandbox, "POST", &format!("/{prefix}/v1/server"), "", &body);
        assert_eq!(got.status(), Some(202), "{}", got.text());
        let added = sandbox.world(ApiName::MACLOUD, |world| {
            let number = world.servers(World::ACCOUNT).iter().map(|server| server.number).max().unwrap();
            world.schedules(World::ACCOUNT, number).unwrap().len()
        });
        assert_eq!(added.unwrap(), schedules, "{prefix} {said}");
    }
}
