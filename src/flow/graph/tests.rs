//! Pictures of flows of any shape: every step is there, and nothing from a file is markup.

use std::fmt::Write;

use rand::{RngExt, SeedableRng, rngs::SmallRng};

use super::{mermaid, svg};
use crate::flow::{Flow, read::read};

/// A flow whose steps lead anywhere.
fn random(seed: u64, steps: usize) -> Flow {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut text = "description = 'Any <b>&\"</b>'\nstart = 's0'\nanytime.'*' = 's1'\n".to_owned();
    for step in 0..steps {
        let _ =
            writeln!(text, "[steps.s{step}]\ndo = 'menu'\nsay = 'A < B & C > \"D\" ]]>'\ngive_up = 'end'");
        for key in 0..random.random_range(1..5) {
            let _ = writeln!(text, "keys.{key} = 's{}'", random.random_range(0..steps));
        }
    }
    text.push_str("[steps.end]\ndo = 'hangup'\n");
    let (flow, problems) = read("any", "any.toml", &text);
    flow.unwrap_or_else(|| panic!("{problems:?}"))
}

#[test]
fn every_step_is_drawn_whatever_leads_where() {
    for seed in (0..20).chain([60]) {
        let steps = 2 + usize::try_from(seed).unwrap();
        let flow = random(seed, steps);
        let (picture, text) = (svg(&flow), mermaid(&flow));
        for step in flow.steps.keys() {
            assert!(picture.contains(&format!("data-step=\"{step}\"")), "{step} in seed {seed}");
            assert!(text.contains(&format!("<b>{step}</b>")), "{step} in seed {seed}");
        }
    }
}

#[test]
fn a_flow_too_large_is_told_at_once() {
    assert!(svg(&random(1, 300)).contains("take the Mermaid form"));
}

#[test]
fn texts_are_never_markup() {
    let picture = svg(&random(1, 5));
    assert!(picture.contains("A &lt; B &amp; C &gt; &quot;D&quot; ]]&gt;"));
    assert!(picture.contains("<title>any: Any &lt;b&gt;&amp;&quot;&lt;/b&gt;</title>"));
    assert_eq!(picture.matches("<g ").count(), picture.matches("</g>").count());
    assert!(!picture.contains("<script") && !picture.contains("<b>"));
}
