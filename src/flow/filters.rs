//! The filters of texts: how numbers, money, dates and times are spoken in the call's language.

use jiff::{SignedDuration, Timestamp, Zoned, civil};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use crate::spoken;

/// Adds `number`, `digits`, `money`, `date`, `time`, `duration`, `phone`, `plate` and `ordinal`.
///
/// What cannot be read (`eta = "soon"`) is spoken as it stands: a caller is better served by the sender's own
/// word than by a fault.
pub(super) fn add_to(env: &mut Environment<'static>) {
    env.add_filter("number", |state: &State, value: Value| {
        spell(&value, |text| Some(spoken::number(text, &language(state))))
    });
    env.add_filter("ordinal", |state: &State, value: Value| {
        spell(&value, |text| Some(spoken::ordinal(text.trim().parse().ok()?, &language(state))))
    });
    env.add_filter("digits", |state: &State, value: Value| {
        spell(&value, |text| Some(spoken::digits(text, &language(state))))
    });
    env.add_filter("phone", |state: &State, value: Value| {
        spell(&value, |text| Some(spoken::phone(text, &language(state))))
    });
    env.add_filter("plate", |state: &State, value: Value| {
        spell(&value, |text| Some(spoken::plate(text, &language(state))))
    });
    env.add_filter("money", |state: &State, value: Value, currency: &str| {
        spell(&value, |text| Some(spoken::money(text, currency, &language(state))))
    });
    env.add_filter("date", |state: &State, value: Value| {
        let now = now(state);
        let today = now.as_ref().map(Zoned::date);
        spell(&value, |text| Some(spoken::date(date(text, now.as_ref())?, &language(state), today)))
    });
    env.add_filter("time", |state: &State, value: Value| {
        let now = now(state);
        spell(&value, |text| Some(spoken::time(time(text, now.as_ref())?, &language(state))))
    });
    env.add_filter("duration", |state: &State, value: Value| {
        spell(&value, |text| Some(spoken::duration(duration(text)?, &language(state))))
    });
}

fn spell(value: &Value, words: impl Fn(&str) -> Option<String>) -> Result<String, Error> {
    if value.is_undefined() || value.is_none() {
        return Err(Error::new(ErrorKind::UndefinedError, "there is nothing to speak"));
    }
    let text = value.to_string();
    Ok(words(&text).unwrap_or(text))
}

fn language(state: &State) -> String {
    let language = state.lookup("language");
    language.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn now(state: &State) -> Option<Zoned> {
    state.lookup("now")?.get_attr("zoned").ok()?.as_str()?.parse().ok()
}

/// A local date and time: an instant (RFC 3339) is moved to the call's time zone.
fn local(text: &str, now: Option<&Zoned>) -> Option<civil::DateTime> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        let zone = now.map_or(jiff::tz::TimeZone::UTC, |now| now.time_zone().clone());
        return Some(instant.to_zoned(zone).datetime());
    }
    text.parse().ok()
}

fn date(text: &str, now: Option<&Zoned>) -> Option<civil::Date> {
    local(text, now).map(civil::DateTime::date).or_else(|| text.trim().parse().ok())
}

fn time(text: &str, now: Option<&Zoned>) -> Option<civil::Time> {
    // A date alone parses as its midnight, which nobody means.
    let has_time = text.contains(':');
    has_time.then(|| local(text, now).map(civil::DateTime::time).or_else(|| text.trim().parse().ok()))?
}

/// A number of minutes, or an ISO 8601 duration (`PT1H30M`).
fn duration(text: &str) -> Option<SignedDuration> {
    let text = text.trim();
    text.parse::<f64>()
        .ok()
        .and_then(|minutes| SignedDuration::try_from_secs_f64(minutes * 60.0).ok())
        .or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    fn fill(template: &str) -> String {
        let mut env = Environment::new();
        add_to(&mut env);
        let now = context! { zoned => "2026-11-21T12:00:00+01:00[Europe/Madrid]" };
        env.render_str(template, context! { language => "en", now }).unwrap()
    }

    #[test]
    fn an_instant_is_spoken_in_the_calls_time_zone() {
        let local = fill("{{ '2026-11-21T18:30:00' | time }}");
        assert_eq!(fill("{{ '2026-11-21T17:30:00Z' | time }}"), local);
        assert_eq!(fill("{{ '18:30' | time }}"), local);
        assert_eq!(fill("{{ '2026-11-21T23:30:00Z' | date }}"), fill("{{ '2026-11-22' | date }}"));
    }

    #[test]
    fn what_cannot_be_read_is_spoken_as_it_stands() {
        for filter in ["date", "time", "duration", "ordinal"] {
            assert_eq!(fill(&format!("{{{{ 'quite soon' | {filter} }}}}")), "quite soon", "{filter}");
        }
        assert_eq!(fill("{{ '2026-11-22' | time }}"), "2026-11-22");
    }

    #[test]
    fn minutes_and_iso_durations() {
        assert_eq!(fill("{{ 90 | duration }}"), fill("{{ 'PT1H30M' | duration }}"));
    }
}
