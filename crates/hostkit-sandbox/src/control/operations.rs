//! The operations of each simulated API.

use crate::api_name::ApiName;
use crate::site::Operation;
use crate::sites;

/// The operations of an API, by name.
pub(crate) fn operations(api: ApiName) -> Vec<Operation> {
    let site = sites::all().into_iter().find(|site| site.api() == api);
    let mut found = site.map_or_else(Vec::new, |site| site.operations());
    found.sort_unstable_by_key(|operation| operation.name);
    found
}
