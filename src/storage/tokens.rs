//! Tokens of the control API: what is stored of them is their SHA-256.

use jiff::Timestamp;

use super::{
    StorageError, Store, codec,
    pool::{Arg, args, rows},
};

/// A bearer token, without the token itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is revoked by.
    pub id: String,
    /// What it is for, in its maker's words.
    pub name: String,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it does not work any more.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, as far as [`Store::touch_token`] was told.
    pub last_used_at: Option<Timestamp>,
}

rows! {
    /// A row of `tokens`.
    struct TokenRow {
        id: String,
        name: String,
        hash: Vec<u8>,
        scopes: String,
        created_at: i64,
        expires_at: Option<i64>,
        revoked_at: Option<i64>,
        last_used_at: Option<i64>,
    }
}

impl TokenRow {
    fn token(self) -> Result<Token, StorageError> {
        let hash = <[u8; 32]>::try_from(self.hash);
        Ok(Token {
            id: self.id,
            name: self.name,
            hash: hash.map_err(|_| StorageError::Corrupt("a token's hash is not 32 bytes".to_owned()))?,
            scopes: codec::from_json(&self.scopes)?,
            created_at: codec::time(self.created_at)?,
            expires_at: codec::time_or_none(self.expires_at)?,
            revoked_at: codec::time_or_none(self.revoked_at)?,
            last_used_at: codec::time_or_none(self.last_used_at)?,
        })
    }
}

impl Store {
    /// Stores a new token. One whose id or hash is there already is `Corrupt`: both are made at random.
    pub async fn add_token(&self, token: &Token) -> Result<(), StorageError> {
        let mut values = args![token.id.as_str(), token.name.as_str()];
        values.push(Arg::Blob(token.hash.to_vec()));
        values.extend(args![
            codec::json(&token.scopes)?,
            token.created_at,
            token.expires_at,
            token.revoked_at,
            token.last_used_at
        ]);
        let sql = "INSERT INTO tokens
            (id, name, hash, scopes, created_at, expires_at, revoked_at, last_used_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        self.within(async { self.pool.execute(sql, values).await.map(|_| ()) }).await
    }

    /// All tokens, oldest first, revoked and expired ones too.
    pub async fn tokens(&self) -> Result<Vec<Token>, StorageError> {
        self.within(async {
            let rows: Vec<TokenRow> =
                self.pool.fetch("SELECT * FROM tokens ORDER BY created_at, id", args![]).await?;
            rows.into_iter().map(TokenRow::token).collect()
        })
        .await
    }

    /// Revokes a token; false if there is none of that id that was not revoked before.
    pub async fn revoke_token(&self, id: &str, now: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        self.within(async { Ok(self.pool.execute(sql, args![id, now]).await? > 0) }).await
    }

    /// Notes that a token was used. Call it seldom (once a minute and token): each is a commit.
    pub async fn touch_token(&self, id: &str, now: Timestamp) -> Result<(), StorageError> {
        let sql = "UPDATE tokens SET last_used_at = $2 WHERE id = $1";
        self.within(async { self.pool.execute(sql, args![id, now]).await.map(|_| ()) }).await
    }

    /// The token with this SHA-256, revoked and expired ones too: whether it still works is for the door.
    pub async fn token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<Token>, StorageError> {
        self.within(async {
            let values = vec![Arg::Blob(hash.to_vec())];
            let rows: Vec<TokenRow> = self.pool.fetch("SELECT * FROM tokens WHERE hash = $1", values).await?;
            rows.into_iter().next().map(TokenRow::token).transpose()
        })
        .await
    }
}
