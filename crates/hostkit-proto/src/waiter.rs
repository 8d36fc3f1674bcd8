//! Waiters as data: which call to poll, how often, and how to judge its answers.
//!
//! Deliberately not here: what earlier polls saw, and time. The same answer always has the same meaning.

use std::fmt;
use std::time::Duration;

use crate::codec::{Report, ToText};
use crate::endpoint::{Call, Endpoint};
use crate::evidence::{is_none_of, is_one_of};

/// Waits for a state that is reached after a call's answer, such as a server being built. Generated from specs.
pub trait Waiter: Send {
    /// The call that is polled.
    type Endpoint: Call;
    /// The value at the end.
    type Found;
    /// What is known of the waiter.
    const INFO: WaiterInfo;

    /// The call to make now.
    fn poll(&self) -> Self::Endpoint;

    /// Judges an answer by the checks that are made of its report.
    fn judge(&self, output: <Self::Endpoint as Endpoint>::Output, checks: Checks<'_>) -> Progress<Self::Found>;

    /// The value where the object does not exist, of a waiter for its deletion.
    fn gone() -> Option<Self::Found> {
        None
    }
}

/// What is known of a waiter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WaiterInfo {
    /// The name in the spec.
    pub name: &'static str,
    /// The time before the first poll.
    pub first: Duration,
    /// The time between the first two polls.
    pub interval: Duration,
    /// What the interval grows to at most.
    pub cap: Duration,
    /// The time for all of it, where the caller sets none.
    pub deadline: Duration,
    /// What the interval is multiplied by after each poll; 1 keeps it.
    pub growth: f64,
    /// The time that the call waited for may take to show: an end that is there from the first poll on may be of before,
    /// and counts after this time.
    pub lag: Duration,
    /// The answer is a list, of which the waiter takes the item that its call names.
    pub is_of_list: bool,
}

impl WaiterInfo {
    /// First poll after 5 seconds, then every 5 to 30 seconds, half an hour in all.
    pub const DEFAULT: Self = Self {
        name: "",
        first: Duration::from_secs(5),
        interval: Duration::from_secs(5),
        cap: Duration::from_secs(30),
        deadline: Duration::from_secs(30 * 60),
        growth: 1.5,
        lag: Duration::ZERO,
        is_of_list: false,
    };
}

/// What one poll says about the end.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress<T> {
    /// Not yet: another state is there.
    Pending(Observation),
    /// The answer lacks what the conditions look at, or it cannot be read: that is no other state.
    Unknown(Observation),
    /// The state is reached.
    Ready(T),
    /// The state will never be reached, for this reason.
    Failed(String),
    /// The object is not in the answer.
    Absent,
}

/// What a poll saw on the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Observation {
    /// What the API calls it.
    pub text: String,
    /// How far it is, where the API says so.
    pub percent: Option<u8>,
    /// Why it is not the end: the conditions that do not hold, with what was seen.
    pub unmet: Vec<String>,
    /// Why the poll failed, if it did: it saw nothing.
    pub failure: Option<String>,
    /// The time until the next poll.
    pub next: Duration,
}

impl Observation {
    /// An observation without a figure.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// The same with a figure, at most 100.
    pub fn percent(mut self, percent: u8) -> Self {
        self.percent = Some(percent.min(100));
        self
    }
}

/// What the poll saw in one line, without the time until the next one.
impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(failure) = &self.failure {
            return write!(f, "the poll failed: {failure}");
        }
        let text = Some(self.text.clone()).filter(|text| !text.is_empty());
        let percent = self.percent.map(|percent| format!("{percent} %"));
        let said: Vec<String> = text.into_iter().chain(percent).chain(self.unmet.iter().cloned()).collect();
        if said.is_empty() { f.write_str("not polled yet") } else { f.write_str(&said.join(", ")) }
    }
}

/// Checks the conditions of a waiter on one answer. For generated code.
#[derive(Debug)]
pub struct Checks<'r> {
    report: &'r Report,
    observation: Observation,
    failed: Option<String>,
    /// Whether a value is there that is none of the end.
    is_other_state: bool,
}

impl<'r> Checks<'r> {
    /// The checks of an answer with this report.
    pub fn new(report: &'r Report) -> Self {
        Self { report, observation: Observation::default(), failed: None, is_other_state: false }
    }

    /// Takes the words for a person, if there are some; those that were taken before are for where there are none.
    pub fn text(&mut self, value: Option<&(impl ToText + ?Sized)>) {
        if let Some(text) = value.map(|value| shown(&value.to_text())).filter(|text| !text.is_empty()) {
            self.observation.text = text;
        }
    }

