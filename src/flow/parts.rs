//! What a flow file becomes once it is read: its steps, ready to be run, checked and drawn.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use indexmap::IndexMap;
use serde_json::Value;

use super::text::{Expression, Template, Templates, Text};
use crate::{config::TransferPlace, model::Facts};

/// Where something stands in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// Line, from 1.
    pub line: usize,
    /// Key path, `steps.menu.keys.1`.
    pub key: String,
}

/// Where an exit leads: a step of this flow, or of another one (`flow:step`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Another flow; `None` for this one.
    pub flow: Option<String>,
    /// The step there.
    pub step: String,
    /// Where this is written.
    pub at: Spot,
}

/// One flow: what callers hear, as data.
#[derive(Debug)]
pub struct Flow {
    /// Name: the file's stem.
    pub name: String,
    /// One sentence for people.
    pub description: String,
    /// Languages it speaks; the first is taken when the call's is none of them.
    pub languages: Vec<String>,
    /// The first step.
    pub start: Target,
    /// Variables that whoever starts it must give.
    pub needs: Vec<String>,
    /// Variables with their first values.
    pub vars: Facts,
    /// Keys that work in every prompt and question.
    pub anytime: BTreeMap<char, Target>,
    /// Step that is entered when a step cannot go on; without it: a sentence and the operator.
    pub on_fault: Option<Target>,
    /// The steps, as they stand in the file.
    pub steps: IndexMap<String, Step>,
    /// The file's texts, compiled.
    pub(super) templates: Arc<Templates>,
}

/// One named step.
#[derive(Debug)]
pub struct Step {
    /// A remark for the graph.
    pub note: String,
    /// Where it begins.
    pub at: Spot,
    /// What it does.
    pub act: Act,
}

/// What a step does.
#[derive(Debug)]
#[allow(missing_docs, reason = "each variant's struct, or the reference in config/flows.md, tells")]
pub enum Act {
    Say(Say),
    Menu(Box<Menu>),
    Collect(Box<Collect>),
    Lookup(Lookup),
    Contact(ContactLookup),
    Choose(Choose),
    Set(Set),
    Dial(Box<DialOut>),
    Connect(Box<Connect>),
    Transfer(Transfer),
    Record(Box<Recording>),
    Webhook(Box<Hook>),
    Goto(Target),
    Pause(Pause),
    Hangup(Option<Text>),
}

/// Says something and goes on.
#[derive(Debug)]
#[allow(clippy::struct_field_names, reason = "the fields are the file's keys")]
pub struct Say {
    /// What.
    pub say: Text,
    /// A key stops it (and is kept for the next question).
    pub barge_in: bool,
    /// The step after it.
    pub next: Target,
}

/// What questions have in common.
#[derive(Debug)]
pub struct Question {
    /// The question.
    pub say: Text,
    /// Said after a wrong answer; without it the phrase `system.wrong_key`.
    pub say_wrong: Option<Text>,
    /// Said after silence; without it the phrase `system.no_input`.
    pub say_silent: Option<Text>,
    /// How long to wait for the first key.
    pub timeout: Duration,
    /// How often it is asked.
    pub tries: u32,
    /// After silence, at once, instead of asking again.
    pub silent: Option<Target>,
    /// After the last try.
    pub give_up: Target,
}

/// Asks for one key.
#[derive(Debug)]
pub struct Menu {
    /// The question.
    pub question: Question,
    /// Where each key leads.
    pub keys: BTreeMap<char, Target>,
    /// Offers one item of a list for each of the keys 1 to 9.
    pub list: Option<ListMenu>,
    /// Variable that keeps the key.
    pub into: Option<String>,
}

/// The part of a menu that is made from a list.
#[derive(Debug)]
pub struct ListMenu {
    /// Variable with the list.
    pub for_each: String,
    /// Variable that names the item in `say_each`, and keeps the chosen one.
    pub item: String,
    /// Said for each item; sees the item and `key`.
    pub say_each: Text,
    /// Said after the last item.
    pub say_after: Option<Text>,
    /// Where a chosen item leads.
    pub chosen: Target,
}

/// Asks for several keys.
#[derive(Debug)]
pub struct Collect {
    /// The question.
    pub question: Question,
    /// Variable that keeps the digits.
    pub into: String,
    /// Fewest digits.
    pub min: usize,
    /// Most digits.
    pub max: usize,
    /// Key that ends the answer.
    pub terminator: Option<char>,
    /// How long to wait for each further key.
    pub between: Duration,
    /// What must be true of the answer.
    pub valid: Option<Expression>,
    /// Reads the answer back: 1 takes it, 2 asks again.
    pub confirm: Option<Text>,
    /// The step after it.
    pub next: Target,
}

