//! Any API, answered from the wire examples of its specs.
//!
//! A call is answered by the example of the case whose request it is, or else shares most with it, in the format that is
//! asked for, about the object that the call names; a page without an example is the last one. What calls make and delete
//! shows where their evidence says and in the read of the object by its id, and the values that they set show where their
//! evidence says. What was deleted is not found, and neither is what no example names and no call made, where an example
//! has the fault for it. Credentials and tokens are checked as the API's own
//! `authorise` writes them. Deliberately not here: what else a call means at the hoster, money, and rules that the spec
//! does not say.

mod about;
mod kept;
mod known;
mod pages;
mod wire;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use hostkit::protocol::server::every::Served;
use hostkit::protocol::server::example::RecordedAnswer;
use hostkit::protocol::{EndpointInfo, RateRule, RequestParts, Session, SignIn, Stamp, UnixTime, Value};
use hostkit::{Api, FaultKind, Format, UnknownFields};
use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue, Method, Response};

use super::{content_type, signed};
use crate::api_name::ApiName;
use crate::clock::Moment;
use crate::http::Phrase;
use crate::site::{self, Call, Operation, Refusal, Reply, Site, no_endpoint, operations};
use crate::world::{Act, Acts, Named, Object, TokenState, World};
use about::{Missing, Stage};
use kept::{CarriedOut, Read};
use known::{Known, KnownFault, Reader, Shown};

/// A site that answers every call of an API from its wire examples.
pub struct FromExamples<A: Api> {
    endpoints: Vec<Known>,
    /// Every fault of the examples.
    faults: Vec<KnownFault<A>>,
    /// The calls that evidence reads.
    evidence: BTreeSet<&'static str>,
    /// The objects that the answers of examples name, and those that the calls of answered requests name.
    answered: Named,
    asked: Named,
    seen: Mutex<Seen>,
    api: PhantomData<fn() -> A>,
}

/// What signed requests have shown.
#[derive(Default)]
struct Seen {
    /// The highest nonce.
    nonce: u64,
    /// The time that was told last, and when.
    clock: Option<(UnixTime, Moment)>,
}

/// Seconds by which the time of a signed request may differ.
const TOLERANCE: u64 = 30;

impl<A: Served> FromExamples<A> {
    /// A site of the API whose specs are in the folder of its name below `specs`.
    ///
    /// # Errors
    /// An example cannot be read.
    pub fn read(specs: impl AsRef<Path>) -> Result<Self, String> {
        let (answered, asked) = (Named::default(), Named::default());
        let (endpoints, faults, evidence) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut reader = Reader { specs: specs.as_ref(), endpoints, faults, evidence, answered, asked };
        A::every(&mut reader);
        let Reader { endpoints, faults, evidence, answered, asked, .. } = reader;
        Ok(Self {
            endpoints: endpoints.into_iter().collect::<Result<_, _>>()?,
            faults,
            evidence,
            answered,
            asked,
            seen: Mutex::default(),
            api: PhantomData,
        })
    }

    /// Whether a request is a sign-in with known credentials; `None` if it is no sign-in.
    fn signs_in(&self, call: &Call) -> Option<bool> {
        let mut is_one = false;
        for credentials in super::accounts_of::<A>() {
            let mut out = parts::<A>(call);
            if !matches!(A::sign_in(&credentials, &mut out), Ok(SignIn::Ask)) {
                continue;
            }
            let name = out.endpoint();
            is_one |= self.route(call).is_ok_and(|operation| operation.name == name);
            if is_one && is_written(call, out) {
                return Some(true);
            }
        }
        is_one.then_some(false)
    }

    /// The token of a session that the examples sign in to.
    fn session(&self, answer: &RecordedAnswer, operation: &Operation) -> Option<Session> {
        let info = EndpointInfo { name: operation.name, ..EndpointInfo::DEFAULT };
        A::session(&answer.received(&info, &A::INFO)).ok()
    }

