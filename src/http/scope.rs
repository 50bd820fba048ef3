//! What a token may do.

use std::{fmt, str::FromStr};

/// One right. Its text form (`orders:read`) stands in tokens and in the API's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// See orders, phone numbers in full.
    OrdersRead,
    /// Store and delete orders.
    OrdersWrite,
    /// See calls, their timelines, call orders and gateways, phone numbers in full.
    CallsRead,
    /// Order calls, cancel them, hang up, speak into a call.
    CallsWrite,
    /// See who calls, look people up.
    ContactsRead,
    /// Store and delete contacts.
    ContactsWrite,
    /// Tell that a desk is rung.
    RingingWrite,
    /// See call notes and their categories.
    NotesRead,
    /// Write call notes and their categories.
    NotesWrite,
    /// See flows and their graphs.
    FlowsRead,
    /// Have the flow files read again.
    FlowsWrite,
    /// See routing rules, lists, inbound links, and which way a call would go.
    RoutingRead,
    /// Change routing rules, lists and inbound links.
    RoutingWrite,
    /// See persons and their absences.
    PeopleRead,
    /// Change persons and their absences.
    PeopleWrite,
    /// See timetables and plannings.
    TimetablesRead,
    /// Edit, plan, publish and retire timetables.
    TimetablesWrite,
    /// See queues, their members and callers, and their history.
    QueuesRead,
    /// Add, remove, pause and resume members, move and withdraw callers, override the timetable.
    QueuesWrite,
    /// Send messages to channels and persons.
    MessagesWrite,
    /// Watch the event stream.
    EventsRead,
    /// Read the metrics from another machine.
    MetricsRead,
    /// Everything.
    Admin,
}

impl Scope {
    /// All scopes, as a list to show.
    pub const ALL: [Self; 23] = [
        Self::OrdersRead,
        Self::OrdersWrite,
        Self::CallsRead,
        Self::CallsWrite,
        Self::ContactsRead,
        Self::ContactsWrite,
        Self::RingingWrite,
        Self::NotesRead,
        Self::NotesWrite,
        Self::FlowsRead,
        Self::FlowsWrite,
        Self::RoutingRead,
        Self::RoutingWrite,
        Self::PeopleRead,
        Self::PeopleWrite,
        Self::TimetablesRead,
        Self::TimetablesWrite,
        Self::QueuesRead,
        Self::QueuesWrite,
        Self::MessagesWrite,
        Self::EventsRead,
        Self::MetricsRead,
        Self::Admin,
    ];

    /// The text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrdersRead => "orders:read",
            Self::OrdersWrite => "orders:write",
            Self::CallsRead => "calls:read",
            Self::CallsWrite => "calls:write",
            Self::ContactsRead => "contacts:read",
            Self::ContactsWrite => "contacts:write",
            Self::RingingWrite => "ringing:write",
            Self::NotesRead => "notes:read",
            Self::NotesWrite => "notes:write",
            Self::FlowsRead => "flows:read",
            Self::FlowsWrite => "flows:write",
            Self::RoutingRead => "routing:read",
            Self::RoutingWrite => "routing:write",
            Self::PeopleRead => "people:read",
            Self::PeopleWrite => "people:write",
            Self::TimetablesRead => "timetables:read",
            Self::TimetablesWrite => "timetables:write",
            Self::QueuesRead => "queues:read",
            Self::QueuesWrite => "queues:write",
            Self::MessagesWrite => "messages:write",
            Self::EventsRead => "events:read",
            Self::MetricsRead => "metrics:read",
            Self::Admin => "admin",
        }
    }

    /// Whether a token with these scopes has this right.
    #[must_use]
    pub fn is_granted_by(self, scopes: &[String]) -> bool {
        scopes.iter().any(|s| s == self.as_str() || s == Self::Admin.as_str())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|s| s.as_str()).collect();
            format!("{text:?} is not a scope; the scopes are {}", known.join(", "))
        })
    }
}

/// A scope as a type, so that a handler's signature says what its caller must be allowed.
pub trait Needs: Send {
    /// The scope.
    const SCOPE: Scope;
}

macro_rules! needs {
    ($($name:ident),*) => {$(
        #[doc = concat!("The handler needs [`Scope::", stringify!($name), "`].")]
        #[derive(Debug)]
        pub enum $name {}

        impl Needs for $name {
            const SCOPE: Scope = Scope::$name;
        }
    )*};
}

needs!(
    OrdersRead,
    OrdersWrite,
    CallsRead,
    CallsWrite,
    ContactsRead,
    ContactsWrite,
    NotesRead,
    NotesWrite,
    FlowsRead,
    FlowsWrite,
    RoutingRead,
    RoutingWrite,
    QueuesRead,
    QueuesWrite,
    TimetablesRead,
    TimetablesWrite,
    PeopleRead,
    PeopleWrite,
    MessagesWrite,
    EventsRead
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_back_and_admin_has_all() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
            assert!(scope.is_granted_by(&["admin".to_owned()]));
            assert!(!scope.is_granted_by(&[]));
        }
        assert!(!Scope::OrdersWrite.is_granted_by(&["orders:read".to_owned()]));
        assert!("orders".parse::<Scope>().is_err());
    }
}
