//! The writers, one for each format.

use crate::{Format, Value, WriteError};

/// Writes a value in a format.
pub fn write(format: Format, value: &Value) -> Result<Vec<u8>, WriteError> {
    let _ = (format, value);
    Err(WriteError::new("not written"))
}
