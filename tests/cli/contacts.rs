//! Contacts and call notes from the command line.

use super::Place;

fn place() -> Place {
    let place = Place::with("[calls]\ncountry = \"ES\"\n");
    let url = format!("[storage]\nurl = \"sqlite://{}/stasisd.db\"\n", place.folder.path().display());
    place.write("conf.d/data.toml", &url);
    place
}

#[test]
fn contacts_are_imported_looked_up_and_listed() {
    let place = place();
    let broken = place.write("broken.csv", "id,name\n1,Anna\n2\n");
    place.run(&["contacts", "import", broken.to_str().unwrap()]).is(65, &["line: 3", "nothing was stored"]);
    place.run(&["contacts", "lookup", "600000001"]).is(1, &["own", "none"]);
    let good = place.write("good.csv", "id,name,phone,City,alert\n1,Anna Pons,600000001,Girona,unpaid\n");
    place.run(&["contacts", "import", good.to_str().unwrap()]).is(0, &["1 contacts stored"]);
    place
        .run(&["contacts", "lookup", "+34 600 00 00 01"])
        .is(0, &["found", "Anna Pons", "City: Girona", "! unpaid"]);
    place
        .run(&["contacts", "lookup", "gir", "--field", "city", "--json"])
        .is(0, &["\"contacts\":[{", "Anna Pons"]);
    place.run(&["contacts", "list"]).is(0, &["Anna Pons", "+34600000001"]);
    place.run(&["contacts", "list", "--search", "zzz"]).is(1, &[]);
}

#[test]
fn a_source_that_is_not_there_is_told_with_its_mend() {
    let place = place();
    place.write(
        "conf.d/lookup.toml",
        "[[lookup.sources]]\nname = \"crm\"\nkind = \"http\"\nurl = \"http://127.0.0.1:1/\"\n",
    );
    place.run(&["contacts", "lookup", "600000001"]).is(1, &["crm", "failed", "no connection"]);
    place.run(&["doctor"]).is(1, &["FAIL  contacts", "crm: no connection", "[[lookup.sources]]"]);
}

#[test]
fn categories_are_imported_and_the_log_is_empty_at_first() {
    let place = place();
    let bad = place.write("bad.json", r#"[{"id": "1", "name": "A"}, {"id": "1", "name": "B"}]"#);
    place.run(&["notes", "categories", "--import", bad.to_str().unwrap()]).is(65, &["twice"]);
    let good = place
        .write("good.json", r#"{"categories": [{"id": "inv", "name": "Invoices", "keywords": ["bill"]}]}"#);
    place.run(&["notes", "categories", "--import", good.to_str().unwrap()]).is(0, &["1 categories stored"]);
    place.run(&["notes", "categories"]).is(0, &["inv", "Invoices", "bill"]);
    place.run(&["notes", "log", "--day", "2026-11-21"]).is(0, &[]);
    place.run(&["notes", "export"]).is(0, &["id,at,person"]);
    place.run(&["notes", "stats", "--from", "2026-11-01"]).is(0, &[]);
}
