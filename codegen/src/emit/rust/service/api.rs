//! `impl Api`: what is known of it, how it signs in, what it puts on a call, and how it says no.

use crate::emit::rust::code::{Code, quoted};
use crate::emit::rust::encode::constant_value;
use crate::emit::rust::endpoint::format_name;
use crate::model::{Field, Model};
use crate::surface::{Credentials, Pairs, Rate};

pub(super) fn emit(code: &mut Code, model: &Model) {
    let service = &model.service;
    code.open(format!("impl Api for {} {{", service.name.value));
    code.line("type Credentials = Credentials;");
    code.line("type Code = Code;");
    code.blank();
    emit_info(code, model);
    code.blank();
    emit_sign_in(code, model);
    code.blank();
    emit_session(code, model);
    code.blank();
    emit_authorise(code, model);
    code.blank();
    emit_verdict(code, model);
    code.close("}");
}

fn texts(items: &[String]) -> String {
    items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", ")
}

fn emit_info(code: &mut Code, model: &Model) {
    let service = &model.service;
    code.open("const INFO: ApiInfo = ApiInfo {");
    code.line(format!("name: {},", quoted(&model.api)));
    let host =
        |host: &crate::surface::Host| format!("Host {{ name: {}, url: {} }}", quoted(&host.name), quoted(&host.url));
    code.list("hosts: &[", &service.hosts.iter().map(host).collect::<Vec<_>>(), "],");
    let formats: Vec<&str> = service.formats.iter().map(|format| format_name(format)).collect();
    code.line(format!("formats: &[{}],", formats.join(", ")));
    if let Some(format) = &service.request_format {
        code.line(format!("request_format: Some({}),", format_name(format)));
    }
    if service.negotiates {
        code.line("negotiates: true,");
    }
    emit_rules(code, model);
    code.line(format!("zone: {},", quoted(&service.zone)));
    if !service.rates.is_empty() {
        let rate = |rate: &Rate| {
            let seconds = match rate.per.as_str() {
                "second" => 1,
                "hour" => 3_600,
                "day" => 86_400,
                _ => 60,
            };
            let name = quoted(&rate.name);
            format!("RateRule {{ name: {name}, count: {}, window: Duration::from_secs({seconds}) }}", rate.count)
        };
        code.list("rates: &[", &service.rates.iter().map(rate).collect::<Vec<_>>(), "],");
    }
    if let Some(session) = &service.session {
        if !session.hosts.is_empty() {
            code.line(format!("session_hosts: &[{}],", texts(&session.hosts)));
        }
        if let Some(lifetime) = session.lifetime {
            code.line(format!("session_lifetime: Some(Duration::from_secs({lifetime})),"));
        }
    }
    let keys = request_keys(model);
    if !keys.is_empty() {
        code.line(format!("request_keys: &[{}],", texts(&keys)));
    }
    if !service.fault.write.is_empty() {
        let pairs: Vec<String> = service
            .fault
            .write
            .iter()
            .map(|constant| format!("({}, {})", quoted(&constant.key.value), quoted(&constant.text)))
            .collect();
        code.line(format!("success_envelope: &[{}],", pairs.join(", ")));
    }
    code.line("..ApiInfo::DEFAULT");
    code.close("};");
}

fn request_keys(model: &Model) -> Vec<String> {
    let credentials = model.service.credentials.iter().flat_map(|credentials| &credentials.body);
    let mut keys: Vec<String> = credentials.map(|(key, _)| key.value.clone()).collect();
    keys.extend(model.service.always.iter().flat_map(|(_, body, _)| body).map(|constant| constant.key.value.clone()));
    keys.sort();
    keys.dedup();
    keys
}

fn emit_rules(code: &mut Code, model: &Model) {
    let service = &model.service;
    let lenient = &service.lenient;
    code.open("rules: Rules {");
    let flags = [
        ("one_as_list", lenient.one_as_list),
        ("map_as_list", lenient.map_as_list),
        ("null_as_empty", lenient.null_as_empty),
        ("list_as_empty_map", lenient.list_as_empty_map),
        ("loose_scalars", lenient.loose_scalars),
        ("empty_text_is_absent", lenient.empty_text_is_absent),
        ("loose_flags", lenient.loose_flags),
    ];
    for (name, _) in flags.iter().filter(|(_, is_on)| *is_on) {
        code.line(format!("{name}: true,"));
    }
    let lists = [
        ("date_times", &service.datetime_forms),
        ("dates", &service.date_forms),
        ("zero_dates", &service.zero_dates),
        ("envelope", &service.fault.keys),
    ];
    for (name, items) in lists {
        if !items.is_empty() {
            code.list(&format!("{name}: &["), &items.iter().map(|item| quoted(item)).collect::<Vec<_>>(), "],");
        }
    }
    code.line("..Rules::STRICT");
    code.close("},");
}

