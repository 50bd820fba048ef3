//! Russian numbers before a noun, and ordinals: `двадцать одна копейка`, `третье марта`.

use super::Gender;

const SMALL: [&str; 20] = [
    "ноль",
    "один",
    "два",
    "три",
    "четыре",
    "пять",
    "шесть",
    "семь",
    "восемь",
    "девять",
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
];
const TENS: [&str; 8] =
    ["двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"];
const HUNDREDS: [&str; 9] =
    ["сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"];

/// Ordinals of 0 to 19 without their ending, which is `-ый` unless said otherwise.
const SMALL_ORDINALS: [&str; 20] = [
    "нулев",
    "перв",
    "втор",
    "трет",
    "четверт",
    "пят",
    "шест",
    "седьм",
    "восьм",
    "девят",
    "десят",
    "одиннадцат",
    "двенадцат",
    "тринадцат",
    "четырнадцат",
    "пятнадцат",
    "шестнадцат",
    "семнадцат",
    "восемнадцат",
    "девятнадцат",
];
const TEN_ORDINALS: [&str; 8] =
    ["двадцат", "тридцат", "сороков", "пятидесят", "шестидесят", "семидесят", "восьмидесят", "девяност"];
const HUNDRED_ORDINALS: [&str; 9] =
    ["сот", "двухсот", "трёхсот", "четырёхсот", "пятисот", "шестисот", "семисот", "восьмисот", "девятисот"];
const THOUSAND_ORDINALS: [&str; 9] =
    ["", "двух", "трёх", "четырёх", "пяти", "шести", "семи", "восьми", "девяти"];

/// Which form of an ordinal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// `первый`
    Masculine,
    /// `первое`
    Neuter,
    /// `первого`
    Genitive,
}

/// Whether the number looks other than the voice reads its digits. Voices never decline `тысяча`.
pub(super) fn bends(n: u64, gender: Gender) -> bool {
    n >= 1000 || (gender == Gender::Feminine && matches!(n % 10, 1 | 2) && !matches!(n % 100, 11 | 12))
}

/// Which of one (`рубль`), few (`рубля`), many (`рублей`) follows the number.
pub(in crate::spoken) fn plural(n: u64) -> usize {
    match (n % 10, n % 100) {
        (_, 11..=14) => 2,
        (1, _) => 0,
        (2..=4, _) => 1,
        _ => 2,
    }
}

/// The number in words, below 10^12.
pub(super) fn words(n: u64, gender: Gender) -> String {
    let mut parts = Vec::new();
    let scales = [
        (1_000_000_000, Gender::Masculine, ["миллиард", "миллиарда", "миллиардов"]),
        (1_000_000, Gender::Masculine, ["миллион", "миллиона", "миллионов"]),
        (1000, Gender::Feminine, ["тысяча", "тысячи", "тысяч"]),
    ];
    for (size, gender, forms) in scales {
        let many = n / size % 1000;
        // «тысяча сто», not «одна тысяча сто»: but only as the first word.
        if many > 1 || (many == 1 && !parts.is_empty()) {
            parts.push(group(many, gender));
        }
        if many > 0 {
            parts.push(forms[plural(many)].to_owned());
        }
    }
    if !n.is_multiple_of(1000) || n == 0 {
        parts.push(group(n % 1000, gender));
    }
    parts.join(" ")
}

fn group(n: u64, gender: Gender) -> String {
    let (hundred, below) = ((n / 100) as usize, (n % 100) as usize);
    let mut parts = Vec::new();
    if hundred > 0 {
        parts.push(HUNDREDS[hundred - 1]);
    }
    if below >= 20 {
        parts.push(TENS[below / 10 - 2]);
    }
    let last = if below >= 20 { below % 10 } else { below };
    match (last, gender) {
        (0, _) if n > 0 => {}
        (1, Gender::Feminine) => parts.push("одна"),
        (2, Gender::Feminine) => parts.push("две"),
        _ => parts.push(SMALL[last]),
    }
    parts.join(" ")
}

/// The ordinal of a number below 10,000; beyond it, the number itself.
pub(super) fn ordinal(n: u64, ending: Ending) -> String {
    let (thousands, hundreds, below) = ((n / 1000) as usize, (n / 100 % 10) as usize, (n % 100) as usize);
    if thousands > 9 {
        return n.to_string();
    }
    let (rest, stem) = match (below, hundreds) {
        (0, 0) if thousands > 0 => (0, format!("{}тысячн", THOUSAND_ORDINALS[thousands - 1])),
        (0, 1..) => (n - n % 1000, HUNDRED_ORDINALS[hundreds - 1].to_owned()),
        (20.., _) if below.is_multiple_of(10) => (n - below as u64, TEN_ORDINALS[below / 10 - 2].to_owned()),
        (20.., _) => (n - n % 10, SMALL_ORDINALS[below % 10].to_owned()),
        _ => (n - below as u64, SMALL_ORDINALS[below].to_owned()),
    };
    let end = match (stem.as_str(), ending) {
        ("трет", Ending::Masculine) => "ий",
        ("трет", Ending::Neuter) => "ье",
        ("трет", Ending::Genitive) => "ьего",
        ("нулев" | "втор" | "шест" | "седьм" | "восьм" | "сороков", Ending::Masculine) => {
            "ой"
        }
        (_, Ending::Masculine) => "ый",
        (_, Ending::Neuter) => "ое",
        (_, Ending::Genitive) => "ого",
    };
    if rest == 0 { format!("{stem}{end}") } else { format!("{} {stem}{end}", words(rest, Gender::Masculine)) }
}
