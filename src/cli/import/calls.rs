//! Tomàtic's call registry: categories and calls become those of the notes.

use std::path::Path;

use anyhow::Result;

use super::{report::Report, tomatic::Place};
use crate::{config::Config, people::tomatic::registry, storage::Store};

/// Where the registry is, in its folder or in `data`.
const FOLDER: &str = "call_registry";

/// Takes over the categories, then each operator's calls.
pub(super) async fn take(
    place: &Place<'_>,
    store: &Store,
    config: &Config,
    report: &mut Report<'_>,
) -> Result<()> {
    if let Some((name, path)) = place.find(&format!("{FOLDER}/categories.yaml")) {
        categories(&name, &path, store, report).await?;
    }
    for (name, path) in place.each(FOLDER, "calls-", ".yaml") {
        let Some(text) = report.text(&name, &path)? else { continue };
        let file = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let operator = file.trim_start_matches("calls-");
        match registry::calls(&text, operator, config.calls.country.parse().ok()) {
            Ok((notes, faults)) => {
                report.faults(&name, &faults)?;
                let changed = if report.dry_run {
                    store.notes_missing(&notes).await?
                } else {
                    store.add_notes(&notes).await?
                };
                report.stored(&name, notes.len(), "calls", changed)?;
            }
            Err(why) => report.fault(&name, why)?,
        }
    }
    if let Some((name, _)) = place.find("callinfo") {
        report.fault(&name, "the call log of versions before 5.8 is not read")?;
    }
    Ok(())
}

/// Each takes the place of the one with its id; others stay, behind them.
async fn categories(name: &str, path: &Path, store: &Store, report: &mut Report<'_>) -> Result<()> {
    let Some(text) = report.text(name, path)? else { return Ok(()) };
    let (read, faults) = match registry::categories(&text) {
        Ok(read) => read,
        Err(why) => return report.fault(name, why),
    };
    report.faults(name, &faults)?;
    let known = store.categories().await?;
    let changed = read.iter().filter(|category| !known.contains(category)).count();
    let count = read.len();
    if changed > 0 && !report.dry_run {
        let mut all = read;
        let others = known.into_iter().filter(|old| all.iter().all(|new| new.id != old.id));
        let others: Vec<_> = others.collect();
        all.extend(others);
        store.put_categories(&all).await?;
    }
    report.stored(name, count, "categories", changed)
}
