//! Evidence for the shop's calls: most show as a new number in its list of things.

use std::time::Duration;

use hostkit::protocol::codec::{DecodeError, Field, Name, Table};
use hostkit::protocol::evidence;
use hostkit::protocol::evidence::{Each, Evidence, Facts, Inputs, Perform, Shows};
use hostkit::protocol::{EncodeError, EndpointInfo, RawAnswer, Report, RequestParts};
use hostkit::{Call, Effect, Endpoint};
use hostkit_testing::Script;

use super::*;

/// The numbers of the things that a customer has.
#[derive(Debug, Clone)]
pub struct ListThings;

impl Endpoint for ListThings {
    type Api = Shop;
    type Output = Vec<u64>;
    const INFO: EndpointInfo =
        EndpointInfo { name: "list_things", path: "/things", effect: Effect::Safe, ..EndpointInfo::DEFAULT };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<Vec<u64>, DecodeError> {
        const IDS: &Table = &Table::new("", &[Field::required_list("ids")]).total(0, Name::new("total"));
        answer.list(IDS, 100)
    }

    fn page_after(&self, page: &Vec<u64>, _: &Report) -> Result<Option<Self>, DecodeError> {
        match page.last() {
            Some(&UNTOLD) => Err(DecodeError::new("list_things", "answer.next", "a page", "a list")),
            last => Ok((last == Some(&MORE)).then_some(Self)),
        }
    }

    fn add_page(all: &mut Vec<u64>, page: Vec<u64>) {
        all.extend(page);
    }
}

impl Call for ListThings {}

/// A page of the list that ends with this number has another one behind it.
pub const MORE: u64 = 0;

/// A page of the list that ends with this number does not say whether another one comes.
pub const UNTOLD: u64 = 98;

/// Evidence for calls that show as a number missing from the baseline, with the time until it shows, and whether a
/// proxy may double the call.
macro_rules! shows_as_new {
    ($($call:ident: $lag:expr, $doubled:expr;)*) => { $(
        impl Perform for $call {
            type Reading = ListThings;
            type Found = u64;
            const FACTS: Facts =
                Facts { may_be_doubled: $doubled, ..Facts::new(Shows::Item, Duration::from_secs($lag)) };

            fn reading(_: &Inputs) -> Result<ListThings, EncodeError> {
                Ok(ListThings)
            }

            fn evidence(_: &Inputs, now: Vec<u64>) -> Result<Evidence<u64>, EncodeError> {
                Ok(evidence::appeared(now, |id| *id != ODD, evidence::text))
            }

            fn made(output: &u64) -> Vec<String> {
                vec![evidence::text(output)]
            }

            fn keys(found: &u64) -> Vec<String> {
                vec![evidence::text(found)]
            }

            fn output(found: u64) -> Option<u64> {
                Some(found)
            }
        }
    )* };
}

shows_as_new! {
    Order: 60, false;
    Reboot: 300, false;
    Migrate: 7_200, false;
    AddAddress: 60, true;
}

/// An order with a word of the caller's, which the list does not show, such as a plan that may change later.
#[derive(Debug, Clone)]
pub struct OrderAs(pub &'static str);

impl Endpoint for OrderAs {
    type Api = Shop;
    type Output = u64;
    const INFO: EndpointInfo = EndpointInfo {
        name: "order_as",
        path: "/orders",
        method: Method::POST,
        effect: Effect::Spends,
        spec: "specs/shop/OrderAs.toml",
        ..EndpointInfo::DEFAULT
    };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
        Order::decode(answer)
    }
}

impl Perform for OrderAs {
    type Reading = ListThings;
    type Found = u64;
    const FACTS: Facts = Facts::new(Shows::Item, Duration::from_secs(60));

    fn inputs(&self) -> Inputs {
        Inputs::new().with("plan", &self.0.to_owned())
    }

    fn reading(_: &Inputs) -> Result<ListThings, EncodeError> {
        Ok(ListThings)
    }

    fn evidence(_: &Inputs, now: Vec<u64>) -> Result<Evidence<u64>, EncodeError> {
        Ok(evidence::appeared(now, |id| *id != ODD, evidence::text))
    }