/// Looks up who calls, or what about.
#[derive(Debug)]
pub struct Lookup {
    /// What is asked.
    pub source: Source,
    /// The number to look up; without it the caller's.
    pub by: Option<Template>,
    /// Variable for the list.
    pub into: String,
    /// Variable for the item, when there is exactly one.
    pub item: String,
    /// Nothing found.
    pub none: Target,
    /// Exactly one.
    pub one: Target,
    /// More than one.
    pub many: Target,
    /// The source cannot be asked.
    pub fault: Option<Target>,
}

/// Looks up whose number it is (`source = "contact"`).
#[derive(Debug)]
pub struct ContactLookup {
    /// The number; without it the caller's.
    pub by: Option<Template>,
    /// Variable for the contact; `null` when it is nobody's.
    pub into: String,
    /// It is nobody's.
    pub none: Target,
    /// It is somebody's.
    pub found: Target,
    /// A source cannot be asked, and no other one knows.
    pub fault: Option<Target>,
}

/// What a lookup asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The current orders of a telephone number.
    Orders,
}

/// Goes where the first true condition leads.
#[derive(Debug)]
pub struct Choose {
    /// Conditions in order.
    pub when: Vec<(Expression, Target)>,
    /// When none is true.
    pub otherwise: Target,
}

/// Sets variables.
#[derive(Debug)]
pub struct Set {
    /// Name and value, in the file's order.
    pub set: Vec<(String, Tree)>,
    /// The step after it.
    pub next: Target,
}

/// A value whose texts are templates: of `set`, and of a webhook's body.
#[derive(Clone, Debug)]
pub enum Tree {
    /// As it stands.
    Plain(Value),
    /// A text with its templates filled in.
    Text(Template),
    /// `{ expr = "..." }`: whatever the expression gives.
    Expr(Expression),
    /// A list.
    List(Vec<Tree>),
    /// A table.
    Table(Vec<(String, Tree)>),
}

/// Dials somebody and connects them.
#[derive(Debug)]
pub struct DialOut {
    /// Said before.
    pub say: Option<Text>,
    /// Dial string; sees `settings` only.
    pub to: Template,
    /// Number shown to the dialled party; sees `settings` only.
    pub caller_id: Option<Template>,
    /// How long it may ring.
    pub ring: Duration,
    /// The dialled party may hand the caller on by keys.
    pub may_transfer: bool,
    /// They talked and the dialled party left.
    pub answered: Target,
    /// Busy.
    pub busy: Target,
    /// Nobody answered.
    pub no_answer: Target,
    /// Refused.
    pub rejected: Target,
    /// Could not be dialled.
    pub failed: Target,
}

/// Connects the caller with whom they are paired with; neither sees the other's number.
#[derive(Debug)]
pub struct Connect {
    /// Said before, when there is somebody.
    pub say: Option<Text>,
    /// How long it may ring.
    pub ring: Duration,
    /// Nobody is paired with the caller now.
    pub none: Target,
    /// They talked and the other left.
    pub answered: Target,
    /// Busy.
    pub busy: Target,
    /// Nobody answered.
    pub no_answer: Target,
    /// Refused.
    pub rejected: Target,
    /// Could not be dialled.
    pub failed: Target,
}

/// Hands the caller to somebody else, for good.
#[derive(Debug)]
pub struct Transfer {
    /// Said before.
    pub say: Option<Text>,
    /// Said when one way did not work and the next is tried.
    pub say_next: Option<Text>,
    /// Ways, in the order they are tried.
    pub ways: Vec<Way>,
    /// When every way was refused.
    pub refused: Option<Target>,
}

/// One way to transfer.
#[derive(Debug)]
pub enum Way {
    /// The operators' place, from the configuration.
    Operator,
    /// The ways of the gateway that the call came through, from the configuration.
    Gateway,
    /// A place in the dialplan.
    Place(TransferPlace),
    /// SIP REFER to this address; sees `settings` only.
    Refer(Template),
}

/// Records what the caller says.
#[derive(Debug)]
pub struct Recording {
    /// Said before.
    pub say: Option<Text>,
    /// Variable for `{ name, seconds }`.
    pub into: String,
    /// Longest.
    pub max: Duration,
    /// Silence that ends it.
    pub silence: Duration,
    /// Shortest that counts.
    pub min: Duration,
    /// Beep first.
    pub beep: bool,
    /// Key that ends it.
    pub terminator: char,
    /// The step after it.
    pub next: Target,
    /// When it is shorter than the shortest; without it `next`.
    pub too_short: Option<Target>,
}

/// Tells another program.
#[derive(Debug)]
pub struct Hook {
    /// Address; sees `settings` only.
    pub url: Template,
    /// The JSON that is posted.
    pub body: Tree,
    /// How long it may take.
    pub timeout: Duration,
    /// Variable for `{ status, body }`.
    pub into: Option<String>,
    /// Answered with 2xx.
    pub ok: Target,
    /// Anything else.
    pub failed: Target,
}

/// Waits.
#[derive(Debug)]
pub struct Pause {
    /// How long.
    pub time: Duration,
    /// The step after it.
    pub next: Target,
}
