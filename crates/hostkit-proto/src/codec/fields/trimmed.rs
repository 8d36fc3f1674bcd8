//! Text whose surrounding whitespace has no meaning.

use super::Fields;
use crate::codec::{DecodeError, Name};

impl Fields<'_, '_, '_> {
    /// Decodes an optional text without the whitespace around it; whitespace alone counts as absent.
    pub fn trimmed(&mut self, name: &Name) -> Result<Option<String>, DecodeError> {
        let text: Option<String> = self.optional(name)?;
        Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
    }
}
