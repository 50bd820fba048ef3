//! What this process uses, as the kernel tells it (proc(5)).

use std::fs;

/// `USER_HZ`: the kernel counts CPU time for user space in hundredths of a second on all its architectures
/// that we run on (`proc_pid_stat(5)`, `sysconf(_SC_CLK_TCK)`).
const MILLIS_PER_TICK: u64 = 10;

/// A look at this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    /// Memory in RAM.
    pub resident_bytes: u64,
    /// User and system time.
    pub cpu_millis: u64,
    /// Threads.
    pub threads: u32,
    /// Open file descriptors.
    pub open_files: u32,
}

impl Usage {
    /// In Prometheus' text format, under the names its client libraries use.
    pub(super) fn render(&self) -> String {
        let (seconds, millis) = (self.cpu_millis / 1000, self.cpu_millis % 1000);
        format!(
            "# HELP process_cpu_seconds_total CPU time used, user and system.\n\
             # TYPE process_cpu_seconds_total counter\n\
             process_cpu_seconds_total {seconds}.{millis:03}\n\
             # HELP process_resident_memory_bytes Memory in RAM.\n\
             # TYPE process_resident_memory_bytes gauge\n\
             process_resident_memory_bytes {}\n\
             # HELP process_open_fds Open file descriptors.\n\
             # TYPE process_open_fds gauge\n\
             process_open_fds {}\n\
             # HELP process_threads Threads.\n\
             # TYPE process_threads gauge\n\
             process_threads {}\n",
            self.resident_bytes, self.open_files, self.threads
        )
    }
}

/// What is used now; `None` where there is no `/proc`.
pub(super) fn usage() -> Option<Usage> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let open_files = u32::try_from(fs::read_dir("/proc/self/fd").ok()?.count()).ok()?;
    Some(Usage {
        resident_bytes: 1024 * field(&status, "VmRSS:")?,
        cpu_millis: cpu_millis(&stat)?,
        threads: u32::try_from(field(&status, "Threads:")?).ok()?,
        open_files,
    })
}

/// Fields 14 and 15. The second field, the name, may hold spaces and brackets, so count from its end.
fn cpu_millis(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some((user + system) * MILLIS_PER_TICK)
}

fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 900 0 0 0 12 30 0 0 20 0 4 0 100 1 1";
        assert_eq!(cpu_millis(stat), Some(420));
    }

    #[test]
    fn this_process_uses_something() {
        let usage = usage().unwrap();
        assert!(usage.resident_bytes > 1024 * 1024 && usage.threads > 0 && usage.open_files > 2, "{usage:?}");
    }
}
