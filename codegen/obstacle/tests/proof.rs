//! Where the credentials of a call go, and that none of them is shown.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test a panic is the report")]

use hostkit_proto::{Api, BaseUrl, Endpoint, Format, RequestParts, Secret, Session};
use obstacle_proto::choices::ChangeAny;
use obstacle_proto::{Credentials, Obstacle};

/// The request of a call with these credentials.
fn signed(credentials: &Credentials) -> http::Request<Vec<u8>> {
    let mut parts = RequestParts::new(&ChangeAny::INFO, &Obstacle::INFO, Format::Json, "main");
    ChangeAny::new().i(9).encode(&mut parts).expect("a sound call");
    Obstacle::authorise(credentials, &Session::default(), &mut parts).expect("sound credentials");
    assert!(!format!("{parts:?}").contains("hunter2"), "{parts:?}");
    let base: BaseUrl = "https://api.example.net".parse().expect("an address");
    parts.finish(&base).expect("a request")
}

fn header<'r>(request: &'r http::Request<Vec<u8>>, name: &str) -> &'r str {
    let value = request.headers().get(name).expect("the header");
    assert!(value.is_sensitive(), "{name} would be shown");
    value.to_str().expect("ASCII")
}

#[test]
fn basic_is_the_base64_of_both() {
    let request = signed(&Credentials::basic("me", "hunter2"));
    assert_eq!(header(&request, "authorization"), "Basic bWU6aHVudGVyMg==");
}

#[test]
fn a_template_keeps_its_text() {
    assert_eq!(header(&signed(&Credentials::bearer("hunter2")), "authorization"), "Bearer hunter2");
}

#[test]
fn a_key_in_the_query_is_encoded() {
    let request = signed(&Credentials::in_address(7, "hunter2&x"));
    assert_eq!(request.uri().query(), Some("user=7&api%20key=hunter2%26x"));
}

#[test]
fn cookies_share_a_header_and_values_have_several_parts() {
    let request = signed(&Credentials::cookies("me", 7, "hunter2"));
    assert_eq!(header(&request, "cookie"), "user=me; sid=hunter2");
    assert_eq!(request.headers().get_all("cookie").iter().count(), 1);
    assert_eq!(request.uri().query(), Some("sign=me%3A7%3Ahunter2"));
}

/// What not every account has is not put where it is not given, nor what needs something else beside it.
#[test]
fn what_an_account_does_not_have_is_not_sent() {
    let key = || Secret::new("hunter2");
    let with = |realm: Option<&str>, side: Option<i64>, code: Option<&str>| {
        let (realm, code) = (realm.map(str::to_owned), code.map(Secret::new));
        let credentials = Credentials::InAddress { number: 7, key: key(), realm, side, code };
        assert!(!format!("{credentials:?}").contains("hunter"), "{credentials:?}");
        let request = signed(&credentials);
        let realm = request.headers().get("x-realm").map(|value| value.to_str().unwrap().to_owned());
        (request.uri().query().unwrap().to_owned(), realm, Obstacle::login(&credentials).unwrap())
    };
    let plain = "user=7&api%20key=hunter2";
    let owned = str::to_owned;
    assert_eq!(with(None, None, None), (owned(plain), None, owned("7")));
    assert_eq!(with(Some("a"), None, None), (owned(plain), None, owned("7 a")));
    let all = with(Some("a"), Some(3), Some("hunter3"));
    assert_eq!(all, (format!("{plain}&code=hunter3"), Some(owned("a:3")), owned("7 a 3")));
    assert_eq!(
        Credentials::in_address(7, "hunter2"),
        Credentials::InAddress { number: 7, key: key(), realm: None, side: None, code: None }
    );
}

#[test]
fn an_empty_field_is_refused_wherever_it_goes() {
    for credentials in [
        Credentials::basic("", "hunter2"),
        Credentials::basic("me", ""),
        Credentials::bearer(""),
        Credentials::in_address(7, ""),
        Credentials::InAddress { number: 7, key: "x".into(), realm: None, side: None, code: Some("".into()) },
        Credentials::cookies("me", 7, ""),
    ] {
        let mut parts = RequestParts::new(&ChangeAny::INFO, &Obstacle::INFO, Format::Json, "main");
        let error = Obstacle::authorise(&credentials, &Session::default(), &mut parts);
        assert!(error.is_err(), "{credentials:?}");
    }
}

#[test]
fn a_value_that_a_cookie_cannot_hold_is_refused_by_its_field() {
    let refused = |login: &str, key: &str| {
        let mut parts = RequestParts::new(&ChangeAny::INFO, &Obstacle::INFO, Format::Json, "main");
        let error = Obstacle::authorise(&Credentials::cookies(login, 7, key), &Session::default(), &mut parts);
        error.expect_err("a cookie would end").to_string()
    };
    for bad in ["hunter2;admin=1", "hunter2,2", "hunter2 2", "hunter2\"", "hunter2\n", "hunter2\u{7f}", "hunter2é"] {
        let error = refused("me", bad);
        assert!(error.contains("key (`sid`): has a character that no cookie may have"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
        let error = refused(bad, "hunter3");
        assert!(error.contains("login (`user`): has a character that no cookie may have"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    let request = signed(&Credentials::cookies("me@x.net", 7, "hunter2=/+%|"));
    assert_eq!(header(&request, "cookie"), "user=me@x.net; sid=hunter2=/+%|");
}
