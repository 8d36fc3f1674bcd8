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

const SERVICE: &str = r#"#:schema ../schema/service.json
name = "NAME"                           # the type in Rust
en = "The API of NAME."                 # one sentence: the docstring
ru = "API NAME."                        # одно предложение
zone = "UTC"                            # of its dates and times
formats = ["json"]                      # of answers, the default first: json xml php print_r

[[host]]
name = "main"
url = "https://api.example.net"

[[credentials]]
name = "Key"                            # `Credentials::key(…)`
en = "An API key."
ru = "Ключ API."
fields = { key = "secret" }             # text int secret
headers = { X-Key = "key" }             # the header, and the field in it

[fault]
kind = "status"                         # the HTTP status says that it failed; or an envelope does
code = "code"                           # the path of the code in an error document
message = "message"

[[error]]
code = "401"
as = "KeyWrong"
kind = "auth"                           # what it means: auth forbidden not-found conflict invalid-argument …
en = "The key is wrong."
ru = "Неверный ключ."
"#;

const TEMPLATE: &str = r#"#:schema ../../schema/endpoint.json
name = "NAME"
method = "GET"
path = "?"                              # parameters as {id}, each with an entry in [path-params]
effect = "?"                            # safe idempotent state spends destructive: what it does, not what the verb says
# flags = ["secret-response"]           # secret-request secret-response pii disruptive async additive recurring
#                                       # get-with-effect body-required-for-meaning hazard
# rates = ["get"]                       # rules of service.toml
en = "?"                                # one sentence: the docstring
ru = "?"                                # одно предложение
# documents = 1                         # the number in inventory.toml
# source = { line = 1, provenance = "documented" }
# reconcile = "List … and look for …"   # how to find out whether it happened: for what is not safe or idempotent
# no-trace = "…"                        # why no call of the API shows that it happened; else a [trace]
# deadline = 60                         # seconds; 30 where it is not said

# [path-params]
# id = { type = "ServerId", en = "…", ru = "…" }

# [query]
# page = { type = "int", min = 1, en = "…", ru = "…" }

# [request]
# root = "server"                       # none: the fields stand at the top of the body

# [body]
# name = { type = "text", required = true, en = "…", ru = "…" }

# [response]                            # none: the call answers nothing but success
# type = "Server"                       # text int uint decimal flag secret datetime date ip html any [T] {K: T} Name
# root = "server"                       # or { xml = "servers/server", json = "servers" }; none: the whole document

# [[example]]                           # the file is NAME/one.answer.json beside this one
# case = "one"
# kind = "answer"                       # request answer fault
# formats = ["json"]                    # xml json php print_r form, or http: head and body
# origin = "document"                   # document recorded made derived
# line = 1                              # of the block in the document
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
        assert_eq!(open, ["E0105", "E0104", "E0105", "E0105"], "path, effect, and a sentence in two languages");
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
