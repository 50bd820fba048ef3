//! The nouns: plain values that every other room may name. No IO, no clock, no async.

mod absence;
mod attempt;
mod busy;
mod call;
mod call_order;
mod contact;
mod contact_words;
mod ending;
mod ids;
mod lane;
mod link;
mod message;
mod note;
mod notice;
mod order;
mod pairing;
mod person;
mod phone;
mod planned;
mod programming;
mod queue;
mod queue_call;
mod rule;
mod spreadsheet;
mod target;
mod timetable;
mod week;

pub use absence::{Absence, AbsenceKind, When, Who};
pub use attempt::{Attempt, AttemptId, AttemptState, Reach};
pub use busy::{Busy, busy_of};
pub use call::{CallRecord, CallState, Direction, Disposition, Position};
pub use call_order::{Amd, CallOrder, CallOrderId, OrderEnd, OrderState, RetryAfter, RetryRule};
pub use contact::{Contact, Item, clean, folded};
pub use contact_words::search_key;
pub use ending::{Ended, Fault, Stop};
pub use ids::{CallId, ChannelId, NodeId, OrderId, RuleId};
pub use lane::Lane;
pub use link::Link;
pub use message::{Message, MessageId, MessageKind, MessageState};
pub use note::{Category, Note, NoteContent, NoteId, Reference};
pub use notice::{Notice, NoticeKind};
pub use order::{Order, OrderUpdate, Outcome};
pub use pairing::{Pairing, Party, meant};
pub use person::{Person, PersonId};
pub use phone::{Country, NumberError, PhoneNumber, mask};
pub use planned::{
    KeptWeek, Penalty, Planning, PlanningProgress, PlanningState, Sheet, TableEdit, WeekPlan, WeekState,
};
pub use programming::{Override, OverrideKind, ProgrammedMember, Whom};
pub use queue::{
    Member, MemberChange, MemberState, Membership, Paused, QueueAction, QueueState, Waiting, queue_text,
};
pub use queue_call::{MemberEvent, MemberWhat, QueueCall, QueueEnd};
pub use rule::{HoursMatch, ListEntry, ListName, Matches, NumberMatch, Rule, Sense};
pub use spreadsheet::{from_cell, to_cell};
pub use target::{Refuse, Route, Target};
pub use timetable::{Cell, Slot, Timetable};
pub use week::{Day, Week};

/// A JSON object: facts of an order, variables of a call.
pub type Facts = serde_json::Map<String, serde_json::Value>;
