//! Random changes of a sample, the same in every run: a case is its seed and its number.
//!
//! Deliberately not here: what a change is tried on, and what has to hold.

/// What readers take for syntax, and values at the edge of what a type holds.
pub const PIECES: &[&str] = &[
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
    "<!DOCTYPE a [",
    "&amp;",
    "&#x41;",
    "&#13;",
    "&#",
    "\\",
    "\\u",
    "\\ud83d",
    "\\u0000",
    "0",
    "9",
    "-",
    "-0",
    "99999999999999999999",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "1e5",
    "1e999999999",
    "1e-999999999",
    "1E+28",
    "79228162514264337593543950335",
    "0.00000000000000000000000000001",
    ".",
    "a:1:{",
    "i:0;",
    "s:1:\"",
    "N;",
    "b:1;",
    "d:0.5;",
    "d:INF;",
    "O:1:\"A\":0:{}",
    "Array\n(\n",
    "Array ( ",
    "    [x] => ",
    " [0] => ",
    "\n)\n",
    " ) ",
    "\n",
    "\r\n",
    " ",
    "        ",
    "\0",
    "\u{1}",
    "\u{FEFF}",
    "\u{2028}",
    "я",
    "😀",
    "%",
    "%D1",
    "%00",
    "+",
    "true",
    "null",
    "false",
    "\"\"",
    "{}",
    "[]",
    ",\"a\":1",
    ",null",
    " a=''",
    "$text",
    "@id",
    "2038-01-19 03:14:08",
    "0000-00-00 00:00:00",
    "30.11.-0001 00:00",
    "9999-12-31",
    "1970-01-01T00:00:00+0000",
    "127.0.0.1",
    "::1",
    "https://",
    "@",
    "..",
];

/// Changes a body in one place. `others` are bodies that a part may be taken from.
pub fn change(body: &mut Vec<u8>, random: &mut Random, others: &[&[u8]]) {
    let at = random.below(body.len() + 1);
    let piece = PIECES[random.below(PIECES.len())].as_bytes();
    match random.below(8) {
        0 | 1 => body.splice(at..at, piece.iter().copied()).for_each(drop),
        2 => body.splice(at..(at + piece.len()).min(body.len()), piece.iter().copied()).for_each(drop),
        3 => body.drain(at..(at + random.below(5)).min(body.len())).for_each(drop),
        4 => {
            // A part of the body once more, somewhere else.
            let end = (at + random.below(40)).min(body.len());
            let copy = body[at..end].to_vec();
            let to = random.below(body.len() + 1);
            body.splice(to..to, copy).for_each(drop);
        }
        5 => {
            let Some(value) = scalar(body, at) else { return };
            body.splice(value, piece.iter().copied()).for_each(drop);
        }
        6 => {
            let Some(other) = others.get(random.below(others.len().max(1))) else { return };
            let start = random.below(other.len() + 1);
            let end = (start + random.below(60)).min(other.len());
            body.splice(at..at, other[start..end].iter().copied()).for_each(drop);
        }
        _ => {
            if let Some(byte) = body.get_mut(at) {
                // Mostly still UTF-8, or else no reader would see it.
                *byte = if random.below(4) == 0 { random.below(256) as u8 } else { random.below(128) as u8 };
            }
        }
    }
}

/// The number or the word that stands around a byte, which may then be replaced as a whole.
fn scalar(body: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+' | b'_');
    let start = at + body.get(at..)?.iter().position(belongs)?;
    let end = body[start..].iter().position(|byte| !belongs(byte)).map_or(body.len(), |length| start + length);
    Some(start..end)
}

/// Xorshift: the same numbers in every run, so that a failure comes back.
pub struct Random(u64);

impl Random {
    /// The numbers of one case.
    pub fn of(seed: u64, case: u64) -> Self {
        let mut mixed = seed.wrapping_add(case.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self((mixed ^ (mixed >> 31)) | 1)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// Which cases to run: those of `HOSTKIT_PROMISE_CASE=seed:n`, or so many of the usual seed.
pub fn cases(short: u64, long: u64) -> (u64, std::ops::Range<u64>) {
    if let Ok(case) = std::env::var("HOSTKIT_PROMISE_CASE") {
        let (seed, number) = case.split_once(':').expect("seed:number");
        let number = number.parse().expect("a number");
        return (seed.parse().expect("a seed"), number..number + 1);
    }
    (20_261_122, 0..if is_long() { long } else { short })
}

/// Whether the long sizes are asked for.
pub fn is_long() -> bool {
    std::env::var("HOSTKIT_PROMISE_SIZE").is_ok_and(|size| size == "long")
}

/// Says which case it is when a test panics in it: a replay needs no more.
pub struct Case(pub u64, pub u64);

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("HOSTKIT_PROMISE_CASE={}:{}", self.0, self.1);
        }
    }
}

/// Runs on a thread with a stack of 256 KiB.
pub fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(work).expect("a thread");
    assert!(thread.join().is_ok());
}
