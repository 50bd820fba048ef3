//! Feeds are read: fetched, laid out, stored in the place of what they said before.

use std::{future::Future, path::Path, sync::PoisonError, time::Duration};

use futures_util::future::join_all;
use jiff::civil::Date;
use tokio::{fs, io::AsyncReadExt, time};
use tokio_util::sync::CancellationToken;

use super::{AbsenceFeeds, Feed, FeedState, MOST_NAMED, Named, csv, ics, lay};
use crate::{
    config::{FeedFormat, Secret},
    people::PeopleError,
    storage::AbsenceQuery,
    tasks::clock,
    web::Web,
};

/// Largest feed that is read, in bytes.
const LARGEST: usize = 8 * 1024 * 1024;
/// One that failed is tried again so soon, if it is not read more often anyway.
const AGAIN: Duration = Duration::from_secs(300);

impl AbsenceFeeds {
    /// Reads all feeds, each in its own time, until it is to stop.
    pub async fn run(&self, stop: CancellationToken) {
        if let Err(error) = self.forget_others().await {
            tracing::warn!(%error, "absences of feeds that are no more could not be deleted");
        }
        join_all(self.inner.feeds.iter().map(|feed| self.follow(feed, &stop))).await;
    }

    async fn follow(&self, feed: &Feed, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let reading = stop.run_until_cancelled(Box::pin(self.read(feed))).await;
            let Some(is_good) = reading else { return };
            let pause = if is_good { feed.interval() } else { feed.interval().min(AGAIN) };
            let _ = stop.run_until_cancelled(time::sleep(pause)).await;
        }
    }

    /// Reads one and stores it; whether it went well.
    async fn read(&self, feed: &Feed) -> bool {
        let name = feed.config.name.as_str();
        let stored = async {
            let named = self.look(feed).await?;
            self.not_all_gone(feed, &named).await?;
            let absences = named.absences.len();
            let changes = self.inner.people.replace_feed(name, named.absences).await.map_err(words)?;
            if changes > 0 {
                tracing::info!(feed = name, absences, changes, "absences read");
            }
            Ok::<_, String>((absences, named.left_out))
        };
        match stored.await {
            Ok((absences, mut left_out)) => {
                let read_at = Some(clock::now());
                self.set(name, |state| {
                    if !left_out.is_empty() && state.left_out.first() != left_out.first() {
                        let (count, first) = (left_out.len(), left_out.first());
                        tracing::warn!(
                            feed = name,
                            count,
                            ?first,
                            "a feed of absences names what cannot be taken"
                        );
                    }
                    left_out.truncate(MOST_NAMED);
                    *state = FeedState { read_at, absences, left_out, problem: None };
                });
                true
            }
            Err(problem) => {
                self.set(name, |state| {
                    if state.problem.as_ref() != Some(&problem) {
                        tracing::warn!(
                            feed = name,
                            problem,
                            "a feed of absences cannot be read; what it said before still holds"
                        );
                    }
                    state.problem = Some(problem);
                });
                false
            }
        }
    }

    /// What each feed says now, by its name; nothing is stored. For `stasisd doctor`.
    pub async fn probe(&self) -> Vec<(String, Result<Named, String>)> {
        let look = async |feed: &Feed| (feed.config.name.clone(), self.look(feed).await);
        join_all(self.inner.feeds.iter().map(look)).await
    }

    async fn look(&self, feed: &Feed) -> Result<Named, String> {
        let (rows, mut left_out) = read_rows(feed, &self.inner.web).await?;
        let bad = left_out.len();
        let mut named = lay::lay(&rows, feed, &self.inner.people.all());
        left_out.append(&mut named.left_out);
        let named = Named { left_out, ..named };
        // A table whose dates are written in another way from today on is not one in which nobody is away.
        lay::doubt(rows.len(), bad, &named).map_or(Ok(named), Err)
    }

    /// That nobody is here whom a feed names may well be: it is the whole house's. Not if it knew of somebody's days to
    /// come before: then it names people in another way now.
    async fn not_all_gone(&self, feed: &Feed, named: &Named) -> Result<(), String> {
        if !named.absences.is_empty() || named.strangers == 0 {
            return Ok(());
        }
        let today = clock::now().to_zoned(feed.zone.clone()).date();
        let name = Some(feed.config.name.clone());
        let query = AbsenceQuery { feed: name, days: Some((today, Date::MAX)), ..AbsenceQuery::default() };
        let to_come = self.inner.people.inner.store.all_absences(&query).await.map_err(words)?;
        if to_come.is_empty() {
            return Ok(());
        }
        let first = named.left_out.first().map(String::as_str).unwrap_or_default();
        Err(format!("none of its rows is about anybody here, and {} were to come ({first})", to_come.len()))
    }

    /// A feed that was taken out of the configuration takes what it said with it.
    async fn forget_others(&self) -> Result<(), PeopleError> {
        let all = self.inner.people.inner.store.all_absences(&AbsenceQuery::default()).await?;
        let mut gone: Vec<String> = all.into_iter().filter_map(|absence| absence.feed).collect();
        gone.sort_unstable();
        gone.dedup();
        gone.retain(|name| self.inner.feeds.iter().all(|feed| feed.config.name != *name));
        for name in gone {
            self.inner.people.replace_feed(&name, Vec::new()).await?;
        }
        Ok(())
    }

    fn set(&self, name: &str, change: impl FnOnce(&mut FeedState)) {
        let mut states = self.inner.states.lock().unwrap_or_else(PoisonError::into_inner);
        change(states.entry(name.to_owned()).or_default());
    }
}

