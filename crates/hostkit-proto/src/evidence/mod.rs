//! What shows that a call happened: which safe call to read, what to compare with, and which of its items fit.
//!
//! What is deliberately not here: reading. When to read, how often, and when not having seen it means that it did not
//! happen is the engine's to decide.

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

/// What a reading of the evidence of `E` gives.
pub type AnswerOf<E> = <<E as Evidence>::Reading as Reading>::Answer;

/// A call that acts, and the safe call where it shows. Generated from specs.
///
/// Everything goes by [`Inputs`]: a ticket holds them, so that a call can be looked for without the call itself, and in
/// another process.
pub trait Evidence: Perform {
    /// What is read.
    type Reading: Reading<Api = Self::Api>;
    /// What shows that it happened: the server that was ordered, the order that is paid until later.
    type Found: Send;
    /// How long after an open end the hoster may take to show it. Only then does "not there" mean "did not happen".
    const SETTLE: Duration;
    /// Whether "not there" means "did not happen" at all. It does not where it shows only while it lasts, or where the
    /// hoster may carry it out on a later day.
    const UNSEEN_IS_NO: bool = true;
    /// Whether a proxy may send it once more when its answer is late, which would show as one more. Then a single one is
    /// looked for again when the settle time is over.
    const MAY_BE_DOUBLED: bool = false;
    /// Why no call of the API shows it, where none does: then nothing is read.
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

            const SETTLE: ::std::time::Duration = ::std::time::Duration::ZERO;
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
