//! `stasisd doctor`: tries this deployment, and gives the mend for each thing that fails.

mod absences;
mod asterisk;
mod contacts;
mod database;
mod dialplan;
mod ears;
mod fastagi;
mod finding;
mod flows;
mod gateways;
mod machine;
mod manager;
mod messages;
mod port;
mod routing;
mod voice;

use std::path::PathBuf;

use finding::{Finding, State};

use super::load;
use crate::{
    app::{Exit, Failed, OrExit},
    config::Loaded,
};

/// Looks at everything, one thing after the other, and prints each finding as it is made.
pub(super) fn run(file: Option<PathBuf>) -> Result<Exit, Failed> {
    let loaded = load::read_and_verify(file)?;
    println!("{}", Finding::ok("configuration", "all values can work"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().or_exit(Exit::System)?;
    let (failed, doubtful) = runtime.block_on(look(&loaded));
    println!("{failed} failed, {doubtful} doubtful");
    Ok(if failed == 0 { Exit::Ok } else { Exit::Found })
}

/// Every look there is; gives how many things failed, and how many are doubtful.
async fn look(loaded: &Loaded) -> (usize, usize) {
    let config = &loaded.config;
    let mut told = Told::default();
    told.all(machine::look(loaded));
    told.one(&flows::look(config));
    let port = port::look(&config.http).await;
    let is_running = port.is_daemon;
    told.one(&port.finding);
    told.one(&fastagi::look(&config.fastagi, is_running).await);
    told.all(messages::look(config).await);
    // What the daemon's user does not own would be made here as somebody else's.
    let is_ours = machine::is_daemons_user(config);
    let mut prompts = Vec::new();
    if is_ours {
        told.all(database::look(&config.storage).await);
        told.all(contacts::look(config).await);
        told.all(absences::look(config).await);
        told.all(routing::look(config).await);
        let voice = voice::look(config).await;
        told.all(voice.findings);
        prompts = voice.prompts;
    }
    told.all(asterisk::look(config, is_running, &prompts).await);
    told.all(manager::look(config).await);
    (told.failed, told.doubtful)
}

/// Prints findings and counts them.
#[derive(Default)]
struct Told {
    failed: usize,
    doubtful: usize,
}

impl Told {
    fn one(&mut self, finding: &Finding) {
        println!("{finding}");
        match finding.state {
            State::Ok => {}
            State::Doubtful => self.doubtful += 1,
            State::Failed => self.failed += 1,
        }
    }

    fn all(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.one(&finding));
    }
}
