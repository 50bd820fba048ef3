//! The rooms of the helpline, opened over each other: people, timetables, queues, programming, messages.

use super::{
    Failed, messaging,
    people::PeopleRooms,
    programming::{self, ProgrammingRoom},
    queues::QueueRoom,
    timetables,
};
use crate::{config::Config, messaging::Messaging, stasis::Door, tasks::Tasks, timetable::Timetables};

/// The rooms, and what is still to be spawned.
pub struct Helpline {
    /// Who works here.
    pub people: PeopleRooms,
    /// Who answers when.
    pub timetables: Timetables,
    /// Who answers now.
    pub queues: QueueRoom,
    /// What brings the one to the other.
    pub programming: ProgrammingRoom,
    /// What the team is told.
    pub messaging: Messaging,
}

/// Opens those that stand on the others.
pub fn open(
    config: &Config,
    door: &Door,
    people: PeopleRooms,
    queues: QueueRoom,
) -> Result<Helpline, Failed> {
    let timetables = timetables::open(config, door, &people.people);
    let programming = programming::open(config, door, &people.people, &queues.queues);
    let present = messaging::Present {
        people: people.people.clone(),
        timetables: timetables.clone(),
        queues: queues.queues.clone(),
        statistics: programming.statistics.clone(),
    };
    let messaging = messaging::open(config, door, present)?;
    Ok(Helpline { people, timetables, queues, programming, messaging })
}

impl Helpline {
    /// Spawns their loops.
    pub fn spawn(self, tasks: &Tasks, config: &Config, door: &Door) {
        super::desks::spawn(tasks, config, door, &self.people.people, &self.queues.queues);
        timetables::spawn(tasks, &self.timetables);
        self.programming.spawn(tasks);
        super::people::spawn_loops(tasks, &self.people, tasks.shutdown().soft());
        self.queues.spawn(tasks);
        messaging::spawn(tasks, &self.messaging);
    }
}