    fn made(output: &u64) -> Vec<String> {
        vec![evidence::text(output)]
    }

    fn keys(found: &u64) -> Vec<String> {
        vec![evidence::text(found)]
    }

    fn output(found: u64) -> Option<u64> {
        Some(found)
    }
}

/// A new thing with this number is not quite what was ordered.
pub const ODD: u64 = 99;

/// A deletion shows as a read that finds nothing.
impl Perform for Delete {
    type Reading = GetItem;
    type Found = ();
    const FACTS: Facts = Facts::new(Shows::State, Duration::from_secs(20));

    fn reading(_: &Inputs) -> Result<GetItem, EncodeError> {
        Ok(GetItem)
    }

    fn evidence(_: &Inputs, now: u64) -> Result<Evidence<()>, EncodeError> {
        Ok(evidence::ended(&now, |_| false))
    }

    fn not_found() -> Option<()> {
        Some(())
    }
}

/// An order of two things alike.
impl Perform for OrderTwo {
    type Reading = ListThings;
    type Found = Vec<u64>;
    const FACTS: Facts = Facts::new(Shows::Item, Duration::from_secs(60));

    fn reading(_: &Inputs) -> Result<ListThings, EncodeError> {
        Ok(ListThings)
    }

    fn evidence(_: &Inputs, now: Vec<u64>) -> Result<Evidence<Vec<u64>>, EncodeError> {
        Ok(evidence::appeared_count(now, 2, |_| true, evidence::text))
    }
}

/// The removal of thing 1 shows as its absence from the list.
impl Perform for RemoveThing {
    type Reading = ListThings;
    type Found = ();
    const FACTS: Facts = Facts::new(Shows::Absence, Duration::from_secs(60));

    fn inputs(&self) -> Inputs {
        Inputs::new().with("id", &1_u64)
    }

    fn reading(_: &Inputs) -> Result<ListThings, EncodeError> {
        Ok(ListThings)
    }

    fn evidence(inputs: &Inputs, now: Vec<u64>) -> Result<Evidence<()>, EncodeError> {
        let removed: u64 = inputs.need("remove_thing", "id")?;
        Ok(evidence::gone(now, |id| *id == removed, evidence::text))
    }

    fn not_found() -> Option<()> {
        Some(())
    }
}

/// Thing 7 is to be there, where it is not yet.
impl Perform for Attach {
    type Reading = ListThings;
    type Found = u64;
    const FACTS: Facts = Facts { already_is_refused: true, ..Facts::new(Shows::Item, Duration::from_secs(60)) };

    fn reading(_: &Inputs) -> Result<ListThings, EncodeError> {
        Ok(ListThings)
    }

    fn evidence(_: &Inputs, now: Vec<u64>) -> Result<Evidence<u64>, EncodeError> {
        Ok(evidence::appeared(now, |id| *id == 7, evidence::text))
    }
}

/// Thing 7 is to be gone, where it is there.
impl Perform for Detach {
    type Reading = ListThings;
    type Found = ();
    const FACTS: Facts = Facts { already_is_refused: true, ..Facts::new(Shows::Absence, Duration::from_secs(60)) };

    fn reading(_: &Inputs) -> Result<ListThings, EncodeError> {
        Ok(ListThings)
    }

    fn evidence(_: &Inputs, now: Vec<u64>) -> Result<Evidence<()>, EncodeError> {
        Ok(evidence::gone(now, |id| *id == 7, evidence::text))
    }
}

/// The item is to become 9, with whether the call is refused where it is so already; 0 is none.
macro_rules! becomes_nine {
    ($($call:ident: $already_is_refused:expr;)*) => { $(
        impl Perform for $call {
            type Reading = GetItem;
            type Found = u64;
            const FACTS: Facts = Facts {
                already_is_refused: $already_is_refused,
                ..Facts::new(Shows::State, Duration::from_secs(60))
            };

            fn reading(_: &Inputs) -> Result<GetItem, EncodeError> {
                Ok(GetItem)
            }

            fn evidence(_: &Inputs, now: u64) -> Result<Evidence<u64>, EncodeError> {
                Ok(evidence::became([now], |item| *item != 0, |item| Some(evidence::text(item)), |item| *item == 9))
            }
        }
    )* };
}

