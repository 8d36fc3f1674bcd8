//! Conveniences over the generated types.

use crate::types::Templates;

impl Templates {
    /// The names of the templates, in whichever shape they came: a list of names, or a map with the names as keys.
    ///
    /// ```
    /// use inferno_proto::types::Templates;
    ///
    /// let templates = Templates::List(vec!["centos7-64-default".into()]);
    /// assert_eq!(templates.names(), ["centos7-64-default"]);
    /// ```
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::List(names) => names.iter().map(String::as_str).collect(),
            Self::Object(map) => map.keys().map(String::as_str).collect(),
        }
    }
}
