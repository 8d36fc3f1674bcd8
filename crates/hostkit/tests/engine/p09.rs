//! P9: a token is never used past its end, whatever the clocks do. Calls, suspends, clock changes and slow sign-ins
//! come in random order, and every request is checked against an independent record of its token's age.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::common::random::Random;
use crate::common::*;
use hostkit::CallOptions;
use hostkit::machinery::{Machine, Step};
use hostkit::time::{Clock, ManualClock, Now};
use hostkit::transport::{AnswerLimits, Incoming};
use http::HeaderMap;

/// The server's record of a token: when its sign-in was sent, on both clocks, and its lifetime in seconds.
struct Token {
    asked: Now,
    life: u64,
}

#[derive(Default)]
struct Server {
    tokens: BTreeMap<String, Token>,
    uses: u64,
    /// Uses with less than a tenth of the token's life left.
    late: u64,
}

impl Server {
    fn answer(
        &mut self,
        outgoing: &hostkit::transport::Outgoing,
        clock: &ManualClock,
        random: &mut Random,
    ) -> Incoming {
        let asked = clock.now();
        let mut headers = HeaderMap::new();
        if outgoing.endpoint == "login" && random.below(3) == 0 {
            // This sign-in fails, so the old token may be used up to its end.
            return answer(502, headers, b"<html>");
        }
        if outgoing.endpoint == "login" {
            let (name, life) = (format!("token-{}", self.tokens.len()), 20 + random.below(2_000));
            headers.insert("x-token", name.parse().unwrap());
            headers.insert("x-life", life.to_string().parse().unwrap());
            self.tokens.insert(name, Token { asked, life });
        } else {
            let token = outgoing.request.headers()["x-token"].to_str().unwrap();
            let Token { asked: since, life } = &self.tokens[token];
            let monotonic = asked.monotonic.since(since.monotonic);
            let wall = Duration::from_secs(u64::try_from(asked.wall.0 - since.wall.0).unwrap_or(0));
            let (age, life) = (monotonic.max(wall), Duration::from_secs(*life));
            assert!(age < life, "{token} was used {:?} past its end", age - life);
            self.uses += 1;
            self.late += u64::from(age > life.mul_f64(0.9));
        }
        // The answer takes a while, and the token ages from when its sign-in was sent.
        clock.advance(Duration::from_millis(random.below(4_000)));
        answer(200, headers, br#"{"id": 7}"#)
    }
}

fn answer(status: u16, headers: HeaderMap, body: &[u8]) -> Incoming {
    let incoming = Incoming::new(&AnswerLimits::DEFAULT, status, headers).unwrap();
    incoming.with_body(body.to_vec()).unwrap()
}

fn drive<M: Machine>(mut machine: M, server: &mut Server, clock: &ManualClock, random: &mut Random) -> M::Done {
    loop {
        match machine.step(clock.now()) {
            Step::Done(done) => return done,
            Step::SleepUntil(moment) | Step::Wait(_, moment) => {
                let _ = clock.sleep(moment);
            }
            Step::Send(outgoing) => {
                let answer = server.answer(&outgoing, clock, random);
                machine.receive(clock.now(), Ok(answer));
            }
        }
    }
}

#[test]
fn p9_no_call_goes_out_with_a_token_past_its_end() {
    let walks = match std::env::var("HOSTKIT_PROMISE_SIZE").as_deref() {
        Ok("small") => 200,
        Ok("long") => 50_000,
        _ => 2_000,
    };
    let (mut uses, mut late, mut sign_ins) = (0, 0, 0);
    for seed in 0..walks {
        let mut random = Random(seed);
        let mut server = Server::default();
        let clock = ManualClock::new(WALL);
        let core = config(key(), &clock).seed(seed).build().unwrap();
        for _ in 0..20 {
            match random.below(10) {
                // The computer was suspended, or its clock was set forward.
                0 => clock.advance_wall(i64::try_from(random.below(3_000)).unwrap()),
                // The clock was set back.
                1 => clock.advance_wall(-i64::try_from(random.below(100_000)).unwrap()),
                2 => {}
                3 | 4 => clock.advance(Duration::from_millis(random.below(60_000))),
                _ => clock.advance(Duration::from_millis(random.below(700_000))),
            }
            if random.below(2) == 0 {
                let _ = drive(core.call(&GetItem, CallOptions::new()), &mut server, &clock, &mut random);
            } else {
                let _ = drive(core.perform(&Reboot, CallOptions::new().unread()), &mut server, &clock, &mut random);
            }
        }
        uses += server.uses;
        late += server.late;
        sign_ins += server.tokens.len();
    }
    println!(
        "P9: {uses} cases, uses of {sign_ins} tokens, {late} of them in the last tenth of its life, 0 past its end"
    );
    assert!(uses > walks * 10, "hardly a call went out");
    assert!(late > 0, "no token came near its end");
}