    /// Takes the figure, in percent.
    pub fn percent(&mut self, value: Option<&(impl ToText + ?Sized)>) {
        let figure = value.and_then(|value| value.to_text().parse::<u8>().ok());
        self.observation.percent = figure.map(|figure| figure.min(100));
    }

    /// The end will never come if the value is one of these, as [`is_one_of`] compares them. One that is there and cannot be read, by the report under
    /// one of the names that it has in answers, may be, so that the end is not known either.
    pub fn fails_at(&mut self, field: &str, value: Option<&(impl ToText + ?Sized)>, texts: &[&str], names: &[&str]) {
        match value.map(ToText::to_text) {
            Some(text) if is_one_of(&*text, texts) => self.fail(|| format!("{field} is {:?}", shown(&text))),
            Some(_) => {}
            None => self.needs_readable(field, names),
        }
    }

    /// The end will never come if the value is none of these. What is absent or empty says nothing yet; of one that cannot
    /// be read, [`Checks::fails_at`] holds.
    pub fn fails_unless(
        &mut self,
        field: &str,
        value: Option<&(impl ToText + ?Sized)>,
        texts: &[&str],
        names: &[&str],
    ) {
        match value.map(ToText::to_text) {
            Some(text) if is_none_of(&*text, texts) => {
                self.fail(|| format!("{field} is {:?}, not {}", shown(&text), listed(texts)));
            }
            Some(_) => {}
            None => self.needs_readable(field, names),
        }
    }

    /// The end will never come if the field is in this state: there, or on. Of one that cannot be read,
    /// [`Checks::fails_at`] holds.
    pub fn fails_if(&mut self, field: &str, is_so: bool, state: &str, names: &[&str]) {
        match is_so {
            true => self.fail(|| format!("{field} is {state}")),
            false => self.needs_readable(field, names),
        }
    }

    /// The value has to be one of these.
    pub fn needs(&mut self, field: &str, value: Option<&(impl ToText + ?Sized)>, texts: &[&str]) {
        match value.map(ToText::to_text) {
            Some(text) if is_one_of(&*text, texts) => {}
            Some(text) => self.other_state(format!("{field} is {:?}, not {}", shown(&text), listed(texts))),
            None => self.unmet(format!("there is no {field}")),
        }
    }

    /// The value has to be there, not empty, and none of these.
    pub fn needs_other(&mut self, field: &str, value: Option<&(impl ToText + ?Sized)>, texts: &[&str]) {
        match value.map(ToText::to_text).filter(|text| !text.is_empty()) {
            Some(text) if is_none_of(&*text, texts) => {}
            Some(text) => self.other_state(format!("{field} is still {:?}", shown(&text))),
            None => self.unmet(format!("there is no {field}")),
        }
    }

    /// The flag has to be on, or off; an absent one is off, and one that cannot be read, by the report under one of the
    /// names that it has in answers, is neither.
    pub fn needs_flag(&mut self, field: &str, is_on: Option<bool>, wanted: bool, names: &[&str]) {
        match (is_on, self.unreadable(names)) {
            (None, Some(why)) => self.unmet(format!("{field} cannot be read: {why}")),
            (None, None) if wanted => self.unmet(format!("{field} is off")),
            (Some(is_on), _) if is_on != wanted => {
                self.other_state(format!("{field} is {}", if is_on { "on" } else { "off" }))
            }
            _ => {}
        }
    }

    /// The value has to be there: that it is not there is another state. One that is there and cannot be read, by the report under one of the names that it has
    /// in answers, is.
    pub fn needs_some(&mut self, field: &str, is_there: bool, names: &[&str]) {
        if !is_there && self.unreadable(names).is_none() {
            self.other_state(format!("there is no {field}"));
        }
    }

    /// The value has to be absent.
    pub fn needs_none(&mut self, field: &str, value: Option<&(impl ToText + ?Sized)>, names: &[&str]) {
        match (value, self.unreadable(names)) {
            (None, None) => {}
            (Some(value), _) => self.other_state(format!("{field} is {:?}", shown(&value.to_text()))),
            (None, Some(why)) => self.unmet(format!("{field} cannot be read: {why}")),
        }
    }

    /// What a list without the object says: nothing if items could not be read, since it may be one of them.
    pub fn absent<T>(mut self) -> Progress<T> {
        match self.report.left_out().first() {
            None => Progress::Absent,
            Some(error) => {
                self.unmet(format!("it is not among the items that could be read: {error}"));
                self.pending()
            }
        }
    }

    /// What the answer says: `found` if every condition holds.
    pub fn end<T>(self, found: T) -> Progress<T> {
        match self.failed {
            Some(why) if self.observation.text.is_empty() => Progress::Failed(why),
            Some(why) => Progress::Failed(format!("{why}: {:?}", self.observation.text)),
            None if self.observation.unmet.is_empty() => Progress::Ready(found),
            None => self.pending(),
        }
    }

