//! The helpline on a real Asterisk: queues, their members and callers.

mod desk;
mod doctor;
mod queues;
mod turns;

use std::{fs, io::Write};

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
