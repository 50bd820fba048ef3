//! Secrets are read once, when the configuration is: from the file a key names, or a systemd credential.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Config, LoadError, Secret};

/// Longest secret that is read: a URL with a password, a token.
const LONGEST: u64 = 16 * 1024;

/// Fills `ari.password`, `orders.source.token` and `storage.url` from where the configuration says.
///
/// `credentials` is systemd's `$CREDENTIALS_DIRECTORY` (`LoadCredential=` in systemd.exec(5)), looked into
/// only for what the configuration itself does not name.
pub(super) fn resolve(config: &mut Config, credentials: Option<&Path>) -> Result<(), LoadError> {
    let ari = &mut config.ari;
    only_one("ari.password", ari.password.is_some(), "ari.password_file", ari.password_file.is_some())?;
    if let Some(secret) = find(
        "ari.password_file",
        ari.password_file.as_ref(),
        ari.password.is_none(),
        credentials,
        "ari-password",
    )? {
        ari.password = Some(secret);
    }
    if let Some(source) = &mut config.orders.source {
        let file = source.token_file.as_ref();
        only_one("orders.source.token", source.token.is_some(), "orders.source.token_file", file.is_some())?;
        let free = source.token.is_none();
        if let Some(secret) = find("orders.source.token_file", file, free, credentials, "orders-token")? {
            source.token = Some(secret);
        }
    }
    let file = config.storage.url_file.as_ref();
    if let Some(secret) = find("storage.url_file", file, true, credentials, "storage-url")? {
        config.storage.url = secret;
    }
    Ok(())
}

fn only_one(value: &str, has_value: bool, file: &str, has_file: bool) -> Result<(), LoadError> {
    if has_value && has_file {
        let key = value.to_owned();
        return Err(LoadError::Secret { key, what: format!("both it and {file} are set: remove one") });
    }
    Ok(())
}

/// The secret in the named file; if none is named and the key is free, in the credential if there is one.
fn find(
    key: &str,
    file: Option<&PathBuf>,
    free: bool,
    credentials: Option<&Path>,
    credential: &str,
) -> Result<Option<Secret>, LoadError> {
    if let Some(file) = file {
        return read(key, file).map(Some);
    }
    match credentials.map(|directory| directory.join(credential)) {
        Some(path) if free && path.exists() => read(key, &path).map(Some),
        _ => Ok(None),
    }
}

fn read(key: &str, path: &Path) -> Result<Secret, LoadError> {
    let refuse = |what: String| LoadError::Secret { key: key.to_owned(), what };
    let shown = path.display();
    let size = fs::metadata(path).map_err(|e| refuse(format!("cannot read {shown}: {e}")))?.len();
    if size > LONGEST {
        return Err(refuse(format!("{shown} is too long for a secret ({size} bytes)")));
    }
    let text = fs::read_to_string(path).map_err(|e| refuse(format!("cannot read {shown}: {e}")))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() || text.contains(['\r', '\n']) {
        return Err(refuse(format!("{shown} must hold one line with the secret")));
    }
    Ok(Secret::from(text))
}
