//! The configuration that holds, as TOML, for eyes: secrets hidden.

use figment::value::{Dict, Value};
use url::Url;

use super::Loaded;

/// The effective configuration with the layers it was made of; passwords, tokens and secrets stand as `***`.
#[must_use]
pub fn show(loaded: &Loaded) -> String {
    let mut values = loaded.values.clone();
    hide(&mut values);
    for (table, by_name) in [("messaging", "channels"), ("sms", "carriers")] {
        if let Some(Value::Dict(_, table)) = values.get_mut(table)
            && let Some(Value::Dict(_, channels)) = table.get_mut(by_name)
        {
            hide_channels(channels);
        }
    }
    let layers: Vec<String> = loaded.layers.iter().map(|layer| format!("# {layer}")).collect();
    // Everything in the dictionary came out of TOML, so it goes back in.
    let text = toml::to_string(&values).unwrap_or_default();
    format!("{}\n\n{text}", layers.join("\n"))
}

fn hide(table: &mut Dict) {
    for (key, value) in table.iter_mut() {
        match value {
            Value::Dict(_, inner) => hide(inner),
            Value::Array(_, items) => {
                for item in items {
                    if let Value::Dict(_, inner) = item {
                        hide(inner);
                    }
                }
            }
            Value::String(_, text) if ["password", "token", "secret"].contains(&key.as_str()) => {
                "***".clone_into(text);
            }
            Value::String(_, text) if key == "url" => *text = without_password(text),
            _ => {}
        }
    }
}

/// Whoever knows the address of a chat's webhook may write there, and headers and forms hold keys.
fn hide_channels(channels: &mut Dict) {
    for channel in channels.values_mut() {
        let Value::Dict(_, channel) = channel else { continue };
        if let Some(Value::String(_, url)) = channel.get_mut("url") {
            *url = Url::parse(url)
                .ok()
                .and_then(|url| Some(format!("{}://{}/***", url.scheme(), url.host_str()?)))
                .unwrap_or_else(|| "***".to_owned());
        }
        for table in ["headers", "form"] {
            if let Some(Value::Dict(_, fields)) = channel.get_mut(table) {
                for value in fields.values_mut() {
                    *value = Value::from("***");
                }
            }
        }
    }
}

fn without_password(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return text.to_owned() };
    // libpq's URLs may carry it among the parameters as well.
    let named = url.query_pairs().any(|(name, _)| name == "password");
    if named {
        url.set_query(None);
    }
    let hidden = url.password().is_some() && url.set_password(Some("***")).is_ok();
    if named || hidden { url.to_string() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_shows_where_it_leads_and_nothing_more() {
        let url = Value::from("https://chat.example:444/spaces/x?token=hidden");
        let headers = Value::from(Dict::from([("X-Key".to_owned(), Value::from("hidden"))]));
        let channel = Dict::from([
            ("url".to_owned(), url),
            ("headers".to_owned(), headers.clone()),
            ("form".to_owned(), headers),
        ]);
        let mut channels = Dict::from([("team".to_owned(), Value::from(channel))]);
        hide_channels(&mut channels);
        let shown = toml::to_string(&channels).unwrap();
        assert!(shown.contains("https://chat.example/***") && !shown.contains("hidden"), "{shown}");
    }

    #[test]
    fn a_url_loses_its_password_only() {
        assert_eq!(without_password("postgres://me:hidden@db/x"), "postgres://me:***@db/x");
        assert_eq!(without_password("postgres://db/x?password=hidden"), "postgres://db/x");
        assert_eq!(without_password("sqlite:///var/lib/x.db"), "sqlite:///var/lib/x.db");
    }
}