    /// Whether a request carries credentials, or a token that was given out.
    fn is_authorised(&self, call: &Call, world: &World) -> bool {
        super::accounts_of::<A>().into_iter().any(|credentials| {
            let sessions = match A::sign_in(&credentials, &mut parts::<A>(call)) {
                Ok(SignIn::NotNeeded) => vec![Session::default()],
                Ok(SignIn::Ask) if A::INFO.reads_clock => vec![Session::default()],
                Ok(SignIn::Ready(session)) => vec![session],
                Ok(SignIn::Ask) => self.sessions(call, world),
                Err(_) => Vec::new(),
            };
            sessions.iter().any(|session| {
                let authorise = |out: &mut RequestParts| A::authorise(&credentials, session, out).is_ok();
                let mut out = parts::<A>(call);
                let stamp = signed::stamp(call, authorise, parts::<A>(call));
                if let Some(stamp) = stamp {
                    out.stamp(stamp);
                }
                if !authorise(&mut out) {
                    return false;
                }
                let signature = out.take_signature();
                is_written(call, out)
                    && signature.is_none_or(|signature| signed::is_signed(call, &signature))
                    && stamp.is_none_or(|stamp| self.is_fresh(stamp, call.now))
            })
        })
    }

    /// Whether a nonce is higher than all before it, and a time that of the clock that was read.
    fn is_fresh(&self, stamp: Stamp, now: Moment) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_in_time = seen.clock.is_none_or(|(time, read)| {
            let earliest = u64::try_from(time.0).unwrap_or_default();
            let latest = earliest + now.since(read).as_secs();
            (earliest.saturating_sub(TOLERANCE)..=latest + TOLERANCE).contains(&(stamp.millis / 1000))
        });
        let is_new = stamp.nonce == 0 || stamp.nonce > seen.nonce;
        if is_in_time && is_new {
            seen.nonce = stamp.nonce;
        }
        is_in_time && is_new
    }

    /// The sessions that are good now.
    fn sessions(&self, call: &Call, world: &World) -> Vec<Session> {
        let is_good = |session: &Session| {
            let token = session.token.as_ref().map(|token| token.expose().to_owned()).unwrap_or_default();
            matches!(world.sessions.check(&token, call.now), TokenState::Good(_))
        };
        let name = super::accounts_of::<A>().iter().find_map(|credentials| {
            let mut out = parts::<A>(call);
            matches!(A::sign_in(credentials, &mut out), Ok(SignIn::Ask)).then(|| out.endpoint())
        });
        let known = self.endpoints.iter().filter(|known| Some(known.name) == name);
        let operation = Operation { name: name.unwrap_or_default(), ..Operation::UNKNOWN };
        let sessions = known.flat_map(|known| &known.answers).filter_map(|answer| self.session(answer, &operation));
        sessions.filter(is_good).collect()
    }

    fn route(&self, call: &Call) -> Result<Operation, String> {
        let strictly = A::route(&call.incoming(UnknownFields::Deny));
        let info = strictly.or_else(|_| A::route(&call.incoming(UnknownFields::Ignore)));
        let info = info.map_err(|error| no_endpoint(&error))?;
        Ok(Operation { name: info.name, effect: info.effect, rates: info.rates })
    }

    /// The answer of the examples to a call: that of the same call, or else of the call that shares most inputs with it.
    /// One that stays about something else than the call names is none. Where a waiter polls the call, each answer that is
    /// not the end comes in its turn, and the end at last, unless evidence reads it, too: what changes would be a sign.
    fn answer(
        &self,
        call: &Call,
        known: &Known,
        asked: &Shown,
        missing: &Missing<'_>,
        polls: usize,
    ) -> Option<RecordedAnswer> {
        let format = format::<A>(call);
        let incoming = call.incoming(UnknownFields::Ignore);
        let (path, inputs) = wire::given(call);
        let same = known.requests.iter().find(|request| asked.call == request.call).map(|request| request.case);
        let page = known.pages.as_ref().map(|pages| pages.cases(&inputs)).unwrap_or_default();
        let cases = same.as_ref().map_or(page, std::slice::from_ref);
        let takes_turns = !known.waiters.is_empty() && !self.evidence.contains(known.name);
        let nearness = |answer: &RecordedAnswer| {
            let fits = answer.format.is_none_or(|found| found == format);
            // An answer without a request of its own may follow that of any.
            let is_free = || known.requests.iter().all(|request| request.case != answer.case);
            let is_own = fits && (cases.contains(&answer.case) || takes_turns && is_free());
            let near = if takes_turns && is_own { (0, false) } else { known.nearness(answer, &path, &inputs) };
            // Somebody who asks for something else than the examples do gets it, all of it.
            (is_own, fits, !(known.is_in_part)(answer), near)
        };
        let mut answers: Vec<_> = known.successes().map(|answer| (nearness(answer), answer)).collect();
        // Of several that are equally near and show as much the first counts, as the examples are in order.
        answers.sort_by_key(|(near, answer)| Reverse((*near, known.stage(&incoming, answer))));
        if answers.is_empty() {
            return (known.bare)(format);
        }
        let about = |answer: &RecordedAnswer| {
            let is_as_it_is = same == Some(answer.case) && !missing.is_any();
            let missing = (!is_as_it_is).then_some(missing);
            (known.about)(&incoming, answer.clone(), answer.format.unwrap_or(format), missing)
        };
        if takes_turns {
            let nearest = answers.first().map(|(near, _)| *near);
            let equal = answers.iter().filter(|(near, _)| Some(*near) == nearest).map(|(_, answer)| *answer);
            let turns = equal.clone().filter(|answer| known.stage(&incoming, answer) == Stage::Pending);
            let turns: Vec<_> = turns.chain(equal.take(1)).collect();
            let turn = turns.get(polls).or(turns.last()).and_then(|answer| about(answer));
            if turn.is_some() {
                return turn;
            }
        }
        answers.into_iter().find_map(|(_, answer)| about(answer))
    }
}

