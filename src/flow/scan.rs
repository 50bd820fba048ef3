//! Names in a template that its compiler takes on trust: filters, and the groups of phrases.

/// The filters that a template or expression names: `digits` of `{{ code | digits }}`.
pub(super) fn filters(source: &str) -> Vec<&str> {
    let code = without_texts(source);
    let pipes = code.match_indices('|').map(|(at, _)| &source[at + 1..]);
    let names = pipes.map(|rest| {
        let rest = rest.trim_start();
        &rest[..rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len())]
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// The groups named as `phrase('status', …)`.
pub(super) fn phrase_groups(source: &str) -> Vec<&str> {
    let code = without_texts(source);
    let calls = code.match_indices("phrase(").map(|(at, call)| source[at + call.len()..].trim_start());
    let quoted = calls.filter_map(|rest| {
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        rest[1..].split_once(quote).map(|(group, _)| group)
    });
    quoted.collect()
}

/// The same text with everything blanked, byte for byte, that is no code: words outside of `{{ }}` and `{% %}`
/// (an expression has no such marks: all of it is code), and quoted texts.
fn without_texts(source: &str) -> String {
    let is_template = source.contains("{{") || source.contains("{%");
    let bytes = source.as_bytes();
    let (mut is_code, mut quote) = (!is_template, None);
    let mut code = vec![b' '; bytes.len()];
    for at in 0..bytes.len() {
        let (byte, pair) = (bytes[at], bytes.get(at..at + 2).unwrap_or_default());
        match quote {
            Some(open) if byte == open => quote = None,
            None if is_template && (pair == b"{{" || pair == b"{%") => is_code = true,
            None if is_template && (pair == b"}}" || pair == b"%}") => is_code = false,
            None if is_code && (byte == b'\'' || byte == b'"') => quote = Some(byte),
            None if is_code && byte.is_ascii() => code[at] = byte,
            _ => {}
        }
    }
    String::from_utf8(code).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_stand_in_code_only() {
        assert_eq!(
            filters("a | b {{ x | digits }} {% if y|length > 1 %}é{% endif %}{{ 'c | d' }}"),
            ["digits", "length"]
        );
        assert_eq!(filters("orders | length > 2 and x == 'a|b'"), ["length"]);
        assert_eq!(filters("{{ '"), [""; 0]);
    }

    #[test]
    fn groups_of_phrases() {
        assert_eq!(
            phrase_groups("phrase('no') {{ phrase('status', order.status) }}{{ phrase( \"b\" ) }}"),
            ["status", "b"]
        );
        assert_eq!(phrase_groups("{{ phrase(group, 'x') }}"), [""; 0]);
    }
}
