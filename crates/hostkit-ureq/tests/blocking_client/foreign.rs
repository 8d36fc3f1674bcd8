//! An answer comes as it was sent, whatever feature of ureq another crate of a build turns on: it keeps no cookie and
//! decodes nothing.

use hostkit::Secret;
use hostkit_testing::conformance::{Fault, GetItem, KEY, Server, Shop};
use hostkit_ureq::Client;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE};

#[test]
fn an_answer_comes_as_it_was_sent() {
    let cases = [
        (Fault::Gzip, CONTENT_ENCODING, 1),
        (Fault::Brotli, CONTENT_ENCODING, 1),
        (Fault::Deflate, CONTENT_ENCODING, 1),
        (Fault::OtherCharset, CONTENT_TYPE, 1),
        (Fault::Cookies, SET_COOKIE, 2),
    ];
    for (fault, name, lines) in &cases {
        let server = Server::start(fault.clone()).expect("a server");
        let builder = Client::<Shop>::builder(Secret::new(KEY)).base_url(server.base_url());
        let reply = builder.build().expect("a client").call_raw(&GetItem).expect("an answer");
        assert_eq!(reply.headers.get_all(name).iter().count(), *lines, "{fault:?} lost `{name}`: {:?}", reply.headers);
        let length = reply.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        assert_eq!(Some(reply.value.as_bytes().len()), length, "{fault:?} was decoded");
        assert!(std::str::from_utf8(reply.value.as_bytes()).is_err() || *name == SET_COOKIE, "{fault:?} was decoded");
    }
    println!("P34: {} cases, answers that features of ureq would act on", cases.len());
}
