//! What one read holds about a call, and what it says: seen, in part, not seen, or no witness.

use std::fmt;

use super::Baseline;
use crate::value::UnixTime;

/// What one answer holds about a call: the baseline if it was read before the call, and a sighting if after it.
pub struct Evidence<F> {
    baseline: Baseline,
    judge: Box<Judge<F>>,
}

/// Compares what is there now with what was there before, at a time.
type Judge<F> = dyn FnOnce(Baseline, &Baseline, UnixTime) -> Sighting<F>;

impl<F> Evidence<F> {
    pub(super) fn new(
        baseline: Baseline,
        judge: impl FnOnce(Baseline, &Baseline, UnixTime) -> Sighting<F> + 'static,
    ) -> Self {
        Self { baseline, judge: Box::new(judge) }
    }

    /// Evidence of a call that may make nothing where there is an item as it was to make one: the API may answer with
    /// that item. Where there was one before the call, and none is new, it says nothing.
    #[must_use]
    pub fn once(self) -> Self
    where
        F: 'static,
    {
        let Self { baseline, judge } = self;
        Self::new(baseline, move |now, before, at| match judge(now, before, at) {
            Sighting::Unseen | Sighting::Part(..) if !before.own().is_empty() => Sighting::Unclear(Doubt::WasSo),
            sighting => sighting,
        })
    }

    /// Evidence of a call that removes several things. Where one of them was not there before the call, nothing shows what
    /// became of it, so the call is not known to have happened though the others are gone.
    #[must_use]
    pub fn of_all(self, are_there: bool) -> Self
    where
        F: 'static,
    {
        let Self { baseline, judge } = self;
        let baseline = if are_there { baseline } else { baseline.lacking() };
        Self::new(baseline, move |now, before, at| match judge(now, before, at) {
            Sighting::Seen(_) | Sighting::Part(..) if before.is_lacking() => Sighting::Unclear(Doubt::NotThere),
            sighting => sighting,
        })
    }

    /// Excludes the baseline from saved tickets: its marks come from secrets, or are valid in this process only.
    #[must_use]
    pub fn private(self) -> Self {
        Self { baseline: self.baseline.private(), ..self }
    }

    /// What later answers are compared with.
    pub fn baseline(&self) -> &Baseline {
        &self.baseline
    }

    /// What the answer, read at the time `at`, says about a call before which `baseline` was read.
    pub fn sighting(self, baseline: &Baseline, at: UnixTime) -> Sighting<F> {
        (self.judge)(self.baseline, baseline, at)
    }
}

/// The items may hold secrets, so only the baseline is shown.
impl<F> fmt::Debug for Evidence<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Evidence").field(&self.baseline).finish()
    }
}

/// What one read says about a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Sighting<T> {
    /// Nothing of it.
    Unseen,
    /// What it did; several where it was carried out more than once, or somebody else did the same.
    Seen(Vec<T>),
    /// A part of what it was to do, with the number of items that are missing.
    Part(Vec<T>, usize),
    /// The read is no witness, for this reason.
    Unclear(Doubt),
}

/// Why a read is no witness. Its text says what a person should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// Nothing was read before the call.
    NoBaseline,
    /// What the call was to do was so before it.
    WasSo,
    /// What the call is about was not there before it, or is not there now.
    NotThere,
    /// The hoster does not say it.
    NotSaid,
    /// Items that were there before the call are missing: the list is old, or only a part.
    Missing(Vec<String>),
    /// New items have lower numbers than what was there before the call: what was read before it was only a part.
    NotShownBefore(Vec<String>),
    /// New items are not quite what the call ordered; or items of before have become it, or no more are it than before.
    OtherNew(Vec<String>),
    /// More items than before have these keys, or fewer: one of them may be new, or gone.
    Alike(Vec<String>),
    /// It changed, but not to what the call was to make of it.
    Changed,
    /// The hoster may have done it by itself, such as a renewal or a scheduled backup.
    ByItself,
    /// Another call of this program may have done it, or taken it back.
    OtherCall,
    /// Items of the answer could not be read.
    Unread,
    /// The answer came from a cache, and may be from before the call.
    Cached,
    /// A sign-in named another address than that of the call, where there may be other objects.
    Elsewhere,
    /// The effect shows for a while only, much later, or not at all if the call was carried out twice.
    Passing,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = |f: &mut fmt::Formatter<'_>, text: &str, keys: &[String]| {
            let more = if keys.len() > SHOWN { ", …" } else { "" };
            let shown: Vec<&str> = keys.iter().take(SHOWN).map(String::as_str).collect();
            write!(f, "{text}: {}{more}", shown.join(", "))
        };
        f.write_str(match self {
            Self::NoBaseline => "nothing was read before the call",
            Self::WasSo => "it was so before the call",
            Self::NotThere => "what the call is about was not there before it, or is not there now",
            Self::NotSaid => "the hoster does not say it",
            Self::Missing(missing) => return keys(f, "what was there before the call is missing now", missing),
            Self::NotShownBefore(older) => {
                return keys(
                    f,
                    "these are new with lower numbers than others of before, which may have been only a part",
                    older,
                );
            }
            Self::OtherNew(new) => return keys(f, "what is new is not quite what was ordered", new),
            Self::Alike(alike) => return keys(f, "more or fewer items than before have these keys", alike),
            Self::Changed => "it changed, but not to what the call was to make of it",
            Self::ByItself => "the hoster may have done it by itself",
            Self::OtherCall => "another call of this program may have done it, or taken it back",
            Self::Unread => "a part of the answer could not be read",
            Self::Cached => "the answers came from a cache, and may be from before the call",
            Self::Elsewhere => "a new sign-in names another address than that at which the call was made",
            Self::Passing => "it shows for a while only, much later, or not at all if it was carried out twice",
        })
    }
}

/// The most keys that a text shows.
const SHOWN: usize = 10;

#[cfg(test)]
mod tests {
    use super::{Baseline, Doubt, Evidence, SHOWN, Sighting};
    use crate::value::UnixTime;

    #[test]
    fn what_comes_from_a_secret_is_not_saved() {
        let evidence = || Evidence::new(Baseline::of("canary"), |now, before, _| Sighting::Seen(vec![now == *before]));
        let baseline = evidence().baseline().clone();
        assert!(baseline.to_save().is_some() && evidence().private().baseline().to_save().is_none());
        assert_eq!(format!("{:?}", evidence()), "Evidence(Baseline(0 items, 1 marks))");
        assert_eq!(evidence().sighting(&baseline, UnixTime(0)), Sighting::Seen(vec![true]));
    }

    #[test]
    fn a_doubt_shows_ten_keys() {
        let keys = |count: usize| (0..count).map(|key| key.to_string()).collect::<Vec<_>>();
        let said = |count| Doubt::Missing(keys(count)).to_string();
        assert_eq!(said(2), "what was there before the call is missing now: 0, 1");
        assert!(said(SHOWN).ends_with(", 9") && said(SHOWN + 1).ends_with(", 9, …"));
    }
}
