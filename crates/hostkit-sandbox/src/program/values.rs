//! Values of arguments.

use hostkit::DateTime;

use crate::api_name::ApiName;
use crate::clock::Moment;
use crate::control::operations;
use crate::fault::{Armed, Fault};

/// Moscow has had its present offset since then.
const FIRST: &str = "2014-11-01 00:00:00";

/// A time in Moscow.
pub(super) fn moment(text: &str) -> Result<Moment, String> {
    let patterns = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"];
    let midnight = format!("{text}T00:00");
    let found = patterns
        .iter()
        .find_map(|pattern| DateTime::parse(pattern, text).or_else(|| DateTime::parse(pattern, &midnight)));
    let first = DateTime::parse("%Y-%m-%d %H:%M:%S", FIRST);
    let found = found.filter(|time| first.is_none_or(|first| *time >= first));
    let unix = found.and_then(|time| time.in_moscow().ok()).and_then(|time| u64::try_from(time.0).ok());
    let unix = unix.ok_or("expected a time in Moscow after October 2014, such as 2026-11-01T12:00")?;
    Ok(Moment::since_epoch(std::time::Duration::from_secs(unix)))
}

/// A fault, for one call or some.
pub(super) fn armed(text: &str) -> Result<Armed, String> {
    let (call, times) = text.split_once('*').map_or((text, None), |(call, times)| (call, Some(times)));
    let (id, place) = call.split_once('@').map_or((call, None), |(id, place)| (id, Some(place)));
    let fault = Fault::by_id(id)
        .filter(|fault| fault.crosses_processes())
        .ok_or_else(|| format!("{id:?} is no fault; GET /switches at the control address lists them"))?;
    let mut armed = Armed::new(fault);
    if let Some(place) = place {
        let (api, operation) = place.split_once('/').map_or((None, place), |(api, name)| (Some(api), name));
        let apis = match api {
            Some(name) => vec![ApiName::from_text(name).ok_or_else(|| format!("{name:?} is no API"))?],
            None => ApiName::ALL.to_vec(),
        };
        if !apis.iter().any(|api| operations(*api).iter().any(|found| found.name == operation)) {
            return Err(format!(
                "{operation:?} is no operation there; GET /switches at the control address lists them"
            ));
        }
        armed = armed.on(operation);
        if let ([api], true) = (&*apis, api.is_some()) {
            armed = armed.api(*api);
        }
    }
    match times {
        None => Ok(armed),
        Some("always") => Ok(armed.always()),
        Some(times) => match times.parse() {
            Ok(0) | Err(_) => Err(format!("{times:?} is neither a number of calls nor `always`")),
            Ok(times) => Ok(armed.times(times)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_with_their_calls() {
        let shown = |text: &str| armed(text).map(|armed| armed.to_string());
        assert_eq!(shown("reset-before").unwrap(), "reset-before");
        assert_eq!(shown("reset-before@create_order*3").unwrap(), "reset-before on create_order, 3 times");
        let all = "status-502@inferno/create_order*always";
        assert_eq!(shown(all).unwrap(), "status-502 on create_order at inferno, always");
        for wrong in ["", "no", "reset-before@no", "reset-before@no/create_order", "reset-before*0", "reset-before*x"] {
            assert!(armed(wrong).is_err(), "{wrong}");
        }
        assert!(armed("reset-before@clodo/create_order").is_err());
    }

    #[test]
    fn times_are_in_moscow() {
        for text in ["2026-11-01", "2026-11-01T00:00", "2026-11-01 00:00:00"] {
            assert_eq!(moment(text).unwrap().unix(), 1_793_480_400, "{text}");
        }
        for wrong in ["", "2013-01-01", "now", "2026-13-01"] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
