//! The feeds of absences: each is read once, and nothing of it stored.

use super::finding::Finding;
use crate::{
    config::Config,
    feed::Feed,
    people::{AbsenceFeeds, People},
    storage::Store,
    web::Web,
};

const NAME: &str = "absences";

pub(super) async fn look(config: &Config) -> Vec<Finding> {
    if config.absences.feeds.is_empty() {
        return Vec::new();
    }
    // What is wrong with the database, or with this machine's certificates, is told where that is looked at.
    let (Ok(store), Ok(web)) = (Store::open(&config.storage).await, Web::new()) else { return Vec::new() };
    let people = People::new(store, Feed::new());
    if people.reread().await.is_err() {
        return Vec::new();
    }
    let found = AbsenceFeeds::new(people, web, config).probe().await.into_iter().map(|(name, said)| {
        let mend =
            format!("see the feed named {name:?} in [[absences.feeds]]; what it said before still holds");
        match said {
            Ok(named) => match named.left_out.first() {
                None => Finding::ok(NAME, format!("{name}: {} absences", named.absences.len())),
                Some(first) => {
                    let (count, out) = (named.absences.len(), named.left_out.len());
                    let what = format!("{name}: {count} absences, and {out} that cannot be taken: {first}");
                    Finding::doubtful(NAME, what, "store these persons, or mend the feed")
                }
            },
            Err(why) => Finding::failed(NAME, format!("{name}: {why}"), mend),
        }
    });
    found.collect()
}