impl<A: Served> FromExamples<A> {
    /// Carries a call out, or shows what others have changed; `None` if the object is gone.
    fn with_acts(
        &self,
        call: &Call,
        known: &Known,
        answer: RecordedAnswer,
        world: &mut World,
    ) -> Result<Option<RecordedAnswer>, String> {
        let format = format::<A>(call);
        let Some((reads, carry_out)) = known.carry_out else {
            return (known.changed)(call, &world.acts, answer, format);
        };
        let [Some(first), Some(read)] = reads.map(|reads| self.endpoints.iter().find(|known| known.name == reads))
        else {
            return Ok(Some(answer));
        };
        let first = (first.in_format(format), first.pages.as_ref());
        let nearest = |path: &str, inputs: &[(String, String)]| {
            let mut answers: Vec<&RecordedAnswer> = read.successes().collect();
            answers.sort_by_cached_key(|answer| Reverse(read.nearness(answer, path, inputs)));
            answers
        };
        let read = Read { answers: &nearest, pages: read.pages.as_ref(), first };
        let Some(mut done) = carry_out(call, &read, &world.acts, answer.clone(), format)? else {
            return Ok(Some(answer));
        };
        let made = self.made(call, &done, &mut world.acts.named, format);
        if let Some(act) = done.acts.last_mut() {
            act.made = made.iter().map(|(_, item)| item.clone()).collect();
        }
        if !done.makes.is_empty() {
            // A name may be given again.
            world.acts.removed.retain(|gone| !made.iter().any(|(object, _)| object == gone));
            world.acts.made.extend(made);
        }
        world.acts.named.add(&(known.shown_answer)(&done.answer));
        world.acts.is_shown = done.acts.first().is_some_and(|act| self.is_shown(call, act, format));
        world.acts.last = done.last;
        world.acts.all.extend(done.acts);
        world.acts.removed.extend(done.removed);
        Ok(Some(done.answer))
    }

