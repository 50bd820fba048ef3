//! Texts in the cells of a table that people open in a spreadsheet, and back.

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text as a cell: a spreadsheet takes what begins so for a formula; a number may begin with a plus.
#[must_use]
pub fn to_cell(text: &str) -> String {
    let is_number = text.strip_prefix('+').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    if text.starts_with(FORMULA) && !is_number { format!("'{text}") } else { text.to_owned() }
}

/// The text that [`to_cell`] made harmless.
#[must_use]
pub fn from_cell(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| text.starts_with(FORMULA)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_texts_and_come_back() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("+x", "'+x"),
            ("+34600000001", "+34600000001"),
            ("'quoted", "'quoted"),
            ("", ""),
        ] {
            assert_eq!(to_cell(text), cell);
            assert_eq!(from_cell(cell), text);
        }
    }
}