/// `Credentials::Key { login, key }`, or with `..` where not every field is used.
fn pattern(credentials: &Credentials, used: &[&str]) -> String {
    let name = format!("Credentials::{}", credentials.name.value);
    let fields: Vec<&str> =
        credentials.fields.iter().map(|(field, _)| field.value.as_str()).filter(|field| used.contains(field)).collect();
    match (fields.is_empty(), fields.len() == credentials.fields.len()) {
        (true, _) => format!("{name} {{ .. }}"),
        (false, true) => format!("{name} {{ {} }}", fields.join(", ")),
        (false, false) => format!("{name} {{ {}, .. }}", fields.join(", ")),
    }
}

fn emit_sign_in(code: &mut Code, model: &Model) {
    let all = &model.service.credentials;
    let asks = all.iter().any(|credentials| credentials.sign_in.is_some());
    let uses = all.iter().any(|credentials| credentials.sign_in.is_some() || credentials.token.is_some());
    let (first, second) = (if uses { "credentials" } else { "_" }, if asks { "out" } else { "_" });
    code.call(
        "fn sign_in(",
        &[format!("{first}: &Credentials"), format!("{second}: &mut RequestParts")],
        ") -> Result<hostkit_proto::SignIn, EncodeError> {",
    );
    code.reopen();
    if !uses {
        code.line("Ok(hostkit_proto::SignIn::NotNeeded)");
        code.close("}");
        return;
    }
    code.open("match credentials {");
    for credentials in all {
        if let Some(path) = &credentials.sign_in {
            let Some(endpoint) = model.endpoint(path) else {
                continue;
            };
            let inputs: Vec<&Field> = endpoint.inputs().filter(|input| input.is_required()).collect();
            let used: Vec<&str> = inputs.iter().map(|input| input.rust.as_str()).collect();
            code.open(format!("{} => {{", pattern(credentials, &used)));
            let call = format!("crate::{}::{}", endpoint.module, endpoint.type_name);
            let clone = |input: &&Field| {
                let is_copy =
                    credentials.fields.iter().any(|(field, kind)| field.value == input.rust && kind.value == "int");
                if is_copy { format!("*{}", input.rust) } else { format!("{}.clone()", input.rust) }
            };
            let arguments: Vec<String> = inputs.iter().map(clone).collect();
            code.line(format!("let call = {call}::new({});", arguments.join(", ")));
            code.line(format!("out.retarget(&{call}::INFO);"));
            code.line("call.encode(out)?;");
            code.line("Ok(hostkit_proto::SignIn::Ask)");
            code.close("}");
        } else if let Some(token) = &credentials.token {
            let session = format!("Ok(hostkit_proto::SignIn::Ready(Session::with_token({}.clone())))", token.value);
            code.arm(&pattern(credentials, &[token.value.as_str()]), &session);
        } else {
            code.line(format!("{} => Ok(hostkit_proto::SignIn::NotNeeded),", pattern(credentials, &[])));
        }
    }
    code.close("}");
    code.close("}");
}

fn emit_session(code: &mut Code, model: &Model) {
    let sign_in = model.service.credentials.iter().find_map(|credentials| credentials.sign_in.as_ref());
    let endpoint = sign_in.and_then(|path| model.endpoint(path));
    let (Some(endpoint), Some(session)) = (endpoint, &model.service.session) else {
        code.open("fn session(_: &RawAnswer<'_>) -> Result<Session, DecodeError> {");
        code.line("Ok(Session::default())");
        code.close("}");
        return;
    };
    code.open("fn session(answer: &RawAnswer<'_>) -> Result<Session, DecodeError> {");
    code.line(format!("let answer = crate::{}::{}::decode(answer)?;", endpoint.module, endpoint.type_name));
    let mut values = vec![format!("token: Some(answer.{})", session.token.value)];
    let fields = endpoint.output.ty().and_then(|ty| model.fields(ty)).unwrap_or_default();
    let members = [("base_url", &session.base_url), ("ends", &session.ends), ("issued", &session.issued)];
    for (member, place) in members {
        let Some(place) = place else { continue };
        let is_option = fields.iter().any(|field| field.rust == place.value && field.is_option());
        let place = format!("answer.{}", place.value);
        values.push(if is_option { format!("{member}: {place}") } else { format!("{member}: Some({place})") });
    }
    values.push("..Session::default()".to_owned());
    code.literal("Ok(Session", &values, ")");
    code.close("}");
}

