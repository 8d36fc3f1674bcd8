//! Which calls could be taken for one another, and what that means for one that is looked for.

use std::collections::BTreeSet;
use std::time::Duration;

use hostkit_proto::evidence::{Input, Inputs, LAG, Reading, Shows};
use hostkit_proto::{Endpoint, Money, Perform};

use crate::store::entry::sum;

/// How much later a hoster carries out a call that it takes for later, once a person looked at it or its invoice is paid.
pub(super) const LATE: Duration = Duration::from_secs(30 * 24 * 3600);

/// The most calls that are remembered.
pub(super) const KEPT: usize = 1000;

/// What makes a call one that could be taken for another: digests, so that a store can keep it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kind {
    pub(super) reads: u64,
    /// The folder of the spec of what it reads: the calls of one folder are about the same things.
    pub(super) about: u64,
    pub(super) operation: u64,
    pub(super) shown: Shown,
    /// Digests of the name and the value of each input that tells calls apart: of a list those of each item.
    pub(super) inputs: Vec<(u64, u64)>,
    /// How long after such a call a list may still lack what it did.
    pub(super) lag: Duration,
}

/// How what it does shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shown {
    Item,
    /// It removes something.
    Removal,
    /// Something is another than before, whatever it is.
    Change,
    State,
}

impl Kind {
    pub(crate) fn of<E: Perform>(inputs: &Inputs) -> Self {
        type First<E> = <<E as Perform>::Reading as Reading>::First;
        type Then<E> = <<E as Perform>::Reading as Reading>::Then;
        let digest = |text: &str| sum(text.as_bytes());
        let inputs = inputs.iter().filter(|(name, _)| !E::FACTS.indistinct.contains(name));
        let (first, then) = (First::<E>::INFO.spec, Then::<E>::INFO.spec);
        // What it makes or changes stands in the last of them.
        let last = if then.is_empty() { first } else { then };
        Self {
            reads: digest(&format!("{first} {then}")),
            about: digest(last.rsplit_once('/').map_or("", |(folder, _)| folder)),
            operation: digest(E::INFO.name),
            shown: match E::FACTS.shows {
                Shows::Absence => Shown::Removal,
                _ if E::not_found().is_some() => Shown::Removal,
                Shows::Item => Shown::Item,
                Shows::Change => Shown::Change,
                Shows::State => Shown::State,
            },
            inputs: inputs
                .flat_map(|(name, input)| forms(input).into_iter().map(move |form| (digest(name), digest(&form))))
                .collect(),
            lag: E::FACTS.within.max(LAG),
        }
    }

    /// This kind where the hoster may have taken the call for later.
    pub(crate) fn late(self) -> Self {
        Self { lag: self.lag.max(LATE), ..self }
    }

    /// Whether calls of both kinds could be taken for one another: no input that both have differs. One operation may read
    /// something else in a program of another version.
    pub(super) fn may_be(&self, other: &Self) -> bool {
        let is_alike =
            self.reads == other.reads && self.is_item() && other.is_item() || self.operation == other.operation;
        is_alike && !self.is_told_from(other)
    }

    fn is_item(&self) -> bool {
        self.shown == Shown::Item
    }

    fn is_removal(&self) -> bool {
        self.shown == Shown::Removal
    }

    /// Whether a call of this kind may have taken back what one of another did: it removes what that made or set, makes what
    /// that removed, moves it elsewhere, or sets the same to another state.
    pub(super) fn may_undo(&self, other: &Self) -> bool {
        if self.operation == other.operation || self.is_removal() && other.is_removal() {
            return false;
        }
        if self.reads == other.reads {
            return (self.is_removal() || self.is_item() || !other.is_item()) && !self.is_told_from(other);
        }
        // Where they read something else, their inputs of one name may not mean the same.
        (self.is_removal() || other.is_removal()) && self.about == other.about
    }

    /// Whether an input that both have differs. Two lists may be about the same if they share an item.
    fn is_told_from(&self, other: &Self) -> bool {
        let own: BTreeSet<&(u64, u64)> = self.inputs.iter().collect();
        let names: BTreeSet<u64> = self.inputs.iter().map(|(name, _)| *name).collect();
        let differs = |name: &u64| {
            let mut theirs = other.inputs.iter().filter(|(known, _)| known == name).peekable();
            theirs.peek().is_some() && !theirs.any(|pair| own.contains(pair))
        };
        names.iter().any(differs)
    }

