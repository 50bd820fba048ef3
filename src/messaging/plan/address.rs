//! By which channels somebody is told something.

use std::{collections::BTreeMap, sync::Arc};

use super::To;
use crate::{
    config::MessagingConfig,
    messaging::{channels::Channel, facts::Facts},
    model::{Person, PersonId},
};

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// The channel's name.
    pub(crate) channel: String,
    /// To whom; none: its room.
    pub(crate) person: Option<PersonId>,
}

/// Everywhere that something goes; nowhere, if there is no channel for it.
pub(crate) fn addresses(
    to: &To,
    config: &MessagingConfig,
    channels: &BTreeMap<String, Arc<Channel>>,
    facts: &Facts,
) -> Vec<Address> {
    match to {
        To::Team(timetable) => team(timetable.as_deref(), config).into_iter().collect(),
        To::Person(id) => of_person(&facts.person(id), config, channels).into_iter().collect(),
        To::Supervisors(timetable) => {
            let supervisors = facts.persons.iter().filter(|person| person.roles.contains("supervisor"));
            let told: Vec<_> = supervisors.filter_map(|person| of_person(person, config, channels)).collect();
            if told.is_empty() { team(Some(timetable), config).into_iter().collect() } else { told }
        }
    }
}

/// The room of a timetable's team.
fn team(timetable: Option<&str>, config: &MessagingConfig) -> Option<Address> {
    let own = timetable.and_then(|timetable| config.reminders.team_channels.get(timetable));
    let channel = own.unwrap_or(&config.team_channel).clone();
    (!channel.is_empty()).then_some(Address { channel, person: None })
}

/// The first channel that reaches somebody: the person's own, then those of all.
pub(crate) fn of_person(
    person: &Person,
    config: &MessagingConfig,
    channels: &BTreeMap<String, Arc<Channel>>,
) -> Option<Address> {
    let own = config.persons.get(person.id.as_str()).and_then(|wishes| wishes.channel.as_ref());
    let mut names = own.into_iter().chain(&config.person_channels);
    let name = names.find(|name| channels.get(*name).is_some_and(|channel| channel.reaches(person)))?;
    Some(Address { channel: name.clone(), person: Some(person.id.clone()) })
}