    fn pending<T>(self) -> Progress<T> {
        if self.is_other_state { Progress::Pending(self.observation) } else { Progress::Unknown(self.observation) }
    }

    fn fail(&mut self, why: impl FnOnce() -> String) {
        self.failed.get_or_insert_with(why);
    }

    /// What may be a failure is no end before it can be read.
    fn needs_readable(&mut self, field: &str, names: &[&str]) {
        if let Some(why) = self.unreadable(names) {
            self.unmet(format!("{field} cannot be read: {why}"));
        }
    }

    /// Notes a value that is there and none of the end.
    fn other_state(&mut self, why: String) {
        self.is_other_state = true;
        self.unmet(why);
    }

    fn unmet(&mut self, why: String) {
        self.observation.unmet.push(why);
    }

    /// What the report says of a field with one of these names, or of what is in it.
    fn unreadable(&self, names: &[&str]) -> Option<String> {
        let is_named =
            |path: &str| path.split('.').any(|step| names.contains(&step.split('[').next().unwrap_or_default()));
        let mut found = self.report.left_out().iter().chain(self.report.defects());
        found.find(|error| is_named(error.path())).map(|error| format!("{} at {}", error.found(), error.path()))
    }
}

/// Texts as alternatives.
fn listed(texts: &[&str]) -> String {
    let texts: Vec<_> = texts.iter().map(|text| format!("{text:?}")).collect();
    texts.join(" or ")
}

/// Characters of a value that an observation keeps.
const SHOWN: usize = 200;

