//! The baseline: what a read of the evidence showed before a call.

/// What a read of the evidence showed before a call. A ticket keeps it to tell what the call did from what was so
/// already.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    /// The keys of all items.
    all: Vec<String>,
    /// The marks of what the call is about: values that it changes, keys that it removes or that are as it is to make one,
    /// or a state that it sets.
    own: Vec<String>,
    /// The keys of items that other calls of this program made: they are none of this call's.
    others: Vec<String>,
    /// Whether something that the call is about was not there.
    is_lacking: bool,
    is_private: bool,
}

impl Baseline {
    /// The keys of all items of one read, and the marks of what the call is about.
    pub fn new(all: Vec<String>, own: Vec<String>) -> Self {
        Self { all, own, ..Self::default() }
    }

    /// A baseline of one mark: that of an object, or of a state in which it was.
    pub fn of(mark: impl Into<String>) -> Self {
        Self::new(Vec::new(), vec![mark.into()])
    }

    /// The same baseline, where something that the call is about was not there: the object that it makes, or one of those
    /// that it removes.
    #[must_use]
    pub fn lacking(self) -> Self {
        Self { is_lacking: true, ..self }
    }

    /// Whether something that the call is about was not there.
    pub fn is_lacking(&self) -> bool {
        self.is_lacking
    }

    /// Excludes the baseline from saved tickets: its marks come from secrets, or are valid in this process only.
    #[must_use]
    pub fn private(self) -> Self {
        Self { is_private: true, ..self }
    }

    /// The same baseline, with further keys of items that other calls made.
    #[must_use]
    pub fn with_others(mut self, others: Vec<String>) -> Self {
        self.others.extend(others);
        self
    }

    /// The keys of all items, and the marks.
    pub(super) fn into_parts(self) -> (Vec<String>, Vec<String>) {
        (self.all, self.own)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(String::as_str)
    }

    /// Why a call made later cannot have made the item with this key, if so. Hosters give a number once, but may give an
    /// address again that was returned.
    pub(crate) fn excludes(&self, key: &str) -> Option<&'static str> {
        let is_one = |known: &String| known == key;
        if self.all.iter().any(is_one) {
            return Some("which was there before");
        }
        let is_anothers = number(key).is_some() && self.others.iter().any(is_one);
        is_anothers.then_some("which another call made before")
    }

    /// The keys of items that other calls made.
    pub fn others(&self) -> &[String] {
        &self.others
    }

    /// The marks of what the call is about.
    pub fn own(&self) -> &[String] {
        &self.own
    }

    /// The keys and the marks, unless these are private.
    pub fn to_save(&self) -> Option<(&[String], &[String])> {
        (!self.is_private).then_some((&self.all, &self.own))
    }
}

/// The number of an item whose key is one.
pub(super) fn number(key: &str) -> Option<u64> {
    key.parse().ok()
}

/// Marks may come from a secret, so only their number is shown.
impl std::fmt::Debug for Baseline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Baseline({} items, {} marks)", self.all.len(), self.own.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Baseline;

    #[test]
    fn marks_of_secrets_are_neither_saved_nor_shown() {
        let open = Baseline::new(vec!["1".to_owned()], vec!["canary".to_owned()]);
        assert_eq!(open.to_save(), Some((["1".to_owned()].as_slice(), ["canary".to_owned()].as_slice())));
        assert_eq!(format!("{open:?}"), "Baseline(1 items, 1 marks)");
        let private = open.private().with_others(vec!["2".to_owned()]);
        assert_eq!(private.to_save(), None);
        assert_eq!((private.own(), private.others()), (["canary".to_owned()].as_slice(), ["2".to_owned()].as_slice()));
        assert_eq!(private.all().collect::<Vec<_>>(), ["1"]);
    }
}
