//! Who calls: a program that shows a token.
//!
//! What always holds: nobody is let in by a cookie, so that no other site's page can send anything in a person's name;
//! whether a token is unknown, over or revoked is not said.

use super::fault::ApiFault;
use crate::app::App;
use crate::audit::Desk;
use crate::catalogue::Catalogue;
use crate::office::Office;
use crate::people::{People, Right, Secret, TokenHolder};
use axum::http::{HeaderMap, header};

/// A request that was let in.
pub(super) struct Visit {
    app: App,
    holder: TokenHolder,
    /// When, in milliseconds since 1970 UTC.
    pub(super) now_ms: i64,
}

impl Visit {
    /// Lets a request in that may do this.
    pub(super) async fn admit(app: App, headers: &HeaderMap, right: Right) -> Result<Visit, ApiFault> {
        let mut shown = headers.get_all(header::AUTHORIZATION).iter();
        let only = shown.next().filter(|_| shown.next().is_none());
        let secret = only.and_then(|value| value.to_str().ok()).and_then(Secret::from_authorization);
        let secret = secret.ok_or_else(ApiFault::no_token)?;
        let now_ms = app.now_ms();
        let holder = app.people.token(&secret, now_ms).await?.ok_or_else(ApiFault::no_token)?;
        if !holder.may(right) {
            return Err(ApiFault::not_allowed(right));
        }
        Ok(Visit { app, holder, now_ms })
    }

    /// By what name it stands in the log.
    pub(super) fn by(&self) -> &str {
        self.holder.name.text()
    }

    /// Its desk in the log.
    pub(super) fn desk(&self) -> &Desk {
        self.holder.name.desk()
    }

    pub(super) fn office(&self) -> &Office {
        &self.app.office
    }

    pub(super) fn people(&self) -> &People {
        &self.app.people
    }

    pub(super) fn catalogue(&self) -> Catalogue {
        self.app.catalogue()
    }
}
