//! Answers that were once taken for something else, each with what it has to be.

use hostkit::by_hand::EndpointExt;
use hostkit::protocol::{CallFacts, EnvelopeFaults, Fault, Verdict, Word, wire};
use hostkit::{Format, UnknownFields};
use http::Response;

use crate::p32::{End, Read, read};

use inferno_proto::orders::{CreateOrder, ListOrders};
use inferno_proto::servers::{Install, Reboot, Stop};
use inferno_proto::types::{OrderId, ProductId};

const OPEN: End = End::Open;
const VERIFY: End = End::Rejected { may_have_happened: true };

/// Reads an answer under 200 in each of the three ways to treat unknown fields; all of them end alike.
fn end<E: hostkit::Endpoint>(call: &E, body: &str) -> Read
where
    E::Output: std::fmt::Debug,
{
    let [first, second, third] = [UnknownFields::Collect, UnknownFields::Ignore, UnknownFields::Deny]
        .map(|unknown| read(call, 200, body.as_bytes(), unknown));
    assert!(first.end == second.end && second.end == third.end, "{body}");
    first
}

fn order() -> OrderId {
    OrderId::new(47_000)
}

fn install() -> Install {
    Install::new(order(), "debian12")
}

#[test]
fn d1_a_list_is_no_map_by_id() {
    let order = r#"{"id":"47200","amount":"5.00","status":"Pending"}"#;
    let list = end(&ListOrders::new(), &format!(r#"{{"result":"success","orders":[{order}]}}"#));
    assert_eq!(list.end, OPEN);
    assert!(list.text.contains("answer.orders: expected a map, found a list"), "{}", list.text);
    let none = end(&ListOrders::new(), r#"{"result":"success","orders":[]}"#);
    assert_eq!(none.end, End::Value("{}".to_owned()));
}

#[test]
fn d2_an_order_without_the_marker_is_unresolved() {
    let call = rootpanel_proto::orders::CreateOrder::new(rootpanel_proto::types::TariffId::new(12), 1);
    let read = end(&call, r#"{"orderid":"5"}"#);
    assert_eq!(read.end, OPEN);
    assert!(read.text.contains(r#"answer.status: expected "SUCCESS", found nothing"#), "{}", read.text);
    let read = end(&rootpanel_proto::account::GetBalance::new(), r#"{"balance":"5","currency":"EUR"}"#);
    assert_eq!(read.end, OPEN);
    assert!(read.text.contains("answer.status"), "{}", read.text);
}

#[test]
fn d3_a_key_that_is_there_twice_is_in_doubt() {
    let call = CreateOrder::new(ProductId::new(303));
    let data = r#""orderid":1,"invoiceid":1,"productids":"1""#;
    for marker in [r#""result":"success","result":"fail""#, r#""result":"fail","result":"success""#] {
        assert_eq!(end(&call, &format!("{{{marker},\"message\":\"no money\",{data}}}")).end, OPEN);
    }
    // A read takes the last one, as PHP, Python and JavaScript do, and reports it.
    let body = br#"{"result":"success","list":[{"id":7,"id":8}]}"#;
    let call = inferno_proto::ssh_keys::ListSshKeys::new();
    let found = read(&call, 200, body, UnknownFields::Ignore);
    assert!(found.is_reported && format!("{:?}", found.end).contains("SshKeyId(8)"), "{:?}", found.end);
    assert_eq!(read(&call, 200, body, UnknownFields::Deny).end, OPEN);
}

#[test]
fn d4_an_order_without_a_number_is_unresolved() {
    for id in ["0", "\"0\"", "-1", "\"\"", "null"] {
        let body = format!(r#"{{"result":"success","orderid":{id},"invoiceid":0,"productids":""}}"#);
        assert_eq!(end(&CreateOrder::new(ProductId::new(303)), &body).end, OPEN, "{id}");
    }
}

#[test]
fn d6_a_list_with_gaps_is_a_list() {
    let call = macloud_proto::reference::ListServerGroups::new();
    let group = |id: u32| format!(r#"{{"id":{id},"name":"a","description":"","active":true,"type":"standard"}}"#);
    let list = end(&call, &format!(r#"{{"status":"ok","data":[{},{}]}}"#, group(1), group(2)));
    let gaps = end(&call, &format!(r#"{{"status":"ok","data":{{"0":{},"2":{}}}}}"#, group(1), group(2)));
    assert!(matches!(&list.end, End::Value(value) if value.contains("GroupId(2)")), "{:?} {}", list.end, list.text);
    assert_eq!(list.end, gaps.end);
}

#[test]
fn d17_a_failure_of_the_queue_inside_a_success() {
    let with = |retx: &str| format!(r#"{{"result":"success","method":"createVPS","msg":"ok","retx":{retx}}}"#);
    let undone = end(&install(), &with(r#"{"result":"fail","msg":"no","error_code":904}"#));
    assert_eq!(undone.end, VERIFY);
    assert!(undone.text.contains("AlreadyInProgress") && undone.text.contains("\"no\""), "{}", undone.text);
    assert_eq!(end(&install(), &with(r#"{"result":"fail","msg":"no","error_code":17}"#)).end, OPEN);
    assert_eq!(end(&install(), &with(r#"{"msg":"no"}"#)).end, OPEN);
    assert_eq!(end(&Reboot::new(order()), &with(r#"{"result":"fail"}"#)).end, OPEN);
    let check = inferno_proto::servers::CheckInstall::new(order(), "debian12");
    let checked = end(&check, &with(r#"{"result":"fail","msg":"queue is full","error_code":17}"#));
    assert!(checked.text.contains("queue is full"), "{:?} {}", checked.end, checked.text);
    // An outer failure with an inner success is as much in doubt.
    let body = r#"{"result":"fail","method":"createVPS","retx":{"result":"success","error_code":0}}"#;
    assert_eq!(end(&install(), body).end, OPEN);
}

#[test]
fn d20_an_item_stands_under_its_own_id() {
    let order = |id: u32| format!(r#"{{"id":"{id}","amount":"5.00","status":"Pending"}}"#);
    let body = format!(r#"{{"result":"success","orders":{{"0":{},"2":{}}}}}"#, order(47_200), order(47_201));
    let read = end(&ListOrders::new(), &body);
    assert_eq!(read.end, OPEN);
    assert!(read.text.contains("expected the item 47200 under 47200, found 0"), "{}", read.text);
}

#[test]
fn d21_the_answer_to_another_call() {
    let balance = r#"{"result":"success","balance":"5.00","currency":"USD"}"#;
    let read = end(&Stop::new(order()), balance);
    assert_eq!(read.end, OPEN);
    assert!(read.text.contains("`balance`, which belongs to another call's"), "{}", read.text);
    assert_eq!(end(&Stop::new(order()), r#"{"result":"success","orderid":47001}"#).end, OPEN);
    assert!(matches!(end(&Stop::new(order()), r#"{"result":"success","orderid":47000}"#).end, End::Value(_)));
}

#[test]
fn d21_a_server_that_was_not_asked_for() {
    let answer = Response::new(include_bytes!("../../../specs/clodo/servers/get_server/full.answer.json").to_vec());
    let get = |id: u64| clodo_proto::servers::GetServer::new(clodo_proto::types::ServerId::new(id)).read_http(&answer);
    let error = get(7).expect_err("another server");
    assert!(error.to_string().contains("answer.id: expected 7, which was asked for, found 298"), "{error}");
    assert!(get(298).is_ok());
    let call = rootpanel_proto::orders::GetOrders::new().order(rootpanel_proto::types::OrderId::new(5));
    let body = include_bytes!("../../../specs/rootpanel/orders/get_orders/processed.answer.json");
    assert!(call.read_http(&Response::new(body.to_vec())).is_err(), "a list of other orders");
}

#[test]
fn a1_nothing_but_a_success_spends() {
    let prolong = macloud_proto::servers::ProlongServer::new(macloud_proto::types::ServerId::new(7));
    let delete = macloud_proto::servers::DeleteServer::new(macloud_proto::types::ServerId::new(7));
    for body in [
        r#"{"status":false,"status_msg":"not enough money"}"#,
        r#"{"status_code":402,"status_msg":"Payment required"}"#,
        r#"{"message":"Access denied"}"#,
        r#"{"data":null}"#,
        r#"{"status":"ok","status_code":402}"#,
        r#"{"status":"OK"}"#,
    ] {
        assert_eq!(end(&prolong, body).end, OPEN, "{body}");
        assert_eq!(end(&delete, body).end, OPEN, "{body}");
    }
    let renew = rootpanel_proto::orders::RenewOrder::new(rootpanel_proto::types::OrderId::new(47_000), 1);
    let data = r#""orderid":"47000","period":"1","balance":"139.02","cost":"4.99","currency":"EUR""#;
    for marker in
        [r#""errorCode":"20""#, r#""status":"SUCCESS","errorCode":1"#, r#""status":"SUCCESS","errorCode":"99""#]
    {
        assert_eq!(end(&renew, &format!("{{{marker},{data}}}")).end, OPEN, "{marker}");
    }
    let accepted = end(&renew, &format!(r#"{{"status":"SUCCESS","errorCode":31,{data}}}"#));
    assert!(matches!(accepted.end, End::Value(_)), "{}", accepted.text);
}

#[test]
fn a9_no_field_wins_over_its_double() {
    for body in [
        r#"{"result":"success","invoiceid":1,"orderid":5,"invoiceid":2,"productids":"1"}"#,
        r#"{"result":"success","invoiceid":1,"invoiceid":2,"orderid":5,"productids":"1"}"#,
    ] {
        assert_eq!(end(&CreateOrder::new(ProductId::new(303)), body).end, OPEN, "{body}");
    }
    // Whatever stands around them, a read takes the last one.
    let body = |order: &str| format!(r#"{{"result":"success","list":[{{{order}}}]}}"#);
    for order in [r#""id":1,"name":"a","id":2"#, r#""id":1,"id":2,"name":"a""#, r#""name":"a","id":1,"id":2"#] {
        let found =
            read(&inferno_proto::ssh_keys::ListSshKeys::new(), 200, body(order).as_bytes(), UnknownFields::Collect);
        assert!(format!("{:?}", found.end).contains("SshKeyId(2)"), "{order}: {:?}", found.end);
    }
}

/// An envelope whose markers are truth values or numbers, as one of the four APIs has.
fn judged(faults: &EnvelopeFaults<'_>, format: Format, body: &str) -> Verdict<inferno_proto::Code> {
    let document = wire::parse(format, body.as_bytes(), &wire::Limits::DEFAULT).expect("a document");
    faults.verdict_on(200, Some(document.root()), CallFacts { endpoint: "order", acts: true, ..CallFacts::default() })
}

#[test]
fn g1_markers_are_truth_values_and_numbers() {
    let flags = EnvelopeFaults {
        marker: "success",
        success: &[Word::Flag(true)],
        failure: &[Word::Flag(false)],
        inner: &[],
        code: &[],
        no_code: &[],
        auth: &[],
        message: &["message"],
        details: &[],
        fields: "",
        accepted: &[],
        verify: &[],
        undone: &[],
    };
    assert_eq!(judged(&flags, Format::Json, r#"{"success":true}"#), Verdict::Success);
    let fault = judged(&flags, Format::Json, r#"{"success":false,"message":"no"}"#);
    assert!(matches!(fault, Verdict::Fault(Fault { ref message, .. }) if message == "no"), "{fault:?}");
    for body in [r#"{"success":"true"}"#, r#"{"success":1}"#, r#"{"success":null}"#, r#"{"success":[true]}"#, "{}"] {
        assert!(matches!(judged(&flags, Format::Json, body), Verdict::Unclear(_)), "{body}");
    }
    assert_eq!(judged(&flags, Format::Xml, "<success>true</success>"), Verdict::Success);
    let numbers = EnvelopeFaults { success: &[Word::Number("1")], failure: &[Word::Number("0")], ..flags };
    assert_eq!(judged(&numbers, Format::Json, r#"{"success":1}"#), Verdict::Success);
    assert!(matches!(judged(&numbers, Format::Json, r#"{"success":0}"#), Verdict::Fault(_)));
    for body in [r#"{"success":"1"}"#, r#"{"success":true}"#, r#"{"success":10}"#, r#"{"success":1.0}"#] {
        assert!(matches!(judged(&numbers, Format::Json, body), Verdict::Unclear(_)), "{body}");
    }
}
