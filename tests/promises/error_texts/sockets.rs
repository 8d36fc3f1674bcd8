//! What fails at a socket, in both clients.

use std::net::TcpListener;
use std::time::Duration;

use hostkit::Secret;
use hostkit_testing::conformance::{Fault, GetItem, KEY, Order, Proxy, Server, Shop, Tunnel};

use super::{Book, run};

/// Adds a call and an order, through both clients.
fn add_both(book: &mut Book, title: &str, base: &str, proxy: Option<&str>) {
    // A port is another one at each run.
    let masked = |text: String| {
        let mut masked = String::new();
        for (number, part) in text.split("127.0.0.1:").enumerate() {
            let digits = if number == 0 { 0 } else { part.bytes().take_while(u8::is_ascii_digit).count() };
            masked.push_str(if number == 0 { "" } else { "127.0.0.1:PORT" });
            masked.push_str(&part[digits..]);
        }
        masked
    };
    let network = || match proxy {
        Some(proxy) => hostkit_ureq::Network::new().proxy(proxy),
        None => hostkit_ureq::Network::new().lookup(|_| Err(std::io::ErrorKind::NotFound.into())),
    };
    let deadline = Duration::from_secs(5);
    let base: hostkit::BaseUrl = base.parse().unwrap();
    let transport = hostkit_ureq::UreqTransport::setup().network(network()).build().unwrap();
    let blocking = hostkit_ureq::Client::<Shop>::builder(Secret::new(KEY)).base_url(base.clone()).deadline(deadline);
    let blocking = blocking.transport(transport).build().unwrap();
    let transport = hostkit_reqwest::ReqwestTransport::setup().network(network()).build().unwrap();
    let client = hostkit_reqwest::Client::<Shop>::builder(Secret::new(KEY)).base_url(base).deadline(deadline);
    let client = client.transport(transport).build().unwrap();
    let mut own = Book::default();
    own.add_call(&format!("{title}, blocking"), &blocking.call(&GetItem).unwrap_err());
    own.add_outcome(&format!("{title}, an order, blocking"), blocking.perform(&Order { note: 0 }));
    own.add_call(&format!("{title}, async"), &run(client.call(&GetItem)).unwrap_err());
    own.add_outcome(&format!("{title}, an order, async"), run(client.perform(&Order { note: 0 })));
    book.0.push_str(&masked(own.0));
}

pub(super) fn add(book: &mut Book) {
    let closed = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    add_both(book, "a closed port", &format!("http://{}", closed()), None);
    add_both(book, "a name that does not resolve", "https://api.shop.example", None);
    add_both(book, "a dead proxy", "https://api.shop.example", Some(&format!("http://user:canary@{}", closed())));
    let proxy = Proxy::start(Tunnel::Says(403)).unwrap();
    add_both(book, "a proxy that refuses", "https://api.shop.example", Some(&proxy.url("user:canary")));
    for (title, fault) in [
        ("no HTTP", Fault::NotHttp),
        ("a broken header line", Fault::BrokenLine),
        ("a closed connection", Fault::CloseRead),
        ("a body that is too large", Fault::LargeBody),
        ("too many headers", Fault::ManyHeaders),
    ] {
        let server = Server::start(fault).unwrap();
        add_both(book, title, &server.base_url().to_string(), None);
    }
}
