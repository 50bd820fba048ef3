//! What queues remember: each caller's way, what became of the members, and the figures that are made of both.
//!
//! [`QueueHistory`] hears the feed's notices of callers and members and stores them; [`next()`] and [`settle()`] are the
//! decisions, pure. [`Counting`] makes figures of stored rows.

mod daily;
mod figures;
mod hours;
mod next;
mod notices;
mod run;
mod sessions;
mod settle;
mod statistics;
mod table;

pub use self::{
    daily::{Daily, daily},
    figures::{By, Counting, Figures, Group, figures},
    hours::{OpeningHours, When},
    next::next,
    notices::{CallerEvent, CallerWhat, caller_event, member_event},
    run::QueueHistory,
    sessions::{Session, sessions},
    settle::settle,
    statistics::{Statistics, bounds},
    table::{calls_csv, daily_csv, groups_csv},
};