    /// What a call made, as the list has it that shows it.
    fn made(&self, call: &Call, done: &CarriedOut, named: &mut Named, format: Format) -> Vec<(Object, Value)> {
        let Some(act) = done.acts.last() else { return Vec::new() };
        let Some(read) = self.endpoints.iter().find(|known| known.name == act.reads) else { return Vec::new() };
        let everywhere = Act { asked: None, pages: None, ..act.clone() };
        let acts = Acts { all: vec![everywhere], ..Acts::default() };
        let shown = (read.changed)(call, &acts, done.example.clone(), format).ok().flatten();
        if let Some(shown) = &shown {
            named.add(&(read.shown_answer)(shown));
        }
        let item = |id: &String| Some(((done.makes, id.clone()), kept::listed_item(shown.as_ref()?, id, format)?));
        done.made.iter().filter_map(item).collect()
    }

    /// Whether the answer to the call that shows this one is another one after it.
    fn is_shown(&self, call: &Call, act: &Act, format: Format) -> bool {
        let Some(read) = self.endpoints.iter().find(|known| known.name == act.reads) else { return false };
        let everywhere = Act { asked: None, pages: None, ..act.clone() };
        let after = |act: Act, answer: &RecordedAnswer| {
            let acts = Acts { all: vec![act], ..Acts::default() };
            (read.changed)(call, &acts, answer.clone(), format).ok().flatten().map(|answer| answer.body)
        };
        read.successes().any(|answer| after(everywhere.idle(), answer) != after(everywhere.clone(), answer))
    }

    /// Whether examples name objects of this type, but neither they nor calls that made something this one.
    fn is_unknown(&self, object: &Object, world: &World) -> bool {
        let is_made = world.acts.made.iter().any(|((_, id), _)| *id == object.1);
        let is_named = [&self.answered, &self.asked, &world.acts.named].into_iter().any(|named| named.has(object));
        self.answered.has_any(object.0) && !is_made && !is_named
    }

    /// The fault of the examples that says no for a reason of this kind. Of several wrong credentials get the one that
    /// comes first in the catalogue; else that of the call itself says best what is wrong.
    fn documented(&self, call: &Call, kind: FaultKind) -> Option<&KnownFault<A>> {
        let format = format::<A>(call);
        let operation = self.recognise(call);
        let known = self.endpoints.iter().find(|known| known.name == operation.name);
        let fits = |fault: &&KnownFault<A>| {
            fault.kind == kind && known.is_none_or(|known| (known.refuses)(&fault.answer, kind))
        };
        self.faults.iter().filter(fits).min_by_key(|fault| {
            let is_others = fault.endpoint != operation.name;
            let is_in_other_format = fault.answer.format.is_some_and(|found| found != format);
            let before = kind != FaultKind::Auth && is_others;
            (is_in_other_format, before, fault.code.is_none(), &fault.code, is_others)
        })
    }

    /// Whether an example shows what is answered about an object that is not there. A PUT may make what it names, unless
    /// its own examples say that it does not.
    fn says_not_found(&self, call: &Call, operation: &Operation) -> bool {
        let documented = self.documented(call, FaultKind::NotFound);
        documented.is_some_and(|fault| call.method != Method::PUT || fault.endpoint == operation.name)
    }

    /// A fault of this kind, as an example has it.
    fn fault(&self, call: &Call, kind: FaultKind, status: u16) -> Reply {
        let format = format::<A>(call);
        let answer = self.documented(call, kind);
        let answer = answer.map_or_else(|| text(status, "refused"), |fault| response(fault.answer.clone(), format));
        match kind {
            FaultKind::Auth => Reply::denied(answer, status.to_string()),
            _ => Reply::refused(answer, status.to_string()),
        }
    }
}

impl<A: Served> Site for FromExamples<A> {
    fn api(&self) -> ApiName {
        ApiName::of::<A>()
    }

