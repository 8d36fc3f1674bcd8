//! What shows that a call happened: which safe call to read, what to compare with, and which of its items fit.
//!
//! Deliberately not here: reading. The engine decides when and how often to read, and when "not seen" means "did not
//! happen".

mod baseline;
mod compare;
mod inputs;
mod reading;

use std::time::Duration;

pub use baseline::Baseline;
pub use compare::{
    appeared, appeared_each, became, changed, ended, fingerprint, gone, is_near, mark_of_secret, marks, text,
};
pub use inputs::{Input, Inputs};
pub use reading::{Each, Reading, Unshown};

use crate::codec::EncodeError;
use crate::endpoint::Perform;

/// The combined answer of the reading for `E`.
pub type AnswerOf<E> = <<E as Evidence>::Reading as Reading>::Answer;

/// The evidence of a mutating call: the safe call that shows it, and how. Generated from specs.
///
/// It is computed from [`Inputs`] alone, which a ticket holds, so recovery also works in another process.
pub trait Evidence: Perform {
    /// What is read.
    type Reading: Reading<Api = Self::Api>;
    /// What shows that it happened: the server that was ordered, the order that is paid until later.
    type Found: Send;
    /// The time within which the hoster shows the call. Only after it does "not seen" mean "did not happen".
    const SHOWS_WITHIN: Duration;
    /// Whether "not seen" can mean "did not happen". It cannot if the effect is visible only for a while, or if the
    /// hoster may carry the call out days later.
    const UNSEEN_IS_NO: bool = true;
    /// Whether a proxy may repeat the call when its answer is late. A single find is then read again after
    /// [`Self::SHOWS_WITHIN`].
    const MAY_BE_DOUBLED: bool = false;
    /// Whether it shows as something that is gone. An answer of which some items cannot be read does not show that.
    const IS_ABSENCE: bool = false;
    /// The reason, if no call of the API shows it; nothing is read then.
    const NOT_SHOWN: Option<&'static str> = None;

    /// The call to read, made from the inputs that are remembered.
    ///
    /// # Errors
    /// An input is absent or unreadable: the ticket was not written by this version of the API's crate.
    fn reading(inputs: &Inputs) -> Result<Self::Reading, EncodeError>;

    /// What later answers are compared with; `None` where the inputs are not those of this call.
    fn baseline(inputs: &Inputs, answer: &AnswerOf<Self>) -> Option<Baseline>;

    /// Items in `answer` that this call created; usually zero or one. `baseline` is what the same read gave before the
    /// call. `None` where the two cannot tell: without a baseline, or where it was so before the call.
    fn find(inputs: &Inputs, baseline: Option<&Baseline>, answer: AnswerOf<Self>) -> Option<Vec<Self::Found>>;

    /// What a not-found fault of the read means, where it means that the call happened.
    fn not_found() -> Option<Self::Found> {
        None
    }
}

/// Implements [`Evidence`] for a call that nothing on the API shows, with the reason.
///
/// ```compile_fail,E0277
/// struct NoCall;
/// hostkit_proto::not_shown!(NoCall, "it is none");
/// ```
#[macro_export]
macro_rules! not_shown {
    ($call:ident, $why:expr $(,)?) => {
        impl $crate::evidence::Evidence for $call {
            type Reading = $crate::evidence::Unshown<<Self as $crate::Endpoint>::Api>;
            type Found = ();

            const SHOWS_WITHIN: ::std::time::Duration = ::std::time::Duration::ZERO;
            const UNSEEN_IS_NO: bool = false;
            const NOT_SHOWN: Option<&'static str> = Some($why);

            fn reading(_: &$crate::evidence::Inputs) -> Result<Self::Reading, $crate::EncodeError> {
                Err($crate::EncodeError::new(<Self as $crate::Endpoint>::INFO.name, "evidence", $why))
            }

            fn baseline(_: &$crate::evidence::Inputs, (): &()) -> Option<$crate::evidence::Baseline> {
                None
            }

            fn find(_: &$crate::evidence::Inputs, _: Option<&$crate::evidence::Baseline>, (): ()) -> Option<Vec<()>> {
                None
            }
        }
    };
}
