//! The fields of a call as received, and the API's errors for missing or malformed ones.
//!
//! Whether a value makes sense in the world, such as whether an order exists, is not checked here.

use hostkit::Format;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rootpanel_proto::Code;

use crate::site::Call;

/// The fields of a call.
#[derive(Debug, Clone)]
pub(super) struct Form {
    fields: Vec<(String, String)>,
    /// The fields as a body, since a call may also come as a query, or in part.
    pub(super) body: Vec<u8>,
}

impl Form {
    pub(super) fn read(call: &Call) -> Self {
        // As in PHP's `$_REQUEST`, both are read, and the body wins.
        let mut fields = call.form();
        fields.extend(call.query.clone());
        let encode = |text: &str| percent_encode(text.as_bytes(), NON_ALPHANUMERIC).to_string();
        let pair = |(key, value): &(String, String)| format!("{}={}", encode(key), encode(value));
        let body = match call.query.is_empty() {
            true => call.body.clone(),
            false => fields.iter().map(pair).collect::<Vec<_>>().join("&").into_bytes(),
        };
        Self { fields, body }
    }

    /// The text of a field that is present and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// JSON if it is requested, otherwise PHP.
    pub(super) fn format(&self) -> Format {
        if self.text("json") == Some("1") { Format::Json } else { Format::Php }
    }

    pub(super) fn command(&self) -> &str {
        self.text("command").unwrap_or_default()
    }

    fn number(&self, name: &str, missing: Code, wrong: Code) -> Result<(), Code> {
        let text = self.text(name).ok_or(missing)?;
        text.parse::<u64>().map(drop).map_err(|_| wrong)
    }

    fn optional(&self, name: &str, wrong: Code) -> Result<(), Code> {
        if self.text(name).is_none_or(|text| text.parse::<u64>().is_ok()) { Ok(()) } else { Err(wrong) }
    }

    fn addons(&self) -> Result<(), Code> {
        let is_number = |part: &str| part.trim().parse::<u64>().is_ok();
        let fits = self.text("addons").is_none_or(|text| text.split(',').all(is_number));
        if fits { Ok(()) } else { Err(Code::AddonNotAllowed) }
    }

    /// Checks that everything that the command needs is present and can be read.
    pub(super) fn check(&self) -> Result<(), Code> {
        match self.command() {
            "createOrder" => {
                self.kind()?;
                self.number("tarifid", Code::TariffMissing, Code::TariffNotFound)?;
                self.number("period", Code::PeriodMissing, Code::PeriodNotAllowed)?;
                self.optional("locationid", Code::LocationNotAllowed)?;
                self.addons()?;
                self.renewal()
            }
            "getTarifs" => {
                self.kind()?;
                self.optional("tarifid", Code::TariffNotFound)
            }
            "getOrders" => self.optional("orderid", Code::OrderNotFound),
            "getBalance" => Ok(()),
            "renewOrder" => {
                self.order()?;
                self.number("period", Code::PeriodMissing, Code::PeriodNotAllowed)
            }
            "addonsOrder" => {
                self.order()?;
                self.text("addons").ok_or(Code::AddonMissing)?;
                self.addons()
            }
            "reinstallOrder" => {
                self.order()?;
                self.optional("osid", Code::SystemMissing)?;
                self.optional("panelid", Code::PanelMissing)
            }
            _ => self.order(),
        }
    }

    fn order(&self) -> Result<(), Code> {
        self.number("orderid", Code::OrderMissing, Code::OrderNotFound)
    }

    fn kind(&self) -> Result<(), Code> {
        if self.text("vid") == Some("vds") { Ok(()) } else { Err(Code::KindWrong) }
    }

    fn renewal(&self) -> Result<(), Code> {
        match self.text("autorenew") {
            None | Some("0") => self.optional("autorenewperiod", Code::AutorenewPeriodNotAllowed),
            Some("1") => self.number("autorenewperiod", Code::AutorenewPeriodMissing, Code::AutorenewPeriodNotAllowed),
            Some(_) => Err(Code::AutorenewNotAllowed),
        }
    }
}
