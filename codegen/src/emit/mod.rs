//! The emitters: each makes files from the model, none knows another.

pub(crate) mod rust;
