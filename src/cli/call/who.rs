//! Who runs this command: the name under which its changes are logged.

use std::{fs, os::unix::fs::MetadataExt};

use crate::model::clean;

/// What stands in the log: this command, and whose it was.
pub(super) fn name() -> String {
    let Some(uid) = login().or_else(owner) else { return "command line".to_owned() };
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    format!("command line ({})", named(&users, uid))
}

/// Who logged in, also behind sudo; nobody in a container or a unit.
fn login() -> Option<u32> {
    let uid = fs::read_to_string("/proc/self/loginuid").ok()?;
    uid.trim().parse().ok().filter(|uid| *uid != u32::MAX)
}

/// Whose process it is.
fn owner() -> Option<u32> {
    fs::metadata("/proc/self").ok().map(|of| of.uid())
}

/// The user of this number, of those that the machine itself knows.
fn named(users: &str, uid: u32) -> String {
    let is_it = |line: &&str| line.split(':').nth(2).is_some_and(|field| field.parse() == Ok(uid));
    let name = users.lines().find(is_it).and_then(|line| line.split(':').next());
    let name = name.map(|name| clean(name, 64)).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| format!("user {uid}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_a_name_or_a_number() {
        let users = "root:x:0:0:root:/:/bin/sh\n# none\nanna:x:1000:1000:Anna:/:/bin/sh\n";
        assert_eq!([named(users, 0), named(users, 1000)], ["root", "anna"]);
        assert_eq!([named(users, 100), named("", 0)], ["user 100", "user 0"]);
        assert!(name().starts_with("command line"));
    }
}
