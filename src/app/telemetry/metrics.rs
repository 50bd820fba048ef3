//! Figures in Prometheus' text format.

use std::{convert::Infallible, time::Duration};

use metrics::{describe_gauge, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use super::process;

/// Upper bounds of the buckets of everything measured in seconds: fine around the 5 ms we promise, wide enough
/// for a call to a slow endpoint.
const SECONDS: [f64; 14] =
    [0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// The same for how fast we react, where tenths of a millisecond tell.
const REACTION_SECONDS: [f64; 21] = [
    0.0001, 0.0002, 0.0003, 0.0004, 0.0005, 0.0006, 0.0008, 0.001, 0.00125, 0.0015, 0.002, 0.0025, 0.003,
    0.004, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 1.0,
];

/// How often histograms are folded, so that an unread daemon does not grow.
const FOLD: Duration = Duration::from_secs(5);

/// Why figures cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error("metrics: {0}")]
pub struct MetricsError(#[from] metrics_exporter_prometheus::BuildError);

/// The figures of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Begins to keep figures for the whole process. Histograms whose names end in `_seconds` get buckets.
    ///
    /// # Errors
    /// Another recorder was installed before.
    pub fn start() -> Result<Self, MetricsError> {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)?
            .set_buckets_for_metric(Matcher::Full("stasisd_reaction_seconds".into()), &REACTION_SECONDS)?;
        let handle = builder.install_recorder()?;
        describe_gauge!("stasisd_build_info", "1, with the version as a label");
        gauge!("stasisd_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Ok(Self { handle })
    }

    /// All figures as they stand, in the text format 0.0.4.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = self.handle.render();
        if let Some(usage) = process::usage() {
            text.push_str(&usage.render());
        }
        text
    }

    /// Keeps the figures small until `stop`.
    ///
    /// # Errors
    /// None; the type is that of a loop.
    pub async fn upkeep(self, stop: CancellationToken) -> Result<(), Infallible> {
        let mut ticks = tokio::time::interval(FOLD);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.handle.run_upkeep();
        }
        Ok(())
    }
}
