//! The picture as Mermaid text, for documents and the browser.

use std::fmt::Write;

use super::plan::{Block, Picture};
use crate::flow::parts::Flow;

/// Kinds of boxes: fill and line colours.
const COLOURS: [(&str, &str, &str); 6] = [
    ("hear", "#e8f1fb", "#3572b0"),
    ("ask", "#fdf0d9", "#b3730f"),
    ("decide", "#eeeef2", "#6b6b80"),
    ("reach", "#e4f4e8", "#2f7d4a"),
    ("over", "#f9e3e3", "#a83a3a"),
    ("edge", "#ffffff", "#8a8a99"),
];

/// The flow as a Mermaid flowchart (`flowchart TD`). Every text from the file is escaped.
#[must_use]
pub fn mermaid(flow: &Flow) -> String {
    let picture = Picture::of(flow);
    let mut out = String::from("flowchart TD\n");
    for (place, block) in picture.blocks.iter().enumerate() {
        let (open, close) = brackets(block);
        let _ = writeln!(out, "  n{place}{open}\"{}\"{close}:::{}", label(block), class(block.kind));
    }
    for arrow in &picture.arrows {
        let line = if arrow.is_dashed { "-.->" } else { "-->" };
        let label = match escape(&arrow.label) {
            text if text.is_empty() => text,
            text => format!("|\"{text}\"|"),
        };
        let _ = writeln!(out, "  n{} {line}{label} n{}", arrow.from, arrow.to);
    }
    for (class, fill, line) in COLOURS {
        let _ = writeln!(out, "  classDef {class} fill:{fill},stroke:{line},color:#1d1d26");
    }
    out
}

/// What kinds of boxes look alike.
fn class(kind: &str) -> &'static str {
    match kind {
        "say" | "pause" => "hear",
        "menu" | "collect" | "record" => "ask",
        "lookup" | "choose" | "set" | "goto" => "decide",
        "dial" | "transfer" | "webhook" => "reach",
        "hangup" => "over",
        _ => "edge",
    }
}

fn brackets(block: &Block) -> (&'static str, &'static str) {
    match block.kind {
        "start" | "anytime" | "fault" => ("([", "])"),
        "choose" => ("{{", "}}"),
        "flow" => ("[[", "]]"),
        _ => ("[", "]"),
    }
}

fn label(block: &Block) -> String {
    let title = escape(&block.title);
    let is_step = !matches!(block.kind, "start" | "anytime" | "fault" | "flow");
    let first = if is_step { format!("<b>{title}</b> · {}", block.kind) } else { format!("<b>{title}</b>") };
    let mut lines = vec![first];
    lines.extend(block.lines.iter().map(|line| escape(line)));
    lines.join("<br/>")
}

/// Mermaid's own entities: everything that is not a letter, a digit or plain punctuation.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || " .,:;!?'’“”…·→+-_/()".contains(c) => out.push(c),
            c if c.is_control() => out.push(' '),
            c => {
                let _ = write!(out, "#{};", u32::from(c));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::read::read;

    #[test]
    fn a_flow_as_mermaid() {
        let source = r#"
description = "x"
start = "ask"
anytime."*" = "bye"
[steps.ask]
do = "menu"
say = 'Say "<script>"; a|b [c]'
keys.1 = "ask"
keys.2 = "bye"
keys.3 = "other:step"
give_up = "bye"
[steps.bye]
do = "hangup"
"#;
        let flow = read("x", "x.toml", source).0.unwrap();
        let text = mermaid(&flow);
        assert!(
            text.contains(
                "n1[\"<b>ask</b> · menu<br/>“Say #34;#60;script#62;#34;; a#124;b #91;c#93;”\"]:::ask"
            ),
            "{text}"
        );
        for arrow in ["n0 --> n1", "n1 -->|\"1\"| n1", "n1 -->|\"2, gave up\"| n2", "n4 -.->|\"#42;\"| n2"] {
            assert!(text.contains(arrow), "{arrow} in\n{text}");
        }
        assert!(text.contains("[[\"<b>other:step</b>\"]]"), "{text}");
    }
}
