//! Handing a caller on: the ways of a `transfer` step, one after another until one works.

use std::time::Duration;

use serde_json::json;
use tracing::warn;

use super::{Next, Talk, ear::Ear, safe};
use crate::{
    calls::{BargeIn, Dial, Dialled, Line, Place, Refer, Referred, Take, Transferred},
    config::TransferMethod,
    flow::{
        parts::{Flow, Transfer, Way},
        set::Set,
        text::Text,
        world::World,
    },
    model::{Ended, Fault, Position, Stop},
};

/// How long a REFER that a flow names may take to be followed; a gateway's says so itself.
const REFER_SECS: u32 = 20;
/// Which way is being tried, kept with the position: a name that no flow can take.
const WAY: &str = "_way";

/// What came of one way.
enum Tried {
    /// The call is no longer ours (a line that says so by `Ok`).
    Over,
    /// They talked; now the call is over.
    Talked,
    /// The caller is still here: the outcome's word, and why.
    Not(&'static str, String),
}

/// Hands a call on that is at `here` in its flow, because somebody asked for it.
///
/// `Ok`: no way worked, and the call is still ours, at its step.
///
/// # Errors
/// [`Stop`]: how the call ended, which is what is hoped for.
pub async fn hand_on<L: Line, W: World>(
    set: &Set,
    here: Position,
    methods: &[TransferMethod],
    line: &mut L,
    world: &W,
) -> Result<(), Stop> {
    let mut talk =
        Talk { set, world, ear: Ear::new(line), position: here, take: Take::Anew, quiet: 0, faulted: false };
    // Whom the step dialled is not whom this dials.
    talk.position.visit += 1;
    talk.ear.line.at(&talk.position);
    if talk.ways(methods, 0, Take::Anew, None).await?.is_err() {
        talk.position.visit += 1;
        talk.ear.line.at(&talk.position);
    }
    Ok(())
}

impl<L: Line, W: World> Talk<'_, L, W> {
    pub(super) async fn transfer(&mut self, flow: &Flow, transfer: &Transfer) -> Result<Next, Stop> {
        let methods = self.methods(flow, transfer)?;
        let take = std::mem::replace(&mut self.take, Take::Anew);
        let tried = self.position.vars.get(WAY).and_then(serde_json::Value::as_u64).unwrap_or(0);
        let first = if take == Take::Up { usize::try_from(tried).unwrap_or(0) } else { 0 };
        // Who may have been asked for before a crash is on the way: nothing more is said.
        let asks = methods.iter().any(|method| !matches!(method, TransferMethod::Continue(_)));
        if take == Take::Anew || !asks {
            self.say_on_the_way(flow, transfer.say.as_ref()).await?;
        }
        let next = transfer.say_next.as_ref().map(|say| (flow, say));
        let failed = match self.ways(&methods, first, take, next).await? {
            Ok(next) => return Ok(next),
            Err(failed) => failed,
        };
        let refused = transfer.refused.clone();
        refused
            .map(Next::Go)
            .ok_or_else(|| Fault::Flow(format!("no way to transfer worked ({})", failed.join("; "))).into())
    }

    /// Tries the ways from `first` on, which is taken up if `take` says so; `between` is said before each further
    /// one. `Err` within: none worked, and why.
    async fn ways(
        &mut self,
        methods: &[TransferMethod],
        first: usize,
        mut take: Take,
        between: Option<(&Flow, &Text)>,
    ) -> Result<Result<Next, Vec<String>>, Stop> {
        let mut failed: Vec<String> = Vec::new();
        for (index, method) in methods.iter().enumerate().skip(first) {
            if index > first {
                if let Some((flow, say)) = between {
                    self.say_on_the_way(flow, Some(say)).await?;
                }
                // Ids are derived from the visit: each way has its own.
                self.position.visit += 1;
                self.position.vars.insert(WAY.to_owned(), json!(index));
                self.ear.line.at(&self.position);
            }
            let went = self.way(method, take, &failed).await;
            take = Take::Anew;
            let (outcome, detail) = match &went {
                Ok(Tried::Over | Tried::Talked) | Err(Stop::Ended(Ended::LeftStasis)) => {
                    ("taken", method.to_string())
                }
                Ok(Tried::Not(outcome, why)) => (*outcome, format!("{method}: {why}")),
                Err(Stop::Ended(Ended::HungUp { .. })) => ("hung_up", method.to_string()),
                // It ends or waits for other reasons.
                Err(Stop::Ended(_)) => return went.map(|_| Ok(Next::Done)),
                Err(Stop::Fault(fault)) => ("failed", format!("{method}: {fault}")),
            };
            let told = Transferred { method: method.as_str(), outcome, detail: detail.clone() };
            self.ear.line.transfer_went(&told);
            match went? {
                Tried::Over => return Ok(Ok(Next::Done)),
                Tried::Talked => {
                    self.ear.line.hang_up().await?;
                    return Ok(Ok(Next::Done));
                }
                Tried::Not(..) => failed.push(detail),
            }
        }
        self.position.vars.remove(WAY);
        Ok(Err(failed))
    }

