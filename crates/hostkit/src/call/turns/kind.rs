//! Which calls could be taken for one another, and what that means for one that is looked for.

use std::time::Duration;

use hostkit_proto::evidence::{Inputs, LAG, Reading, Shows};
use hostkit_proto::{Endpoint, Perform};

use crate::store::entry::sum;

/// The most calls that are remembered.
pub(super) const KEPT: usize = 1000;

/// What makes a call one that could be taken for another: digests, so that a store can keep it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kind {
    pub(super) reads: u64,
    pub(super) operation: u64,
    pub(super) is_item: bool,
    /// Digests of the name and the value of each input that tells calls apart.
    pub(super) inputs: Vec<(u64, u64)>,
    /// How long after such a call a list may still lack what it did.
    pub(super) lag: Duration,
}

impl Kind {
    pub(crate) fn of<E: Perform>(inputs: &Inputs) -> Self {
        type First<E> = <<E as Perform>::Reading as Reading>::First;
        type Then<E> = <<E as Perform>::Reading as Reading>::Then;
        let digest = |text: &str| sum(text.as_bytes());
        let inputs = inputs.iter().filter(|(name, _)| !E::FACTS.indistinct.contains(name));
        Self {
            reads: digest(&format!("{} {}", First::<E>::INFO.spec, Then::<E>::INFO.spec)),
            operation: digest(E::INFO.name),
            is_item: E::FACTS.shows == Shows::Item,
            inputs: inputs.map(|(name, input)| (digest(name), digest(&input.one_form()))).collect(),
            lag: E::FACTS.within.max(LAG),
        }
    }

    /// Whether calls of both kinds could be taken for one another: no input that both have differs.
    pub(super) fn may_be(&self, other: &Self) -> bool {
        let differs =
            |(name, value): &(u64, u64)| other.inputs.iter().any(|(theirs, other)| theirs == name && other != value);
        self.reads == other.reads
            && (self.is_item && other.is_item || self.operation == other.operation)
            && !self.inputs.iter().any(differs)
    }

    /// What a call of this kind means for one of another; `made` has the keys of what it made, if that is known.
    pub(super) fn bearing<'k>(&self, other: &Self, made: Option<&'k [String]>) -> Bearing<'k> {
        let is_in_one_list = self.reads == other.reads && self.is_item && other.is_item;
        match made.filter(|made| !made.is_empty()) {
            Some(made) if is_in_one_list || self.may_be(other) => Bearing::Made(made),
            None if self.may_be(other) => Bearing::MayHaveDoneIt,
            _ => Bearing::None,
        }
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
}

impl Others {
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
        Self { may_have_done_it: self.may_have_done_it || other.may_have_done_it, ..self }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use hostkit_proto::evidence::{Inputs, LAG};

    use super::Kind;
    use crate::call::search::shop::Order;

    #[test]
    fn calls_with_other_inputs_are_told_apart() {
        let order = |name: &str| Kind::of::<Order>(&Inputs::new().with("name", &name.to_owned()));
        assert!(order("web-1").may_be(&order("web-1")));
        assert!(!order("web-1").may_be(&order("web-2")));
    }

    #[test]
    fn calls_that_nothing_tells_apart_could_be_taken_for_one_another() {
        let call = || Kind { reads: 1, operation: 2, is_item: true, inputs: vec![(3, 4)], lag: LAG };
        let other = Kind { operation: 9, ..call() };
        assert!(call().may_be(&call()) && call().may_be(&other), "two operations that make items");
        assert!(call().may_be(&Kind { inputs: vec![(9, 9)], ..call() }), "no input is in both");
        assert!(!call().may_be(&Kind { inputs: vec![(3, 9)], ..call() }));
        assert!(!call().may_be(&Kind { reads: 9, ..call() }));
        let change = || Kind { is_item: false, ..call() };
        assert!(change().may_be(&change()) && change().may_be(&call()), "one operation");
        assert!(
            !change().may_be(&other)
                && !other.may_be(&change())
                && !change().may_be(&Kind { operation: 9, ..change() })
        );
    }
}
