//! Settings that hosters remember of an object and the world does not use: a pay period, a planned change, a phone
//! number.

use hostkit::Decimal;

use super::World;

impl World {
    /// A setting of an object, such as `server 101`.
    pub fn setting(&self, object: &str, name: &str) -> Option<&str> {
        self.settings.get(object)?.get(name).map(String::as_str)
    }

    /// Remembers a setting as part of a change that is noted elsewhere.
    pub fn remember(&mut self, object: String, name: &'static str, value: String) {
        self.settings.entry(object).or_default().insert(name, value);
    }

    /// Notes that a call was carried out of which nothing else is known.
    pub fn carry_out(&mut self, call: &'static str) {
        self.note("call carried out", call.to_owned(), Decimal::ZERO);
    }

    /// Notes that a call was carried out whose change no example can show.
    pub(crate) fn carry_out_unseen(&mut self, call: &'static str) {
        self.note("call carried out unseen", call.to_owned(), Decimal::ZERO);
    }

    /// Sets settings of an object; if all have these values already, nothing is noted.
    pub fn set(&mut self, what: &'static str, object: String, settings: Vec<(&'static str, String)>) {
        let present = self.settings.entry(object.clone()).or_default();
        let mut is_changed = false;
        for (name, value) in settings {
            is_changed |= present.get(name) != Some(&value);
            present.insert(name, value);
        }
        if is_changed {
            self.note(what, object, Decimal::ZERO);
        }
    }
}
