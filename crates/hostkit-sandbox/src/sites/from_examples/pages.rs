//! The pages of a list among its examples.

use hostkit::Format;
use hostkit::protocol::server::Serve;
use hostkit::protocol::server::example::RecordedAnswer;

use super::kept::{asked, value};

/// The pages of a list that examples show.
pub(super) struct Pages {
    /// The inputs that go on from page to page.
    names: Vec<String>,
    /// What each case has of them.
    cases: Vec<(&'static str, Vec<(String, String)>)>,
    /// The case of the last page.
    last: &'static str,
    /// Cases of pages behind which nothing more can come.
    ends: Vec<&'static str>,
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
        let (mut ends, mut followed) = (Vec::new(), Vec::new());
        for (case, call) in requests {
            let own = answers.iter().find(|answer| answer.case == *case).and_then(value::<E>);
            let Some(page) = own else { continue };
            let Some(next) = call.page_after(&page) else {
                ends.push(*case);
                continue;
            };
            let (here, there) = (asked(call, format)?.1, asked(&next, format)?.1);
            let new = there.iter().filter(|pair| !here.contains(pair)).map(|(name, _)| name.clone());
            names.extend(new);
            followed.push((*case, there));
        }
        names.sort();
        names.dedup();
        if followed.is_empty() {
            return Ok(None);
        }
        let mut cases = Vec::new();
        for (case, call) in requests {
            let mut inputs = asked(call, format)?.1;
            inputs.retain(|(name, _)| names.contains(name));
            cases.push((*case, inputs));
        }
        let last = *ends.last().ok_or_else(|| format!("{}: no example shows the last page", E::INFO.name))?;
        let of_last = cases.iter().find(|(case, _)| *case == last).map(|(_, inputs)| inputs.clone());
        let leads_there = |next: &[(String, String)]| of_last.iter().flatten().all(|pair| next.contains(pair));
        ends.extend(followed.iter().filter(|(_, next)| leads_there(next)).map(|(case, _)| *case));
        Ok(Some(Self { names, cases, last, ends }))
    }

    /// The case of the page that a request without an example of its own asks for; `None` for the first page.
    pub(super) fn case(&self, given: &[(String, String)]) -> Option<&'static str> {
        let of_page: Vec<_> = given.iter().filter(|(name, _)| self.names.contains(name)).cloned().collect();
        let is_first = self.cases.first().is_none_or(|(_, first)| *first == of_page);
        if of_page.is_empty() || is_first {
            return None;
        }
        let known = self.cases.iter().find(|(_, inputs)| *inputs == of_page);
        Some(known.map_or(self.last, |(case, _)| *case))
    }

    /// Whether nothing more comes behind the page of a case.
    pub(super) fn is_end(&self, case: &str) -> bool {
        self.ends.contains(&case)
    }
}
