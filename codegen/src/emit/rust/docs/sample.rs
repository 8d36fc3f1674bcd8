//! Doc examples: the call of the first request example, made through a client that answers from an answer example.

use std::cmp::Reverse;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::client::{self, Shown};
use super::output::{FIELDS, assertions};
use super::value::{SECRET, Values};
use crate::emit::rust::imports::Scope;
use crate::emit::rust::words::ident;
use crate::identifier::is_identifier;
use crate::model::{Endpoint, Model, Output};
use crate::print;
use crate::recorded::Wire;

/// Maximum length of an answer that is shown.
const BODY: usize = 1500;

/// Room for a line of an example after `/// `; the project's `max_width` is 120.
const WIDTH: usize = 120 - "/// ".len();

/// A doc example: the attribute of its fence, and its lines.
pub(super) struct Sample {
    pub(super) attribute: &'static str,
    pub(super) lines: Vec<String>,
}

/// Example of the credentials.
pub(super) fn credentials(model: &Model) -> Option<Sample> {
    let first = model.service.credentials.first()?;
    let (own, new) = (ident(&crate_name(model)), client::new(first));
    let lines = print::statements(quote! {
        use #own::Credentials;
        let credentials = Credentials::#new;
        assert!(!format!("{credentials:?}").contains(#SECRET));
    });
    Some(Sample { attribute: "", lines })
}

/// Example of a call. Before a request example is recorded there is none, except for a call without required inputs,
/// which is made as it is.
pub(super) fn call(model: &Model, wire: &Wire<'_>, scope: &Scope<'_>, endpoint: &Endpoint) -> Option<Sample> {
    let mut requests = Shown::all(model, wire, endpoint, "request");
    if is_about_an_object(endpoint) {
        let answers = Shown::all(model, wire, endpoint, "answer");
        requests.sort_by_key(|request| !answers.iter().any(|answer| answer.case() == request.case()));
    }
    let mut samples = requests.iter().filter_map(|request| {
        let mut values = Values::new(model);
        let call = values.call(endpoint, &request.value)?;
        let before = &values.before;
        sample(model, wire, scope, endpoint, Some(request), quote!(#(#before)* let call = #call;))
    });
    samples.next().or_else(|| {
        let needs =
            endpoint.inputs().any(|field| field.is_required()) || endpoint.one_of.iter().any(|group| group.required);
        let name = ident(&endpoint.type_name);
        if needs { None } else { sample(model, wire, scope, endpoint, None, quote!(let call = #name::new();)) }
    })
}

/// Whether an answer belongs to the request of its case: it repeats inputs, or is about what the path names.
fn is_about_an_object(endpoint: &Endpoint) -> bool {
    !endpoint.echo.is_empty() || !endpoint.each.is_empty() || !endpoint.path_parameters.is_empty()
}

fn sample(
    model: &Model,
    wire: &Wire<'_>,
    scope: &Scope<'_>,
    endpoint: &Endpoint,
    request: Option<&Shown<'_>>,
    call: TokenStream,
) -> Option<Sample> {
    let name = crate_name(model);
    let own = ident(&name);
    let result = result(endpoint);
    let answers = Shown::all(model, wire, endpoint, "answer").into_iter();
    let answers = answers.filter(|answer| answer.length() <= BODY).map(|answer| {
        let checks = assertions(model, endpoint, &result, &answer.value);
        (answer, checks)
    });
    // Among answers that show enough, prefers that of the same case, then the shortest.
    let answer = answers.min_by_key(|(answer, checks)| {
        let is_other = request.is_none_or(|request| request.case() != answer.case());
        let is_anothers = is_other && is_about_an_object(endpoint);
        (is_anothers, Reverse(checks.len().min(FIELDS)), is_other, answer.length(), answer.case())
    });
    let made = make(endpoint, &result);
    let rest = match (&endpoint.output, &answer) {
        (Output::None, _) => TokenStream::new(),
        (_, Some((_, checks))) if !checks.is_empty() => quote!(#(#checks)*),
        // A value that cannot be compared is printed.
        _ => {
            let all = format!("{{{result}:?}}");
            quote!(println!(#all);)
        }
    };
    let is_acting = !endpoint.is_callable();
    let visible = if is_acting { quote!(#call #made) } else { quote!(#call #made #rest) };
    let mut shown = explained(print::statements(visible.clone()));
    if is_acting {
        let checks = print::statements(rest.clone());
        shown.extend(checks.iter().filter_map(|line| comment(line)));
        shown.extend(hidden(checks));
    }
    let (attribute, setup, end) = match answer {
        Some((answer, _)) => {
            let expected = request.map_or_else(|| quote!(Script::any()), Shown::expected);
            let (body, answer) = (answer.body(), answer.answer(model, &quote!(body)));
            let acts = endpoint.evidence.is_some();
            let setup =
                client::emit(model, wire, &own, endpoint.surface.authorised, acts, &body, &quote!(#expected #answer))?;
            ("", hidden(print::statements(setup)), "# Ok::<(), Box<dyn std::error::Error>>(())")
        }
        None => {
            let api = &model.service.name.value;
            let head = format!(
                "# fn example(client: &hostkit_ureq::Client<{name}::{api}>) -> Result<(), Box<dyn std::error::Error>> {{"
            );
            ("no_run", vec![head], "# Ok(()) }")
        }
    };
    let mut lines = imports(scope.imports_of_user(&quote!(#visible #rest), &name));
    lines.extend(setup);
    lines.extend(shown);
    lines.push(end.to_owned());
    lines.iter().all(|line| line.chars().count() <= WIDTH).then_some(Sample { attribute, lines })
}

/// Makes the call. One that acts keeps the ticket of an open end, also where it was rejected and may have happened.
fn make(endpoint: &Endpoint, result: &Ident) -> TokenStream {
    let binding = (endpoint.output != Output::None).then(|| quote!(let #result =));
    if endpoint.is_callable() {
        return quote!(#binding client.call(&call)?;);
    }
    quote! {
        let outcome = client.perform(&call);
        if let Some(ticket) = outcome.ticket() {
            std::fs::write("open.ticket", ticket.save().to_string())?;
        }
        #binding outcome.into_result()?;
    }
}

/// Lines of statements with a comment where the ticket is kept.
fn explained(lines: Vec<String>) -> Vec<String> {
    const COMMENT: &str = "// It may have happened: `client.recover` finds out with the ticket. Do not send it again.";
    let is_kept = |line: &String| line.starts_with("if let Some(ticket)");
    lines.into_iter().flat_map(|line| is_kept(&line).then(|| COMMENT.to_owned()).into_iter().chain([line])).collect()
}

/// What an assertion says, as a comment: after a call that acts, a copied assertion would lose the answer by a panic.
fn comment(assertion: &str) -> Option<String> {
    let said = assertion.strip_prefix("assert_eq!(").or_else(|| assertion.strip_prefix("assert!("))?;
    Some(format!("// {}", said.strip_suffix(");")?.replacen(", ", ": ", 1)))
}

/// Variable for the output, named after what follows the verb: `server` for `get_server`.
fn result(endpoint: &Endpoint) -> Ident {
    const TAKEN: [&str; 6] = ["call", "client", "answers", "credentials", "ticket", "error"];
    let name = endpoint.name.split_once('_').map(|(_, name)| name);
    ident(name.filter(|name| is_identifier(name) && !TAKEN.contains(name)).unwrap_or("answer"))
}

/// Lines of the imports, in two groups, standard library first, each followed by an empty line.
fn imports(uses: TokenStream) -> Vec<String> {
    let lines = print::statements(uses);
    let (standard, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.starts_with("use std::"));
    let groups = [standard, others].into_iter().filter(|group| !group.is_empty());
    groups.flat_map(|group| group.into_iter().chain([String::new()])).collect()
}

fn hidden(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| format!("# {line}")).collect()
}

/// Name of the API's crate.
fn crate_name(model: &Model) -> String {
    format!("{}_proto", model.api.replace('-', "_"))
}
