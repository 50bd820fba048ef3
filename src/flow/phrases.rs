//! Phrases: sentences of a flow that several texts share, and the ones every flow needs.

use std::collections::BTreeMap;

use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::text::{Template, Text};

/// A phrase's group and name: `("status", "on_the_way")`.
pub(super) type PhraseId = (String, String);

/// Phrases that say phrases that say phrases: further down it is a circle.
const DEEPEST: u32 = 5;
/// Where the depth is kept while phrases are filled in.
const DEPTH: &str = "phrase depth";

/// Group of the phrases that the program itself says.
pub(super) const SYSTEM: &str = "system";

/// A key that a menu does not have, or an answer that does not fit.
pub(super) const WRONG_KEY: &str = "wrong_key";
/// No key in time.
pub(super) const NO_INPUT: &str = "no_input";
/// A step cannot go on.
pub(super) const TECHNICAL_PROBLEM: &str = "technical_problem";

/// Name, language, sentence.
const BUILT_IN: [(&str, [(&str, &str); 4]); 3] = [
    (
        WRONG_KEY,
        [
            ("en", "Sorry, that is not one of the choices."),
            ("es", "Lo siento, esa opción no existe."),
            ("ca", "Ho sento, aquesta opció no existeix."),
            ("ru", "Извините, такого варианта нет."),
        ],
    ),
    (
        NO_INPUT,
        [
            ("en", "I did not get that."),
            ("es", "No he recibido ninguna respuesta."),
            ("ca", "No he rebut cap resposta."),
            ("ru", "Я не получила ответа."),
        ],
    ),
    (
        TECHNICAL_PROBLEM,
        [
            ("en", "We have a technical problem. I am connecting you to a person."),
            ("es", "Tenemos un problema técnico. Le paso con una persona."),
            ("ca", "Tenim un problema tècnic. El passo amb una persona."),
            ("ru", "У нас техническая неполадка. Соединяю вас с оператором."),
        ],
    ),
];

/// The system's phrases that the program can say by itself in `language`; a flow may write its own.
pub(super) fn built_in() -> BTreeMap<PhraseId, Text> {
    let phrase = |(name, sentences): (&str, [(&str, &str); 4])| {
        let by_language =
            sentences.map(|(language, text)| (language.to_owned(), Template::Plain(text.to_owned())));
        let text = Text { by_language: by_language.into(), ..Text::default() };
        ((SYSTEM.to_owned(), name.to_owned()), text)
    };
    BUILT_IN.map(phrase).into()
}

/// Adds `phrase(group, name, otherwise)`: the phrase; else `otherwise`; else the group's phrase `other`.
///
/// `reads` names the variables that any of the phrases reads.
pub(super) fn add_to(env: &mut Environment<'static>, phrases: BTreeMap<PhraseId, Text>, reads: Vec<String>) {
    let say = move |state: &State, group: &str, name: Value, otherwise: Option<Value>| {
        let name = name.as_str().unwrap_or_default().to_owned();
        let find = |name: &str| phrases.get(&(group.to_owned(), name.to_owned()));
        if let Some(found) = find(&name) {
            return fill(state, found, &reads);
        }
        match otherwise.filter(Value::is_true) {
            Some(otherwise) => Ok(otherwise.to_string()),
            None => {
                find("other").map_or_else(|| Err(unknown(group, &name)), |found| fill(state, found, &reads))
            }
        }
    };
    env.add_function("phrase", say);
}

fn fill(state: &State, text: &Text, reads: &[String]) -> Result<String, Error> {
    let language = state.lookup("language");
    let language = language.as_ref().and_then(Value::as_str).unwrap_or_default();
    let name = match text.template(language) {
        None => return Ok(String::new()),
        Some(Template::Plain(text)) => return Ok(text.clone()),
        Some(Template::Filled { name, .. }) => name,
    };
    let depth = state.lookup(DEPTH).and_then(|depth| u32::try_from(depth).ok()).unwrap_or(0);
    if depth >= DEEPEST {
        return Err(Error::new(ErrorKind::InvalidOperation, "phrases say each other in a circle"));
    }
    let known = reads.iter().filter_map(|name| Some((name.clone(), state.lookup(name)?)));
    let mut context: BTreeMap<String, Value> = known.collect();
    context.extend(
        ["language", "now"].iter().filter_map(|name| Some(((*name).to_owned(), state.lookup(name)?))),
    );
    context.insert(DEPTH.to_owned(), Value::from(depth + 1));
    state.env().get_template(name)?.render(Value::from(context))
}

fn unknown(group: &str, name: &str) -> Error {
    let text = format!("there is no phrase \"{name}\" in [phrases.{group}], and no \"other\"");
    Error::new(ErrorKind::InvalidOperation, text)
}
