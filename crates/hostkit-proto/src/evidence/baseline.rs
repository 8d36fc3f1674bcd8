//! The baseline: what a read of the evidence showed before a call.

/// What a read of the evidence showed before a call, as marks. A ticket keeps it to distinguish what the call created
/// from what existed already.
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

    /// Excludes the baseline from saved tickets: its marks come from secrets, or are valid in this process only.
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

    /// The marks, unless they are private.
    pub fn to_save(&self) -> Option<&[String]> {
        (!self.is_private).then_some(&self.marks)
    }
}

/// Marks may come from a secret, so only their number is shown.
impl std::fmt::Debug for Baseline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Baseline({} marks)", self.marks.len())
    }
}
