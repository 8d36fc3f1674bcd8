//! The starting point of a new spec: every common key, with an explanation.

use crate::resolve::names::camel;

/// A spec for an endpoint called `name`; undecided values are `?`, which the checks refuse.
pub fn skeleton(name: &str) -> String {
    TEMPLATE.replace("NAME", name)
}

/// A `service.toml` for an API in the folder `api`, to be corrected: it is sound as it is.
pub fn service_skeleton(api: &str) -> String {
    SERVICE.replace("NAME", &camel(api))
}

const SERVICE: &str = r#"name = "NAME"   # the type in Rust
en = "The API of NAME."                 # one sentence: the docstring
zone = "UTC"                            # of its dates and times
formats = ["json"]                      # of answers, the default first: json xml php print_r

[[host]]
name = "main"
url = "https://api.example.net"

[[credentials]]
name = "Key"                            # `Credentials::key(…)`
en = "An API key."
fields = { key = "secret" }             # text int secret
put = { "header.X-Key" = "{key}" }      # the place in the request, and what stands there

[[fault]]
code = "code"                           # the path of the code in an error document
message = "message"

[[error]]
code = "401"
as = "KeyWrong"
kind = "auth"                           # what it means: auth forbidden not-found conflict invalid-argument …
en = "The key is wrong."
"#;

const TEMPLATE: &str = r#"method = "GET"
path = "?"                              # parameters as {id}, each with an entry in [path-params]
effect = "?"                            # safe idempotent state spends destructive: what it does, not what the verb says
# flags = ["secret-response"]           # secret-request secret-response pii disruptive async additive recurring
#                                       # get-with-effect body-required-for-meaning hazard
# rates = ["get"]                       # rules of service.toml
en = "?"                                # one sentence: the docstring
# document = 1                          # the number in inventory.toml
# provenance = "recorded"               # where it is known from, if not from the document
# recovery = "List … and look for …"   # how to find out whether it happened: for what is not safe or idempotent
# no-evidence = "…"                        # why no call of the API shows that it happened; else a [evidence]
# deadline = 60                         # seconds; 30 where it is not said
# status = { 404 = {} }                 # what it answers; what that means is in service.toml

# [path-params]
# id = { type = "ServerId", en = "…" }

# [query]
# page = { type = "int", min = 1, en = "…" }

# [request]
# root = "server"                       # none: the fields stand at the top of the body

# [body]
# name = { type = "text", required = true, en = "…" }

# [response]                            # none: the call answers nothing but success
# type = "Server"                       # text int uint decimal flag secret datetime date ip html any [T] {K: T} Name
# root = "server"                       # or { xml = "servers/server", json = "servers" }; none: the whole document

# [examples]                            # a file NAME/one.answer.json is an example; a line says what its name does not
# "one.answer" = { line = 1 }           # the block in the document; or origin: recorded made derived; status, note
"#;

#[cfg(test)]
mod tests {
    use super::{service_skeleton, skeleton};
    use crate::{Sources, Specs};

    fn found(spec: String) -> Vec<&'static str> {
        let files = [("tiny/service.toml", service_skeleton("tiny")), ("tiny/servers/ping.toml", spec)];
        let sources = Sources::new(files.map(|(path, text)| (path.to_owned(), text)));
        match Specs::read("tiny", &sources) {
            Ok(_) => Vec::new(),
            Err(diagnostics) => diagnostics.sorted().iter().map(|finding| finding.code).collect(),
        }
    }

    /// The skeleton with every `?` answered.
    fn decided() -> String {
        skeleton("ping")
            .replace("path = \"?\"", "path = \"/\"")
            .replace("effect = \"?\"", "effect = \"safe\"")
            .replace("= \"?\"", "= \"A word.\"")
    }

    #[test]
    fn only_what_has_to_be_decided_is_missing() {
        let open = found(skeleton("ping"));
        assert_eq!(open, ["E0105", "E0104", "E0105"], "path, effect, and a sentence");
        assert!(found(decided()).is_empty());
    }

    #[test]
    fn every_key_of_the_skeleton_exists() {
        let text = decided().replace("# [", "[");
        let is_key = |line: &str| line.starts_with("# ") && line.contains(" = ");
        let live: Vec<&str> = text.lines().map(|line| if is_key(line) { &line[2..] } else { line }).collect();
        // Types, rates and the example's file do not exist here; unknown keys and wrong shapes would be `E01…`.
        let found = found(live.join("\n"));
        assert!(found.iter().all(|code| code.starts_with("E02")), "{found:?}");
    }
}
