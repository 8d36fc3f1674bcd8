//! Text with blanks around it that mean nothing.

use super::Fields;
use crate::codec::{DecodeError, Name};

impl Fields<'_, '_, '_> {
    /// A text that may be absent, without the blanks around it; blanks alone are no text.
    pub fn trimmed(&mut self, name: &Name) -> Result<Option<String>, DecodeError> {
        let text: Option<String> = self.optional(name)?;
        Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
    }
}
