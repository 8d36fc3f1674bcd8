//! What showed before a call.

/// What showed before a call: the marks of what its evidence compares. A ticket keeps it, so that what the call made can
/// be told from what was there already.
#[derive(Clone, PartialEq, Eq)]
pub struct Baseline {
    marks: Vec<String>,
    is_private: bool,
}

impl Baseline {
    /// The marks of one read, also those of a saved ticket.
    pub fn new(marks: Vec<String>) -> Self {
        Self { marks, is_private: false }
    }

    /// The same, but it is not written with its ticket: its marks come from secrets, or hold for this process alone.
    #[must_use]
    pub fn private(self) -> Self {
        Self { is_private: true, ..self }
    }

    pub(super) fn has(&self, mark: &str) -> bool {
        self.marks.iter().any(|known| known == mark)
    }

    pub(super) fn first(&self) -> Option<&str> {
        self.marks.first().map(String::as_str)
    }

    /// The marks, if they may be written down.
    pub fn to_save(&self) -> Option<&[String]> {
        (!self.is_private).then_some(&self.marks)
    }
}

/// Marks may come from a secret: their number is all that is shown.
impl std::fmt::Debug for Baseline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Baseline({} marks)", self.marks.len())
    }
}
