//! A Rust file as the rules read it: without comments, texts and test modules.

use std::collections::BTreeSet;

/// One file.
pub struct Source {
    /// Its path from the top, with `/`.
    pub path: String,
    /// As it stands.
    pub text: String,
    /// Without comments, the contents of texts, and `#[cfg(test)]` modules.
    pub code: String,
}

impl Source {
    /// Reads `text` as the file at `path`.
    pub fn new(path: &str, text: &str) -> Self {
        let code = without_tests(&bare(text));
        Self { path: path.to_owned(), text: text.to_owned(), code }
    }

    /// The top module it belongs to; none for the two roots and for files outside `src`.
    pub fn module(&self) -> Option<&str> {
        let inner = self.path.strip_prefix("src/")?;
        let first = inner.split('/').next()?;
        let name = first.strip_suffix(".rs").unwrap_or(first);
        (!["lib", "main"].contains(&name)).then_some(name)
    }

    /// Whether the code holds `needle`, not as the end of a longer name.
    pub fn says(&self, needle: &str) -> bool {
        let begins_name = needle.starts_with(|c: char| c.is_ascii_alphanumeric());
        self.code.match_indices(needle).any(|(at, _)| {
            let before = self.code[..at].chars().next_back();
            !(begins_name && before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_'))
        })
    }

    /// Whether a chain of `super::` reaches the top, from where it can name any module.
    pub fn climbs_out(&self) -> bool {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let depth = inner.split('/').filter(|part| *part != "mod").count();
        self.code.contains(&"super::".repeat(depth))
    }
}

/// The top modules that `crate::…` paths and `use crate::{…}` trees name.
pub fn modules_named(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, prefix) in code.match_indices("crate::") {
        let rest = code[at + prefix.len()..].trim_start();
        match rest.strip_prefix('{') {
            Some(tree) => named.extend(heads(tree)),
            None => named.extend(name(rest)),
        }
    }
    named
}

/// The first name of each branch of a use tree, up to the bracket that closes it.
fn heads(tree: &str) -> Vec<String> {
    let (mut depth, mut begins, mut heads) = (0_usize, true, Vec::new());
    for (at, c) in tree.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            c if begins && depth == 0 && !c.is_whitespace() => {
                heads.extend(name(&tree[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    heads
}

/// The module's name at the start of a path; a type or a macro of the crate's root is none.
fn name(path: &str) -> Option<String> {
    let end = path.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(path.len());
    let name = &path[..end];
    name.starts_with(|c: char| c.is_ascii_lowercase()).then(|| name.to_owned())
}

/// Without comments, and with texts emptied. Lines stay where they are.
fn bare(text: &str) -> String {
    let bytes: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (String::new(), 0);
    let starts = |at: usize, what: &str| what.chars().enumerate().all(|(i, c)| bytes.get(at + i) == Some(&c));
    while at < bytes.len() {
        let end = if starts(at, "//") {
            (at..bytes.len()).find(|i| bytes[*i] == '\n').unwrap_or(bytes.len())
        } else if starts(at, "/*") {
            (at + 2..bytes.len()).find(|i| starts(*i, "*/")).map_or(bytes.len(), |i| i + 2)
        } else if let Some(hashes) = raw_text(&bytes, at) {
            let close = format!("\"{}", "#".repeat(hashes));
            let begin = at + hashes + 2;
            (begin..bytes.len()).find(|i| starts(*i, &close)).map_or(bytes.len(), |i| i + close.len())
        } else if bytes[at] == '"' {
            closing(&bytes, at, '"')
        } else if bytes[at] == '\'' && (starts(at + 1, "\\") || bytes.get(at + 2) == Some(&'\'')) {
            closing(&bytes, at, '\'')
        } else {
            out.push(bytes[at]);
            at += 1;
            continue;
        };
        out.extend(bytes[at..end].iter().filter(|c| **c == '\n'));
        at = end;
    }
    out
}

/// How many `#` a raw text that begins here has; none if none begins.
fn raw_text(text: &[char], at: usize) -> Option<usize> {
    let joined =
        at > 0 && (text[at - 1].is_ascii_alphanumeric() || text[at - 1] == '_') && text[at - 1] != 'b';
    if text[at] != 'r' || joined {
        return None;
    }
    let hashes = text[at + 1..].iter().take_while(|c| **c == '#').count();
    (text.get(at + 1 + hashes) == Some(&'"')).then_some(hashes)
}

/// The end of a text or character that begins at `at`.
fn closing(text: &[char], at: usize, quote: char) -> usize {
    let mut at = at + 1;
    while at < text.len() && text[at] != quote {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

/// Without what follows `#[cfg(test)]`: a module in brackets, or one declaration.
fn without_tests(code: &str) -> String {
    let mut parts = code.split("#[cfg(test)]");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut depth = 0_usize;
        for (at, c) in part.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && (c == '}' || c == ';') {
                out.push_str(&part[at + 1..]);
                break;
            }
        }
    }
    out
}

#[test]
fn comments_texts_and_tests_are_not_code() {
    let text =
        "a // b\n\"c \\\" d\" r#\"e \" f\"# 'g' '\\'' &'h i /* j */ k\n#[cfg(test)]\nmod tests { l { } }\nm";
    let code = Source::new("src/x.rs", text).code;
    let words: Vec<&str> = code.split_whitespace().collect();
    assert_eq!(words, ["a", "&'h", "i", "k", "m"]);
}