    fn operations(&self) -> Vec<Operation> {
        operations::<A>()
    }

    fn recognise(&self, call: &Call) -> Operation {
        self.route(call).unwrap_or(Operation::UNKNOWN)
    }

    fn handle(&self, call: &Call, world: &mut World) -> Reply {
        let operation = match self.route(call) {
            Ok(operation) => operation,
            Err(why) => return Reply::refused(text(404, &why), "404"),
        };
        let sign_in = self.signs_in(call);
        let needs = A::route(&call.incoming(UnknownFields::Ignore)).is_ok_and(|info| info.authorised);
        if sign_in == Some(false) || (sign_in.is_none() && needs && !self.is_authorised(call, world)) {
            return self.refuse(call, Refusal::WrongCredentials);
        }
        let known = self.endpoints.iter().find(|known| known.name == operation.name);
        let shown = known.and_then(|known| (known.shown)(&call.incoming(UnknownFields::Ignore)));
        let shown = shown.unwrap_or_default();
        let is_missing = |object: &Object| {
            let is_gone = world.acts.removed.contains(object);
            is_gone || self.is_unknown(object, world) && self.says_not_found(call, &operation)
        };
        if shown.needs.as_ref().is_some_and(is_missing) {
            return self.fault(call, FaultKind::NotFound, 404);
        }
        // A result is a fault as any call has it.
        let mut faults = self.faults.iter().filter(|fault| fault.kind == FaultKind::NotFound);
        let fault = self.documented(call, FaultKind::NotFound).or_else(|| faults.next()).map(|fault| &fault.answer);
        let is_missing = |object: &Object| world.acts.removed.contains(object) || self.is_unknown(object, world);
        let which = shown.objects.iter().map(|object| fault.is_some() && is_missing(object)).collect();
        let missing = Missing { which, fault };
        let polls = world.acts.polls.get(&shown.call).copied().unwrap_or_default();
        let answer = known.and_then(|known| Some((known, self.answer(call, known, &shown, &missing, polls)?)));
        let Some((known, mut answer)) = answer else {
            let why = format!("{} has no example of an answer to this", operation.name);
            return Reply::refused(text(501, &why), "501");
        };
        if operation.effect.acts() && missing.is_all() {
            let status = answer.status.to_string();
            return Reply::refused(response(answer, format::<A>(call)), status);
        }
        let made = shown.object.and_then(|object| world.acts.made.iter().rev().find(|(made, _)| *made == object));
        if let Some(((_, id), item)) = made
            && let Some(about) = (known.about_item)(&answer, (id, item), format::<A>(call))
        {
            answer = about;
        }
        world.acts.is_shown = true;
        let mut answer = match self.with_acts(call, known, answer, world) {
            Ok(Some(answer)) => answer,
            Ok(None) => return self.fault(call, FaultKind::NotFound, 404),
            Err(why) => return Reply::refused(text(500, &format!("{}: {why}", operation.name)), "500"),
        };
        if !operation.effect.acts() && !world.acts.removed.is_empty() {
            let mut named = Named::default();
            named.add(&(known.shown_answer)(&answer));
            let gone = world.acts.removed.iter().filter(|object| named.has(object)).map(|(_, id)| id.as_str());
            answer = kept::without_ids(answer, &gone.collect::<Vec<_>>(), format::<A>(call));
        }
        if !known.waiters.is_empty() {
            *world.acts.polls.entry(shown.call).or_default() += 1;
        }
        world.note_credentials(needs || sign_in.is_some());
        if sign_in == Some(true) && A::INFO.reads_clock {
            let time = self.session(&answer, &operation).and_then(|session| session.clock);
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).clock = time.map(|time| (time, call.now));
        }
        if sign_in == Some(true)
            && let Some(session) = self.session(&answer, &operation)
        {
            if let Some(token) = &session.token {
                world.sessions.add_until(token.expose(), World::ACCOUNT, call.now, A::INFO.session_lifetime);
            }
            if let Some(base) = &session.base_url {
                answer = replaced(answer, base, &call.base);
            }
        }
        if operation.effect.acts() {
            world.acts.polls.clear();
            if world.acts.is_shown {
                world.carry_out(operation.name);
            } else {
                world.carry_out_unseen(operation.name);
            }
        }
        Reply::done(response(answer, format::<A>(call)))
    }

    fn refuse(&self, call: &Call, refusal: Refusal) -> Reply {
        let (kind, status) = match refusal {
            Refusal::TokenExpired | Refusal::WrongCredentials => (FaultKind::Auth, 401),
            Refusal::RateLimited => (FaultKind::RateLimited, 429),
            Refusal::Internal => (FaultKind::Internal, 500),
            Refusal::Maintenance => (FaultKind::Temporary, 503),
        };
        self.fault(call, kind, status)
    }

    fn reason(&self, call: &Call) -> Option<String> {
        self.route(call).err()
    }

    fn rates(&self) -> &'static [RateRule] {
        A::INFO.rates
    }
}

