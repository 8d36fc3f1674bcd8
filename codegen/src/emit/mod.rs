//! The emitters: each makes files from the model, none knows another.

pub(crate) mod coverage;
pub(crate) mod openapi;
pub(crate) mod reference;
pub(crate) mod rust;