becomes_nine! {
    Close: true;
    Lock: false;
    Rebuild: false;
}

/// A new thing, which the shop also makes by itself.
impl Perform for BackUp {
    type Reading = ListThings;
    type Found = u64;
    const FACTS: Facts = Facts { is_done_by_itself: true, ..Facts::new(Shows::Item, Duration::from_secs(60)) };

    fn reading(_: &Inputs) -> Result<ListThings, EncodeError> {
        Ok(ListThings)
    }

    fn evidence(_: &Inputs, now: Vec<u64>) -> Result<Evidence<u64>, EncodeError> {
        Ok(evidence::appeared(now, |_| true, evidence::text))
    }
}

/// Until when the item is paid, and whether the shop renews it by itself.
#[derive(Debug, Clone)]
pub struct GetTerm;

/// What [`GetTerm`] reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    pub until: Option<String>,
    pub renews: Option<bool>,
}

impl Endpoint for GetTerm {
    type Api = Shop;
    type Output = Term;
    const INFO: EndpointInfo =
        EndpointInfo { name: "get_term", path: "/term", effect: Effect::Safe, ..EndpointInfo::DEFAULT };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<Term, DecodeError> {
        // One value holds both, such as `2027-06-01 on`; a date alone does not say whether it is renewed.
        const TERM: &Table = &Table::new("", &[Field::required("term")]);
        let said: String = answer.value(TERM)?;
        let (until, renews) = said.split_once(' ').unwrap_or((&said, ""));
        let renews = (!renews.is_empty()).then_some(renews == "on");
        Ok(Term { until: (until != "-").then(|| until.to_owned()), renews })
    }
}

impl Call for GetTerm {}

/// A renewal by one month.
impl Perform for Renew {
    type Reading = GetTerm;
    type Found = Term;
    const FACTS: Facts = Facts::new(Shows::Change, Duration::from_secs(60));

    fn reading(_: &Inputs) -> Result<GetTerm, EncodeError> {
        Ok(GetTerm)
    }

    fn evidence(_: &Inputs, now: Term) -> Result<Evidence<Term>, EncodeError> {
        let may_renew = |term: &Term| term.renews != Some(false);
        Ok(evidence::paid([now], |_| true, |term| term.until.clone(), Some(1), may_renew))
    }
}

/// The notes of one thing.
#[derive(Debug, Clone)]
pub struct ListNotes(pub u64);

impl Endpoint for ListNotes {
    type Api = Shop;
    type Output = Vec<u64>;
    const INFO: EndpointInfo =
        EndpointInfo { name: "list_notes", path: "/things/{id}/notes", effect: Effect::Safe, ..EndpointInfo::DEFAULT };

    fn encode(&self, out: &mut RequestParts) -> Result<(), EncodeError> {
        out.path("id", &self.0);
        out.checked()
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<Vec<u64>, DecodeError> {
        const IDS: &Table = &Table::new("", &[Field::required_list("ids")]);
        answer.list(IDS, 100)
    }
}

impl Call for ListNotes {}

/// A note shows among those of some thing, so the notes of each thing have to be read.
impl Perform for AddNote {
    type Reading = Each<ListThings, ListNotes>;
    type Found = u64;
    const FACTS: Facts = Facts::new(Shows::Item, Duration::from_secs(60));

    fn reading(_: &Inputs) -> Result<Each<ListThings, ListNotes>, EncodeError> {
        Ok(Each::new(ListThings, |things| things.into_iter().map(ListNotes).collect()))
    }

    fn evidence(_: &Inputs, now: Vec<u64>) -> Result<Evidence<u64>, EncodeError> {
        Ok(evidence::appeared(now, |_| true, evidence::text))
    }
}

hostkit::protocol::not_shown!(Build, "a building site shows nothing");

pub fn things(ids: &str) -> Script {
    Script::get("/things").answer(200, format!(r#"{{"ids": [{ids}]}}"#))
}
