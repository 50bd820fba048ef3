//! The helpline on a real Asterisk: queues, their members and callers.

mod desk;
mod doctor;
mod published;
mod queues;
#[allow(dead_code, reason = "each test binary uses its own part")]
#[path = "../../webhooks/receiver.rs"]
mod receiver;
mod told;
mod turns;

use std::{fs, io::Write};

use jiff::{Timestamp, tz::TimeZone};

use crate::support::rig::Rig;

/// The manager of a rig, as TOML.
pub fn ami(rig: &Rig) -> String {
    format!(
        "[ami]\nenabled = true\naddress = \"127.0.0.1:{}\"\npassword = \"{}\"\nbackoff_min_ms = 50\n\
         backoff_max_ms = 500\n",
        rig.port("AMI_PORT"),
        rig.var("AMI_PASSWORD")
    )
}

/// Adds to one of Asterisk's files.
pub fn configure(rig: &Rig, file: &str, text: &str) {
    let path = rig.dir().join("etc").join(file);
    let mut file = fs::File::options().append(true).open(path).expect("a file of Asterisk's");
    file.write_all(text.as_bytes()).expect("it is written");
}

/// A zone in which it is about noon, so that no turn reaches into another day.
pub fn where_it_is_noon() -> TimeZone {
    let hour = Timestamp::now().to_zoned(TimeZone::UTC).hour();
    let zone = match 12 - hour {
        0 => "Etc/GMT".to_owned(),
        east if east > 0 => format!("Etc/GMT-{east}"),
        west => format!("Etc/GMT+{}", -west),
    };
    TimeZone::get(&zone).unwrap()
}
