//! Samples of every format with random changes: no reader panics, and what is read is a well-formed tree.

mod common;

use std::time::{Duration, Instant};

use hostkit_wire::{Limits, parse, parse_any};

use common::{FORMATS, SAMPLES};

/// What readers take for syntax.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "'",
    ":",
    ";",
    ",",
    "=",
    "&",
    "<",
    ">",
    "/",
    "</a>",
    "<a>",
    "<a/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "&amp;",
    "&#x41;",
    "&#",
    "\\",
    "\\u",
    "\\ud83d",
    "0",
    "9",
    "-",
    "99999999999999999999",
    "1e5",
    ".",
    "a:1:{",
    "i:0;",
    "s:1:\"",
    "N;",
    "b:1;",
    "d:0.5;",
    "O:1:\"A\":0:{}",
    "Array\n(\n",
    "    [x] => ",
    "\n)\n",
    "\n",
    "\r\n",
    " ",
    "        ",
    "\0",
    "\u{1}",
    "\u{FEFF}",
    "я",
    "😀",
    "%",
    "%D1",
    "+",
    "true",
    "null",
    " a=''",
    "$text",
];

/// Whichever comes first ends the run.
const ROUNDS: usize = 200_000;
const BUDGET: Duration = Duration::from_secs(3);

#[test]
fn readers_hold_against_random_changes() {
    let small = Limits { max_bytes: 300, max_nodes: 40, max_depth: 5, max_items: 9 };
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let started = Instant::now();
    let (mut read, mut refused) = (0, 0);
    for _ in 0..ROUNDS {
        if started.elapsed() > BUDGET {
            break;
        }
        let (format, sample) = SAMPLES[random.below(SAMPLES.len())];
        let mut body = sample.as_bytes().to_vec();
        for _ in 0..=random.below(6) {
            change(&mut body, &mut random);
        }
        let format = if random.below(8) == 0 { FORMATS[random.below(FORMATS.len())] } else { format };
        for limits in [&Limits::DEFAULT, &small] {
            match parse(format, &body, limits) {
                Ok(document) => {
                    common::check(&document);
                    read += 1;
                }
                Err(error) => {
                    assert!(error.offset() <= body.len(), "{error}: {}", String::from_utf8_lossy(&body));
                    refused += 1;
                }
            }
        }
        if let Ok(document) = parse_any(&FORMATS, &body, &Limits::DEFAULT) {
            common::check(&document);
        }
    }
    // Both happen, or the changes are no good.
    assert!(read > 1_000 && refused > 1_000, "{read} read, {refused} refused");
}

fn change(body: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(body.len() + 1);
    let piece = PIECES[random.below(PIECES.len())].as_bytes();
    match random.below(6) {
        0 | 1 => body.splice(at..at, piece.iter().copied()).for_each(drop),
        2 => body.splice(at..(at + piece.len()).min(body.len()), piece.iter().copied()).for_each(drop),
        3 => body.drain(at..(at + random.below(5)).min(body.len())).for_each(drop),
        4 => {
            // A part of the body once more, somewhere else.
            let end = (at + random.below(20)).min(body.len());
            let copy = body[at..end].to_vec();
            let to = random.below(body.len() + 1);
            body.splice(to..to, copy).for_each(drop);
        }
        _ => {
            if let Some(byte) = body.get_mut(at) {
                // Mostly still UTF-8, or else no reader would see it.
                *byte = if random.below(4) == 0 { random.below(256) as u8 } else { random.below(128) as u8 };
            }
        }
    }
}

/// Xorshift: the same numbers in every run, so that a failure comes back.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}
