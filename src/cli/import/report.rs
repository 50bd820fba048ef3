//! What an import says: a line for each file, and one for each thing that could not be read.

use std::{fs, io::Write, path::Path};

use anyhow::Result;

/// Largest file that is read.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Says what becomes of files, and remembers whether something was left out.
pub(super) struct Report<'a> {
    out: &'a mut (dyn Write + Send),
    /// Nothing is stored.
    pub(super) dry_run: bool,
    faults: usize,
}

impl<'a> Report<'a> {
    pub(super) fn new(out: &'a mut (dyn Write + Send), dry_run: bool) -> Self {
        Self { out, dry_run, faults: 0 }
    }

    /// A file was read and stored: so many of `what`, so many of them other than before.
    pub(super) fn stored(&mut self, file: &str, count: usize, what: &str, changed: usize) -> Result<()> {
        let tense = if self.dry_run { "would change" } else { "changed" };
        Ok(writeln!(self.out, "{file}: {count} {what}, {changed} {tense}")?)
    }

    /// A file was read, and there is nothing to do.
    pub(super) fn says(&mut self, file: &str, what: &str) -> Result<()> {
        Ok(writeln!(self.out, "{file}: {what}")?)
    }

    /// Something of a file, or all of it, cannot be read.
    pub(super) fn fault(&mut self, file: &str, why: impl std::fmt::Display) -> Result<()> {
        self.faults += 1;
        Ok(writeln!(self.out, "{file}: {why}")?)
    }

    pub(super) fn faults(&mut self, file: &str, whys: &[impl std::fmt::Display]) -> Result<()> {
        whys.iter().try_for_each(|why| self.fault(file, why))
    }

    /// A file's text; none, and that is told, if it cannot be read. What is no UTF-8 in it becomes `\u{fffd}`.
    pub(super) fn text(&mut self, name: &str, path: &Path) -> Result<Option<String>> {
        let read = match fs::metadata(path) {
            Ok(meta) if meta.len() > LARGEST => Err(format!("it has more than {} MiB", LARGEST >> 20)),
            Ok(_) => fs::read(path).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match read {
            Ok(bytes) => {
                if let Err(error) = std::str::from_utf8(&bytes) {
                    let line = bytes[..error.valid_up_to()].split(|b| *b == b'\n').count();
                    self.fault(
                        name,
                        format!("line {line}: it is no UTF-8; what cannot be read is left out"),
                    )?;
                }
                Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
            }
            Err(why) => self.fault(name, format!("it cannot be read: {why}")).map(|()| None),
        }
    }

    /// How much could not be read.
    pub(super) fn end(self) -> Result<bool> {
        if self.faults > 0 {
            writeln!(self.out, "{} things could not be read", self.faults)?;
        }
        Ok(self.faults == 0)
    }
}
