//! `stasisd check`: reads everything, opens nothing, and says all that is wrong.

use std::path::{Path, PathBuf};

use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::load;
use crate::{
    app::Exit,
    config::{Config, Loaded, problems},
    flow::Library,
    http, messaging, sms, tts,
};

pub(super) fn run(file: Option<PathBuf>) -> Exit {
    let loaded = match load::read(file) {
        Ok(loaded) => loaded,
        Err(failed) => {
            println!("{failed}");
            return failed.exit;
        }
    };
    for layer in &loaded.layers {
        println!("read {layer}");
    }
    let values = problems(&loaded.config);
    for problem in &values {
        println!("{}: {}\n  to mend it: {}", problem.key, problem.what, problem.mend);
    }
    let config = &loaded.config;
    let words = tts::try_lexicon(&config.speech.lexicon);
    if let Err(error) = &words {
        println!("{error}");
    }
    let files = files(config);
    for problem in &files {
        println!("{problem}");
    }
    let texts = messaging::problems(config);
    for problem in &texts {
        println!("{problem}");
    }
    let carriers = sms::problems(config);
    for problem in &carriers {
        println!("{problem}");
    }
    let wrong = values.len() + files.len() + usize::from(words.is_err()) + texts.len() + carriers.len();
    let (library, flows) = Library::load(&config.flows, Some(&config.speech.sounds_directory));
    println!("read the flows in {}", config.flows.directory.display());
    for problem in &flows {
        println!("{problem}");
    }
    let missing = missing_flows(&loaded, &library);
    for problem in &missing {
        println!("{problem}");
    }
    let refused = flows.iter().filter(|problem| problem.is_error()).count() + missing.len();
    match wrong + refused {
        0 => println!("nothing is wrong"),
        1 => println!("1 problem"),
        count => println!("{count} problems"),
    }
    match (wrong == 0, refused) {
        (false, _) => Exit::Config,
        (true, 0) => Exit::Ok,
        (true, _) => Exit::Data,
    }
}

/// The flows that the configuration names and that are not there.
fn missing_flows(loaded: &Loaded, library: &Library) -> Vec<String> {
    let config = &loaded.config;
    let flows = library.summaries();
    let mut named =
        vec![("flows.default".to_owned(), &config.flows.default, "calls that name no flow are given it")];
    if !config.gateways.is_empty() {
        let key = "outbound.message_flow".to_owned();
        named.push((key, &config.outbound.message_flow, "it says the text of calls that bring one"));
    }
    for (place, rule) in config.outbound.notify.iter().enumerate() {
        let key = format!("outbound.notify[{place}].flow");
        named.push((key, &rule.flow, "it is what this rule's status calls say"));
    }
    named.retain(|(_, name, _)| !flows.iter().any(|flow| flow.name == **name));
    let tell = |(key, name, why): (String, &String, &str)| {
        let table = key.split_once('[').map_or(&*key, |(table, _)| table);
        format!("{}: {key}: {name:?} is in no file there, and {why}", loaded.layer_of(table))
    };
    named.into_iter().map(tell).collect()
}

/// What is wrong in the certificates and keys that the configuration names.
fn files(config: &Config) -> Vec<String> {
    let source = config.orders.source.as_ref();
    let authorities = [
        ("ari.ca_file", config.ari.ca_file.as_ref()),
        ("ami.ca_file", config.ami.ca_file.as_ref()),
        ("orders.source.ca_file", source.and_then(|it| it.ca_file.as_ref())),
    ];
    let mut found: Vec<String> = authorities
        .into_iter()
        .filter_map(|(key, file)| Some(format!("{key}: {}", authority(file?)?)))
        .collect();
    if let Some(tls) = &config.http.tls
        && let Err(error) = http::check_tls(tls)
    {
        found.push(format!("http.tls: {error}"));
    }
    found
}

/// What is wrong with a file of certificates.
fn authority(file: &Path) -> Option<String> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(all) if all.is_empty() => Some(format!("{} holds no certificate in PEM form", file.display())),
        Ok(_) => None,
        Err(error) => Some(format!("{}: {error}", file.display())),
    }
}
