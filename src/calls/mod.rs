//! Calls: the legs we own, the primitives a flow is made of, and the scope that settles each call once.

mod admission;
mod dialling;
mod inbox;
mod intercom;
mod keys;
mod leaving;
mod leg;
mod lending;
mod line;
mod marks;
mod outgoing;
mod playing;
mod primitives;
mod reconcile;
mod recording;
mod registry;
mod scope;
mod standing;
mod transfer;

pub use admission::{Refusal, Starting, Traffic};
pub use dialling::{dialled_by, talks_in};
pub use inbox::{Events, HandOn, Inbox, LegEvent, inbox};
pub use intercom::{Intercom, SayError};
pub use leg::{Leg, Services};
pub use line::{
    BargeIn, Dial, Dialled, Gather, Gathered, Line, Place, Prompt, Record, Recorded, Refer, Referred, Said,
    Take, Transferred,
};
pub use marks::Marks;
pub use outgoing::{Outgoing, Ringing, Undialled, call_of};
pub use reconcile::{Action, Known, plan};
pub use registry::{Registry, Role};
pub use scope::{Conversation, Settled, settle, settle_unseen};
