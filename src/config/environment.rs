//! The environment as the last layer: `STASISD_CALLS__MAX=200` sets `calls.max`.

use figment::value::{Dict, Value};

/// What every variable of ours starts with.
const PREFIX: &str = "STASISD_";

/// One variable that sets a key.
#[derive(Debug)]
pub(super) struct Setting {
    /// The variable's name.
    pub variable: String,
    /// The layer it makes: one nested key.
    pub layer: Dict,
}

/// The settings among `variables`, in the order of their names, so that the outcome does not depend on the
/// order of the environment. `defaults` tells which keys are texts: those take the value as it stands.
///
/// A variable without `__` names no key. It is left alone, unless it looks like one that should have had it.
pub(super) fn settings(variables: &[(String, String)], defaults: &Dict) -> Result<Vec<Setting>, String> {
    let mut ours: Vec<_> =
        variables.iter().filter_map(|(k, v)| k.strip_prefix(PREFIX).map(|rest| (k, rest, v))).collect();
    ours.sort_unstable();
    let mut settings = Vec::new();
    for (variable, rest, text) in ours {
        let lower = rest.to_ascii_lowercase();
        let path: Vec<&str> = lower.split("__").collect();
        if path.len() == 1 {
            if let Some((table, key)) = meant(&lower, defaults) {
                let (table, key) = (table.to_ascii_uppercase(), key.to_ascii_uppercase());
                return Err(format!("{variable} names no key: did you mean {PREFIX}{table}__{key}?"));
            }
            continue;
        }
        let mut value = value_of(text, &path, defaults);
        for key in path.iter().skip(1).rev() {
            value = Value::from(Dict::from([((*key).to_owned(), value)]));
        }
        let layer = Dict::from([(path.first().copied().unwrap_or_default().to_owned(), value)]);
        settings.push(Setting { variable: variable.clone(), layer });
    }
    Ok(settings)
}

/// `calls_max` was meant to be `calls`, `max`.
fn meant<'a>(name: &'a str, defaults: &Dict) -> Option<(&'a str, &'a str)> {
    name.split_once('_').filter(|(table, _)| defaults.contains_key(*table))
}

/// A text stays a text ("007" is a password, not a number); everything else is read as TOML would.
fn value_of(text: &str, path: &[&str], defaults: &Dict) -> Value {
    let last = path.last().copied().unwrap_or_default();
    let without_default = ["password", "token", "secret", "url", "certificate", "key"].contains(&last)
        || last.ends_with("_file");
    let is_text = match find(path, defaults) {
        Some(default) => default.as_str().is_some(),
        None => without_default,
    };
    if is_text {
        return Value::from(text);
    }
    // figment's own reading of environment values cannot fail: what is nothing else is a text.
    text.parse().unwrap_or_else(|_| Value::from(text))
}

fn find<'a>(path: &[&str], defaults: &'a Dict) -> Option<&'a Value> {
    let (last, tables) = path.split_last()?;
    let mut table = defaults;
    for name in tables {
        table = table.get(*name)?.as_dict()?;
    }
    table.get(*last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> Dict {
        let calls = Dict::from([("max".to_owned(), Value::from(5)), ("country".to_owned(), Value::from(""))]);
        Dict::from([("calls".to_owned(), Value::from(calls))])
    }

    fn one(variable: &str, text: &str) -> Value {
        let settings = settings(&[(variable.to_owned(), text.to_owned())], &defaults()).unwrap();
        assert_eq!(settings.len(), 1);
        settings[0].layer.values().next().unwrap().as_dict().unwrap().values().next().unwrap().clone()
    }

    #[test]
    fn texts_stay_texts_and_numbers_are_read() {
        assert_eq!(one("STASISD_CALLS__MAX", "7").to_u128(), Some(7));
        assert_eq!(one("STASISD_CALLS__COUNTRY", "7").as_str(), Some("7"));
        assert_eq!(one("STASISD_ARI__PASSWORD", "007").as_str(), Some("007"));
    }

    #[test]
    fn one_underscore_is_pointed_out_and_strangers_are_left_alone() {
        let of = |name: &str| settings(&[(name.to_owned(), "1".to_owned())], &defaults());
        let error = of("STASISD_CALLS_MAX").unwrap_err();
        assert!(error.contains("STASISD_CALLS__MAX"), "{error}");
        assert!(of("STASISD_DEMO").unwrap().is_empty());
        assert!(of("OTHER_CALLS__MAX").unwrap().is_empty());
    }
}