    /// What a call of this kind means for one of another; `made` has the keys of what it made, if that is known.
    pub(super) fn bearing<'k>(&self, other: &Self, made: Option<&'k [String]>) -> Bearing<'k> {
        let is_in_one_list = self.reads == other.reads && self.is_item() && other.is_item();
        // Two operations may remove the same; none has to wait for the other.
        let is_removed_either_way =
            || self.reads == other.reads && self.is_removal() && other.is_removal() && !self.is_told_from(other);
        // What sets one thing may move another, such as a plan the day until which it is paid.
        let is_changed_either_way = || {
            let is_set = matches!(self.shown, Shown::Change | Shown::State);
            self.reads == other.reads && is_set && other.shown == Shown::Change && !self.is_told_from(other)
        };
        match made.filter(|made| !made.is_empty()) {
            Some(made) if is_in_one_list || self.may_be(other) => Bearing::Made(made),
            None if self.may_be(other) || is_removed_either_way() || is_changed_either_way() => Bearing::MayHaveDoneIt,
            _ => Bearing::None,
        }
    }
}

/// The most items of a list by which calls are told apart.
const MOST_ROWS: usize = 20;

/// The forms of an input by which calls are told apart.
fn forms(input: &Input) -> Vec<String> {
    match input {
        Input::Rows(rows) if rows.len() > MOST_ROWS => Vec::new(),
        Input::Rows(rows) => rows.iter().map(|row| Input::Rows(vec![row.clone()]).one_form()).collect(),
        // One amount may be written as `10`, as `10.00`, and with its currency, of which three letters are certainly one.
        Input::One(text) => vec![match text.parse::<Money>() {
            Ok(Money { amount, currency }) if currency.is_none_or(|code| code.as_str().len() == 3) => {
                amount.normalize().to_string()
            }
            _ => input.one_form(),
        }],
        Input::Secret(_) => vec![input.one_form()],
    }
}

/// What another call means for one that is looked for.
pub(super) enum Bearing<'k> {
    /// These items are the other call's, whatever they are like now: one that was ordered otherwise may have become what
    /// is looked for, by a change of its plan or its name.
    Made(&'k [String]),
    /// It may have made what is found, or done what shows.
    MayHaveDoneIt,
    None,
}

/// What other calls mean for a call that is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Others {
    /// The keys of what they made.
    pub(crate) keys: Vec<String>,
    /// Whether one of them may have made what is found, too.
    pub(crate) may_have_done_it: bool,
    /// Whether one of them may have taken back what the call did.
    pub(crate) may_have_undone_it: bool,
}

impl Others {
    /// What other processes did is not known: they may have done anything.
    pub(crate) fn unknown() -> Self {
        Self { keys: Vec::new(), may_have_done_it: true, may_have_undone_it: true }
    }

    /// Adds what another call means.
    pub(super) fn add(&mut self, bearing: Bearing<'_>) {
        match bearing {
            Bearing::Made(made) => self.keys.extend(made.iter().cloned()),
            Bearing::MayHaveDoneIt => self.may_have_done_it = true,
            Bearing::None => {}
        }
    }

