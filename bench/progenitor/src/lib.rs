//! progenitor on our OpenAPI document of Macloud: reduces the document and generates the client.

mod filter;

use std::sync::Mutex;

use openapiv3::OpenAPI;
use progenitor_impl::Generator;
use serde_json::Value;

pub use filter::reduce;

const DOCUMENT: &str = include_str!("../../../docs/openapi/macloud.json");
const METHODS: [&str; 5] = ["get", "post", "put", "delete", "patch"];

/// A document that progenitor accepts.
pub struct Reduced {
    /// OpenAPI 3.0.
    pub text: String,
    /// Number of endpoints, and their number before reduction.
    pub endpoints: usize,
    pub of: usize,
    /// What was changed or removed, and why.
    pub notes: Vec<String>,
}

/// Reduces our document until progenitor accepts it.
pub fn document() -> Reduced {
    let mut document: Value = serde_json::from_str(DOCUMENT).expect("JSON");
    let of = operations(&document).len();
    let mut notes = vec![match generate(DOCUMENT) {
        Err(why) => format!("as it is (OpenAPI 3.1), refused: {}", why.chars().take(140).collect::<String>()),
        Ok(_) => "as it is, accepted".to_owned(),
    }];
    notes.extend(reduce(&mut document));
    for (path, method) in operations(&document) {
        let alone = only(&document, &path, &method);
        if let Err(why) = generate(&alone.to_string()) {
            let line = why.lines().next().unwrap_or_default().chars().take(140).collect::<String>();
            notes.push(format!("left out, {} {path}: {line}", method.to_uppercase()));
            remove(&mut document, &path, &method);
        }
    }
    let endpoints = operations(&document).len();
    Reduced { text: document.to_string(), endpoints, of, notes }
}

/// The text of the client that progenitor generates.
pub fn generate(text: &str) -> Result<String, String> {
    let document = parse(text)?;
    let tokens = quietly(|| Generator::default().generate_tokens(&document))?.map_err(|error| error.to_string())?;
    let file = syn::parse2(tokens).map_err(|error| error.to_string())?;
    Ok(prettyplease::unparse(&file))
}

/// Runs `work` and turns a panic, which progenitor uses for some errors, into its message and place.
fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static SAID: Mutex<String> = Mutex::new(String::new());
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| {
        let file = panic.location().map(|place| place.file().rsplit("/src/").next().unwrap_or_default().to_owned());
        let line = panic.location().map_or(0, |place| place.line());
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or_default().lines().next().unwrap_or_default();
        if let Ok(mut said) = SAID.lock() {
            *said = format!("panic at {}:{line}: {text}", file.unwrap_or_default());
        }
    }));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    std::panic::set_hook(hook);
    result.map_err(|_| SAID.lock().map(|said| said.clone()).unwrap_or_default())
}

fn parse(text: &str) -> Result<OpenAPI, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn operations(document: &Value) -> Vec<(String, String)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| METHODS.map(|method| (path, item, method)));
    all.filter(|(_, item, method)| item.get(method).is_some())
        .map(|(path, _, method)| (path.clone(), method.to_owned()))
        .collect()
}

fn only(document: &Value, path: &str, method: &str) -> Value {
    let mut alone = document.clone();
    for (other, verb) in operations(document) {
        if (other.as_str(), verb.as_str()) != (path, method) {
            remove(&mut alone, &other, &verb);
        }
    }
    alone
}

fn remove(document: &mut Value, path: &str, method: &str) {
    let item = document["paths"].get_mut(path).and_then(Value::as_object_mut);
    let is_empty = item.is_some_and(|item| {
        item.remove(method);
        !METHODS.iter().any(|method| item.contains_key(*method))
    });
    if let (true, Some(paths)) = (is_empty, document["paths"].as_object_mut()) {
        paths.remove(path);
    }
}
