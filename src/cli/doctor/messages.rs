//! The channels of messages: whether each can be reached, without a message being sent.

use super::finding::Finding;
use crate::{config::Config, messaging};

const NAME: &str = "messages";

pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let found = messaging::probe(config).await.into_iter().map(|(name, seen)| match seen {
        Ok(words) => Finding::ok(NAME, format!("{name}: {words}")),
        Err(error) => {
            let mend = format!("see [messaging.channels.{name}]; what is told there waits meanwhile, and is dropped in the end");
            Finding::failed(NAME, format!("{name}: {error}"), mend)
        }
    });
    found.collect()
}
