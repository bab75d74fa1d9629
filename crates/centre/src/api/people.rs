//! People and tokens. Passwords are set by links alone, and a link or a token is shown to who made it, once.

use super::answer::{Done, Made, Shown};
use super::endpoint::Endpoint;
use super::fault::ApiFault;
use super::input::{Nothing, Told, from_text};
use super::visit::Visit;
use crate::people::{FullName, INVITATION_MS, Name, Person, Right, Roles, Scopes, TokenRow};
use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn endpoints() -> Vec<Endpoint> {
    use Right::{ManagePeople, ReadPeople};
    vec![
        Endpoint::new((Method::GET, "/people"), ReadPeople, ("People, by their names", ""), people),
        Endpoint::new(
            (Method::POST, "/people"),
            ManagePeople,
            (
                "Invite a person",
                "The answer holds the secret of a link by which the person sets a password. It is shown this once.",
            ),
            invite,
        ),
        Endpoint::new(
            (Method::POST, "/people/{name}/invitation"),
            ManagePeople,
            ("Invite a person again, who has lost link or password", "Links made before work no more."),
            invite_again,
        ),
        Endpoint::new(
            (Method::PUT, "/people/{name}/roles"),
            ManagePeople,
            ("Give a person other roles", "The person's sessions end."),
            set_roles,
        ),
        Endpoint::new(
            (Method::PUT, "/people/{name}/enabled"),
            ManagePeople,
            ("Say whether a person may log in", "Where not, the person's sessions end."),
            set_enabled,
        ),
        Endpoint::new(
            (Method::GET, "/tokens"),
            ReadPeople,
            ("All tokens that ever were, by their names", ""),
            tokens,
        ),
        Endpoint::new(
            (Method::POST, "/tokens"),
            ManagePeople,
            ("Make a token", "The token is shown this once. A name is never given a second time."),
            make_token,
        ),
        Endpoint::new(
            (Method::DELETE, "/tokens/{name}"),
            ManagePeople,
            ("End a token", "A second time does nothing."),
            revoke_token,
        ),
    ]
}

/// A person.
#[derive(Serialize, ToSchema)]
struct PersonRow {
    /// The name.
    name: String,
    /// What the person is called in full.
    full_name: String,
    /// What the person is: `operator`, `auditor`, `technician-desk`, `post`, `administrator`.
    roles: Vec<String>,
    /// Whether the person may log in.
    is_enabled: bool,
    /// Whether the person has ever set a password.
    has_password: bool,
    /// Since when the person is there.
    since_ms: i64,
}

impl From<Person> for PersonRow {
    fn from(person: Person) -> PersonRow {
        PersonRow {
            name: person.name.to_string(),
            full_name: person.full_name.to_string(),
            roles: person.roles.to_words(),
            is_enabled: person.is_enabled,
            has_password: person.has_password,
            since_ms: person.since_ms,
        }
    }
}

async fn people(visit: Visit, (): (), _: Nothing) -> Result<Shown<Vec<PersonRow>>, ApiFault> {
    let people = visit.people().list().await?;
    Ok(Shown(people.into_iter().map(PersonRow::from).collect()))
}

/// A person to be invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPerson {
    /// The name: 1 to 32 of `a`-`z`, `0`-`9`, dot, hyphen and underscore.
    #[serde(deserialize_with = "from_text")]
    #[schema(value_type = String)]
    name: Name,
    /// What the person is called in full: 1 to 80 bytes.
    #[serde(deserialize_with = "from_text")]
    #[schema(value_type = String)]
    full_name: FullName,
    /// What the person is to be: `operator`, `auditor`, `technician-desk`, `post`, `administrator`.
    #[schema(value_type = Vec<String>)]
    roles: Roles,
}

/// A link.
#[derive(Serialize, ToSchema)]
struct MadeLink {
    /// The secret at the link's end.
    secret: String,
    /// How long it works.
    until_ms: i64,
}

