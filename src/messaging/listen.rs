//! What happens is heard on the feed, and told to whom it matters.

use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::{Messaging, plan};
use crate::{
    model::{Notice, NoticeKind},
    tasks::clock,
};

impl Messaging {
    /// Listens until `quit`.
    pub async fn listen(&self, quit: CancellationToken) {
        let mut notices = self.inner.feed.watch();
        while let Some(heard) = quit.run_until_cancelled(notices.recv()).await {
            match heard {
                Ok(notice) => self.hear(&notice).await,
                // What is gone is told by the next look, as far as it still is so.
                Err(RecvError::Lagged(lost)) => {
                    tracing::warn!(lost, "notices came faster than they were heard");
                }
                Err(RecvError::Closed) => break,
            }
        }
        quit.cancelled().await;
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
