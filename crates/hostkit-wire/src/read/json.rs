//! Reads json.

use crate::builder::Builder;
use crate::WireError;

pub(super) fn read(_body: &str, _builder: &mut Builder<'_>) -> Result<(), WireError> {
    Ok(())
}
