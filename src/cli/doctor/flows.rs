//! The flows can be used, and the one for calls that name none is among them.

use super::finding::Finding;
use crate::{config::Config, flow::Library};

const NAME: &str = "flows";

pub(super) fn look(config: &Config) -> Finding {
    let directory = config.flows.directory.display();
    let (library, problems) = Library::load(&config.flows, Some(&config.speech.sounds_directory));
    let refused = problems.iter().filter(|problem| problem.is_error()).count();
    if refused > 0 {
        return Finding::failed(
            NAME,
            format!("{refused} errors in {directory}"),
            "stasisd flow check names them",
        );
    }
    let default = &config.flows.default;
    if library.get(default).is_none() {
        let mend = "name one of them in flows.default, or add it; order-status comes with stasisd";
        return Finding::failed(NAME, format!("there is no {default:?} in {directory}"), mend);
    }
    Finding::ok(NAME, format!("{} in {directory}, {default:?} by default", library.summaries().len()))
}
