//! What is read of calls that act: an object that is made under a name of the caller's, and lists with filters.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hostkit::protocol::evidence::{Doubt, Reading};
use hostkit::time::ManualClock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{Outcome, Perform, Recovery, SavedTicket, UnixTime};
use hostkit_testing::{Script, Scripted};
use obstacle_signed_proto::blocks::SetReverse;
use obstacle_signed_proto::labels::{AddLabel, ListLabels};
use obstacle_signed_proto::types::LabelKind;
use obstacle_signed_proto::{Credentials, Signed};

const NOW: i64 = 1_796_000_000;

type Client = hostkit_ureq::Client<Signed, Scripted>;

fn client(script: Vec<Script>) -> Client {
    let clock = ManualClock::new(UnixTime(NOW));
    let time = || Script::get("/auth/time").answer(200, NOW.to_string());
    let transport = Scripted::new(std::iter::once(time()).chain(script)).with_clock(clock.clone());
    let client = hostkit_ureq::Client::<Signed>::builder(Credentials::keys("A", "S", "C"));
    client.transport(transport).clock(clock).build().unwrap()
}

fn read(name: Option<&str>) -> Script {
    let script = Script::get("/blocks/192.0.2.0%2F24/names/192.0.2.7");
    match name {
        None => script.answer(404, r#"{"errorCode":"NOT_FOUND","message":"none"}"#),
        Some(name) => script.answer(200, format!(r#"{{"ip":"192.0.2.7","name":"{name}"}}"#)),
    }
}

type Said = Recovery<(), <Signed as hostkit::Api>::Code>;

/// What a recovery says of a name that was set, and whose answer was lost, from the reads before it and after it; by the
/// ticket, and by what is saved of it.
fn said(before: Option<&str>, after: Option<&str>) -> Said {
    let [by_ticket, by_text] = [false, true].map(|is_saved| recovered(before, after, is_saved));
    assert_eq!(by_ticket.to_string(), by_text.to_string());
    by_ticket
}

fn recovered(before: Option<&str>, after: Option<&str>, is_saved: bool) -> Said {
    let lost = Script::post("/blocks/192.0.2.0%2F24/names").failing(Phase::Head, TransportErrorKind::Timeout);
    let mut script = vec![read(before), lost];
    script.extend((0..40).map(|_| read(after)));
    let client = client(script);
    let call = SetReverse::new("192.0.2.0/24".parse().unwrap(), "192.0.2.7".parse().unwrap(), "a.example.net");
    let Outcome::Unresolved(mut ticket) = client.perform(&call) else { panic!("the answer was lost") };
    if is_saved {
        ticket = ticket.save().to_string().parse::<SavedTicket>().unwrap().ticket::<SetReverse>().unwrap();
    }
    match client.recover::<SetReverse>(&ticket) {
        Recovery::Happened(_) => Recovery::Happened(()),
        Recovery::DidNot => Recovery::DidNot,
        Recovery::CannotTell(doubt) => Recovery::CannotTell(doubt),
        other => panic!("{other}"),
    }
}

/// Its name is the caller's: what was not found before, and is then as the call said, was made by it.
#[test]
fn an_object_under_a_name_of_the_callers_is_found() {
    let (wanted, other) = (Some("a.example.net"), Some("b.example.net"));
    assert!(matches!(said(None, wanted), Recovery::Happened(())));
    assert!(matches!(said(other, wanted), Recovery::Happened(())));
    assert!(matches!(said(None, None), Recovery::DidNot));
    assert!(matches!(said(other, other), Recovery::DidNot));
    assert!(matches!(said(None, other), Recovery::CannotTell(Doubt::Changed)), "somebody else made it");
    assert!(matches!(said(wanted, wanted), Recovery::CannotTell(Doubt::WasSo)));
}

/// Null is any kind to the list: `where` looks at each label then. A text is the id of a kind there, and one of a list.
#[test]
fn a_filter_is_left_out_where_its_input_is_null_or_not_given() {
    let first = |call: AddLabel| format!("{:?}", AddLabel::reading(&call.inputs()).unwrap().first());
    let all = format!("{:?}", ListLabels::new());
    assert_eq!(
        first(AddLabel::new("x").kind("a")),
        format!("{:?}", ListLabels::new().kinds(vec![LabelKind::new("a").unwrap()].into()))
    );
    assert_eq!(first(AddLabel::new("x").clear_kind()), all);
    assert_eq!(first(AddLabel::new("x")), all);
}
