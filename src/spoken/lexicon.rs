//! Words that a voice reads wrong, and what it should read instead.

use std::collections::BTreeMap;

use super::Language;

/// A site's own words: `SIP` → `sip`, `Tfno.` → `teléfono`. Found whatever their case; they go before the
/// language's abbreviations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lexicon(BTreeMap<String, String>);

/// How an abbreviation is written, and what is said.
type Entry = (&'static str, &'static str);

const ENGLISH: [Entry; 13] = [
    ("mr.", "Mister"),
    ("mrs.", "Missis"),
    ("ms.", "Miss"),
    ("dr.", "Doctor"),
    ("prof.", "Professor"),
    ("approx.", "approximately"),
    ("dept.", "department"),
    ("tel.", "telephone"),
    ("ext.", "extension"),
    ("etc.", "et cetera"),
    ("e.g.", "for example"),
    ("i.e.", "that is"),
    ("a.m.", "AM"),
];
const ENGLISH_AFTER_NUMBER: [Entry; 5] =
    [("min.", "minutes"), ("hrs.", "hours"), ("sec.", "seconds"), ("km", "kilometers"), ("p.m.", "PM")];

const SPANISH: [Entry; 20] = [
    ("sr.", "señor"),
    ("sra.", "señora"),
    ("srta.", "señorita"),
    ("dr.", "doctor"),
    ("dra.", "doctora"),
    ("d.ª", "doña"),
    ("ud.", "usted"),
    ("uds.", "ustedes"),
    ("c/", "calle "),
    ("av.", "avenida"),
    ("avda.", "avenida"),
    ("pl.", "plaza"),
    ("pza.", "plaza"),
    ("ctra.", "carretera"),
    ("núm.", "número"),
    ("n.º", "número "),
    ("nº", "número "),
    ("tel.", "teléfono"),
    ("aprox.", "aproximadamente"),
    ("etc.", "etcétera"),
];
const SPANISH_AFTER_NUMBER: [Entry; 4] =
    [("min.", "minutos"), ("h.", "horas"), ("km", "kilómetros"), ("€", "euros")];

const CATALAN: [Entry; 15] = [
    ("sr.", "senyor"),
    ("sra.", "senyora"),
    ("dr.", "doctor"),
    ("dra.", "doctora"),
    ("c/", "carrer "),
    ("av.", "avinguda"),
    ("avda.", "avinguda"),
    ("pl.", "plaça"),
    ("pg.", "passeig"),
    ("ctra.", "carretera"),
    ("núm.", "número"),
    ("nº", "número "),
    ("tel.", "telèfon"),
    ("aprox.", "aproximadament"),
    ("etc.", "etcètera"),
];
const CATALAN_AFTER_NUMBER: [Entry; 4] =
    [("min.", "minuts"), ("h.", "hores"), ("km", "quilòmetres"), ("€", "euros")];

const RUSSIAN: [Entry; 15] = [
    ("ул.", "улица"),
    ("д.", "дом"),
    ("кв.", "квартира"),
    ("пр.", "проспект"),
    ("просп.", "проспект"),
    ("пер.", "переулок"),
    ("пл.", "площадь"),
    ("корп.", "корпус"),
    ("стр.", "строение"),
    ("г.", "город"),
    ("им.", "имени"),
    ("тел.", "телефон"),
    ("доб.", "добавочный"),
    ("др.", "другие"),
    ("№", "номер "),
];
const RUSSIAN_AFTER_NUMBER: [Entry; 8] = [
    ("г.", "года"),
    ("руб.", "рублей"),
    ("коп.", "копеек"),
    ("мин.", "минут"),
    ("ч.", "часов"),
    ("км", "километров"),
    ("₽", "рублей"),
    ("€", "евро"),
];

impl Lexicon {
    /// Takes pairs of a written word and what is said for it.
    #[must_use]
    pub fn new(words: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(words.into_iter().map(|(word, said)| (word.trim().to_lowercase(), said)).collect())
    }

    /// One word of a text (white space around it gone) as it is said. `after_number` tells that the word
    /// before it ended with a digit.
    pub(super) fn say(&self, word: &str, after_number: bool, language: Language) -> String {
        let opening = word.len() - word.trim_start_matches(['(', '"', '\'', '«', '“', '¿', '¡']).len();
        let (before, word) = word.split_at(opening);
        let core = word.trim_end_matches([',', ';', ':', '!', '?', ')', '"', '\'', '»', '”']);
        let after = &word[core.len()..];
        let lower = core.to_lowercase();
        if let Some(said) = self.0.get(&lower).map(String::as_str).or(known(&lower, after_number, language)) {
            return format!("{before}{}{after}", said.trim_end());
        }
        if let Some(said) = core.strip_suffix('.').and_then(|bare| self.0.get(&bare.to_lowercase())) {
            return format!("{before}{said}.{after}");
        }
        // Signs that are written without a space: «C/Mayor», «№5».
        for (short, said) in general(language).iter().filter(|(_, said)| said.ends_with(' ')) {
            let begins = core.get(..short.len()).is_some_and(|start| start.to_lowercase() == *short);
            if begins {
                return format!("{before}{said}{}{after}", &core[short.len()..]);
            }
        }
        format!("{before}{word}")
    }
}

fn known(lower: &str, after_number: bool, language: Language) -> Option<&'static str> {
    let numbers = after_numbers(language).iter().filter(|_| after_number);
    let mut entries = numbers.chain(general(language));
    entries.find(|(short, _)| *short == lower).map(|(_, said)| *said)
}

fn general(language: Language) -> &'static [Entry] {
    match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
        Language::Catalan => &CATALAN,
        Language::Russian => &RUSSIAN,
        Language::Other => &[],
    }
}

fn after_numbers(language: Language) -> &'static [Entry] {
    match language {
        Language::English => &ENGLISH_AFTER_NUMBER,
        Language::Spanish => &SPANISH_AFTER_NUMBER,
        Language::Catalan => &CATALAN_AFTER_NUMBER,
        Language::Russian => &RUSSIAN_AFTER_NUMBER,
        Language::Other => &[],
    }
}