async fn invite(visit: Visit, (): (), Told(new): Told<NewPerson>) -> Result<Made<MadeLink>, ApiFault> {
    let people = visit.people();
    let secret = people.invite(visit.desk(), &new.name, &new.full_name, &new.roles, visit.now_ms).await?;
    let until_ms = visit.now_ms.saturating_add(INVITATION_MS);
    Ok(Made(MadeLink { secret: secret.text().to_string(), until_ms }))
}

async fn invite_again(visit: Visit, name: Name, _: Nothing) -> Result<Made<MadeLink>, ApiFault> {
    let secret = visit.people().invite_again(visit.desk(), &name, visit.now_ms).await?;
    let until_ms = visit.now_ms.saturating_add(INVITATION_MS);
    Ok(Made(MadeLink { secret: secret.text().to_string(), until_ms }))
}

/// Roles.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRoles {
    /// What the person is to be: `operator`, `auditor`, `technician-desk`, `post`, `administrator`.
    #[schema(value_type = Vec<String>)]
    roles: Roles,
}

async fn set_roles(visit: Visit, name: Name, Told(new): Told<NewRoles>) -> Result<Done, ApiFault> {
    visit.people().set_roles(visit.desk(), &name, &new.roles, visit.now_ms).await?;
    Ok(Done)
}

/// Whether a person may log in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEnabled {
    /// Whether.
    is_enabled: bool,
}

async fn set_enabled(visit: Visit, name: Name, Told(new): Told<NewEnabled>) -> Result<Done, ApiFault> {
    let people = visit.people();
    match new.is_enabled {
        true => people.enable(visit.desk(), &name, visit.now_ms).await?,
        false => people.disable(visit.desk(), &name, visit.now_ms).await?,
    }
    Ok(Done)
}

/// What is known of a token.
#[derive(Serialize, ToSchema)]
struct TokenView {
    /// Its name.
    name: String,
    /// What it is good for.
    scopes: Vec<String>,
    /// Who made it.
    made_by: String,
    /// When it was made.
    made_ms: i64,
    /// When it ends.
    until_ms: i64,
    /// When it was revoked.
    revoked_ms: Option<i64>,
    /// When it was used last, to a minute.
    used_ms: Option<i64>,
}

impl From<TokenRow> for TokenView {
    fn from(token: TokenRow) -> TokenView {
        TokenView {
            name: token.name.to_string(),
            scopes: token.scopes.to_words(),
            made_by: token.made_by,
            made_ms: token.made_ms,
            until_ms: token.until_ms,
            revoked_ms: token.revoked_ms,
            used_ms: token.used_ms,
        }
    }
}

async fn tokens(visit: Visit, (): (), _: Nothing) -> Result<Shown<Vec<TokenView>>, ApiFault> {
    let tokens = visit.people().tokens().await?;
    Ok(Shown(tokens.into_iter().map(TokenView::from).collect()))
}

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// Its name: 1 to 32 of `a`-`z`, `0`-`9`, dot, hyphen and underscore.
    #[serde(deserialize_with = "from_text")]
    #[schema(value_type = String)]
    name: Name,
    /// What it is good for.
    #[schema(value_type = Vec<String>)]
    scopes: Scopes,
    /// When it ends: in five years at the latest.
    until_ms: i64,
}

/// A token.
#[derive(Serialize, ToSchema)]
struct MadeToken {
    /// What is shown with each request: `Authorization: Bearer TOKEN`.
    token: String,
}

async fn make_token(visit: Visit, (): (), Told(new): Told<NewToken>) -> Result<Made<MadeToken>, ApiFault> {
    let people = visit.people();
    let secret = people.make_token(visit.desk(), &new.name, &new.scopes, new.until_ms, visit.now_ms).await?;
    Ok(Made(MadeToken { token: secret.token_text().to_string() }))
}

async fn revoke_token(visit: Visit, name: Name, _: Nothing) -> Result<Done, ApiFault> {
    visit.people().revoke_token(visit.desk(), &name, visit.now_ms).await?;
    Ok(Done)
}
