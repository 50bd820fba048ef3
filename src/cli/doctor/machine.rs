//! This machine: who we are on it, its clock, room on its disks, and files that only we should read.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::fs::statvfs;

use super::finding::Finding;
use crate::{
    config::{Config, Loaded},
    tasks::clock,
};

/// Less room than this for calls and prompts is told.
const ROOM: u64 = 512 * 1024 * 1024;

/// When this program was written: a clock before that is wrong.
const YEAR: i16 = 2026;

pub(super) fn look(loaded: &Loaded) -> Vec<Finding> {
    let config = &loaded.config;
    let mut findings = vec![clock(), who(config)];
    findings.extend(rooms(config));
    findings.extend(secrets(&loaded.secret_files));
    findings
}

/// The folder of the SQLite file, if it is one.
pub(super) fn database_folder(config: &Config) -> Option<PathBuf> {
    let place = config.storage.url.expose().strip_prefix("sqlite:")?;
    let path = place.strip_prefix("//").unwrap_or(place).split('?').next()?;
    Path::new(path).parent().map(Path::to_path_buf)
}

/// Whether what we make now will be the daemon's to write: not if the folders are somebody else's.
pub(super) fn is_daemons_user(config: &Config) -> bool {
    let folders = [database_folder(config), Some(config.speech.cache_directory.clone())];
    let owners = folders.into_iter().flatten().filter_map(|folder| fs::metadata(folder).ok());
    owners.map(|metadata| metadata.uid()).all(|owner| own_id().is_none_or(|id| id == owner))
}

/// The user this process acts as.
fn own_id() -> Option<u32> {
    fs::metadata("/proc/self").ok().map(|metadata| metadata.uid())
}

fn who(config: &Config) -> Finding {
    if is_daemons_user(config) {
        return Finding::ok("user", "the daemon's folders are ours, or not yet there");
    }
    let mend = "run it as the daemon's user: systemd-run --pipe --wait --uid=stasisd \
                -p LoadCredential=ari-password:/etc/stasisd/ari-password stasisd doctor";
    Finding::failed("user", "the daemon's folders belong to another user; nothing is written", mend)
}

fn clock() -> Finding {
    let now = clock::now();
    let seen = format!("it is {}", now.strftime("%Y-%m-%d %H:%M:%S UTC"));
    if now.to_zoned(jiff::tz::TimeZone::UTC).year() < YEAR {
        return Finding::failed(
            "clock",
            seen,
            "set the clock (timedatectl set-ntp true): orders expire by it",
        );
    }
    Finding::ok("clock", seen)
}

fn rooms(config: &Config) -> Vec<Finding> {
    let folders = [
        ("disk (calls)", database_folder(config)),
        ("disk (prompts)", Some(config.speech.cache_directory.clone())),
    ];
    let named = folders.into_iter().filter_map(|(name, folder)| Some((name, folder?)));
    named.map(|(name, folder)| room(name, &folder)).collect()
}

/// Room on the disk of a folder, or of the nearest one above it that exists.
fn room(name: &'static str, folder: &Path) -> Finding {
    let there = folder.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(Path::new("/"));
    match statvfs(there) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let seen = format!("{} MiB free at {}", free / (1024 * 1024), folder.display());
            if free < ROOM {
                return Finding::doubtful(
                    name,
                    seen,
                    "make room, or shorten [retention] and speech.cache_max_mib",
                );
            }
            Finding::ok(name, seen)
        }
        Err(error) => Finding::doubtful(
            name,
            format!("cannot look at {}: {error}", there.display()),
            "make it, owned by the daemon's user",
        ),
    }
}

/// Files with secrets that others may read.
fn secrets(files: &[PathBuf]) -> Vec<Finding> {
    let files = files.iter().filter_map(|file| Some((fs::metadata(file).ok()?, file)));
    files
        .filter(|(metadata, _)| metadata.mode() & 0o007 != 0)
        .map(|(_, file)| {
            let file = file.display();
            Finding::failed("secrets", format!("everybody may read {file}"), format!("chmod o= {file}"))
        })
        .collect()
}
