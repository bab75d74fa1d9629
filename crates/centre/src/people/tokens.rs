//! Tokens for the interface: a program's or a station's, with a name, scopes and an end.
//!
//! What always holds: a token is shown once, when it is made; it works until its end or until it is revoked; a revoked
//! one stays in the table, and its name is never given again.

use super::{Name, People, PeopleFault, Right, Scopes, Secret, USE_GRAIN_MS, parsed};
use crate::audit::{Desk, Event};
use sqlx::Row;
use sqlx::any::AnyRow;
use store::{Stop, work};

/// A token ends so long after it was made at the latest.
pub const LONGEST_TOKEN_MS: i64 = 5 * 366 * 24 * 60 * 60 * 1_000;

/// Who has shown a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHolder {
    /// The token's name, which is its desk's too.
    pub name: Name,
    /// What it is good for.
    pub scopes: Scopes,
}

impl TokenHolder {
    /// Whether the token allows this.
    pub fn may(&self, right: Right) -> bool {
        self.scopes.may(right)
    }
}

/// What is known of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Its name.
    pub name: Name,
    /// What it is good for.
    pub scopes: Scopes,
    /// The desk that made it.
    pub made_by: String,
    /// When it was made.
    pub made_ms: i64,
    /// When it ends.
    pub until_ms: i64,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
    /// When it was used last, to a minute.
    pub used_ms: Option<i64>,
}

impl People {
    /// Makes a token, and shows it for the only time: [`Secret::token_text`].
    pub async fn make_token(
        &self,
        by: &Desk,
        name: &Name,
        scopes: &Scopes,
        until_ms: i64,
        now_ms: i64,
    ) -> Result<Secret, PeopleFault> {
        if scopes.is_empty() {
            return Err(PeopleFault::NoScope);
        }
        if !scopes.is_for_one_hand() {
            return Err(PeopleFault::MixedScopes);
        }
        if !(1..=LONGEST_TOKEN_MS).contains(&until_ms.saturating_sub(now_ms)) {
            return Err(PeopleFault::TokenEnd);
        }
        let secret = Secret::draw()?;
        let hash = &secret.hash();
        self.store
            .transaction::<_, PeopleFault, _>(|transaction| {
                work(async move {
                    self.take_name(transaction, name, "token").await?;
                    let insert = "INSERT INTO api_token (name, hash, scopes, made_by, made_ms, until_ms) \
                                  VALUES ($1, $2, $3, $4, $5, $6)";
                    let insert = sqlx::query(insert).bind(name.text()).bind(hash).bind(scopes.to_string());
                    let insert = insert.bind(by.name()).bind(now_ms).bind(until_ms);
                    insert.execute(&mut **transaction).await?;
                    let token = name.to_string();
                    let event = Event::TokenMade { token, scopes: scopes.to_words(), until_ms };
                    Ok(self.note(transaction, by, now_ms, &[event]).await?)
                })
            })
            .await?;
        Ok(secret)
    }

    /// Ends a token. Once is enough: a second time does nothing.
    pub async fn revoke_token(&self, by: &Desk, name: &Name, now_ms: i64) -> Result<(), PeopleFault> {
        self.store
            .transaction(|transaction| {
                work(async move {
                    let select = self.locking("SELECT revoked_ms FROM api_token WHERE name = $1");
                    let row =
                        sqlx::query(select).bind(name.text()).fetch_optional(&mut **transaction).await?;
                    let row = row.ok_or_else(|| Stop::Refused(PeopleFault::Unknown(name.clone())))?;
                    if row.try_get::<Option<i64>, _>(0)?.is_some() {
                        return Ok(());
                    }
                    let update = sqlx::query("UPDATE api_token SET revoked_ms = $1 WHERE name = $2");
                    update.bind(now_ms).bind(name.text()).execute(&mut **transaction).await?;
                    let event = Event::TokenRevoked { token: name.to_string() };
                    Ok(self.note(transaction, by, now_ms, &[event]).await?)
                })
            })
            .await
    }

    /// All tokens that ever were, by their names.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, PeopleFault> {
        let select = "SELECT name, scopes, made_by, made_ms, until_ms, revoked_ms, used_ms FROM api_token";
        let rows = sqlx::query(select).fetch_all(self.store.reads()).await?;
        let mut tokens: Vec<TokenRow> = rows.iter().map(row_of).collect::<Result<_, _>>()?;
        tokens.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(tokens)
    }

    /// Who has shown this token, if it works.
    pub async fn token(&self, secret: &Secret, now_ms: i64) -> Result<Option<TokenHolder>, PeopleFault> {
        let select = "SELECT name, scopes, used_ms FROM api_token \
                      WHERE hash = $1 AND until_ms > $2 AND revoked_ms IS NULL";
        let select = sqlx::query(select).bind(secret.hash()).bind(now_ms);
        let Some(row) = select.fetch_optional(self.store.reads()).await? else { return Ok(None) };
        let name: Name = parsed(&row.try_get::<String, _>(0)?, "a name")?;
        let scopes = parsed(&row.try_get::<String, _>(1)?, "a token's scopes")?;
        if row
            .try_get::<Option<i64>, _>(2)?
            .is_none_or(|used_ms| now_ms.saturating_sub(used_ms) >= USE_GRAIN_MS)
        {
            let name = &name;
            let used = self.store.transaction::<_, PeopleFault, _>(|transaction| {
                work(async move {
                    let update = sqlx::query("UPDATE api_token SET used_ms = $1 WHERE name = $2");
                    update.bind(now_ms).bind(name.text()).execute(&mut **transaction).await?;
                    Ok(())
                })
            });
            used.await?;
        }
        Ok(Some(TokenHolder { name, scopes }))
    }
}

fn row_of(row: &AnyRow) -> Result<TokenRow, sqlx::Error> {
    Ok(TokenRow {
        name: parsed(&row.try_get::<String, _>(0)?, "a name")?,
        scopes: parsed(&row.try_get::<String, _>(1)?, "a token's scopes")?,
        made_by: row.try_get(2)?,
        made_ms: row.try_get(3)?,
        until_ms: row.try_get(4)?,
        revoked_ms: row.try_get(5)?,
        used_ms: row.try_get(6)?,
    })
}
