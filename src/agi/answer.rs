//! Answers of `res_agi`: `200 result=1 (value)`, and what stands for a refusal.

use super::AgiError;

/// `200 result=…`: the command was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The number after `result=`; what it means is the command's own.
    pub result: i64,
    /// What stands after it, without its parentheses.
    pub value: Option<String>,
}

/// What one line is.
#[derive(Debug)]
pub(super) enum Line {
    /// The answer.
    Answer(Result<Answer, AgiError>),
    /// `HANGUP`: the channel is gone. The answer still comes.
    Hangup,
    /// `1xx`: the command goes on; the answer comes later.
    Interim,
    /// `520-`: the usage follows, up to a line that begins with `520 `.
    UsageFollows,
}

/// Reads one line that came after a command.
pub(super) fn read(line: &str) -> Line {
    // Asterisk says it in one line; some stacks of scripts in between add a word.
    if line == "HANGUP" {
        return Line::Hangup;
    }
    let Some((code, rest)) = line.split_at_checked(3) else {
        return Line::Answer(Err(AgiError::Malformed("an answer without a code")));
    };
    match code {
        "200" => Line::Answer(success(rest)),
        "510" => Line::Answer(Err(AgiError::Unknown)),
        "511" => Line::Answer(Err(AgiError::Dead)),
        "520" if rest.starts_with('-') => Line::UsageFollows,
        "520" => Line::Answer(Err(AgiError::Usage)),
        _ if code.starts_with('1') && code.bytes().all(|b| b.is_ascii_digit()) => Line::Interim,
        _ => Line::Answer(Err(AgiError::Malformed("an answer whose code is not known"))),
    }
}

fn success(rest: &str) -> Result<Answer, AgiError> {
    let malformed = AgiError::Malformed("a 200 without a result");
    let Some(rest) = rest.trim_start().strip_prefix("result=") else { return Err(malformed) };
    let (number, value) = rest.split_once(' ').unwrap_or((rest, ""));
    // `GET DATA` and others leave it empty, or give digits that are no number's.
    let result = if number.is_empty() { 0 } else { number.parse().unwrap_or_default() };
    let value = value.trim();
    let inner = value.strip_prefix('(').and_then(|value| value.strip_suffix(')'));
    let value = inner.unwrap_or(value);
    Ok(Answer { result, value: (!value.is_empty()).then(|| value.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(line: &str) -> Result<Answer, AgiError> {
        match read(line) {
            Line::Answer(answer) => answer,
            other => panic!("{line:?} is {other:?}"),
        }
    }

    fn done(result: i64, value: &str) -> Answer {
        Answer { result, value: (!value.is_empty()).then(|| value.to_owned()) }
    }

    #[test]
    fn successes() {
        for (line, is) in [
            ("200 result=1", done(1, "")),
            ("200 result=-1", done(-1, "")),
            ("200 result=1 (Eve (x))", done(1, "Eve (x)")),
            ("200 result=0 endpos=8000", done(0, "endpos=8000")),
            ("200 result= (timeout)", done(0, "timeout")),
        ] {
            assert_eq!(answer(line).unwrap(), is);
        }
    }

    #[test]
    fn refusals() {
        assert!(matches!(answer("510 Invalid or unknown command"), Err(AgiError::Unknown)));
        let dead = "511 Command Not Permitted on a dead channel or intercept routine";
        assert!(matches!(answer(dead), Err(AgiError::Dead)));
        let usage = "520 Invalid command syntax.  Proper usage not available.";
        assert!(matches!(answer(usage), Err(AgiError::Usage)));
        assert!(matches!(read("520-Invalid command syntax.  Proper usage follows:"), Line::UsageFollows));
    }

    #[test]
    fn what_is_between_and_what_is_nothing() {
        assert!(matches!(read("HANGUP"), Line::Hangup));
        assert!(matches!(read("100 result=0 Trying..."), Line::Interim));
        for garbage in ["", "2", "20", "200", "200 ok", "999 x", "<html>", "1ab", "\u{fffd}\u{fffd}", "éé"]
        {
            assert!(matches!(answer(garbage), Err(AgiError::Malformed(_))), "{garbage:?}");
        }
    }
}
