//! What is said.

use stasisd::spoken;

/// The sentence that voices are measured with, in a number of its own so that nobody has it ready.
pub fn taxi(number: usize) -> String {
    let digits: Vec<String> = number.to_string().chars().map(String::from).collect();
    format!(
        "Your taxi, a white Toyota, number {}, has arrived. Press star to talk to an operator.",
        digits.join(" ")
    )
}

/// One sentence of 1 to 40 words, each unlike the others.
pub fn varied(number: usize) -> String {
    const WORDS: [&str; 16] = [
        "order",
        "parcel",
        "driver",
        "street",
        "evening",
        "ready",
        "seven",
        "blue",
        "question",
        "minute",
        "waiting",
        "counter",
        "Barcelona",
        "please",
        "together",
        "understand",
    ];
    let words = (0..=number * 13 % 39).map(|at| WORDS[(number * 7 + at * (3 + number % 5)) % WORDS.len()]);
    format!("{} {number}.", words.collect::<Vec<_>>().join(" "))
}

/// A prompt for the ear, and the fact in it that must be understood, as letters and digits without spaces; `*` stands
/// for up to four letters: in "B as in Bravo" it is B and Bravo that count.
pub struct Prompt {
    pub text: String,
    pub fact: &'static str,
}

/// Five kinds: a status with a number, an amount, an appointment, a telephone number, a plate.
pub fn prompts() -> Vec<Prompt> {
    let prompt = |text: String, fact| Prompt { text, fact };
    let at = |hour, minute| spoken::time(jiff::civil::time(hour, minute, 0, 0), "en");
    let date = |month, day| {
        let today = jiff::civil::date(2026, 1, 1);
        spoken::date(jiff::civil::date(2026, month, day), "en", Some(today))
    };
    vec![
        prompt(
            format!(
                "Your order, number {}, is on its way and will be with you shortly.",
                spoken::digits("4582", "en")
            ),
            "4582",
        ),
        prompt(
            format!(
                "Your order, number {}, has been delayed. We are sorry for the wait.",
                spoken::digits("9073", "en")
            ),
            "9073",
        ),
        prompt(
            format!(
                "The price of your order is {}. You can pay when it arrives.",
                spoken::money("24.50", "EUR", "en")
            ),
            "24eurosand50cents",
        ),
        prompt(
            format!("Your invoice of {} is due this week.", spoken::money("318", "USD", "en")),
            "318dollars",
        ),
        prompt(format!("Your appointment with the doctor is on {} at {}.", date(3, 17), at(15, 15)), "315pm"),
        prompt(
            format!("The technician will come on {} at {}. Please be at home.", date(11, 5), at(8, 40)),
            "840am",
        ),
        prompt(
            format!("If you have a question, call us at {}.", spoken::phone("972 123 456", "en")),
            "972123456",
        ),
        prompt(
            format!("You can reach your driver at the number {}.", spoken::phone("600 874 193", "en")),
            "600874193",
        ),
        prompt(
            format!(
                "Your taxi is a white Toyota, number plate {}. It is waiting at the door.",
                spoken::plate("4582 KLM", "en")
            ),
            "4582klm",
        ),
        prompt(
            format!("Please look for the blue van with the plate {}.", spoken::plate("7031 BXR", "en")),
            "7031b*bravoxr",
        ),
    ]
}