/// A value of the answer, shortened.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::DecodeError;

    fn unmet(check: impl FnOnce(&mut Checks<'_>)) -> Vec<String> {
        let mut report = Report::default();
        report.add_left_out(DecodeError::new("get", "answer.data.ip[0].ip", "an address", "\"x\""));
        report.add_defect(DecodeError::new("get", "answer.data.word", "text", "a list"));
        let mut checks = Checks::new(&report);
        check(&mut checks);
        match checks.end(()) {
            Progress::Pending(seen) | Progress::Unknown(seen) => seen.unmet,
            _ => Vec::new(),
        }
    }

    #[test]
    fn an_observation_is_one_line() {
        assert_eq!(Observation::default().to_string(), "not polled yet");
        let mut seen = Observation::new("Creation").percent(9);
        seen.unmet.push("status is \"new\", not \"active\"".to_owned());
        assert_eq!(seen.to_string(), "Creation, 9 %, status is \"new\", not \"active\"");
        seen.failure = Some("no answer".to_owned());
        assert_eq!(seen.to_string(), "the poll failed: no answer");
    }

    #[test]
    fn says_what_does_not_hold() {
        let text = |text: &'static str| Some(text);
        assert_eq!(
            unmet(|checks| checks.needs("state", text("new"), &["on", "up"])),
            [r#"state is "new", not "on" or "up""#]
        );
        assert_eq!(unmet(|checks| checks.needs("state", None::<&str>, &["on"])), ["there is no state"]);
        assert_eq!(unmet(|checks| checks.needs_flag("locked", Some(true), false, &[])), ["locked is on"]);
        assert_eq!(unmet(|checks| checks.needs_flag("online", Some(false), true, &[])), ["online is off"]);
        assert_eq!(unmet(|checks| checks.needs_some("link", false, &["link"])), ["there is no link"]);
        assert_eq!(unmet(|checks| checks.needs_none("note", text("busy"), &["note"])), [r#"note is "busy""#]);
        assert!(unmet(|checks| checks.needs_flag("online", Some(true), true, &[])).is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_there() {
        assert!(unmet(|checks| checks.needs_some("addresses", false, &["ip"])).is_empty());
        let unread = unmet(|checks| checks.needs_none("word", None::<&str>, &["word"]));
        assert_eq!(unread, ["word cannot be read: a list at answer.data.word"]);
    }

    #[test]
    fn what_may_be_a_failure_and_cannot_be_read_is_no_end() {
        let unread = ["word cannot be read: a list at answer.data.word"];
        assert_eq!(unmet(|checks| checks.fails_at("word", None::<&str>, &["bad"], &["word"])), unread);
        assert_eq!(unmet(|checks| checks.fails_unless("word", None::<&str>, &["OK"], &["word"])), unread);
        assert_eq!(unmet(|checks| checks.fails_if("word", false, "there", &["word"])), unread);
        assert!(unmet(|checks| checks.fails_at("other", None::<&str>, &["bad"], &["other"])).is_empty());
    }

    /// What an answer lacks, or what cannot be read in it, does not say that something changed.
    #[test]
    fn what_an_answer_lacks_is_no_other_state() {
        let is_unknown = |check: &dyn Fn(&mut Checks<'_>)| {
            let mut report = Report::default();
            report.add_defect(DecodeError::new("get", "answer.data.word", "text", "a list"));
            let mut checks = Checks::new(&report);
            check(&mut checks);
            match checks.end(()) {
                Progress::Pending(_) => Some(false),
                Progress::Unknown(_) => Some(true),
                _ => None,
            }
        };
        let none = None::<&str>;
        assert_eq!(is_unknown(&|checks| checks.needs("word", none, &["on"])), Some(true));
        assert_eq!(is_unknown(&|checks| checks.needs_other("word", none, &["on"])), Some(true));
        assert_eq!(
            is_unknown(&|checks| checks.needs_some("link", false, &["link"])),
            Some(false),
            "it is not there yet"
        );
        assert_eq!(is_unknown(&|checks| checks.fails_at("word", none, &["on"], &["word"])), Some(true));
        assert_eq!(is_unknown(&|checks| checks.needs_flag("word", None, true, &["word"])), Some(true));
        assert_eq!(is_unknown(&|checks| checks.needs_flag("on", None, true, &["on"])), Some(true));
        assert_eq!(is_unknown(&|checks| checks.needs_flag("word", None, false, &["word"])), Some(true), "it may be on");
        assert_eq!(is_unknown(&|checks| checks.needs_flag("on", None, false, &["on"])), None, "an absent one is off");
        assert_eq!(is_unknown(&|checks| checks.needs_flag("on", Some(false), true, &["on"])), Some(false));
        assert_eq!(is_unknown(&|checks| checks.needs("state", Some("new"), &["on"])), Some(false));
        let both = |checks: &mut Checks<'_>| {
            checks.needs("state", Some("new"), &["on"]);
            checks.needs("word", none, &["on"]);
        };
        assert_eq!(is_unknown(&both), Some(false));
    }

    #[test]
    fn another_value_fails_once_there_is_one() {
        let failed = |value: Option<&str>| {
            let report = Report::default();
            let mut checks = Checks::new(&report);
            checks.fails_unless("exit", value, &["OK", "-"], &["exit"]);
            match checks.end(()) {
                Progress::Failed(why) => why,
                _ => String::new(),
            }
        };
        assert_eq!(failed(Some("no space")), r#"exit is "no space", not "OK" or "-""#);
        for says_nothing in [None, Some(""), Some("OK"), Some("-")] {
            assert_eq!(failed(says_nothing), "", "{says_nothing:?}");
        }
        let begins = |value: &'static str| {
            let report = Report::default();
            let mut checks = Checks::new(&report);
            checks.needs("exit", Some(value), &["OK", "WARNINGS: *"]);
            checks.fails_at("exit", Some(value), &["no *"], &["exit"]);
            checks.end(())
        };
        assert_eq!((begins("OK"), begins("WARNINGS: 3")), (Progress::Ready(()), Progress::Ready(())));
        assert!(matches!(begins("WARNING"), Progress::Pending(_)));
        assert_eq!(begins("no space"), Progress::Failed(r#"exit is "no space""#.to_owned()));
        let other = |value| unmet(|checks| checks.needs_other("state", value, &["new", "queued"]));
        assert!(other(Some("active")).is_empty());
        assert_eq!(other(Some("new")), [r#"state is still "new""#]);
        assert_eq!(
            (other(None), other(Some(""))),
            (vec!["there is no state".into()], vec!["there is no state".into()])
        );
        let report = Report::default();
        let mut checks = Checks::new(&report);
        checks.fails_if("broken", false, "on", &["broken"]);
        checks.fails_if("error", true, "there", &["error"]);
        assert_eq!(checks.end(()), Progress::Failed("error is there".to_owned()));
    }

    #[test]
    fn a_failure_is_said_with_its_word() {
        let report = Report::default();
        let mut checks = Checks::new(&report);
        checks.text(Some("sold out"));
        checks.fails_at("state", Some("error"), &["error"], &["state"]);
        assert_eq!(checks.end(()), Progress::Failed(r#"state is "error": "sold out""#.to_owned()));
    }

    #[test]
    fn a_failure_has_the_words_of_the_api_where_there_are_some() {
        let failed = |text: &str| {
            let report = Report::default();
            let mut checks = Checks::new(&report);
            checks.observation.text = text.to_owned();
            checks.failed = Some("`state` is 9".to_owned());
            match checks.end(()) {
                Progress::Failed(why) => why,
                _ => panic!("it failed"),
            }
        };
        assert_eq!(failed(""), "`state` is 9");
        assert_eq!(failed("broken"), r#"`state` is 9: "broken""#);
        let seen = Observation::new("copying").percent(130);
        assert_eq!((seen.text.as_str(), seen.percent), ("copying", Some(100)));
    }
}
