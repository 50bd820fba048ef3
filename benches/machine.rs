//! What processes cost, as the kernel tells it (proc(5)), and how busy the machine is.

use std::fs;

/// CPU time that a process has used, user and system, in seconds.
pub fn cpu_secs(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    // The second field, the name, may hold spaces: count from its end.
    let fields: Vec<&str> = stat.rsplit_once(')').expect("a stat line").1.split_ascii_whitespace().collect();
    let ticks = |field: usize| fields[field].parse::<f64>().expect("clock ticks");
    (ticks(11) + ticks(12)) / 100.0
}

/// Memory of a process in RAM, in MiB.
pub fn rss_mib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.split_ascii_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).expect("a number") / 1024.0
}

/// Processors and load, for the reader to judge a run by.
pub fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_ascii_whitespace().next().unwrap_or("?").to_owned();
    let processors = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{processors} processors, load {load}")
}