/// The format that a request asks for.
fn format<A: Api>(call: &Call) -> Format {
    let asked = call.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let named = [("json", Format::Json), ("xml", Format::Xml)].into_iter().find(|(name, _)| asked.contains(name));
    let named = named.map(|(_, format)| format).filter(|format| A::INFO.formats.contains(format));
    named.or(A::INFO.formats.first().copied()).unwrap_or(Format::Json)
}

/// An empty request of the API, to which credentials are added.
fn parts<A: Api>(call: &Call) -> RequestParts {
    let host = A::INFO.hosts.first().map_or("", |host| host.name);
    RequestParts::new(&EndpointInfo::DEFAULT, &A::INFO, format::<A>(call), host)
}

/// Whether a request has every header and every field of the body that are in these parts.
fn is_written(call: &Call, parts: RequestParts) -> bool {
    let Some(expected) = call.base.parse().ok().and_then(|base| parts.finish(&base).ok()) else { return false };
    let is_content = |name: &str| matches!(name, "accept" | "content-type" | "content-length");
    let mut headers = expected.headers().iter().filter(|(name, _)| !is_content(name.as_str()));
    let has_headers = headers.all(|(name, value)| call.headers.get_all(name).iter().any(|given| given == value));
    let query: Vec<(String, String)> = site::pairs(expected.uri().query().unwrap_or_default());
    let has_query = query.iter().all(|pair| call.query.contains(pair));
    let given = signed::fields(&call.body);
    has_headers && has_query && signed::fields(expected.body()).iter().all(|field| given.contains(field))
}

/// An answer in plain words.
fn text(status: u16, words: &str) -> Response<Vec<u8>> {
    site::answer(status, "text/plain; charset=UTF-8", format!("{words}\n").into_bytes())
}

fn response(answer: RecordedAnswer, format: Format) -> Response<Vec<u8>> {
    let kind = if answer.body.is_empty() { "" } else { content_type(answer.format.unwrap_or(format)) };
    let mut response = site::answer(answer.status, kind, answer.body);
    if !answer.phrase.is_empty() {
        response.extensions_mut().insert(Phrase(answer.phrase));
    }
    for (name, value) in &answer.headers {
        response.headers_mut().insert(name, value.clone());
    }
    response
}

/// An answer with every occurrence of one text replaced by another one.
fn replaced(answer: RecordedAnswer, from: &str, to: &str) -> RecordedAnswer {
    let body = String::from_utf8(answer.body).map(|body| body.replace(from, to).into_bytes());
    let body = body.unwrap_or_else(|error| error.into_bytes());
    let headers = answer.headers.iter().map(|(name, value)| {
        let text = value.to_str().ok().and_then(|text| HeaderValue::from_str(&text.replace(from, to)).ok());
        (name.clone(), text.unwrap_or_else(|| value.clone()))
    });
    RecordedAnswer { headers: headers.collect::<HeaderMap>(), body, ..answer }
}
