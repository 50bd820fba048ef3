//! `stasisd check`: reads everything, opens nothing, and says all that is wrong.

use std::path::PathBuf;

use super::load;
use crate::{app::Exit, config::problems};

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
    let found = problems(&loaded.config);
    for problem in &found {
        println!("{}: {}\n  to mend it: {}", problem.key, problem.what, problem.mend);
    }
    match found.len() {
        0 => println!("nothing is wrong"),
        1 => println!("1 problem"),
        count => println!("{count} problems"),
    }
    if found.is_empty() { Exit::Ok } else { Exit::Config }
}
