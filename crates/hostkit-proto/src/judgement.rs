//! What an answer means for its call, for all readers: clients, calls by hand, sign-ins and examples.
//!
//! Deliberately not here: attempts, sessions, time. The same answer always has the same meaning.

use http::Method;

use crate::answer::RawAnswer;
use crate::api::Api;
use crate::codec::DecodeError;
use crate::endpoint::Endpoint;
use crate::evidence::{Baseline, Input, Inputs, Perform, one_form};
use crate::fault::{Fault, FaultCode, FaultKind, PART, Verdict};
use crate::info::{Effect, Emptiness, EndpointInfo, Flag};

/// The judgement on an answer to a call of one endpoint.
pub type JudgementOf<E> = Judgement<<E as Endpoint>::Output, <<E as Endpoint>::Api as Api>::Code>;

/// What an answer means for its call. `C` is the API's catalogue of error codes.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "the answer may leave open whether the call was carried out"]
pub enum Judgement<T, C> {
    /// It was carried out.
    Done(T),
    /// The API accepted it and will carry it out later, or carried out a part of it: the reason says which.
    Accepted(T, Reason),
    /// The fault only means "there is nothing"; this is the value for it.
    Nothing(T),
    /// The API rejected it.
    Rejected(NoValue<C>),
    /// The answer leaves open whether it was carried out.
    Open(NoValue<C>),
}

/// An answer that gives no value.
#[derive(Debug, Clone, PartialEq)]
pub struct NoValue<C> {
    /// What it is instead.
    pub why: Why<C>,
    /// Whether the call may have been carried out. Always false for safe calls, which do nothing.
    pub may_have_happened: bool,
}

/// Why an answer gives no value.
#[derive(Debug, Clone, PartialEq)]
pub enum Why<C> {
    /// It is a fault of the API, or its report of an internal failure.
    Fault(Fault<C>),
    /// It is a success that violates the spec, contradicts itself, or belongs to another call.
    Unreadable(DecodeError),
    /// It is no document of this API, but what the error says.
    Unrecognised(DecodeError),
}

/// Why a call is accepted and not done, or not all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reason(&'static str);

impl Reason {
    /// The call only starts what it is for; a waiter tells when it is done.
    pub const QUEUED: Self = Self("queued");

    /// Of several results some were carried out and some refused: the value says which.
    pub const PART: Self = Self(PART);

