//! Persons as a table: CSV with a line of column names, both ways. Pure.

use std::collections::BTreeSet;

use crate::{
    model::{Person, PersonId, from_cell, to_cell},
    storage::Persons,
};

const HEAD: [&str; 14] = [
    "id",
    "name",
    "extension",
    "interface",
    "email",
    "phone",
    "color",
    "table",
    "groups",
    "ideal_load",
    "max_per_day",
    "languages",
    "roles",
    "account",
];

/// The persons as CSV (RFC 4180); several groups with `;` between, which is `\;` in a name.
#[must_use]
pub fn write<'a>(persons: impl Iterator<Item = &'a Person>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory does not fail.
    let _ = writer.write_record(HEAD);
    for person in persons {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let number = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
        let row = [
            person.id.to_string(),
            person.name.clone(),
            text(&person.extension),
            text(&person.interface),
            text(&person.email),
            text(&person.phone),
            text(&person.color),
            number(person.table),
            joined(&person.groups),
            person.ideal_load.map(|load| load.to_string()).unwrap_or_default(),
            number(person.max_per_day),
            joined(&person.languages),
            joined(&person.roles),
            text(&person.account),
        ];
        let _ = writer.write_record(row.iter().map(|text| to_cell(text)));
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// Reads a table with a line of column names, `,` or `;` between the columns (what the first line has more of). A column
/// that is not there changes nothing of who is known; an empty cell takes its value away.
///
/// # Errors
/// The line that cannot be read, and why. Nothing of it should be stored then.
pub fn read(text: &str, known: &Persons) -> Result<Vec<Person>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut rows =
        csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
    let head: Vec<String> =
        rows.headers().map_err(|error| error.to_string())?.iter().map(str::to_lowercase).collect();
    if let Some(strange) = head.iter().find(|column| !HEAD.contains(&column.as_str())) {
        return Err(format!("line 1: there is no column {strange:?}; there are: {}", HEAD.join(", ")));
    }
    let id = head.iter().position(|column| column == "id").ok_or("line 1: there is no column \"id\"")?;
    let mut persons: Vec<Person> = Vec::new();
    for row in rows.records() {
        let row = row.map_err(|error| error.to_string())?;
        let line = row.position().map(csv::Position::line).unwrap_or_default();
        let told = |why: String| format!("line {line}: {why}");
        let id = PersonId::parse(row.get(id).unwrap_or_default()).map_err(told)?;
        if persons.iter().any(|person| person.id == id) {
            return Err(told(format!("{id} is there twice")));
        }
        let mut person = known.get(&id).cloned().unwrap_or_else(|| Person::new(id));
        for (column, cell) in head.iter().zip(row.iter()) {
            set(&mut person, column, from_cell(cell)).map_err(|why| told(format!("{column}: {why}")))?;
        }
        persons.push(person.checked().map_err(|(field, why)| told(format!("{field}: {why}")))?);
    }
    Ok(persons)
}

fn set(person: &mut Person, column: &str, cell: &str) -> Result<(), String> {
    let text = || Some(cell.to_owned()).filter(|text| !text.is_empty());
    match column {
        "name" => cell.clone_into(&mut person.name),
        "extension" => person.extension = text(),
        "interface" => person.interface = text(),
        "email" => person.email = text(),
        "phone" => person.phone = text(),
        "color" => person.color = text(),
        "table" => person.table = number(cell)?,
        "groups" => person.groups = split(cell),
        "ideal_load" => person.ideal_load = number(cell)?,
        "max_per_day" => person.max_per_day = number(cell)?,
        "languages" => person.languages = split(cell),
        "roles" => person.roles = split(cell),
        "account" => person.account = text(),
        _ => {}
    }
    Ok(())
}

fn number<T: std::str::FromStr>(cell: &str) -> Result<Option<T>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    cell.parse().map(Some).map_err(|_| format!("{cell:?} is no number that fits"))
}

fn joined(words: &BTreeSet<String>) -> String {
    let escaped = words.iter().map(|word| word.replace('\\', "\\\\").replace(';', "\\;"));
    escaped.collect::<Vec<_>>().join(";")
}

fn split(cell: &str) -> BTreeSet<String> {
    let (mut words, mut word, mut letters) = (BTreeSet::new(), String::new(), cell.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => word.extend(letters.next()),
            ';' => _ = words.insert(std::mem::take(&mut word)),
            letter => word.push(letter),
        }
    }
    words.insert(word);
    words.into_iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> Person {
        Person {
            name: "Àngels, \"Çà\" דליה 🎧".into(),
            extension: Some("+201".into()),
            interface: Some("Local/201@desks/n".into()),
            email: Some("anna@example.com".into()),
            phone: Some("+34600111222".into()),
            color: Some("#aabbcc".into()),
            table: Some(3),
            groups: ["=a;b".to_owned(), "c\\".to_owned(), "front desk".to_owned()].into(),
            ideal_load: Some(7.5),
            max_per_day: Some(2),
            languages: ["ca".to_owned(), "en".to_owned()].into(),
            roles: ["admin".to_owned()].into(),
            account: Some("@anna".into()),
            ..Person::new(PersonId::parse("anna").unwrap())
        }
    }

    #[test]
    fn written_and_read_they_are_the_same() {
        let all = [person(), Person::new(PersonId::parse("berta").unwrap())];
        let text = write(all.iter());
        assert_eq!(read(&text, &Persons::new()).unwrap(), all, "{text}");
        let known: Persons = all.iter().map(|person| (person.id.clone(), person.clone())).collect();
        let few = read("id;name\nanna;Another\n", &known).unwrap();
        assert_eq!(few, [Person { name: "Another".into(), ..person() }]);
        assert_eq!(read("id,extension\nanna,\n", &known).unwrap()[0].extension, None);
    }

    #[test]
    fn what_is_broken_is_told_by_its_line() {
        let told = |text: &str| read(text, &Persons::new()).unwrap_err();
        assert!(told("name\nx\n").contains("no column \"id\""));
        assert!(told("id,shoe\n").contains("no column \"shoe\""));
        assert!(told("id,table\nanna,1\nberta,x\n").starts_with("line 3: table"));
        assert!(told("id,name\nanna,1\nanna,x\n").contains("twice"));
        assert!(told("id,email\nanna,x\n").starts_with("line 2: email"));
        assert!(told("id,name\nanna\n").contains("line: 2"));
    }
}
