//! Rows of a feed become absences: whose they are, which days, which shifts. Pure.

use std::collections::{BTreeSet, HashMap};

use jiff::{
    ToSpan,
    civil::{Date, DateTime, Time},
};
use uuid::Uuid;

use super::Feed;
use crate::{
    config::WhoBy,
    model::{Absence, When, Who, clean},
    people::{Roster, absences::days, lines::with_id},
};

/// Absences of one feed at most.
const MOST: usize = 50_000;

/// Something that a feed says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands, for people: `line 3`, an event's summary.
    pub place: String,
    /// Whom it names: e-mail addresses, ids, accounts.
    pub who: Vec<String>,
    /// When.
    pub span: Span,
    /// Why; may be empty.
    pub reason: String,
}

/// When, in the feed's own zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Whole days, both included.
    Days(Date, Date),
    /// From one time to another, which is not included.
    Times(DateTime, DateTime),
}

/// What a feed came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Named {
    /// The absences, each once.
    pub absences: Vec<Absence>,
    /// What was left out, and why.
    pub left_out: Vec<String>,
    /// How many of those left out are about people who are not here.
    pub strangers: usize,
}

/// Lays rows over days and shifts, for those who are known.
pub(super) fn lay(rows: &[Row], feed: &Feed, roster: &Roster) -> Named {
    let by = keyed(roster, feed.config.who_by);
    let mut named = Named::default();
    let mut ids = BTreeSet::new();
    for row in rows {
        let whose = match &feed.who {
            Some(who) => vec![who.clone()],
            None => row.who.iter().filter_map(|key| by.get(&key.trim().to_lowercase())).cloned().collect(),
        };
        if whose.is_empty() {
            let who = row.who.join(", ");
            let why =
                if who.is_empty() { "names nobody".to_owned() } else { format!("nobody here is {who:?}") };
            named.left_out.push(format!("{}: {why}", row.place));
            named.strangers += 1;
            continue;
        }
        let laid = match lay_span(row.span, &feed.hours) {
            Ok(laid) => laid,
            Err(why) => {
                named.left_out.push(format!("{}: {why}", row.place));
                continue;
            }
        };
        let days = whose.iter().flat_map(|who| laid.iter().map(move |(when, shifts)| (who, when, shifts)));
        for (who, when, shifts) in days {
            let absence = absence(row, feed, who.clone(), when.clone(), shifts.clone());
            if ids.contains(&absence.id) {
                continue;
            }
            if ids.len() == MOST {
                named.left_out.push(format!("{}: more than {MOST} absences", row.place));
                return named;
            }
            ids.insert(absence.id);
            named.absences.push(absence);
        }
    }
    named
}

/// Why what a feed says now cannot be what it means: less than half of it can be read. `rows` could be, `bad` could not;
/// what is wrong with either is in `left_out`. Who works elsewhere is no fault of a feed.
pub(super) fn doubt(rows: usize, bad: usize, named: &Named) -> Option<String> {
    let (all, broken) = (rows + bad, named.left_out.len().saturating_sub(named.strangers));
    let first = named.left_out.first().map(String::as_str).unwrap_or_default();
    (2 * broken > all).then(|| format!("{broken} of its {all} rows cannot be read ({first})"))
}

fn absence(row: &Row, feed: &Feed, who: Who, when: When, shifts: BTreeSet<u32>) -> Absence {
    let reason = clean(&row.reason, 200);
    with_id(Absence {
        id: Uuid::nil(),
        who,
        when,
        shifts,
        optional: feed.config.optional,
        kind: feed.config.kind,
        reason: if reason.is_empty() { feed.config.reason.clone() } else { reason },
        feed: Some(feed.config.name.clone()),
    })
}

/// Persons by what the feed names them by.
fn keyed(roster: &Roster, by: WhoBy) -> HashMap<String, Who> {
    let key = |person: &crate::model::Person| match by {
        WhoBy::Email => person.email.clone(),
        WhoBy::Id => Some(person.id.to_string()),
        WhoBy::Account => person.account.clone(),
    };
    roster
        .iter()
        .filter_map(|person| Some((key(person)?.trim().to_lowercase(), Who::Person(person.id.clone()))))
        .collect()
}

/// The days and shifts that a span takes; days that are taken whole are one stretch.
fn lay_span(span: Span, hours: &[Time]) -> Result<Vec<(When, BTreeSet<u32>)>, String> {
    let (first, last) = match span {
        Span::Days(first, last) => (first, last),
        Span::Times(from, to) if to > from => {
            // An end at midnight takes nothing of that day.
            let last =
                if to.time() == Time::midnight() { to.date().saturating_sub(1.day()) } else { to.date() };
            (from.date(), last.max(from.date()))
        }
        Span::Times(from, to) => return Err(format!("{from} to {to}: it ends before it begins")),
    };
    days("when", first, last).map_err(|error| error.to_string())?;
    let whole = |from: Date, to: Date| (When::Dates { from, to }, BTreeSet::new());
    let Span::Times(from, to) = span else { return Ok(vec![whole(first, last)]) };
    if hours.len() < 2 {
        return Ok(vec![whole(first, last)]);
    }
    let (mut laid, mut stretch): (Vec<_>, Option<(Date, Date)>) = (Vec::new(), None);
    for date in first.series(1.day()).take_while(|date| *date <= last) {
        let taken = shifts_of(date, from, to, hours);
        if taken.len() + 1 == hours.len() {
            stretch = Some(stretch.map_or((date, date), |(begun, _)| (begun, date)));
            continue;
        }
        laid.extend(stretch.take().map(|(begun, ended)| whole(begun, ended)));
        if !taken.is_empty() {
            laid.push((When::Dates { from: date, to: date }, taken));
        }
    }
    laid.extend(stretch.map(|(begun, ended)| whole(begun, ended)));
    Ok(laid)
}

