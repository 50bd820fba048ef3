//! What happens is heard on the feed, and told to whom it matters.

use jiff::SignedDuration;
use tokio::{sync::broadcast::error::RecvError, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{Messaging, plan, remind::FACTS};
use crate::{
    model::{Notice, NoticeKind},
    tasks::clock,
};

/// A planning that failed longer ago is no news: somebody has seen that there is no week. Less than any retention of
/// what was told.
const NEWS: SignedDuration = SignedDuration::from_hours(12);

impl Messaging {
    /// Listens until `quit`.
    pub async fn listen(&self, quit: CancellationToken) {
        let mut notices = self.inner.feed.watch();
        quit.run_until_cancelled(Box::pin(self.catch_up())).await;
        while let Some(heard) = quit.run_until_cancelled(notices.recv()).await {
            match heard {
                Ok(notice) => self.hear(&notice).await,
                // What else is gone is told by the next look, as far as it still is so.
                Err(RecvError::Lagged(lost)) => {
                    tracing::warn!(lost, "notices came faster than they were heard");
                    Box::pin(self.catch_up()).await;
                }
                Err(RecvError::Closed) => break,
            }
        }
        quit.cancelled().await;
    }

    /// Tells of the plannings that failed while nobody listened.
    async fn catch_up(&self) {
        if !self.inner.config.reminders.planning_failed {
            return;
        }
        let now = clock::now();
        let since = now.checked_sub(NEWS).unwrap_or(now);
        let Ok(failed) = timeout(FACTS, self.inner.world.failed_plannings(since)).await else {
            tracing::warn!("the plannings that failed meanwhile are not known");
            return;
        };
        if failed.is_empty() {
            return;
        }
        let Some(facts) = self.facts(now).await else { return };
        for failed in failed {
            let why = failed.why.join(" ");
            let week = failed.week.to_string();
            let draft = plan::planning_failed(&failed.planning, &failed.timetable, &week, &why);
            if let Err(error) = self.tell(&draft, &facts, now).await {
                tracing::warn!(%error, planning = failed.planning, "that a planning failed cannot be told");
            }
        }
    }

    /// Tells what a notice means for people, if anything.
    pub async fn hear(&self, notice: &Notice) {
        match notice.kind {
            NoticeKind::TimetableChanged | NoticeKind::PersonChanged => self.trigger(),
            NoticeKind::TimetablePlanning | NoticeKind::QueueMember => {
                // Most of them mean nothing, and cost nothing.
                let rules = &self.inner.config.reminders;
                if plan::of_notice(notice, rules, &super::Facts::default()).is_none() {
                    return;
                }
                let now = clock::now();
                let Some(facts) = self.facts(now).await else { return };
                let Some(draft) = plan::of_notice(notice, rules, &facts) else { return };
                if let Err(error) = self.tell(&draft, &facts, now).await {
                    tracing::warn!(kind = draft.kind.as_str(), %error, "what happened cannot be told");
                }
            }
            _ => {}
        }
    }
}
