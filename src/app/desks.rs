//! A queue rings somebody: who calls is looked up, and told to whoever watches that desk (`call.ringing`).

use std::{convert::Infallible, sync::Arc};

use tokio::sync::{Semaphore, broadcast::error::RecvError};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    ami::Called,
    config::Config,
    directory::contacts::{Contacts, Ringing, Via},
    feed::Feed,
    people::People,
    queue::Queues,
    stasis::Door,
    tasks::Tasks,
};

/// Looked up at once; further ones wait, each source has its deadline.
const AT_ONCE: usize = 32;

struct Desks {
    queues: Queues,
    people: People,
    contacts: Contacts,
    feed: Feed,
    tracker: TaskTracker,
    places: Arc<Semaphore>,
}

/// Spawns the loop, if the queues' ringing is to be told.
pub fn spawn(tasks: &Tasks, config: &Config, door: &Door, people: &People, queues: &Queues) {
    if !config.ami.enabled || !config.ami.ringing || !door.contacts.rings() {
        return;
    }
    let desks = Desks {
        queues: queues.clone(),
        people: people.clone(),
        contacts: door.contacts.clone(),
        feed: door.services.feed.clone(),
        tracker: door.tracker.clone(),
        places: Arc::new(Semaphore::new(AT_ONCE)),
    };
    let stop = tasks.shutdown().soft().clone();
    tasks.spawn_loop("desks", async move {
        desks.run(stop).await;
        Ok::<_, Infallible>(())
    });
}

impl Desks {
    async fn run(&self, stop: CancellationToken) {
        let mut rung = self.queues.rung();
        let all = async {
            loop {
                match rung.recv().await {
                    // What nobody watches need not be looked up.
                    Ok(called) if self.feed.has_audience() => self.announce(&called).await,
                    Ok(_) => {}
                    Err(RecvError::Lagged(count)) => {
                        tracing::warn!(count, "telephones rang without a word of who calls");
                    }
                    Err(RecvError::Closed) => return,
                }
            }
        };
        stop.run_until_cancelled(all).await;
    }

    async fn announce(&self, called: &Called) {
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
        let person = self.people.by_interface(&called.interface);
        let ringing = Ringing {
            caller: called.number.clone(),
            caller_name: called.name.clone(),
            extension: Some(person.and_then(|one| one.extension).unwrap_or_else(|| desk(&called.interface))),
            via: Via::Queue,
            ..Ringing::default()
        };
        let (contacts, feed) = (self.contacts.clone(), self.feed.clone());
        self.tracker.spawn(async move {
            contacts.announce(&feed, ringing).await;
            drop(place);
        });
    }
}

/// The extension in `PJSIP/201` or `Local/201@desks/n`.
fn desk(interface: &str) -> String {
    let name = interface.split_once('/').map_or(interface, |(_, name)| name);
    name.split(['@', '/']).next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::desk;

    #[test]
    fn the_desk_of_an_interface() {
        for (interface, expected) in [("PJSIP/201", "201"), ("Local/201@desks/n", "201"), ("odd", "odd")] {
            assert_eq!(desk(interface), expected, "{interface}");
        }
    }
}
