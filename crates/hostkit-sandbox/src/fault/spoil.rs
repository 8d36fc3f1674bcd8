//! The input that faults build their answers from, and unmodified delivery.

use http::Response;

use super::settings::Settings;
use crate::http::{Act, Delivery, Wire};

/// The input of a fault that modifies an answer.
pub(crate) struct Spoil<'a> {
    /// The answer as it would have been; an empty 200 where the call was not carried out.
    pub(crate) answer: &'a Response<Vec<u8>>,
    pub(crate) delivery: Delivery,
    /// Path and query of the request.
    pub(crate) target: &'a str,
    pub(crate) settings: &'a Settings,
}

impl Spoil<'_> {
    /// The bytes of the answer.
    pub(crate) fn wire(&self) -> Wire {
        Wire::of(self.answer, self.delivery)
    }

    /// The bytes of the answer in another framing.
    pub(crate) fn wire_in(&self, framing: crate::http::Framing) -> Wire {
        Wire::of(self.answer, Delivery { framing, ..self.delivery })
    }
}

/// The acts that deliver an answer whole.
pub(crate) fn deliver(answer: &Response<Vec<u8>>, delivery: Delivery) -> Vec<Act> {
    let Wire { mut head, body } = Wire::of(answer, delivery);
    // One write: most clients then read head and body in one go, as from a real server.
    head.extend_from_slice(&body);
    let mut acts = vec![Act::Write(head)];
    if !delivery.lives() {
        acts.push(Act::Finish);
    }
    acts
}

/// The acts that deliver the answer as it would have been.
pub(super) fn whole(spoil: &Spoil<'_>) -> Vec<Act> {
    deliver(spoil.answer, spoil.delivery)
}
