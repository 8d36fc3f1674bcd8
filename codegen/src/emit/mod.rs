//! The emitters: each makes files from the model, independently of the others.

pub(crate) mod coverage;
pub(crate) mod lists;
pub(crate) mod openapi;
pub(crate) mod outline;
pub(crate) mod reference;
pub(crate) mod rust;

/// What the documents say about a shape of texts.
pub(crate) struct ShapeTexts {
    pub(crate) english: &'static str,
    pub(crate) russian: &'static str,
    /// The pattern of a JSON Schema.
    pub(crate) pattern: &'static str,
}

/// The texts of a shape, by its word in the spec language.
pub(crate) fn shape_texts(shape: &str) -> ShapeTexts {
    let (english, russian, pattern) = match shape {
        "clock" => ("a time `hh:mm`", "время `чч:мм`", "^([01][0-9]|2[0-3]):[0-5][0-9]$"),
        "domain" => ("a domain name", "доменное имя", r"^[^.\s]+(\.[^.\s]+)+\.?$"),
        "link" => {
            ("a link of http, https, ftp or ftps", "ссылка http, https, ftp или ftps", "^(https?|ftps?)://[^ ]+$")
        }
        "ipv4" => ("an IPv4 address", "адрес IPv4", r"^[0-9]+(\.[0-9]+){3}$"),
        "ipv6" => ("an IPv6 address", "адрес IPv6", "^[0-9a-fA-F:.]+$"),
        // `hex32`, the only other shape.
        _ => ("32 digits, 0 to 9 and a to f", "32 знака 0–9 и a–f", "^[0-9a-f]{32}$"),
    };
    ShapeTexts { english, russian, pattern }
}
