//! `stasisd check`: reads everything, opens nothing, and says all that is wrong.

use std::path::PathBuf;

use super::load;
use crate::{app::Exit, config::problems, flow::Library, tts};

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
    let values = values.len() + usize::from(words.is_err());
    let (_, flows) = Library::load(&config.flows, Some(&config.speech.sounds_directory));
    println!("read the flows in {}", config.flows.directory.display());
    for problem in &flows {
        println!("{problem}");
    }
    let refused = flows.iter().filter(|problem| problem.is_error()).count();
    match values + refused {
        0 => println!("nothing is wrong"),
        1 => println!("1 problem"),
        count => println!("{count} problems"),
    }
    match (values == 0, refused) {
        (false, _) => Exit::Config,
        (true, 0) => Exit::Ok,
        (true, _) => Exit::Data,
    }
}
