//! An API that signs by its server's clock, makes its sessions from the credentials, and names the fields of its answers.

use std::time::Duration;

use crate::common::*;
use hostkit::machinery::{ClientCore, drive};
use hostkit::protocol::codec::{DecodeError, Field, Table};
use hostkit::protocol::{ApiInfo, EncodeError, EndpointInfo, RawAnswer, RequestParts, Session, SignIn, Verdict};
use hostkit::time::ManualClock;
use hostkit::{Api, Call, CallOptions, Effect, Endpoint, Error, ErrorKind, Reply};
use hostkit_testing::{Script, Scripted};

#[derive(Debug)]
struct Signed;

impl Api for Signed {
    type Credentials = Customer;
    type Code = Code;
    const INFO: ApiInfo = ApiInfo { reads_clock: true, answer_fields: &["id"], ..Shop::INFO };

    fn sign_in(customer: &Customer, out: &mut RequestParts) -> Result<SignIn, EncodeError> {
        match customer {
            Customer::Key(_) => Shop::sign_in(customer, out),
            Customer::Direct(key) | Customer::Login(_, key) => Ok(SignIn::Ready(Session::with_token(key.clone()))),
        }
    }

    fn session(answer: &RawAnswer<'_>) -> Result<Session, DecodeError> {
        Shop::session(answer)
    }

    fn authorise(_: &Customer, session: &Session, out: &mut RequestParts) -> Result<(), EncodeError> {
        session.token.iter().try_for_each(|token| out.secret_header("x-token", token))
    }

    fn verdict(answer: &RawAnswer<'_>) -> Verdict<Code> {
        Shop::verdict(answer)
    }
}

/// A read, with a session or without one.
#[derive(Debug, Clone)]
struct Get<const AUTHORISED: bool>;

impl<const AUTHORISED: bool> Endpoint for Get<AUTHORISED> {
    type Api = Signed;
    type Output = u64;
    const INFO: EndpointInfo = EndpointInfo {
        name: "get",
        path: "/item",
        effect: Effect::Safe,
        authorised: AUTHORISED,
        deadline: Duration::from_secs(30),
        ..EndpointInfo::DEFAULT
    };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
        const ID: &Table = &Table::new("", &[Field::required("id")]);
        answer.value(ID)
    }
}

impl<const AUTHORISED: bool> Call for Get<AUTHORISED> {}

fn call<E: Call<Api = Signed>>(
    endpoint: E,
    customer: Customer,
    script: impl IntoIterator<Item = Script>,
) -> Result<Reply<E::Output>, Error<Code>> {
    let clock = ManualClock::new(WALL);
    let core = ClientCore::<Signed>::builder(customer).clock(clock.clone()).seed(1).build().unwrap();
    let transport = Scripted::new(script).with_clock(clock.clone());
    drive(core.call(&endpoint, CallOptions::new()), &transport, &clock)
}

/// What is signed by another clock than the server's is refused, so a sign-in has to tell the time.
#[test]
fn a_sign_in_without_the_time_is_none() {
    let error = call(Get::<true>, key(), [login(), ok()]).unwrap_err();
    assert!(error.to_string().contains("does not tell the time"), "{error}");
    let dated = login().header("date", "Tue, 14 Nov 2023 22:13:20 GMT");
    assert_eq!(call(Get::<true>, key(), [dated, ok()]).unwrap().value, 7);
}

/// A document of another API would come again.
#[test]
fn an_answer_of_another_api_is_not_asked_for_again() {
    for (body, attempts) in [(r#"{"other": 7}"#, 1), (r#"{"id": "x"}"#, 2)] {
        let error =
            call(Get::<true>, direct(), [200, 200].map(|status| Script::any().answer(status, body))).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, attempts), "{error}");
    }
}

/// Whatever a server repeats, also in answer to a call that carried no token.
#[test]
fn the_token_of_a_session_without_a_sign_in_is_never_told() {
    let answer = || Script::any().answer(400, format!(r#"{{"No": {{"code": 400, "message": "no {KEY}"}}}}"#));
    for error in [call(Get::<true>, direct(), [answer()]), call(Get::<false>, direct(), [answer()])] {
        let error = error.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains("no ") && !text.contains(KEY), "{text}");
    }
}
