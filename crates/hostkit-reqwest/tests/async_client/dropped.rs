//! Orders whose futures are dropped at any poll, over a real socket: what may have arrived counts as spent, and what was
//! not spent never arrives.

use std::future::{Future, poll_fn};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use crate::common::two_threads;
use hostkit::{Budget, CallOptions, Money, Secret};
use hostkit_reqwest::Client;
use hostkit_testing::conformance::{KEY, Order, Shop};

/// A server that counts the connections on which a byte of an order came.
struct Counter {
    base: String,
    orders: Arc<AtomicU64>,
}

impl Counter {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("its address"));
        let orders = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&orders);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let counted = Arc::clone(&counted);
                std::thread::spawn(move || answer(stream, number, &counted));
            }
        });
        Self { base, orders }
    }

    fn orders(&self) -> u64 {
        self.orders.load(Ordering::SeqCst)
    }
}

/// Reads an order in full, and answers it in pieces.
fn answer(mut stream: TcpStream, number: usize, orders: &AtomicU64) {
    let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
    let length = loop {
        let Ok(count @ 1..) = stream.read(&mut buffer) else { return };
        if read.is_empty() {
            orders.fetch_add(1, Ordering::SeqCst);
        }
        read.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&read).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                break length;
            }
        }
    };
    assert!(length.is_some(), "an order has a body");
    let text = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{{\"id\":{}}}",
        10 + number % 90
    );
    let text = text.replace("content-length: 8", "content-length: 9");
    for piece in text.as_bytes().chunks(1 + number % 40) {
        if stream.write_all(piece).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn client(server: &Counter, budget: &Budget) -> Client<Shop> {
    let client = Client::<Shop>::builder(Secret::new(KEY)).base_url(server.base.parse().expect("a base URL"));
    client.budget(budget.clone()).seed(1).build().expect("a client")
}

fn rub(amount: u64) -> Money {
    format!("{amount} RUB").parse().expect("an amount")
}

/// The future's value, unless it is still pending after so many polls.
async fn polled<T>(future: impl Future<Output = T>, most: u64) -> Option<T> {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(|context| {
        if polls >= most {
            return Poll::Ready(None);
        }
        polls += 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

#[test]
fn a_dropped_order_is_spent_or_never_arrives() {
    const TASKS: u64 = 60;
    let (rounds, mut ended, mut dropped, mut given_back) = (20, 0, 0, 0);
    for round in 0..rounds {
        let server = Counter::start();
        let (total, budget) = (TASKS / 2, Budget::new(rub(TASKS / 2)));
        let runtime = two_threads();
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| {
                // Some share a client, and all share the budget.
                let client = client(&server, &budget).with(CallOptions::new().unread().price(rub(1)));
                let most = (task + round) % 14;
                let note = if task % 3 == 0 { 200_000 } else { 10 };
                runtime.spawn(async move {
                    let outcome = polled(client.perform(&Order { note }), most).await;
                    outcome.map(|outcome| (outcome.may_have_happened(), format!("{outcome:?}")))
                })
            })
            .collect();
        for task in tasks {
            match runtime.block_on(task).unwrap() {
                None => dropped += 1,
                Some((true, _)) => ended += 1,
                Some((false, text)) => {
                    assert!(text.contains("budget"), "{text}");
                    given_back += 1;
                }
            }
        }
        // What is on its way arrives.
        std::thread::sleep(Duration::from_millis(60));
        let left: u64 = budget.remaining().amount.to_string().parse().unwrap();
        let (orders, spent) = (server.orders(), total - left);
        assert!(orders <= spent, "round {round}: {orders} orders arrived, and {spent} are spent");
        assert!(spent <= total);
    }
    println!("{rounds} rounds of {TASKS} orders: {ended} ended, {dropped} dropped, {given_back} refused by the budget");
}