    /// The ways in their order, those of the call's gateway among them.
    fn methods(&self, flow: &Flow, transfer: &Transfer) -> Result<Vec<TransferMethod>, Stop> {
        let mut methods = Vec::new();
        for way in &transfer.ways {
            match way {
                Way::Operator => methods.push(TransferMethod::Continue(None)),
                Way::Place(place) => methods.push(TransferMethod::Continue(Some(place.clone()))),
                Way::Gateway => methods.extend(self.world.gateway_transfer()),
                Way::Refer(address) => {
                    let address = self.fill_safe(flow, address)?;
                    let to = safe::sip_uri(&address)?.to_owned();
                    methods.push(TransferMethod::Refer { to, timeout_secs: REFER_SECS });
                }
            }
        }
        Ok(methods)
    }

    /// Says something to who is on the way to a person, and gets there in silence too.
    async fn say_on_the_way(&mut self, flow: &Flow, say: Option<&Text>) -> Result<(), Stop> {
        let Some(say) = say else { return Ok(()) };
        match self.speak(flow, say, BargeIn::Never, &[]).await {
            Err(Stop::Fault(fault @ Fault::Voice(_))) => {
                warn!(call = %self.world.call().id, step = self.position.step, %fault, "not announced");
                Ok(())
            }
            said => said.map(drop),
        }
    }

    async fn way(&mut self, method: &TransferMethod, take: Take, failed: &[String]) -> Result<Tried, Stop> {
        if let TransferMethod::Continue(place) = method {
            let (place, mut why) = match place {
                None => (self.world.operator(), "to the operator".to_owned()),
                Some(place) => {
                    let place = Place {
                        context: place.context.clone(),
                        extension: place.extension.clone(),
                        priority: place.priority,
                    };
                    let why = format!("to {},{},{}", place.context, place.extension, place.priority);
                    (place, why)
                }
            };
            if !failed.is_empty() {
                why = format!("{}; {why}", failed.join("; "));
            }
            self.ear.line.continue_in(&place, &why).await?;
            return Ok(Tried::Over);
        }
        // What is asked for here must not be asked for twice.
        self.ear.answer().await?;
        self.ear.line.durable().await?;
        let secs = |secs: u32| Duration::from_secs(u64::from(secs));
        let referred = match method {
            TransferMethod::Refer { to, timeout_secs } => {
                let refer = Refer { target: to.clone(), timeout: secs(*timeout_secs) };
                self.ear.line.refer(&refer, take).await?
            }
            TransferMethod::Star { keys, timeout_secs } => {
                self.ear.line.star(keys, secs(*timeout_secs), take).await?
            }
            TransferMethod::Dial { to, ring_secs } => return self.way_dial(to, secs(*ring_secs), take).await,
            TransferMethod::Continue(_) => return Ok(Tried::Over),
        };
        Ok(match referred {
            Referred::Refused(why) => Tried::Not("refused", why),
            Referred::Unanswered => Tried::Not("unanswered", "not taken in time".to_owned()),
        })
    }

    /// Joins somebody to the call; it is over when they have talked.
    async fn way_dial(&mut self, to: &str, ring: Duration, take: Take) -> Result<Tried, Stop> {
        let dial =
            Dial { endpoint: to.to_owned(), caller_id: None, ring, is_masked: false, may_transfer: true };
        Ok(match self.ear.line.dial(&dial, take).await? {
            Dialled::Talked => Tried::Talked,
            Dialled::Busy => Tried::Not("busy", "busy".to_owned()),
            Dialled::NoAnswer => Tried::Not("unanswered", "no answer".to_owned()),
            Dialled::Rejected => Tried::Not("refused", "rejected".to_owned()),
            Dialled::Failed(cause) => {
                Tried::Not("failed", cause.map_or("failed".to_owned(), |cause| format!("cause {cause}")))
            }
        })
    }
}
