//! Opening the room of those who work here, and what keeps it up to date.

use tokio_util::sync::CancellationToken;

use super::{Exit, Failed, OrExit};
use crate::{
    config::Config,
    feed::Feed,
    people::{AbsenceFeeds, People},
    storage::Store,
    tasks::Tasks,
    web::Web,
};

/// Everybody, read once, and the feeds of their absences.
#[derive(Clone)]
pub struct PeopleRooms {
    /// Who works here.
    pub people: People,
    /// Where absences come from.
    pub feeds: AbsenceFeeds,
}

/// Opens it.
pub async fn open(config: &Config, store: Store, feed: Feed, web: Web) -> Result<PeopleRooms, Failed> {
    let people = People::new(store, feed);
    people.reread().await.or_exit(Exit::Unavailable)?;
    let feeds = AbsenceFeeds::new(people.clone(), web, config);
    Ok(PeopleRooms { people, feeds })
}

/// Spawns what reads others' changes and the feeds.
pub fn spawn_loops(tasks: &Tasks, rooms: &PeopleRooms, stop: &CancellationToken) {
    let (people, quit) = (rooms.people.clone(), stop.clone());
    tasks.spawn_loop("people", async move {
        people.run(quit).await;
        Ok::<_, std::convert::Infallible>(())
    });
    let (feeds, quit) = (rooms.feeds.clone(), stop.clone());
    tasks.spawn_loop("absences", async move {
        feeds.run(quit.clone()).await;
        quit.cancelled().await;
        Ok::<_, std::convert::Infallible>(())
    });
}
