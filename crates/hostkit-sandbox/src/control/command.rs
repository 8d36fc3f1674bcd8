//! The commands: each checked whole before anything changes, and refused with what was expected.

use std::time::Duration;

use serde_json::{Map, Value};

use super::expected;
use super::no::No;
use super::operations::operations;
use crate::api_name::ApiName;
use crate::clock::Clock;
use crate::fault::{Armed, Fault, Random};
use crate::service::Hub;

/// The most that one command may advance the clock, in seconds: a hundred years.
const FAR: u64 = 100 * 365 * 86_400;
/// The longest duration of a setting, in milliseconds: an hour.
const LONG: u64 = 3_600_000;

/// The fields of a command.
struct Fields {
    fields: Map<String, Value>,
    expected: fn() -> Value,
}

impl Fields {
    fn read(body: &[u8], expected: fn() -> Value) -> Result<Self, No> {
        let value: Value = serde_json::from_slice(body)
            .map_err(|error| No::bad(format!("the body is not JSON: {error}"), expected()))?;
        let Value::Object(fields) = value else {
            return Err(No::bad("the body is not a JSON object", expected()));
        };
        let known = expected();
        if let Some(name) = fields.keys().find(|name| known.get(name.as_str()).is_none()) {
            return Err(No::bad(format!("{name:?} is no field of this command"), known));
        }
        Ok(Self { fields, expected })
    }

    fn wrong(&self, name: &str, what: &str) -> No {
        let found = self.fields.get(name).unwrap_or(&Value::Null);
        No::bad(format!("{name:?} is {found}, not {what}"), (self.expected)())
    }

    /// A field that is there and not null.
    fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    fn number(&self, name: &str, most: u64) -> Result<Option<u64>, No> {
        let found = self.get(name).map(|value| value.as_u64().filter(|number| *number <= most));
        found.map(|number| number.ok_or_else(|| self.wrong(name, &format!("a whole number up to {most}")))).transpose()
    }

    fn text(&self, name: &str) -> Result<Option<&str>, No> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| self.wrong(name, "a text"))).transpose()
    }

    fn texts(&self, name: &str) -> Result<Option<Vec<&str>>, No> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let texts = value.as_array().and_then(|items| items.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        texts.map(Some).ok_or_else(|| self.wrong(name, "a list of texts"))
    }

    fn fault(&self, id: &str) -> Result<&'static Fault, No> {
        let fault = Fault::by_id(id).filter(|fault| fault.crosses_processes());
        fault
            .ok_or_else(|| No::bad(format!("{id:?} is no fault that strikes a client from outside"), (self.expected)()))
    }

    fn operation(&self, name: &str, api: Option<ApiName>) -> Result<String, No> {
        let is_there = |found: ApiName| operations(found).iter().any(|known| known.name == name);
        let is_known = ApiName::ALL.iter().copied().any(|found| api.is_none_or(|api| api == found) && is_there(found));
        if is_known {
            Ok(name.to_owned())
        } else {
            Err(No::bad(format!("{name:?} is no operation"), (self.expected)()))
        }
    }
}

/// Arms a fault.
pub(super) fn arm(hub: &Hub, body: &[u8]) -> Result<(), No> {
    let fields = Fields::read(body, expected::fault)?;
    let id = fields.text("fault")?.ok_or_else(|| fields.wrong("fault", "an id"))?;
    let mut armed = Armed::new(fields.fault(id)?).skip(fields.number("skip", u64::MAX)?.unwrap_or(0));
    let api = fields.text("api")?;
    let api = api.map(|name| ApiName::from_text(name).ok_or_else(|| fields.wrong("api", "an API"))).transpose()?;
    if let Some(api) = api {
        armed = armed.api(api);
    }
    if let Some(name) = fields.text("operation")? {
        armed = armed.on(fields.operation(name, api)?);
    }
    armed = match fields.get("times") {
        None => armed,
        Some(Value::String(word)) if word == "always" => armed.always(),
        Some(times) => match times.as_u64().filter(|times| *times > 0) {
            Some(times) => armed.times(times),
            None => return Err(fields.wrong("times", "a number of calls or \"always\"")),
        },
    };
    hub.faults.arm(armed);
    Ok(())
}

/// Draws faults by a seed.
pub(super) fn draw(hub: &Hub, body: &[u8]) -> Result<(), No> {
    let fields = Fields::read(body, expected::random)?;
    let seed = fields.number("seed", u64::MAX)?.ok_or_else(|| fields.wrong("seed", "a number"))?;
    let per_mille = fields.number("per_mille", 1000)?.filter(|share| *share > 0);
    let per_mille = per_mille.and_then(|share| u16::try_from(share).ok());
    let per_mille = per_mille.ok_or_else(|| fields.wrong("per_mille", "a number from 1 to 1000"))?;
    let faults = match fields.texts("faults")? {
        Some(ids) => ids.into_iter().map(|id| fields.fault(id)).collect::<Result<_, _>>()?,
        None => Fault::all().filter(|fault| fault.crosses_processes()).collect(),
    };
    let operations = fields.texts("operations")?.unwrap_or_default();
    let operations = operations.into_iter().map(|name| fields.operation(name, None)).collect::<Result<_, _>>()?;
    hub.faults.at_random(Random { seed, per_mille, faults, operations });
    Ok(())
}

/// Advances the clock, or sets its speed.
pub(super) fn turn(hub: &Hub, body: &[u8]) -> Result<(), No> {
    let fields = Fields::read(body, expected::clock)?;
    let advance = fields.number("advance_seconds", FAR)?;
    let speed = fields.number("speed", u64::from(Clock::FASTEST))?;
    if let Some(speed) = speed.and_then(|speed| u32::try_from(speed).ok()) {
        hub.clock.set_speed(speed);
    }
    if let Some(seconds) = advance {
        hub.clock.advance(Duration::from_secs(seconds));
    }
    Ok(())
}

/// Changes settings.
pub(super) fn set(hub: &Hub, body: &[u8]) -> Result<(), No> {
    let fields = Fields::read(body, expected::settings)?;
    let duration = |name: &str| Ok::<_, No>(fields.number(name, LONG)?.map(Duration::from_millis));
    let (delay, retry_after) = (duration("delay_ms")?, duration("retry_after_ms")?);
    let (drip, stall_limit) = (duration("drip_ms")?, duration("stall_limit_ms")?);
    let enforced = fields
        .get("enforce_rates")
        .map(|value| value.as_bool().ok_or_else(|| fields.wrong("enforce_rates", "true or false")))
        .transpose()?;
    hub.faults.set(|settings| {
        settings.delay = delay.unwrap_or(settings.delay);
        settings.retry_after = retry_after.unwrap_or(settings.retry_after);
        settings.drip = drip.unwrap_or(settings.drip);
        settings.stall_limit = stall_limit.unwrap_or(settings.stall_limit);
    });
    if let Some(is_on) = enforced {
        hub.enforce_rates(is_on);
    }
    Ok(())
}
