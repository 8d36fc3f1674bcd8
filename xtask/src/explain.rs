//! Command `explain`: what a diagnostic code means.

/// Prints the text of one code, or a list of all codes.
pub(crate) fn run(code: Option<&str>) -> Result<(), String> {
    let Some(code) = code else {
        for code in hostkit_codegen::explained() {
            let text = hostkit_codegen::explain(code).unwrap_or_default();
            let rule = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
            println!("{code}  {}", rule.split(". ").next().unwrap_or_default().trim_end_matches('.'));
        }
        return Ok(());
    };
    match hostkit_codegen::explain(code) {
        Some(text) => {
            print!("{text}");
            Ok(())
        }
        None => Err(format!("there is no code `{code}`; `cargo xtask spec explain` lists them")),
    }
}
