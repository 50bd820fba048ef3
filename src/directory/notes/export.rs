//! Notes as a table. Pure.

use crate::model::{Note, to_cell};

const HEAD: [&str; 13] = [
    "id",
    "at",
    "person",
    "call",
    "number",
    "contact",
    "contact_name",
    "item",
    "item_label",
    "categories",
    "text",
    "created_at",
    "updated_at",
];

/// The notes as CSV (RFC 4180) with a line of column names; categories by their ids, with spaces between.
#[must_use]
pub fn csv(notes: &[Note]) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory does not fail.
    let _ = writer.write_record(HEAD);
    for note in notes {
        let content = &note.content;
        let reference = |reference: &Option<crate::model::Reference>| {
            reference.as_ref().map(|r| (r.id.clone(), r.label.clone())).unwrap_or_default()
        };
        let (contact, item) = (reference(&content.contact), reference(&content.item));
        let row = [
            note.id.to_string(),
            note.at.to_string(),
            content.person.clone(),
            content.call.map(|call| call.to_string()).unwrap_or_default(),
            content.number.clone().unwrap_or_default(),
            contact.0,
            contact.1,
            item.0,
            item.1,
            content.categories.join(" "),
            content.text.clone(),
            note.created_at.to_string(),
            note.updated_at.to_string(),
        ];
        let _ = writer.write_record(row.iter().map(|text| to_cell(text)));
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::{NoteContent, NoteId};

    #[test]
    fn texts_stay_in_their_cells_and_are_no_formulas() {
        let content = NoteContent {
            person: "=cmd|x".to_owned(),
            number: Some("+34600000001".to_owned()),
            text: "one, \"two\"\nthree".to_owned(),
            ..NoteContent::default()
        };
        let at = Timestamp::UNIX_EPOCH;
        let note = Note { id: NoteId(uuid::Uuid::nil()), at, content, created_at: at, updated_at: at };
        let text = csv(&[note]);
        assert!(text.starts_with("id,at,person,"), "{text}");
        assert!(text.contains(",'=cmd|x,,+34600000001,"), "{text}");
        assert!(text.contains("\"one, \"\"two\"\"\nthree\""), "{text}");
        assert_eq!(csv(&[]).lines().count(), 1);
    }
}
