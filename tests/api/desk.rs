//! A queue `operators` that a timetable fills, without an Asterisk: what is done to it is done to a value.

use std::{collections::BTreeMap, sync::Mutex};

use futures_util::future::BoxFuture;
use jiff::civil::time;
use stasisd::{
    config::TimetableConfig,
    model::{
        Cell, Day, Member, MemberChange, MemberState, Membership, Paused, Person, PersonId, QueueAction,
        QueueState, Slot, Timetable, Week,
    },
    queue::program::{Hands, Plans},
    storage::{Persons, StorageError},
};

/// The queue; none: Asterisk is away.
#[derive(Default)]
pub struct Desk {
    pub queue: Mutex<Option<QueueState>>,
    /// By whom what was done.
    pub done: Mutex<Vec<String>>,
}

impl Desk {
    /// The settings of its timetable: day and night, every day.
    pub fn timetables() -> BTreeMap<String, TimetableConfig> {
        let text = "[phones]\nqueue = \"operators\"\ntime_zone = \"UTC\"\nlines = 3\nhours = [\"00:00\", \"23:59:59\"]
            days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]";
        toml::from_str(text).unwrap()
    }

    /// Asterisk is there, and the queue is empty.
    pub fn open(&self) {
        *self.queue.lock().unwrap() =
            Some(QueueState { name: "operators".to_owned(), ..QueueState::default() });
    }

    pub fn interfaces(&self) -> Vec<String> {
        let queue = self.queue.lock().unwrap();
        queue.iter().flat_map(|queue| &queue.members).map(|member| member.interface.clone()).collect()
    }
}

impl Hands for Desk {
    fn snapshot(&self, queue: &str) -> Option<QueueState> {
        self.queue.lock().unwrap().clone().filter(|state| state.name == queue)
    }

    fn act<'a>(&'a self, action: QueueAction, by: &'a str) -> BoxFuture<'a, Result<(), String>> {
        let mut queue = self.queue.lock().unwrap();
        let members = &mut queue.as_mut().unwrap().members;
        let place = members.iter().position(|member| member.interface == action.interface);
        let what = match (action.change, place) {
            (MemberChange::Add { name, penalty, paused }, None) => {
                members.push(Member {
                    interface: action.interface.clone(),
                    name,
                    membership: Membership::Dynamic,
                    penalty,
                    paused: paused.map(|reason| Paused { reason, since: None }),
                    state: MemberState::Free,
                    state_since: None,
                    in_call: false,
                    in_wrap_up: false,
                    calls_taken: 0,
                    last_call_at: None,
                });
                "add"
            }
            (MemberChange::Remove, Some(place)) => {
                members.remove(place);
                "remove"
            }
            (MemberChange::Pause { reason }, Some(place)) => {
                members[place].paused = Some(Paused { reason, since: None });
                "pause"
            }
            (MemberChange::Resume, Some(place)) => {
                members[place].paused = None;
                "resume"
            }
            (change, place) => panic!("{change:?} at {place:?}"),
        };
        self.done.lock().unwrap().push(format!("{by}: {what} {}", action.interface));
        Box::pin(async { Ok(()) })
    }
}

impl Plans for Desk {
    fn timetable(&self, name: &str, week: Week) -> BoxFuture<'_, Result<Option<Timetable>, StorageError>> {
        let hours = [time(0, 0, 0, 0), time(23, 59, 59, 0)];
        let mut table = Timetable::empty(name, week, &Day::ALL, &hours, 3);
        for day in Day::ALL {
            for (line, person) in ["anna", "berta", "eva"].iter().enumerate() {
                let cell = table.cell_mut(Slot { day, shift: 0 }, line).unwrap();
                *cell = Cell::Person(PersonId::parse(person).unwrap());
            }
        }
        Box::pin(async { Ok(Some(table)) })
    }

    fn persons(&self) -> BoxFuture<'_, Result<Persons, StorageError>> {
        let person = |(name, extension): (&str, Option<&str>)| {
            let id = PersonId::parse(name).unwrap();
            (id.clone(), Person { extension: extension.map(str::to_owned), ..Person::new(id) })
        };
        let all = [("anna", Some("201")), ("berta", Some("202")), ("carla", Some("203")), ("eva", None)];
        Box::pin(async move { Ok(all.into_iter().map(person).collect()) })
    }
}
