//! The database: it opens, its tables are up to date, it can be written, and somebody may use the API.

use super::finding::Finding;
use crate::{config::StorageConfig, storage::Store, tasks::clock};

const NAME: &str = "database";

pub(super) async fn look(config: &StorageConfig) -> Vec<Finding> {
    let store = match Store::open(config).await {
        Ok(store) => store,
        Err(error) => {
            let mend = "see that storage.url names a place this user may write, or a PostgreSQL that runs";
            return vec![Finding::failed(NAME, error.to_string(), mend)];
        }
    };
    // Writes nothing, but asks for all that writing needs.
    if let Err(error) = store.touch_token("doctor", clock::now()).await {
        let mend = "give the daemon's user the right to write it, and its disk some room";
        return vec![Finding::failed(NAME, format!("cannot be written: {error}"), mend)];
    }
    vec![Finding::ok(NAME, "open, up to date, and writable"), tokens(&store).await]
}

async fn tokens(store: &Store) -> Finding {
    const NAME: &str = "tokens";
    let now = clock::now();
    match store.tokens().await {
        Ok(tokens) => {
            let fresh = |at: Option<jiff::Timestamp>| at.is_none_or(|at| at > now);
            let good = tokens.iter().filter(|t| t.revoked_at.is_none() && fresh(t.expires_at)).count();
            if good == 0 {
                let mend = "stasisd token create \"web shop\" --scopes orders:read,orders:write";
                return Finding::doubtful(NAME, "nobody may use the API yet", mend);
            }
            Finding::ok(NAME, format!("{good} may use the API"))
        }
        Err(error) => Finding::failed(
            NAME,
            error.to_string(),
            "see that storage.url names a database that this user may use",
        ),
    }
}