fn emit_authorise(code: &mut Code, model: &Model) {
    let mut body = Code::default();
    body.indented(|code| code.indented(|code| authorise_statements(code, model)));
    let text = body.finish();
    let name = |word: &'static str| if text.contains(word) { word } else { "_" };
    let arguments = [
        format!("{}: &Credentials", name("credentials")),
        format!("{}: &Session", name("session")),
        format!("{}: &mut RequestParts", name("out")),
    ];
    code.call("fn authorise(", &arguments, ") -> Result<(), EncodeError> {");
    code.raw(&text);
    code.indented(|code| code.line("Ok(())"));
    code.line("}");
}

fn authorise_statements(code: &mut Code, model: &Model) {
    let service = &model.service;
    if let Some(session) = &service.session
        && !session.headers.is_empty()
    {
        code.open("if let Some(token) = &session.token {");
        for (header, _) in &session.headers {
            code.line(format!("out.secret_header({}, token)?;", quoted(&header.value)));
        }
        code.close("}");
    }
    // Fields are put in front of the body: the last constant first.
    for (format, body, query) in &service.always {
        code.open(format!("if out.format() == {} {{", format_name(format)));
        for constant in body.iter().rev() {
            code.line(format!("out.body_field({}, {});", quoted(&constant.key.value), constant_value(constant)));
        }
        for constant in query {
            code.line(format!("out.query({}, &{});", quoted(&constant.key.value), quoted(&constant.text)));
        }
        code.close("}");
    }
    let carries = |credentials: &Credentials| !credentials.headers.is_empty() || !credentials.body.is_empty();
    if !service.credentials.iter().any(carries) {
        return;
    }
    code.open("match credentials {");
    for credentials in &service.credentials {
        if !carries(credentials) {
            code.line(format!("{} => {{}}", pattern(credentials, &[])));
            continue;
        }
        let used: Vec<&str> =
            credentials.headers.iter().chain(&credentials.body).map(|(_, field)| field.value.as_str()).collect();
        code.open(format!("{} => {{", pattern(credentials, &used)));
        emit_pairs(code, credentials, &credentials.headers, true);
        let body: Pairs = credentials.body.iter().rev().cloned().collect();
        emit_pairs(code, credentials, &body, false);
        code.close("}");
    }
    code.close("}");
}

fn emit_pairs(code: &mut Code, credentials: &Credentials, pairs: &Pairs, are_headers: bool) {
    for (key, field) in pairs {
        let kind = credentials.fields.iter().find(|(name, _)| name.value == field.value);
        let kind = kind.map_or("text", |(_, kind)| kind.value.as_str());
        let key = quoted(&key.value);
        if kind != "int" {
            code.line(format!("out.check({key}, {}, &InputLimit::NONE.min_length(1))?;", field.value));
        }
        code.line(match (are_headers, kind) {
            (true, "secret") => format!("out.secret_header({key}, {})?;", field.value),
            (true, _) => format!("out.header({key}, {})?;", field.value),
            (false, "int") => format!("out.body_field({key}, Value::Number({}.to_string()));", field.value),
            (false, "secret") => format!("out.body_field({key}, Value::Text({}.expose().to_owned()));", field.value),
            (false, _) => format!("out.body_field({key}, Value::Text({}.clone()));", field.value),
        });
    }
}

fn emit_verdict(code: &mut Code, model: &Model) {
    let service = &model.service;
    let fault = &service.fault;
    code.open("fn verdict(answer: &RawAnswer<'_>) -> Verdict<Code> {");
    let first = |items: &[String]| quoted(items.first().map(String::as_str).unwrap_or_default());
    if fault.kind == "status" {
        let fields = [
            format!("code: {}", first(&fault.code)),
            format!("message: {}", first(&fault.message)),
            format!("details: {}", quoted(&fault.details)),
        ];
        code.literal("StatusFaults", &fields, "");
        code.append(".verdict(answer)");
    } else {
        let accepted: Vec<String> = service
            .errors
            .iter()
            .filter_map(|error| {
                error.accepted.as_ref().map(|reason| format!("({}, {})", quoted(&error.code), quoted(reason)))
            })
            .collect();
        let verify: Vec<String> =
            service.errors.iter().filter(|error| error.verify).map(|error| error.code.value.clone()).collect();
        code.open("EnvelopeFaults {");
        code.line(format!("marker: {},", quoted(&fault.marker)));
        code.line(format!("success: &[{}],", texts(&fault.success)));
        code.line(format!("code: &[{}],", texts(&fault.code)));
        code.line(format!("message: &[{}],", texts(&fault.message)));
        code.line(format!("details: {},", quoted(&fault.details)));
        code.line(format!("fields: {},", quoted(&fault.fields)));
        code.list("accepted: &[", &accepted, "],");
        code.line(format!("verify: &[{}],", texts(&verify)));
        code.close("}");
        code.line(".verdict(answer)");
    }
    code.close("}");
}