async fn read_rows(feed: &Feed, web: &Web) -> Result<(Vec<lay::Row>, Vec<String>), String> {
    let text = fetch(feed, web).await?;
    let today = clock::now().to_zoned(feed.zone.clone()).date();
    let feed = feed.clone();
    // A large calendar takes its time: not a thing for the runtime's own threads.
    let read = tokio::task::spawn_blocking(move || match feed.config.format {
        FeedFormat::Csv => {
            let config = &feed.config;
            csv::read(&text, &config.columns, config.delimiter, &feed.zone, feed.who.is_none())
        }
        FeedFormat::Ics => ics::read(&text, &feed.zone, today),
    });
    read.await.map_err(|error| error.to_string())?
}

async fn fetch(feed: &Feed, web: &Web) -> Result<String, String> {
    let bytes = match (&feed.config.url, &feed.config.file) {
        (Some(url), _) => {
            let token = feed.config.token.as_ref().map(Secret::expose);
            let (status, bytes) =
                web.fetch(url.expose(), token, LARGEST, feed.timeout()).await.map_err(words)?;
            if status != 200 {
                return Err(format!("the server answered with {status}"));
            }
            bytes.to_vec()
        }
        (None, Some(file)) => within(feed.timeout(), read_file(file)).await?,
        (None, None) => return Err("it has neither a url nor a file".to_owned()),
    };
    String::from_utf8(bytes).map_err(|_| "it is no text in UTF-8".to_owned())
}

async fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let told = |error: std::io::Error| format!("{shown}: {error}");
    let mut bytes = Vec::new();
    let file = fs::File::open(path).await.map_err(told)?;
    file.take(LARGEST as u64 + 1).read_to_end(&mut bytes).await.map_err(told)?;
    if bytes.len() > LARGEST { Err(format!("{shown}: more than {} MiB", LARGEST >> 20)) } else { Ok(bytes) }
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    time::timeout(limit, work).await.map_err(|_| format!("not within {limit:?}"))?
}

#[allow(clippy::needless_pass_by_value, reason = "what map_err wants")]
fn words(error: impl ToString) -> String {
    error.to_string()
}
