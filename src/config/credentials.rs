//! Secrets are read once, when the configuration is: from the file a key names, or a systemd credential.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Config, LoadError, Secret};

/// Longest secret that is read: a URL with a password, a token.
const LONGEST: u64 = 16 * 1024;

/// Reads `ari.password`, `ami.password`, `orders.source.token`, `webhooks.secret`, those of channels and carriers, and `storage.url` from where the configuration says, and takes
/// the names of their files out of it: from here on the secret itself is what counts. Gives the files.
///
/// `credentials` is systemd's `$CREDENTIALS_DIRECTORY` (`LoadCredential=` in systemd.exec(5)) or stands in for
/// it; it is looked into only for what the configuration itself does not name. What may not be read there is
/// not there: not everybody who makes a token may know the ARI password. Only the database's address must be read
/// where there is one: without it, the work would be done in another database.
pub(super) fn resolve(config: &mut Config, credentials: Option<&Path>) -> Result<Vec<PathBuf>, LoadError> {
    let mut reader = Reader { credentials, files: Vec::new() };
    let ari = &mut config.ari;
    reader.fill("ari.password", "ari-password", &mut ari.password, &mut ari.password_file)?;
    let ami = &mut config.ami;
    reader.fill("ami.password", "ami-password", &mut ami.password, &mut ami.password_file)?;
    if let Some(source) = &mut config.orders.source {
        reader.fill("orders.source.token", "orders-token", &mut source.token, &mut source.token_file)?;
    }
    for source in &mut config.lookup.sources {
        let (key, credential) =
            (format!("lookup.sources.{}", source.name), format!("lookup-{}", source.name));
        let (token, url) = (format!("{credential}-token"), format!("{credential}-url"));
        reader.fill(&format!("{key}.token"), &token, &mut source.token, &mut source.token_file)?;
        reader.fill(&format!("{key}.url"), &url, &mut source.url, &mut source.url_file)?;
    }
    for feed in &mut config.absences.feeds {
        let (key, credential) = (format!("absences.feeds.{}", feed.name), format!("absences-{}", feed.name));
        let (token, url) = (format!("{credential}-token"), format!("{credential}-url"));
        reader.fill(&format!("{key}.token"), &token, &mut feed.token, &mut feed.token_file)?;
        reader.fill(&format!("{key}.url"), &url, &mut feed.url, &mut feed.url_file)?;
    }
    for (name, channel) in &mut config.messaging.channels {
        let (key, credential) = (format!("messaging.channels.{name}"), format!("message-{name}"));
        let credential = |what: &str| format!("{credential}-{what}");
        let (url, token, password) = (credential("url"), credential("token"), credential("password"));
        reader.fill(&format!("{key}.url"), &url, &mut channel.url, &mut channel.url_file)?;
        reader.fill(&format!("{key}.token"), &token, &mut channel.token, &mut channel.token_file)?;
        reader.fill(
            &format!("{key}.password"),
            &password,
            &mut channel.password,
            &mut channel.password_file,
        )?;
    }
    for (name, carrier) in &mut config.sms.carriers {
        let key = |what: &str| format!("sms.carriers.{name}.{what}");
        let credential = |what: &str| format!("sms-{name}-{what}");
        reader.fill(&key("url"), &credential("url"), &mut carrier.url, &mut carrier.url_file)?;
        reader.fill(&key("token"), &credential("token"), &mut carrier.token, &mut carrier.token_file)?;
        let (password, file) = (&mut carrier.password, &mut carrier.password_file);
        reader.fill(&key("password"), &credential("password"), password, file)?;
    }
    let webhooks = &mut config.webhooks;
    reader.fill("webhooks.secret", "webhook-secret", &mut webhooks.secret, &mut webhooks.secret_file)?;
    // This one has a default, so it is never absent: a file or a credential goes before it.
    let mut url = None;
    reader.refuse_closed("storage.url", "storage-url", config.storage.url_file.as_ref())?;
    reader.fill("storage.url", "storage-url", &mut url, &mut config.storage.url_file)?;
    if let Some(url) = url {
        config.storage.url = url;
    }
    Ok(reader.files)
}

struct Reader<'a> {
    credentials: Option<&'a Path>,
    files: Vec<PathBuf>,
}

impl Reader<'_> {
    /// An error for a credential that is there and cannot be read, unless a file is named that goes before it.
    fn refuse_closed(&self, key: &str, credential: &str, file: Option<&PathBuf>) -> Result<(), LoadError> {
        let Some(path) = self.credentials.map(|folder| folder.join(credential)).filter(|_| file.is_none())
        else {
            return Ok(());
        };
        match fs::File::open(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let shown = path.display();
                let what = format!(
                    "{shown} is there and cannot be read ({error}), so this is not the database that the daemon \
                     uses. Run the command as root, or hand it over as the unit does: systemd-run --pipe --wait \
                     --uid=stasisd -p LoadCredential={credential}:{shown} stasisd ..."
                );
                Err(LoadError::Secret { key: key.to_owned(), what })
            }
            _ => Ok(()),
        }
    }

    /// Fills `secret` from its file; if there is neither, from the credential if there is one.
    fn fill(
        &mut self,
        key: &str,
        credential: &str,
        secret: &mut Option<Secret>,
        file: &mut Option<PathBuf>,
    ) -> Result<(), LoadError> {
        let named = file.take();
        if named.is_some() && secret.is_some() {
            let what = format!("both it and {key}_file are set: remove one");
            return Err(LoadError::Secret { key: key.to_owned(), what });
        }
        let given = || {
            self.credentials.map(|folder| folder.join(credential)).filter(|path| fs::File::open(path).is_ok())
        };
        let path = if secret.is_some() { None } else { named.or_else(given) };
        if let Some(path) = path {
            *secret = Some(read(key, &path)?);
            self.files.push(path);
        }
        Ok(())
    }
}

fn read(key: &str, path: &Path) -> Result<Secret, LoadError> {
    let refuse = |what: String| LoadError::Secret { key: format!("{key}_file"), what };
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
