//! What ureq sees of an answer: nothing that a feature of it, turned on by another crate of a build, could act on.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use hostkit::Secret;
use hostkit_testing::conformance::{Fault, GetItem, KEY, Server, Shop};
use hostkit_ureq::{Client, UreqTransport};
use ureq::SendBody;
use ureq::middleware::MiddlewareNext;

/// The headers by which ureq keeps cookies and decodes bodies.
const ACTED_ON: [&str; 3] = ["content-encoding", "content-type", "set-cookie"];

#[test]
fn ureq_sees_no_header_that_it_would_act_on() {
    let mut cases = 0;
    for fault in [Fault::Gzip, Fault::Brotli, Fault::Deflate, Fault::OtherCharset, Fault::Cookies] {
        let seen = Arc::new(Mutex::new(BTreeSet::new()));
        let sink = Arc::clone(&seen);
        let look = move |request: http::Request<SendBody<'_>>, next: MiddlewareNext<'_>| {
            let response = next.handle(request)?;
            let names = response.headers().keys().map(|name| name.as_str().to_owned());
            sink.lock().expect("no panic").extend(names);
            Ok(response)
        };
        let server = Server::start(fault.clone()).expect("a server");
        let look = Mutex::new(Some(look));
        let setup = UreqTransport::setup().configure(move |config| match look.lock().expect("no panic").take() {
            Some(look) => config.middleware(look),
            None => config,
        });
        let builder = Client::<Shop>::builder(Secret::new(KEY)).base_url(server.base_url());
        let client = builder.transport(setup.build().expect("a transport")).build().expect("a client");
        let reply = client.call_raw(&GetItem).expect("an answer");
        // The caller sees all of them, under their names.
        let given: Vec<_> = reply.headers.keys().filter(|name| ACTED_ON.contains(&name.as_str())).collect();
        assert_eq!(given.len(), 1, "{fault:?}: {:?}", reply.headers);
        let seen = seen.lock().expect("no panic");
        println!("{fault:?}: ureq sees {seen:?}, the caller {given:?}");
        assert!(seen.contains("content-length"), "{fault:?}: ureq saw nothing");
        assert!(!ACTED_ON.iter().any(|name| seen.contains(*name)), "{fault:?}: ureq acts on {seen:?}");
        cases += 1;
    }
    println!("P34: {cases} cases, answers that features of ureq would act on");
}
