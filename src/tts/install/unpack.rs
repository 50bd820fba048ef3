//! Models and libraries out of what they come in. Names and sizes in an archive are an attacker's.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use zip::ZipArchive;

use super::{InstallError, error::writing};
use crate::config::PiperConfig;

/// Bytes that one file may have when it is unpacked; the largest models known have 120 million.
const MOST_BYTES: u64 = 1 << 30;
/// Files that are taken out of one archive.
const MOST_FILES: usize = 64;

/// Something to install: its file in the workshop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) name: String,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Model,
    Runtime,
}

/// Copies what is of use into `folder`. Blocks.
pub(super) fn unpack(file: &Path, folder: &Path) -> Result<Vec<Found>, InstallError> {
    let wrong = |why: String| InstallError::Source { file: file.to_owned(), why };
    let about = file.metadata().map_err(|error| wrong(error.to_string()))?;
    if !about.is_file() {
        return Err(wrong("it is no file".to_owned()));
    }
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let found = match extension {
        "onnx" => beside(file, folder)?,
        "whl" | "zip" => archive(file, folder)?,
        _ => {
            return Err(wrong(
                "give a model (.onnx) or a wheel (.whl) with one or with ONNX Runtime".to_owned(),
            ));
        }
    };
    if found.is_empty() {
        return Err(wrong("neither a model with its .onnx.json nor libonnxruntime.so is in it".to_owned()));
    }
    Ok(found)
}

/// A model with its description beside it.
fn beside(file: &Path, folder: &Path) -> Result<Vec<Found>, InstallError> {
    let wrong = |file: &Path, why: String| InstallError::Source { file: file.to_owned(), why };
    let name = file.file_name().and_then(|name| name.to_str()).filter(|name| is_plain(name));
    let Some(name) = name else {
        return Err(wrong(file, "rename it: letters, digits, - _ . only".to_owned()));
    };
    let description = PiperConfig::of("", file.to_owned()).description();
    for from in [file.to_owned(), description] {
        let opened = File::open(&from).map_err(|error| wrong(&from, error.to_string()))?;
        if !opened.metadata().is_ok_and(|about| about.is_file()) {
            return Err(wrong(&from, "it is no file".to_owned()));
        }
        copy(opened, &folder.join(from.file_name().unwrap_or_default()))?;
    }
    Ok(vec![Found { kind: Kind::Model, name: name.to_owned() }])
}

fn archive(file: &Path, folder: &Path) -> Result<Vec<Found>, InstallError> {
    let wrong = |why: String| InstallError::Source { file: file.to_owned(), why };
    let opened = File::open(file).map_err(|error| wrong(error.to_string()))?;
    let mut archive = ZipArchive::new(BufReader::new(opened)).map_err(|error| wrong(error.to_string()))?;
    let entries: Vec<(usize, String)> = archive
        .file_names()
        .enumerate()
        // Only the last part of a name is taken, whatever stands before it.
        .filter_map(|(at, path)| Some((at, path.ok()?.rsplit(['/', '\\']).next()?.to_owned())))
        .filter(|(_, name)| is_plain(name))
        .collect();
    let there = |wanted: &str| entries.iter().any(|(_, name)| name == wanted);
    let mut found = Vec::new();
    for (at, name) in entries.iter().filter(|(_, name)| is_wanted(name, &there)).take(MOST_FILES) {
        let entry = archive.by_index(*at).map_err(|error| wrong(format!("{name}: {error}")))?;
        let path = folder.join(name);
        if path.exists() {
            return Err(wrong(format!("{name} is in it twice")));
        }
        copy(entry, &path)?;
        if let Some(kind) = kind(name) {
            found.push(Found { kind, name: name.clone() });
        }
    }
    Ok(found)
}

fn kind(name: &str) -> Option<Kind> {
    if is_model(name) {
        return Some(Kind::Model);
    }
    let version = name.strip_prefix("libonnxruntime.so")?;
    version.bytes().all(|b| b.is_ascii_digit() || b == b'.').then_some(Kind::Runtime)
}

#[allow(clippy::case_sensitive_file_extension_comparisons, reason = "Piper writes it so")]
fn is_model(name: &str) -> bool {
    name.ends_with(".onnx")
}

/// A model and its description go together; each alone is something else.
fn is_wanted(name: &str, there: &impl Fn(&str) -> bool) -> bool {
    match name.strip_suffix(".json") {
        Some(model) => is_model(model) && there(model),
        None => match kind(name) {
            Some(Kind::Model) => there(&format!("{name}.json")),
            Some(Kind::Runtime) => true,
            None => false,
        },
    }
}

fn is_plain(name: &str) -> bool {
    let letters = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'+');
    (1..=128).contains(&name.len()) && !name.starts_with(['.', '-']) && name.bytes().all(letters)
}

fn copy(from: impl Read, to: &Path) -> Result<(), InstallError> {
    let written = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(to)?;
        if io::copy(&mut from.take(MOST_BYTES + 1), &mut file)? > MOST_BYTES {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        fs::File::sync_all(&file)
    };
    written().map_err(|error| match error.kind() {
        // What a broken archive gives.
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
            InstallError::Source { file: to.file_name().unwrap_or_default().into(), why: error.to_string() }
        }
        _ => writing(to, &error),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn wheel(path: &Path, files: &[(&str, &[u8])]) {
        let mut zip = ZipWriter::new(File::create(path).unwrap());
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
    }

    fn unpacked(files: &[(&str, &[u8])]) -> (Result<Vec<Found>, String>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let (file, to) = (folder.path().join("x.whl"), folder.path().join("to"));
        fs::create_dir(&to).unwrap();
        wheel(&file, files);
        let found = unpack(&file, &to).map_err(|error| error.to_string());
        let beside = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(beside, 2, "nothing is written elsewhere");
        let names = fs::read_dir(&to).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        (found, names.collect())
    }

    #[test]
    fn what_is_of_use_is_taken_whatever_its_path() {
        let (found, mut names) = unpacked(&[
            ("../../evil/a.onnx", b"model"),
            ("/etc/a.onnx.json", b"{}"),
            ("deep/lonely.onnx", b""),
            ("capi/libonnxruntime.so.1.31.1", b"ELF"),
            ("capi/libonnxruntime_providers_shared.so", b""),
            ("x/.hidden.onnx", b""),
            ("METADATA", b""),
        ]);
        names.sort();
        assert_eq!(names, ["a.onnx", "a.onnx.json", "libonnxruntime.so.1.31.1"]);
        let found: Vec<_> = found.unwrap().into_iter().map(|found| (found.kind, found.name)).collect();
        assert_eq!(
            found,
            [(Kind::Model, "a.onnx".to_owned()), (Kind::Runtime, "libonnxruntime.so.1.31.1".to_owned())]
        );
    }

    #[test]
    fn refused_in_words() {
        assert!(unpacked(&[("readme", b"")]).0.unwrap_err().contains("neither a model"));
        let twice: &[(&str, &[u8])] = &[("a/x.onnx", b""), ("b/x.onnx", b""), ("x.onnx.json", b"{}")];
        assert!(unpacked(twice).0.unwrap_err().contains("twice"));
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("to")).unwrap();
        fs::write(at("x.whl"), b"no archive").unwrap();
        fs::write(at("x.onnx"), b"no description").unwrap();
        fs::write(at("x.txt"), b"").unwrap();
        for (name, expected) in
            [("x.whl", "x.whl"), ("x.onnx", "x.onnx.json"), ("x.txt", ".onnx"), ("none.onnx", "No such file")]
        {
            let error = unpack(&at(name), &at("to")).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
