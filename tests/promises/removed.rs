//! A call that a host no longer has is refused before anything is sent: by both clients, in a sign-in, and by hand.

use hostkit::by_hand::EndpointExt;
use hostkit::protocol::{EncodeError, Session};
use hostkit::{Api, BaseUrl, SetupError};
use macloud_proto::auth::SignIn;
use macloud_proto::{Credentials, Macloud};

const REMOVED: [&str; 2] = ["vdsina_ru", "vdsina_com"];

fn password() -> Credentials {
    Credentials::Password { email: "user@example.com".into(), password: "PLACEHOLDER".into() }
}

fn token() -> Credentials {
    Credentials::Token { token: "PLACEHOLDER".into() }
}

fn call() -> SignIn {
    SignIn::new("user@example.com", "PLACEHOLDER")
}

fn base(host: &str) -> BaseUrl {
    let host = Macloud::INFO.hosts.iter().find(|known| known.name == host).expect("the host");
    host.url.parse().expect("its address")
}

/// Whether the text names the API, the host and the way out.
fn check(host: &str, text: &str) {
    assert!(text.contains("macloud") && text.contains(host) && text.contains("the permanent token"), "{text}");
    assert!(!text.contains("PLACEHOLDER"), "{text}");
}

#[test]
fn a_client_of_such_a_host_cannot_be_set_up_to_sign_in() {
    for host in REMOVED {
        for error in [
            hostkit_ureq::Client::<Macloud>::builder(password()).host(host).build().err(),
            hostkit_reqwest::Client::<Macloud>::builder(password()).host(host).build().err(),
            hostkit_ureq::Client::<Macloud>::builder(password()).base_url(base(host)).build().err(),
        ] {
            let Some(SetupError::Credentials(error)) = error else { panic!("{error:?}") };
            check(host, &error.to_string());
        }
        // Another installation is not known to have removed it.
        let elsewhere = "https://127.0.0.1:1".parse().expect("an address");
        assert!(hostkit_ureq::Client::<Macloud>::builder(password()).base_url(elsewhere).build().is_ok());
    }
    assert!(hostkit_ureq::Client::<Macloud>::builder(password()).host("macloud").build().is_ok());
}

#[test]
fn the_call_itself_is_not_sent() {
    for host in REMOVED {
        let blocking = hostkit_ureq::Client::<Macloud>::builder(token()).host(host);
        let blocking = blocking.build().expect("a client");
        let error = blocking.call(&call()).expect_err("refused");
        assert!(!error.may_have_happened() && error.attempts() == 0, "{error:?}");
        check(host, &error.to_string());
        let client = hostkit_reqwest::Client::<Macloud>::builder(token()).host(host);
        let client = client.build().expect("a client");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let error = runtime.block_on(client.call(&call())).expect_err("refused");
        check(host, &error.to_string());
        let error: EncodeError = call().to_http(&base(host), &token(), &Session::default()).expect_err("refused");
        check(host, &error.to_string());
    }
    assert!(call().to_http(&base("macloud"), &token(), &Session::default()).is_ok());
}
