//! What operators see: log lines, and figures for Prometheus.

mod journal;
mod log;
mod metrics;
mod process;

pub use log::{LogError, start as start_log};
pub use metrics::{Metrics, MetricsError};
