//! Signatures of requests, made once path, query and body are final.

use std::fmt;

use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Uri;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::value::Secret;

/// The digest of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    fn keyed(self, key: &[u8], bytes: &[u8]) -> Vec<u8> {
        // A key of HMAC may have any length.
        macro_rules! keyed {
            ($digest:ty) => {
                Hmac::<$digest>::new_from_slice(key)
                    .map(|mac| mac.chain_update(bytes).finalize().into_bytes().to_vec())
                    .unwrap_or_default()
            };
        }
        match self {
            Self::Sha1 => keyed!(Sha1),
            Self::Sha256 => keyed!(Sha256),
            Self::Sha512 => keyed!(Sha512),
        }
    }
}

/// How the bytes of a signature are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Small hexadecimal digits.
    Hex,
    /// Base64 with padding.
    Base64,
}

impl Encoding {
    fn text(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            Self::Base64 => base64::engine::general_purpose::STANDARD.encode(bytes),
        }
    }
}

/// A part of the text that is signed.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// What is known before the request is final: separators, fields of credentials, time and nonce.
    Known(Secret),
    /// The verb.
    Method,
    /// The address without its query.
    Path,
    /// The query without its question mark.
    Query,
    /// The query with its pairs in the order of their texts.
    SortedQuery,
    /// The whole address.
    Url,
    /// The body.
    Body,
    /// The digest of the body in hexadecimal digits.
    BodyDigest(Algorithm),
}

/// Where a signature stands in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In this header.
    Header(&'static str),
    /// In this parameter, the last of the query.
    Query(&'static str),
    /// In this field, the last of a body that is a form.
    Body(&'static str),
}

/// How a request is signed: what, with which key, and where the signature goes.
///
/// ```
/// use hostkit_proto::signing::{Algorithm, Encoding, Part, Place, Signature};
///
/// let signature = Signature {
///     algorithm: Algorithm::Sha256,
///     key: Some("key".into()),
///     text: vec![Part::Method, Part::Known(" ".into()), Part::Path],
///     encoding: Encoding::Hex,
///     place: Place::Header("X-Signature"),
///     around: ["v1=".into(), "".into()],
/// };
/// let made = signature.of("GET", &"https://api.example.net/me?full=1".parse()?, b"");
/// assert_eq!(made.expose(), "v1=275146c853b690c5c13824e81c6c1d304d647170893e337ec4db16f3d68b8fe6");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Signature {
    /// The digest.
    pub algorithm: Algorithm,
    /// The key of an HMAC; without one, the signature is the digest of the text.
    pub key: Option<Secret>,
    /// What is signed, in this order.
    pub text: Vec<Part>,
    /// How the signature is written.
    pub encoding: Encoding,
    /// Where it goes.
    pub place: Place,
    /// What stands before and behind it there.
    pub around: [Secret; 2],
}

impl Signature {
    /// The value at its place for a request, which does not have it yet.
    pub fn of(&self, method: &str, uri: &Uri, body: &[u8]) -> Secret {
        let mut text = Zeroizing::new(Vec::new());
        for part in &self.text {
            match part {
                Part::Known(known) => text.extend_from_slice(known.expose().as_bytes()),
                Part::Method => text.extend_from_slice(method.as_bytes()),
                Part::Path => text.extend_from_slice(uri.path().as_bytes()),
                Part::Query => text.extend_from_slice(uri.query().unwrap_or_default().as_bytes()),
                Part::SortedQuery => {
                    let mut pairs: Vec<&str> = uri.query().unwrap_or_default().split('&').collect();
                    pairs.sort_unstable();
                    text.extend_from_slice(pairs.join("&").as_bytes());
                }
                Part::Url => text.extend_from_slice(uri.to_string().as_bytes()),
                Part::Body => text.extend_from_slice(body),
                Part::BodyDigest(algorithm) => {
                    text.extend_from_slice(Encoding::Hex.text(&algorithm.digest(body)).as_bytes());
                }
            }
        }
        let bytes = match &self.key {
            Some(key) => self.algorithm.keyed(key.expose().as_bytes(), &text),
            None => self.algorithm.digest(&text),
        };
        let [before, behind] = &self.around;
        Secret::new([before.expose(), &self.encoding.text(&bytes), behind.expose()].concat())
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature")
            .field("algorithm", &self.algorithm)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(algorithm: Algorithm, key: Option<&str>, encoding: Encoding, text: &str) -> String {
        let signature = Signature {
            algorithm,
            key: key.map(Secret::from),
            text: vec![Part::Known(text.into())],
            encoding,
            place: Place::Header("x"),
            around: ["".into(), "".into()],
        };
        signature.of("GET", &Uri::from_static("/"), b"").expose().to_owned()
    }

    /// FIPS 180 ("abc"), RFC 2202 and RFC 4231, test case 2.
    #[test]
    fn digests_are_those_of_their_standards() {
        let plain = |algorithm| made(algorithm, None, Encoding::Hex, "abc");
        assert_eq!(plain(Algorithm::Sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(plain(Algorithm::Sha256), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(plain(Algorithm::Sha512).starts_with("ddaf35a193617abacc417349ae204131"));
        let keyed = |algorithm| made(algorithm, Some("Jefe"), Encoding::Hex, "what do ya want for nothing?");
        assert_eq!(keyed(Algorithm::Sha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(keyed(Algorithm::Sha256), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert!(keyed(Algorithm::Sha512).starts_with("164b7a7bfcf819e2e395fbe73b56e0a3"));
        assert_eq!(made(Algorithm::Sha1, None, Encoding::Base64, "abc"), "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
    }

    #[test]
    fn parts_of_a_request_are_as_they_are_sent() {
        let uri = Uri::from_static("https://api.example.net:444/1.0/a%2Fb?b=2&a=1");
        let secret = Secret::from("k");
        let text = |part| {
            // The digest of one part shows its text: equal texts have equal digests.
            let of = |text| {
                Signature {
                    algorithm: Algorithm::Sha256,
                    key: Some(secret.clone()),
                    text,
                    encoding: Encoding::Hex,
                    place: Place::Header("x"),
                    around: ["".into(), "".into()],
                }
                .of("POST", &uri, b"abc")
            };
            move |expected: &str| of(vec![part]) == of(vec![Part::Known(expected.into())])
        };
        assert!(text(Part::Method)("POST"));
        assert!(text(Part::Path)("/1.0/a%2Fb"));
        assert!(text(Part::Query)("b=2&a=1"));
        assert!(text(Part::SortedQuery)("a=1&b=2"));
        assert!(text(Part::Url)("https://api.example.net:444/1.0/a%2Fb?b=2&a=1"));
        assert!(text(Part::Body)("abc"));
        assert!(text(Part::BodyDigest(Algorithm::Sha1))("a9993e364706816aba3e25717850c26c9cd0d89d"));
    }

    #[test]
    fn neither_key_nor_text_is_shown() {
        let signature = Signature {
            algorithm: Algorithm::Sha1,
            key: Some("hunter2".into()),
            text: vec![Part::Known("hunter3".into())],
            encoding: Encoding::Hex,
            place: Place::Header("X-Signature"),
            around: ["hunter4".into(), "".into()],
        };
        assert_eq!(format!("{signature:?}"), r#"Signature { algorithm: Sha1, place: Header("X-Signature"), .. }"#);
    }
}
