//! The emitters: each makes files from the model, independently of the others.

pub(crate) mod coverage;
pub(crate) mod lists;
pub(crate) mod openapi;
pub(crate) mod reference;
pub(crate) mod rust;

/// A text shape in English, in Russian, and as a JSON Schema pattern.
pub(crate) fn shape_words(shape: &str) -> (&'static str, &'static str, &'static str) {
    match shape {
        "clock" => ("a time `hh:mm`", "время `чч:мм`", "^([01][0-9]|2[0-3]):[0-5][0-9]$"),
        "domain" => ("a domain name", "доменное имя", r"^[^.\s]+(\.[^.\s]+)+\.?$"),
        "link" => {
            ("a link of http, https, ftp or ftps", "ссылка http, https, ftp или ftps", "^(https?|ftps?)://[^ ]+$")
        }
        "ipv4" => ("an IPv4 address", "адрес IPv4", r"^[0-9]+(\.[0-9]+){3}$"),
        "ipv6" => ("an IPv6 address", "адрес IPv6", "^[0-9a-fA-F:.]+$"),
        _ => ("32 digits, 0 to 9 and a to f", "32 знака 0–9 и a–f", "^[0-9a-f]{32}$"),
    }
}
