//! What shows that a call happened: which safe call to read, what to compare with, and which of its items fit.
//!
//! Deliberately not here: reading. The engine decides when and how often to read, and when "not seen" means "did not
//! happen".

mod baseline;
mod compare;
mod inputs;
mod reading;
mod sighting;
mod spelling;

use std::time::Duration;

pub use baseline::Baseline;
pub use compare::{
    Fit, alike, appeared, appeared_count, appeared_each, became, changed, ended, exact_row, exactly, fingerprint, gone,
    grew, is_none_of, is_one_of, is_or_null, mark_of_secret, mark_or_null, paid, same, same_name, same_row, state,
    text,
};
pub use inputs::{Input, Inputs};
pub use reading::{Each, Reading, Unshown};
pub use sighting::{Doubt, Evidence, Sighting};
pub(crate) use spelling::one_form;

use crate::codec::EncodeError;
use crate::endpoint::Endpoint;
use crate::info::Effect;

/// The combined answer of the reading for `E`.
pub type AnswerOf<E> = <<E as Perform>::Reading as Reading>::Answer;

/// Calls of the classes *state*, *spends* and *destructive*: they go through `client.perform`. Generated from specs.
///
/// Each says what shows that it happened: which safe call to read, and how to compare what it gives before the call and
/// after it. That is computed from [`Inputs`] alone, which a ticket holds, so a call can be found again in another
/// process. For a call that nothing shows there is [`not_shown!`](crate::not_shown).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not go through `perform`",
    label = "a call that only reads or sets a state goes through `call`; what one that acts needs is said by `Perform`"
)]
pub trait Perform: Endpoint {
    /// What is read.
    type Reading: Reading<Api = Self::Api>;
    /// What shows that it happened: the server that was ordered, the order that is paid until later.
    type Found: Send;
    /// How and when it shows.
    const FACTS: Facts;

    /// The inputs that identify the call when it is looked for, and those that the read takes.
    fn inputs(&self) -> Inputs {
        Inputs::new()
    }

    /// Whether the read can show a call with these inputs: without an input that the read takes, and that the call may do
    /// without, nothing is read, and a recovery cannot tell.
    fn is_shown(_inputs: &Inputs) -> bool {
        true
    }

    /// The call to read, made from the inputs that are remembered.
    ///
    /// # Errors
    /// An input is absent or unreadable: the ticket was not written by this version of the API's crate.
    fn reading(inputs: &Inputs) -> Result<Self::Reading, EncodeError>;

    /// What an answer holds about the call, whether it was read before the call or after it.
    ///
    /// # Errors
    /// As [`Self::reading`].
    fn evidence(inputs: &Inputs, answer: AnswerOf<Self>) -> Result<Evidence<Self::Found>, EncodeError>;

    /// What a not-found fault of the read means, where it means that the call happened.
    fn not_found() -> Option<Self::Found> {
        None
    }

    /// The keys of the items that a successful answer names: none of another call's that is looked for.
    fn made(_output: &Self::Output) -> Vec<String> {
        Vec::new()
    }

    /// The keys of the items that were found.
    fn keys(_found: &Self::Found) -> Vec<String> {
        Vec::new()
    }

    /// The output of the call, made from what was found; `None` where that does not hold all of it.
    fn output(_found: Self::Found) -> Option<Self::Output> {
        None
    }
}

/// How and when a call shows, from its spec.
///
/// ```
/// use std::time::Duration;
///
/// use hostkit_proto::evidence::{Facts, Shows};
///
/// let renewal = Facts { indistinct: &["period"], ..Facts::new(Shows::Change, Duration::from_secs(60)) };
/// assert!(renewal.unseen_is_no);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// How it shows.
    pub shows: Shows,
    /// The time within which the hoster shows the call. Only after it does "not seen" mean "did not happen".
    pub within: Duration,
    /// Whether "not seen" can mean "did not happen". It cannot if the effect is visible only for a while, or if the
    /// hoster may carry the call out days later.
    pub unseen_is_no: bool,
    /// Whether a proxy may repeat the call when its answer is late. A single find is then read again after
    /// [`Self::within`].
    pub may_be_doubled: bool,
    /// The inputs that tell no call from another, such as how much it does.
    pub indistinct: &'static [&'static str],
    /// Whether the hoster does the same by itself, and nothing tells it apart: what is seen may be either.
    pub is_done_by_itself: bool,
    /// Whether the call is not sent where it is so already.
    pub already_is_refused: bool,
    /// The optional fields whose absence says something, by their names in answers: one that is there and cannot be read
    /// must not pass for absent.
    pub optional_fields: &'static [&'static str],
    /// The reason, if no call of the API shows it; nothing is read then.
    pub not_shown: Option<&'static str>,
}

/// A list may be as old as this: what a call did may show so much later. "Not seen" means that a call that spends did not
/// happen only after this time, since the caller would pay again.
pub const LAG: Duration = Duration::from_secs(15 * 60);

impl Facts {
    /// How long after a call of this effect "not seen" means that it did not happen.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use hostkit_proto::Effect;
    /// use hostkit_proto::evidence::{Facts, LAG, Shows};
    ///
    /// let facts = Facts::new(Shows::Item, Duration::from_secs(60));
    /// assert_eq!(facts.absence_after(Effect::State), Duration::from_secs(60));
    /// assert_eq!(facts.absence_after(Effect::Spends), LAG);
    /// ```
    pub fn absence_after(&self, effect: Effect) -> Duration {
        match effect {
            Effect::Spends => self.within.max(LAG),
            _ => self.within,
        }
    }

    /// The facts of a call that shows like this, in this time.
    pub const fn new(shows: Shows, within: Duration) -> Self {
        Self {
            shows,
            within,
            unseen_is_no: true,
            may_be_doubled: false,
            indistinct: &[],
            is_done_by_itself: false,
            already_is_refused: false,
            optional_fields: &[],
            not_shown: None,
        }
    }
}

/// How a call shows, and therefore how much it takes to know that it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// As a new item, which stays: one read can show it.
    Item,
    /// As a value that nothing but such a call brings about, and that stays: one read can show it.
    Change,
    /// As a state, which an old answer may show from an earlier time: it takes as much as "did not happen".
    State,
    /// As something that is gone. It takes as much as a state, and an answer that can be read whole.
    Absence,
}

/// Implements [`Perform`] for a call that nothing on the API shows, with the reason.
///
/// ```compile_fail,E0277
/// struct NoCall;
/// hostkit_proto::not_shown!(NoCall, "it is none");
/// ```
#[macro_export]
macro_rules! not_shown {
    ($call:ident, $why:expr $(,)?) => {
        impl $crate::evidence::Perform for $call {
            type Reading = $crate::evidence::Unshown<<Self as $crate::Endpoint>::Api>;
            type Found = ();

            const FACTS: $crate::evidence::Facts = $crate::evidence::Facts {
                unseen_is_no: false,
                not_shown: Some($why),
                ..$crate::evidence::Facts::new($crate::evidence::Shows::Item, ::std::time::Duration::ZERO)
            };

            fn reading(_: &$crate::evidence::Inputs) -> Result<Self::Reading, $crate::EncodeError> {
                Err($crate::EncodeError::new(<Self as $crate::Endpoint>::INFO.name, "evidence", $why))
            }

            fn evidence(
                _: &$crate::evidence::Inputs,
                (): (),
            ) -> Result<$crate::evidence::Evidence<()>, $crate::EncodeError> {
                Err($crate::EncodeError::new(<Self as $crate::Endpoint>::INFO.name, "evidence", $why))
            }
        }
    };
}
