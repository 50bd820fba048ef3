//! A door that listens, and the rooms behind it.

use std::{net::SocketAddr, sync::Arc};

use stasisd::{
    config::{Config, FastAgiConfig},
    scripts::Scripts,
    tasks::Shutdown,
};
use tokio::task::JoinHandle;

use crate::{asterisk::Channel, pretend::Pretend};

/// A running door, stopped with its test.
pub struct Site {
    pub address: SocketAddr,
    pub rooms: Arc<Pretend>,
    pub shutdown: Shutdown,
    /// Ends when nobody is left.
    pub served: JoinHandle<()>,
}

/// As it is shipped, on a port that is free.
pub fn shipped() -> FastAgiConfig {
    let config = Config::defaults().unwrap().fastagi;
    FastAgiConfig { listen: ([127, 0, 0, 1], 0).into(), session_timeout_ms: 20_000, ..config }
}

impl Site {
    pub async fn start() -> Self {
        Self::with(shipped()).await
    }

    pub async fn with(config: FastAgiConfig) -> Self {
        let scripts = Scripts::bind(&config).await.unwrap();
        let (address, rooms, shutdown) = (scripts.address(), Arc::new(Pretend::default()), Shutdown::new());
        let served = tokio::spawn(scripts.run(Arc::clone(&rooms) as _, shutdown.clone()));
        Self { address, rooms, shutdown, served }
    }

    /// A channel of this caller that asks `agi://…/<script>`.
    pub fn channel(&self, script: &str, caller: &str) -> Channel {
        Channel::new(self.address, script, caller)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.shutdown.abort();
    }
}
