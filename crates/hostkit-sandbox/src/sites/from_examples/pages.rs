//! The pages of a list among its examples.

use hostkit::Format;
use hostkit::protocol::Report;
use hostkit::protocol::server::Serve;
use hostkit::protocol::server::example::RecordedAnswer;

use super::wire::{asked, value};

/// The pages of a list that examples show.
pub(super) struct Pages {
    /// The inputs that go on from page to page.
    names: Vec<String>,
    /// What the request of each case has of them.
    cases: Vec<(&'static str, Vec<(String, String)>)>,
    /// The cases of the first page: without these inputs, or else with the lowest number.
    first: Vec<&'static str>,
    /// The case of the last page.
    last: &'static str,
    /// Cases of pages that say that they are the last.
    ends: Vec<&'static str>,
    /// Cases of pages before the last.
    before_last: Vec<&'static str>,
    /// Cases of pages behind which and before which there is none: what is new stands there even if they are empty.
    alone: Vec<&'static str>,
}

/// A page that says that there is none behind it: its inputs, and the case of the answer.
type End = (Vec<(String, String)>, &'static str);

/// The answer to the request of a case: that of the same case, or else the first one, of those that are no other request's if
/// there are some.
fn own<'r, E>(
    answers: &'r [RecordedAnswer],
    requests: &[(&'static str, E)],
    case: &'static str,
) -> Option<&'r RecordedAnswer> {
    let is_free = |answer: &&RecordedAnswer| requests.iter().all(|(asked, _)| *asked != answer.case);
    answers.iter().find(|answer| answer.case == case).or_else(|| answers.iter().find(is_free)).or(answers.first())
}

impl Pages {
    /// The pages of an endpoint; `None` if its answers are no pages.
    ///
    /// # Errors
    /// No example shows the last page.
    pub(super) fn of<E: Serve>(
        requests: &[(&'static str, E)],
        answers: &[RecordedAnswer],
        format: Format,
    ) -> Result<Option<Self>, String> {
        let mut names: Vec<String> = Vec::new();
        let mut shown = Vec::new();
        for (case, call) in requests {
            let own = own(answers, requests, case);
            let Some((answer, page)) = own.and_then(|answer| Some((answer, value::<E>(answer)?))) else { continue };
            let (_, here) = asked(call, format)?;
            // What an example leaves unread is checked with the examples.
            let next = call.page_after(&page, &Report::default()).map_err(|error| error.to_string())?;
            let there = next.map(|next| asked(&next, format)).transpose()?.map(|(_, there)| there);
            let added = there.iter().flatten().filter(|pair| !here.contains(pair));
            names.extend(added.map(|(name, _)| name.clone()));
            shown.push((answer.case, answer.case == *case, here, there));
        }
        names.sort();
        names.dedup();
        // A request for another page than the first, without an answer of its own, shows no page.
        shown.retain(|(_, is_own, here, _)| *is_own || !here.iter().any(|(name, _)| names.contains(name)));
        let (mut ends, mut followed) = (Vec::<End>::new(), Vec::new());
        for (case, _, here, there) in &shown {
            match there {
                Some(there) => followed.push((*case, there.clone())),
                None => ends.push((here.clone(), *case)),
            }
        }
        if followed.is_empty() {
            return Ok(None);
        }
        // A page that no request asks for answers one that is like no other.
        let is_asked = |answer: &&RecordedAnswer| {
            ends.iter()
                .map(|(_, case)| case)
                .chain(followed.iter().map(|(case, _)| case))
                .any(|case| *case == answer.case)
        };
        let mut alone = Vec::new();
        for answer in answers.iter().filter(|answer| !is_asked(answer)) {
            let Some(((_, call), page)) = requests.first().zip(value::<E>(answer)) else { continue };
            if call.page_after(&page, &Report::default()).map_err(|error| error.to_string())?.is_none() {
                alone.push(answer.case);
            }
        }
        let of_page = |inputs: &[(String, String)]| -> Vec<(String, String)> {
            inputs.iter().filter(|(name, _)| names.contains(name)).cloned().collect()
        };
        // A list of one page says nothing of what comes behind others.
        let behind_others = ends.iter().rev().find(|(inputs, _)| !of_page(inputs).is_empty());
        let last = behind_others.or(ends.last()).map(|(_, case)| *case);
        let last = last.ok_or_else(|| {
            let name = E::INFO.name;
            format!("{name}: no example shows the last page: a request for it and its answer have one case, as `end.request.http`")
        })?;
        // Only the case of an answer can be shown.
        let cases: Vec<_> = shown.iter().map(|(case, _, here, _)| (*case, of_page(here))).collect();
        let number = |inputs: &[(String, String)]| match inputs {
            [] => Some(0),
            [(_, text)] => text.parse::<u64>().ok()?.checked_add(1),
            _ => None,
        };
        let numbered: Vec<_> = cases.iter().filter_map(|(case, inputs)| Some((*case, number(inputs)?))).collect();
        let lowest = numbered.iter().map(|(_, number)| *number).min();
        let first = numbered.iter().filter(|(_, number)| Some(*number) == lowest).map(|(case, _)| *case).collect();
        // The next page is the last one where no other example shows it.
        let is_shown = |next: &[(String, String)]| cases.iter().any(|(case, inputs)| *case != last && *inputs == next);
        let before_last =
            followed.iter().filter(|(_, next)| !is_shown(&of_page(next))).map(|(case, _)| *case).collect();
        let is_first = |inputs: &[(String, String)], case: &str| {
            let here = of_page(inputs);
            let is_reached = followed.iter().any(|(_, next)| of_page(next) == here);
            here.is_empty() || !is_reached && case != last
        };
        alone.extend(ends.iter().filter(|(inputs, case)| is_first(inputs, case)).map(|(_, case)| *case));
        let ends = ends.iter().map(|(_, case)| *case).collect();
        Ok(Some(Self { names, cases, first, last, ends, before_last, alone }))
    }

    /// The cases of the page that a request without an example of its own asks for; none if no example tells.
    pub(super) fn cases(&self, given: &[(String, String)]) -> &[&'static str] {
        let of_page: Vec<_> = given.iter().filter(|(name, _)| self.names.contains(name)).cloned().collect();
        if of_page.is_empty() {
            return &self.first;
        }
        if let Some((case, _)) = self.cases.iter().find(|(_, inputs)| *inputs == of_page) {
            return std::slice::from_ref(case);
        }
        let number = |(_, text): &(String, String)| text.parse::<u64>().ok();
        let known = self.cases.iter().flat_map(|(_, inputs)| inputs).filter_map(number).min();
        let is_before_others = of_page.iter().filter_map(number).zip(known).any(|(number, first)| number < first);
        if is_before_others { &[] } else { std::slice::from_ref(&self.last) }
    }

    /// The cases of the pages behind which no items come, of those that have some or stand alone.
    pub(super) fn last_with(&self, has_items: &[&'static str]) -> Vec<&'static str> {
        let before = if has_items.contains(&self.last) { &[][..] } else { &self.before_last };
        let all = self.ends.iter().chain(before).copied();
        all.filter(|case| has_items.contains(case)).chain(self.alone.iter().copied()).collect()
    }
}
