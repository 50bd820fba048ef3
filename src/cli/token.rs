//! `stasisd token create | list | revoke`: who may use the control port.

use std::io::Write;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};

use crate::{
    http::{Scope, token},
    storage::{Store, Token},
};

/// Longest name, in characters.
const LONGEST_NAME: usize = 64;

/// `stasisd token ...`
#[derive(Debug, Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token and print it: it is shown this once, and only its hash is stored.
    Create {
        /// What it is for, such as "web shop".
        name: String,
        /// What it may do, separated by commas: orders:read, orders:write, calls:read, calls:write,
        /// contacts:read, contacts:write, ringing:write, notes:read, notes:write, flows:read, flows:write, events:read, metrics:read, or admin for all.
        #[arg(long, required = true, value_delimiter = ',', value_name = "SCOPES")]
        scopes: Vec<Scope>,
        /// Days until it expires; without, it does not.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: Option<u32>,
    },
    /// List the tokens, oldest first.
    List,
    /// Revoke a token. A running daemon refuses it a few seconds later.
    Revoke {
        /// Its id, as in the list.
        id: String,
    },
}

/// Does it. What is for people to read goes to `notes`, what is for programs to `out`.
///
/// # Errors
/// A name that is none, an id that is not there, and what the store says.
pub async fn run(
    args: TokenArgs,
    store: &Store,
    now: Timestamp,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> anyhow::Result<()> {
    match args.command {
        TokenCommand::Create { name, scopes, days } => {
            let name = checked(&name)?;
            let expires_at = days.map(|d| now.checked_add(SignedDuration::from_hours(24 * i64::from(d))));
            let (plain, token) = token::create(name, &scopes, expires_at.transpose()?, now);
            store.add_token(&token).await?;
            writeln!(out, "{plain}")?;
            writeln!(notes, "token {} ({name}) is shown this once; send it as:", token.id)?;
            writeln!(notes, "  Authorization: Bearer stasisd_...")?;
        }
        TokenCommand::List => {
            let tokens = store.tokens().await?;
            writeln!(out, "{:<12} {:<9} {:<11} {:<24} SCOPES", "ID", "STATE", "EXPIRES", "NAME")?;
            for token in tokens {
                writeln!(out, "{}", line(&token, now))?;
            }
        }
        TokenCommand::Revoke { id } => {
            anyhow::ensure!(
                store.revoke_token(&id, now).await?,
                "there is no token {id:?} that was not revoked before; \"stasisd token list\" shows all"
            );
            writeln!(notes, "token {id} is revoked")?;
        }
    }
    Ok(())
}

fn checked(name: &str) -> anyhow::Result<&str> {
    let name = name.trim();
    anyhow::ensure!(
        !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control),
        "a token's name has 1 to {LONGEST_NAME} characters and no control characters"
    );
    Ok(name)
}

fn line(token: &Token, now: Timestamp) -> String {
    let state = match token {
        Token { revoked_at: Some(_), .. } => "revoked",
        token if token::is_valid(token, now) => "valid",
        _ => "expired",
    };
    let expires = token.expires_at.map_or("never".to_owned(), |at| at.strftime("%Y-%m-%d").to_string());
    format!("{:<12} {state:<9} {expires:<11} {:<24} {}", token.id, token.name, token.scopes.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_the_tokens_state() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let (_, mut token) = token::create("shop", &[Scope::OrdersRead], Some(now), now);
        assert!(line(&token, now).contains(" expired   1970-01-12  shop "), "{}", line(&token, now));
        token.expires_at = None;
        assert!(line(&token, now).contains(" valid     never "), "{}", line(&token, now));
        token.revoked_at = Some(now);
        assert!(line(&token, now).contains(" revoked "));
    }

    #[test]
    fn names_are_one_line() {
        assert_eq!(checked(" web shop ").unwrap(), "web shop");
        assert!(checked("a\nb").is_err() && checked("  ").is_err() && checked(&"x".repeat(65)).is_err());
    }
}