    /// A reason of an API's spec.
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The reason in a word or two.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

/// Judges an answer to a call of `E`; `echo` has the inputs that the answer repeats, from [`Endpoint::echo`].
pub fn judge<E: Endpoint>(echo: &Inputs, answer: &RawAnswer<'_>) -> JudgementOf<E> {
    let info = const { &E::INFO };
    let judgement = judge_as::<E::Api, _>(info, answer, E::decode, E::empty);
    if echo.is_empty() {
        return judgement;
    }
    let echoed = match &judgement {
        Judgement::Done(value) | Judgement::Accepted(value, _) => E::echoed(value),
        // Where all results are refused, there is one for each of what was asked for, too; a fault without any is that of
        // the whole call.
        Judgement::Rejected(_) if info.is_each => {
            let results = E::decode(answer).map(|results| E::echoed(&results)).unwrap_or_default();
            answer.drop_report();
            let has_any = results.iter().any(|(_, found)| matches!(found, Input::Rows(rows) if !rows.is_empty()));
            if has_any { results } else { return judgement }
        }
        _ => return judgement,
    };
    match other_than(info, echo, &echoed) {
        Some(error) => of_another_call(info, answer, error),
        None => judgement,
    }
}

/// Judges an answer to a call of `E` as [`judge`] does, with what was there before it: a call makes something new.
pub fn judge_with<E: Perform>(echo: &Inputs, baseline: &Baseline, answer: &RawAnswer<'_>) -> JudgementOf<E> {
    let info = const { &E::INFO };
    let judgement = judge::<E>(echo, answer);
    let (Judgement::Done(value) | Judgement::Accepted(value, _)) = &judgement else { return judgement };
    let made = E::made(value);
    match made.iter().find_map(|key| Some((key, baseline.excludes(key)?))) {
        Some((key, why)) => {
            let found = format!("{key}, {why}");
            of_another_call(info, answer, DecodeError::new(info.name, "answer", "something new", found))
        }
        None => judgement,
    }
}

fn of_another_call<T, C: FaultCode>(
    info: &EndpointInfo,
    answer: &RawAnswer<'_>,
    error: DecodeError,
) -> Judgement<T, C> {
    answer.drop_report();
    Judgement::Open(weigh(info, Why::Unreadable(error)).1)
}

/// The error that the answer is about something else than was asked for.
fn other_than(info: &EndpointInfo, echo: &Inputs, echoed: &Inputs) -> Option<DecodeError> {
    echo.iter().find_map(|(name, asked)| {
        let mut found = echoed.iter().filter(|(other, _)| *other == name).map(|(_, found)| found);
        if let Input::Rows(asked) = asked {
            return found.find_map(|found| match found {
                Input::Rows(found) => other_results(info, name, asked, found),
                _ => None,
            });
        }
        // A hoster may spell a name otherwise than the caller.
        match (asked, found.find(|found| *found != asked && found.one_form() != asked.one_form())?) {
            (Input::One(asked), Input::One(found)) => {
                let asked = if asked.is_empty() { "nothing" } else { asked };
                let expected = format!("{asked}, which was asked for");
                Some(DecodeError::new(info.name, format!("answer.{name}"), expected, found.as_str()))
            }
            _ => None,
        }
    })
}

/// The error that the results are not those of the items that were asked for: one for each, in their order. A call
/// without items does not say how many results it has.
fn other_results(
    info: &EndpointInfo,
    name: &str,
    asked: &[Vec<Option<String>>],
    found: &[Vec<Option<String>>],
) -> Option<DecodeError> {
    if asked.is_empty() {
        return None;
    }
    if asked.len() != found.len() {
        let expected = format!("one result for each of `{name}`: {}", asked.len());
        return Some(DecodeError::new(info.name, "answer", expected, found.len().to_string()));
    }
    asked.iter().zip(found).enumerate().find_map(|(index, (asked, found))| {
        let both = asked.iter().zip(found).filter_map(|(asked, found)| Some((asked.as_ref()?, found.as_ref()?)));
        let (asked, found) = both.into_iter().find(|(asked, found)| one_form(asked) != one_form(found))?;
        let expected = format!("{asked}, which was asked for");
        Some(DecodeError::new(info.name, format!("answer[{index}]"), expected, found.as_str()))
    })
}

/// Judges an answer whose value is read by `decode`; `empty` gives the value that stands for "there is nothing".
pub fn judge_as<A: Api, T>(
    info: &EndpointInfo,
    answer: &RawAnswer<'_>,
    decode: impl Fn(&RawAnswer<'_>) -> Result<T, DecodeError>,
    empty: impl FnOnce() -> Option<T>,
) -> Judgement<T, A::Code> {
    // A success is read before it is judged: judging first would take a second pass over the body.
    let early = (200..300).contains(&answer.status()).then(|| decode(answer));
    let verdict = A::verdict(answer);
    if !matches!(verdict, Verdict::Success | Verdict::Accepted(_)) {
        answer.drop_report();
    }
    let decode = || early.unwrap_or_else(|| decode(answer));
    let no_value = match verdict {
        Verdict::Success => match decode() {
            Ok(value) if is_queued(info, answer.status()) => return Judgement::Accepted(value, Reason::QUEUED),
            Ok(value) => return Judgement::Done(value),
            Err(error) => Why::Unreadable(error),
        },
        Verdict::Accepted(reason) => match decode() {
            Ok(value) => return Judgement::Accepted(value, Reason(reason)),
            Err(error) => Why::Unreadable(error),
        },
        Verdict::Fault(fault) => match if info.empty.covers(&fault) { empty() } else { None } {
            Some(value) => return Judgement::Nothing(value),
            None => Why::Fault(fault),
        },
        Verdict::Unclear(error) => Why::Unreadable(error),
        Verdict::Unrecognised => Why::Unrecognised(answer.foreign()),
    };
    let no_value = match no_value {
        Why::Unreadable(error) if answer.is_of_another_api() => Why::Unreadable(error.lasting()),
        no_value => no_value,
    };
    let (is_rejected, no_value) = weigh(info, no_value);
    if is_rejected { Judgement::Rejected(no_value) } else { Judgement::Open(no_value) }
}

impl Emptiness<'_> {
    /// Whether a fault says only that there is nothing.
    pub fn covers<C: FaultCode>(&self, fault: &Fault<C>) -> bool {
        let code = fault.code.as_ref().map(FaultCode::as_str).unwrap_or_default();
        let texts = [code, fault.message.trim(), fault.details.trim()];
        let is_named = |name: &&str| texts.iter().any(|text| text.eq_ignore_ascii_case(name));
        let is_excepted = |name: &&str| {
            let name = name.to_lowercase();
            texts.iter().any(|text| text.to_lowercase().contains(&name))
        };
        let is_listed = self.statuses.contains(&fault.status) || self.codes.iter().any(is_named);
        !fault.part && (is_listed || fault.kind == FaultKind::Empty) && !self.except.iter().any(is_excepted)
    }
}

/// Whether a success only starts what the call is for: 202 says so in HTTP's own words.
fn is_queued(info: &EndpointInfo, status: u16) -> bool {
    info.has(Flag::Async) || status == 202
}

/// Whether an answer without a value is a rejection, and what may have happened all the same.
fn weigh<C: FaultCode>(info: &EndpointInfo, mut why: Why<C>) -> (bool, NoValue<C>) {
    let (is_rejected, may) = match &mut why {
        Why::Fault(fault) => {
            fault.verify |= may_answer_a_repeat(info, fault.kind);
            // "There is nothing" answers a read: to a call that acts it is the answer of another call.
            let is_of_a_read = fault.kind == FaultKind::Empty && !info.effect.is_callable();
            let is_rejected = !fault.is_of_a_failed_server() && !is_of_a_read;
            (is_rejected, !is_rejected || fault.verify)
        }
        Why::Unreadable(_) | Why::Unrecognised(_) => (false, true),
    };
    (is_rejected, NoValue { why, may_have_happened: may && info.effect != Effect::Safe })
}

/// Whether a fault may answer the second arrival of a call that was carried out: proxies repeat GET, PUT and DELETE
/// when a server drops the connection. Only that a call is not supported would have hit the first arrival, too; that one
/// may have used up a limit, or deleted the object, and its token may have ended since.
fn may_answer_a_repeat(info: &EndpointInfo, kind: FaultKind) -> bool {
    let is_repeated = !matches!(info.method, Method::POST | Method::PATCH);
    !info.effect.is_callable() && is_repeated && kind != FaultKind::Unsupported
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Code(FaultKind);
    impl FaultCode for Code {
        fn from_text(_: &str) -> Self {
            Self(FaultKind::Other)
        }

        fn as_str(&self) -> &str {
            "26"
        }

        fn kind(&self) -> Option<FaultKind> {
            Some(self.0)
        }
    }

    #[test]
    fn a_fault_may_say_only_that_there_is_nothing() {
        let empty = Emptiness { statuses: &[404], codes: &["no items", "26"], except: &["Module"] };
        let covers = |status, kind, message: &str| empty.covers(&Fault::new(status, Some(Code(kind)), message, ""));
        assert!(covers(404, FaultKind::NotFound, "no"), "by its status");
        assert!(!covers(404, FaultKind::NotFound, "no such module"), "an exception");
        assert!(covers(200, FaultKind::Other, "No Items") && covers(200, FaultKind::Empty, "no"));
        let mut part = Fault::new(404, Some(Code(FaultKind::NotFound)), "no items", "");
        part.part = true;
        assert!(!empty.covers(&part), "another result of the answer says something else");
        let plain = Emptiness { codes: &["no items"], ..Emptiness::default() };
        assert!(!plain.covers(&Fault::new(404, Some(Code(FaultKind::NotFound)), "no", "")));
        assert!(plain.covers(&Fault::new(200, Some(Code(FaultKind::Empty)), "no", "")), "by its kind");
    }

    #[test]
    fn an_answer_repeats_a_name_in_any_spelling() {
        let named = |name: &str| Inputs::new().with("name", &name.to_owned());
        let other = |echoed: &Inputs| other_than(&EndpointInfo::DEFAULT, &named("R&D пример"), echoed);
        assert!(other(&named("R&D пример")).is_none());
        assert!(other(&named("R&amp;D &#1087;ример")).is_none());
        assert!(other(&Inputs::new()).is_none(), "an answer may leave it out");
        assert!(other(&named("R&D")).is_some());
        assert!(other(&named("R&D пример").with("name", &"R&D".to_owned())).is_some(), "each item of a list");
    }

    #[test]
    fn the_answer_to_a_read_refuses_nothing() {
        let weighed = |effect, kind| {
            let info = EndpointInfo { method: Method::POST, effect, ..EndpointInfo::DEFAULT };
            let (is_rejected, no_value) = weigh(&info, Why::Fault(Fault::new(200, Some(Code(kind)), "no", "")));
            (is_rejected, no_value.may_have_happened)
        };
        assert_eq!(weighed(Effect::Spends, FaultKind::Empty), (false, true));
        assert_eq!(weighed(Effect::Spends, FaultKind::NotFound), (true, false));
        assert_eq!(weighed(Effect::Safe, FaultKind::Empty), (true, false));
    }

    #[test]
    fn proxies_repeat_neither_post_nor_patch() {
        let may_be_of_a_repeat = |method: Method, effect, kind| {
            may_answer_a_repeat(&EndpointInfo { method, effect, ..EndpointInfo::DEFAULT }, kind)
        };
        for (method, expected) in [
            (Method::GET, true),
            (Method::PUT, true),
            (Method::DELETE, true),
            (Method::POST, false),
            (Method::PATCH, false),
        ] {
            // The first arrival may have deleted the object, or used up a limit; and a token may end between the two.
            for kind in [FaultKind::NotFound, FaultKind::RateLimited, FaultKind::Auth] {
                assert_eq!(may_be_of_a_repeat(method.clone(), Effect::State, kind), expected, "{method}, {kind:?}");
            }
            assert!(!may_be_of_a_repeat(method.clone(), Effect::State, FaultKind::Unsupported), "{method}");
            assert!(!may_be_of_a_repeat(method, Effect::Safe, FaultKind::NotFound));
        }
    }
}