/// The shifts of a day that a span touches.
fn shifts_of(date: Date, from: DateTime, to: DateTime, hours: &[Time]) -> BTreeSet<u32> {
    let touches = |pair: &[Time]| date.to_datetime(pair[0]) < to && date.to_datetime(pair[1]) > from;
    (0..).zip(hours.windows(2)).filter(|(_, pair)| touches(pair)).map(|(shift, _)| shift).collect()
}

#[cfg(test)]
mod tests {
    use jiff::{civil::date, tz::TimeZone};

    use super::*;
    use crate::{
        config::{AbsenceFeedConfig, FeedFormat},
        model::{Person, PersonId},
    };

    fn feed() -> Feed {
        let hours = [9, 11, 13].map(|hour| Time::constant(hour, 0, 0, 0));
        let config = AbsenceFeedConfig::of("leave", FeedFormat::Csv);
        Feed { config, who: None, hours: hours.to_vec(), zone: TimeZone::UTC }
    }

    fn roster() -> Roster {
        let anna = Person {
            email: Some("Anna@example.com".into()),
            ..Person::new(PersonId::parse("anna").unwrap())
        };
        Roster::new([(anna.id.clone(), anna)].into(), 0)
    }

    fn row(who: &str, span: Span) -> Row {
        Row { place: "line 2".into(), who: vec![who.into()], span, reason: "Holidays \u{7}".into() }
    }

    fn at(day: i8, hour: i8) -> DateTime {
        date(2026, 12, day).at(hour, 0, 0, 0)
    }

    #[test]
    fn times_take_the_shifts_that_they_touch() {
        let laid = |from, to| lay_span(Span::Times(from, to), &feed().hours).unwrap();
        let day = |from: i8, to: i8| When::Dates { from: date(2026, 12, from), to: date(2026, 12, to) };
        assert_eq!(laid(at(1, 10), at(1, 11)), [(day(1, 1), [0].into())]);
        assert_eq!(laid(at(1, 9), at(1, 13)), [(day(1, 1), BTreeSet::new())]);
        assert_eq!(laid(at(1, 20), at(1, 21)), []);
        let long = laid(at(1, 12), at(4, 0));
        assert_eq!(long, [(day(1, 1), [1].into()), (day(2, 3), BTreeSet::new())]);
        assert!(lay_span(Span::Times(at(2, 9), at(1, 9)), &feed().hours).is_err());
        assert_eq!(lay_span(Span::Times(at(1, 10), at(1, 11)), &[]).unwrap(), [(day(1, 1), BTreeSet::new())]);
    }

    #[test]
    fn a_feed_of_which_little_can_be_read_is_in_doubt() {
        let named = |absences: usize, left_out: usize, strangers: usize| {
            let row = row("anna@example.com", Span::Days(date(2026, 12, 1), date(2026, 12, 1)));
            let one = lay(&[row], &feed(), &roster()).absences.remove(0);
            let left_out = vec!["line 2: x".to_owned(); left_out];
            Named { absences: vec![one; absences], left_out, strangers }
        };
        assert_eq!(doubt(0, 0, &named(0, 0, 0)), None, "nobody is away");
        assert_eq!(doubt(9, 0, &named(1, 8, 8)), None, "the other eight work elsewhere");
        assert_eq!(doubt(2, 2, &named(2, 2, 0)), None, "half of it");
        let told = doubt(1, 2, &named(1, 2, 0));
        assert_eq!(told.as_deref(), Some("2 of its 3 rows cannot be read (line 2: x)"));
        assert!(doubt(2, 0, &named(0, 2, 0)).is_some(), "days that cannot be");
        assert!(doubt(0, 1, &named(0, 1, 0)).is_some());
    }

    #[test]
    fn who_is_known_is_found_and_who_is_not_is_named() {
        let days = Span::Days(date(2026, 12, 1), date(2026, 12, 5));
        let rows =
            [row("anna@EXAMPLE.com ", days), row("zoe@example.com", days), row("anna@example.com", days)];
        let named = lay(&rows, &feed(), &roster());
        assert_eq!(named.absences.len(), 1, "the same once");
        assert_eq!(
            (named.absences[0].reason.as_str(), named.absences[0].feed.as_deref()),
            ("Holidays", Some("leave"))
        );
        assert_eq!(named.left_out, [r#"line 2: nobody here is "zoe@example.com""#]);
        let backwards = Span::Days(date(2026, 12, 5), date(2026, 12, 1));
        assert_eq!(lay(&[row("anna@example.com", backwards)], &feed(), &roster()).left_out.len(), 1);
        let all = Feed { who: Some(Who::Everybody), ..feed() };
        assert_eq!(lay(&[row("", days)], &all, &roster()).absences[0].who, Who::Everybody);
    }
}
