//! `GET /api/info/{field}/{value}`: who it is, in the shape that Tomàtic's pages read.

use axum::extract::State;
use serde_json::{Value, json};

use crate::{
    directory::contacts::{Found, SourceOutcome},
    http::{
        auth::May,
        extract::{Json, Path},
        problem::Problem,
        scope::ContactsRead,
        state::App,
    },
    model::Contact,
};

/// More people than this are too many to show.
const MOST: usize = 21;
/// What can be searched by, and the word for it in the answer's message.
const FIELDS: [(&str, &str); 8] = [
    ("phone", "Phone"),
    ("name", "Name"),
    ("nif", "Nif"),
    ("soci", "Soci"),
    ("email", "Email"),
    ("contract", "Contract"),
    ("cups", "Cups"),
    ("all", "All"),
];

/// Who it is (older shape)
///
/// `{"info": {"info": {"partners": [..]}, "message": ".."}}`; the message is `ok`, `no_info`, `response_too_long` or
/// `error_getBy<Field>`. Partners have `id`, `name`, `phones`, `contracts` (our items), `comment`, `alerts`, and each fact by its
/// label. Facts are searched by their labels `nif`, `soci`, `email` and `cups`.
#[utoipa::path(
    get, path = "/api/info/{field}/{value}", tag = "older names", operation_id = "infoByField",
    security(("token" = ["contacts:read"])),
    params(
        ("field" = String, Path, description = "phone, name, nif, soci, email, contract, cups, all"),
        ("value" = String, Path, description = "What is looked for"),
    ),
    responses((status = 200, body = Object, description = "What the sources know"))
)]
pub(super) async fn info(
    _: May<ContactsRead>,
    State(app): State<App>,
    Path((field, value)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let Some((field, word)) = FIELDS.into_iter().find(|(name, _)| *name == field) else {
        let names = FIELDS.map(|(name, _)| name).join(", ");
        return Err(Problem::field("field", format!("it is one of {names}")));
    };
    let contacts = &app.rooms.contacts;
    let found = match field {
        "phone" => contacts.find_text(&value).await,
        "contract" => contacts.search(Some("item"), &value).await,
        "all" => contacts.search(None, &value).await,
        label => contacts.search(Some(label), &value).await,
    };
    Ok(Json(shaped(found, word)))
}

fn shaped(found: Found, word: &str) -> Value {
    let message = match found.outcome() {
        SourceOutcome::Found if found.contacts.len() > MOST => "response_too_long".to_owned(),
        SourceOutcome::Found => "ok".to_owned(),
        SourceOutcome::None => "no_info".to_owned(),
        SourceOutcome::Failed => format!("error_getBy{word}"),
    };
    let partners: Vec<Value> =
        if message == "ok" { found.contacts.into_iter().map(partner).collect() } else { Vec::new() };
    json!({ "info": { "info": { "partners": partners }, "message": message } })
}

fn partner(contact: Contact) -> Value {
    let mut partner = contact.facts;
    let contracts = contact.items.into_iter().map(|item| {
        let mut shown = item.facts;
        shown.insert("number".to_owned(), item.id.into());
        shown.insert("kind".to_owned(), item.kind.into());
        shown.insert("label".to_owned(), item.label.into());
        Value::Object(shown)
    });
    let contracts: Vec<Value> = contracts.collect();
    let known = [
        ("id", json!(contact.id)),
        ("name", json!(contact.name)),
        ("phones", json!(contact.numbers)),
        ("contracts", json!(contracts)),
        ("comment", json!(contact.notes.join("\n"))),
        ("alerts", json!(contact.alerts)),
    ];
    partner.extend(known.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(partner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::contacts::SourceAnswer;

    fn found(contacts: usize, outcome: SourceOutcome) -> Found {
        let contact = Contact { id: "1".to_owned(), name: "Anna".to_owned(), ..Contact::default() };
        let source = SourceAnswer { source: "crm".to_owned(), outcome, detail: None, ms: 0 };
        Found { contacts: vec![contact; contacts], sources: vec![source] }
    }

    #[test]
    fn messages() {
        let message = |found| shaped(found, "Nif")["info"]["message"].clone();
        assert_eq!(message(found(1, SourceOutcome::Found)), "ok");
        assert_eq!(message(found(22, SourceOutcome::Found)), "response_too_long");
        assert_eq!(message(found(0, SourceOutcome::None)), "no_info");
        assert_eq!(message(found(0, SourceOutcome::Failed)), "error_getByNif");
        let shown = shaped(found(1, SourceOutcome::Found), "Nif");
        assert_eq!(shown["info"]["info"]["partners"][0]["name"], "Anna");
    }
}
