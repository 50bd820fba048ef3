//! The daemon's own metrics, read as Prometheus would.

use std::collections::BTreeMap;

use crate::site::Site;

/// A histogram's buckets: upper bound → how many were at most that.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    buckets: Vec<(f64, f64)>,
}

/// All samples at one moment, by their whole name with labels.
pub struct Samples(BTreeMap<String, f64>);

impl Samples {
    /// What the daemon tells now.
    pub fn of(site: &Site) -> Self {
        let text = site.get("/metrics");
        let text = text.as_str().expect("a text").to_owned();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let samples = lines.filter_map(|line| line.rsplit_once(' '));
        Self(samples.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect())
    }

    /// The sum of the samples whose name begins so.
    pub fn sum(&self, prefix: &str) -> f64 {
        self.0.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(_, value)| value).sum()
    }

    /// `<name>_bucket{<label>,le="..."}`, less what was counted in `before`.
    pub fn histogram(&self, name: &str, label: &str, before: &Self) -> Histogram {
        let head = format!("{name}_bucket{{{label},le=\"");
        let buckets = self.0.iter().filter_map(|(sample, count)| {
            let bound = sample.strip_prefix(&head)?.strip_suffix("\"}")?;
            let bound = if bound == "+Inf" { f64::INFINITY } else { bound.parse().ok()? };
            Some((bound, count - before.0.get(sample).unwrap_or(&0.0)))
        });
        let mut buckets: Vec<_> = buckets.collect();
        buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        Histogram { buckets }
    }
}

impl Histogram {
    /// How many were counted.
    pub fn count(&self) -> f64 {
        self.buckets.last().map_or(0.0, |(_, count)| *count)
    }

    /// The upper bound, in ms, of the bucket in which the quantile lies: the true one is at most that.
    pub fn quantile_ms(&self, quantile: f64) -> f64 {
        let rank = quantile * self.count();
        self.buckets
            .iter()
            .find(|(_, count)| *count >= rank)
            .map_or(f64::INFINITY, |(bound, _)| bound * 1000.0)
    }
}
