//! What diagnostic codes mean.

use crate::{Commands, Error};

/// The text of one code, or a list of all codes.
///
/// # Errors
/// There is no such code.
pub fn explain(code: Option<&str>, commands: Commands) -> Result<String, Error> {
    let Some(code) = code else {
        let lines = hostkit_codegen::explained().map(|code| {
            let text = hostkit_codegen::explain(code).unwrap_or_default();
            let rule = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
            format!("{code}  {}\n", rule.split(". ").next().unwrap_or_default().trim_end_matches('.'))
        });
        return Ok(lines.collect());
    };
    let text = hostkit_codegen::explain(code).map(str::to_owned);
    text.ok_or_else(|| Error::new(format!("there is no code `{code}`; `{} explain` lists them", commands.spec)))
}