    /// What both mean.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.keys.extend(other.keys);
        Self {
            may_have_done_it: self.may_have_done_it || other.may_have_done_it,
            may_have_undone_it: self.may_have_undone_it || other.may_have_undone_it,
            ..self
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use hostkit_proto::evidence::{Inputs, LAG};

    use super::{Bearing, Kind, Shown};
    use crate::call::search::shop::Order;

    #[test]
    fn calls_with_other_inputs_are_told_apart() {
        let order = |name: &str| Kind::of::<Order>(&Inputs::new().with("name", &name.to_owned()));
        assert!(order("web-1").may_be(&order("web-1")));
        assert!(!order("web-1").may_be(&order("web-2")));
    }

    /// A hoster shows an amount, and not how it was written; and of a list each item.
    #[test]
    fn spellings_of_an_amount_and_lists_that_share_an_item_are_not_told_apart() {
        let amount = |text: &str| Kind::of::<Order>(&Inputs::new().with("amount", &text.to_owned()));
        assert!(amount("10").may_be(&amount("10.00")) && amount("10.5 RUB").may_be(&amount("10.50")));
        assert!(!amount("10").may_be(&amount("100")) && !amount("10 apples").may_be(&amount("10 pears")));
        let list = |rows: &[&str]| {
            let rows = rows.iter().map(|row| vec![Some((*row).to_owned())]);
            Kind::of::<Order>(&Inputs::new().with_rows("records", rows))
        };
        assert!(list(&["a", "b"]).may_be(&list(&["b", "a"])) && list(&["a", "b"]).may_be(&list(&["b"])));
        assert!(!list(&["a", "b"]).may_be(&list(&["c"])) && list(&["a"]).may_be(&list(&[])));
        assert!(list(&["x"; 21]).may_be(&list(&["a"])), "too many to be kept");
    }

    #[test]
    fn what_a_call_may_take_back() {
        let makes = || Kind { reads: 1, about: 1, operation: 2, shown: Shown::Item, inputs: vec![(3, 4)], lag: LAG };
        let removes = || Kind { operation: 5, shown: Shown::Removal, ..makes() };
        let sets = |operation| Kind { operation, shown: Shown::State, ..makes() };
        assert!(removes().may_undo(&makes()) && makes().may_undo(&removes()) && sets(6).may_undo(&sets(7)));
        assert!(!makes().may_undo(&makes()) && !removes().may_undo(&removes()) && !sets(6).may_undo(&sets(6)));
        let in_another_way = Kind { operation: 8, ..removes() };
        assert!(!removes().may_be(&in_another_way), "none waits");
        assert!(matches!(removes().bearing(&in_another_way, None), Bearing::MayHaveDoneIt));
        let another = Kind { inputs: vec![(3, 9)], ..in_another_way };
        assert!(matches!(removes().bearing(&another, None), Bearing::None) && !removes().may_undo(&another));
        assert!(removes().may_undo(&sets(6)), "what is removed has no state");
        assert!(makes().may_undo(&Kind { operation: 7, ..makes() }), "it may move it elsewhere");
        assert!(!sets(6).may_undo(&makes()), "it stays, in another state");
        assert!(!removes().may_undo(&Kind { inputs: vec![(3, 9)], ..makes() }), "another thing");
        let by_number = Kind { reads: 9, inputs: vec![(3, 9)], ..removes() };
        assert!(by_number.may_undo(&makes()) && makes().may_undo(&by_number), "read otherwise, in one folder");
        assert!(!Kind { about: 9, ..by_number }.may_undo(&makes()));
        assert!(!Kind { reads: 9, ..sets(6) }.may_undo(&sets(7)));
    }

    /// A plan may move the day until which a server is paid, which is all that shows a renewal.
    #[test]
    fn what_shows_as_any_change_may_be_what_another_call_set() {
        let sets = |operation, shown| Kind { reads: 1, about: 1, operation, shown, inputs: vec![(3, 4)], lag: LAG };
        let (renews, plans) = (sets(5, Shown::Change), sets(6, Shown::State));
        assert!(!renews.may_be(&plans), "none waits");
        assert!(matches!(plans.bearing(&renews, None), Bearing::MayHaveDoneIt));
        assert!(matches!(renews.bearing(&plans, None), Bearing::None), "that shows as its own state");
        for other in [sets(7, Shown::Item), Kind { reads: 9, ..plans.clone() }, Kind { inputs: vec![(3, 9)], ..plans }]
        {
            assert!(matches!(other.bearing(&renews, None), Bearing::None), "{other:?}");
        }
    }

    #[test]
    fn calls_that_nothing_tells_apart_could_be_taken_for_one_another() {
        let call = || Kind { reads: 1, about: 1, operation: 2, shown: Shown::Item, inputs: vec![(3, 4)], lag: LAG };
        let other = Kind { operation: 9, ..call() };
        assert!(call().may_be(&call()) && call().may_be(&other), "two operations that make items");
        assert!(call().may_be(&Kind { inputs: vec![(9, 9)], ..call() }), "no input is in both");
        assert!(!call().may_be(&Kind { inputs: vec![(3, 9)], ..call() }));
        assert!(!call().may_be(&Kind { reads: 9, ..other.clone() }));
        assert!(call().may_be(&Kind { reads: 9, ..call() }), "a program of another version reads it otherwise");
        let change = || Kind { shown: Shown::State, ..call() };
        assert!(change().may_be(&change()) && change().may_be(&call()), "one operation");
        assert!(
            !change().may_be(&other)
                && !other.may_be(&change())
                && !change().may_be(&Kind { operation: 9, ..change() })
        );
    }
}
