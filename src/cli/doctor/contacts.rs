//! The sources of contacts: each is asked for a number that nobody has.

use super::finding::Finding;
use crate::{config::Config, directory::Contacts, storage::Store};

const NAME: &str = "contacts";

pub(super) async fn look(config: &Config) -> Vec<Finding> {
    // What is wrong with the database is told where that is looked at.
    let Ok(store) = Store::open(&config.storage).await else { return Vec::new() };
    let contacts = match Contacts::new(store, &config.lookup, config.calls.country.parse().ok()) {
        Ok(contacts) => contacts,
        Err(error) => return vec![Finding::failed(NAME, error.to_string(), "mend that setting")],
    };
    let found = contacts.probe().await.into_iter().map(|(name, said)| match said {
        Ok(words) => Finding::ok(NAME, format!("{name}: {words}")),
        Err(error) => {
            let mend = format!("see the source named {name:?} in [[lookup.sources]]; calls go on without it");
            Finding::failed(NAME, format!("{name}: {error}"), mend)
        }
    });
    found.collect()
}
