//! Forms that were sent: their token is checked before anything else is looked at, and what was typed comes back with
//! an error beside each field that is not right.
//!
//! What always holds: an [`Entries`] from outside came with the visit's own token; what was typed is wiped when it is
//! dropped, since it may hold a password, and no password is given back.

use super::App;
use super::fault::{Fault, sentence};
use super::visitor::Visitor;
use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::StatusCode;
use maud::Markup;
use std::fmt::Display;
use web::form::{Field, Form, Kind};
use zeroize::Zeroizing;

/// The name of the field that carries the token.
const TOKEN: &str = "csrf";
/// The name of the field that tells forms of one page apart.
pub const WHAT: &str = "what";

/// A form that was sent.
pub struct Sent {
    /// By whom.
    pub visitor: Visitor,
    /// What.
    pub entries: Entries,
}

impl FromRequest<App> for Sent {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Sent, Fault> {
        let (mut parts, body) = request.into_parts();
        let visitor = <Visitor as FromRequestParts<App>>::from_request_parts(&mut parts, app).await?;
        let FromNobody(entries) = FromNobody::from_request(Request::from_parts(parts, body), app).await?;
        if !visitor.session.has_sent(entries.text(TOKEN)) {
            return Err(Fault::Foreign);
        }
        Ok(Sent { visitor, entries })
    }
}

/// A form of somebody who has not logged in yet. There is no token: that it comes from this panel's own page, the door
/// has made sure of.
pub struct FromNobody(pub Entries);

impl FromRequest<App> for FromNobody {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<FromNobody, Fault> {
        let bytes = Bytes::from_request(request, app).await?;
        let pairs = form_urlencoded::parse(&bytes).into_owned();
        Ok(FromNobody(Entries::of(pairs.collect())))
    }
}

/// A form with a file.
pub struct Upload {
    /// By whom.
    pub visitor: Visitor,
    /// What stands in its fields.
    pub entries: Entries,
    /// The file.
    pub file: Vec<u8>,
}

impl FromRequest<App> for Upload {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Upload, Fault> {
        let (mut parts, body) = request.into_parts();
        let visitor = <Visitor as FromRequestParts<App>>::from_request_parts(&mut parts, app).await?;
        let request = Request::from_parts(parts, body);
        let mut sent = Multipart::from_request(request, app).await.map_err(|_| not_whole())?;
        // The token comes first: before it nothing is read.
        let token = sent.next_field().await.map_err(too_large)?.filter(|part| part.name() == Some(TOKEN));
        let token = token.ok_or(Fault::Foreign)?.text().await.map_err(too_large)?;
        if !visitor.session.has_sent(&token) {
            return Err(Fault::Foreign);
        }
        let (mut pairs, mut file) = (Vec::new(), Vec::new());
        while let Some(part) = sent.next_field().await.map_err(too_large)? {
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name() {
                Some(_) => file = part.bytes().await.map_err(too_large)?.to_vec(),
                None => pairs.push((name, part.text().await.map_err(too_large)?)),
            }
        }
        Ok(Upload { visitor, entries: Entries::of(pairs), file })
    }
}

fn too_large(error: MultipartError) -> Fault {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Fault::TooLarge } else { not_whole() }
}

fn not_whole() -> Fault {
    Fault::Request("The form did not arrive whole. Send it again.".into())
}

/// What was typed into a form, and what is wrong with it.
#[derive(Default)]
pub struct Entries {
    typed: Option<Vec<(String, Zeroizing<String>)>>,
    wrong: Vec<(&'static str, String)>,
    refused: Option<String>,
}

impl Entries {
    /// A form that nobody has filled in yet.
    pub fn blank() -> Entries {
        Entries::default()
    }

    fn of(pairs: Vec<(String, String)>) -> Entries {
        let pairs = pairs.into_iter().map(|(name, value)| (name, Zeroizing::new(value)));
        Entries { typed: Some(pairs.collect()), ..Entries::default() }
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.typed.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What stands in a field; nothing where it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.pairs().find(|(found, _)| *found == name).map_or("", |(_, value)| value)
    }

    /// Everything that was ticked under a name.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.pairs().filter(|(found, _)| *found == name).map(|(_, value)| value).collect()
    }

    /// Whether a box was ticked.
    pub fn is_ticked(&self, name: &str) -> bool {
        self.text(name) == "yes"
    }

    /// What a field means; where it means nothing, that is told beside it.
    pub fn read<T, E: Display>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match read(self.text(name).trim()) {
            Ok(read) => Some(read),
            Err(error) => {
                self.wrong(name, sentence(&error));
                None
            }
        }
    }

    /// The same for a field that may stay empty.
    pub fn read_optional<T, E: Display>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        if self.text(name).trim().is_empty() { Some(None) } else { self.read(name, read).map(Some) }
    }

    /// Says what is wrong with a field.
    pub fn wrong(&mut self, name: &'static str, sentence: impl Into<String>) {
        self.wrong.push((name, sentence.into()));
    }

    /// Says why the form was refused as a whole.
    pub fn refuse(&mut self, error: &impl Display) {
        self.refused = Some(sentence(error));
    }

    /// With what status a page with this form is answered.
    pub fn status(&self) -> StatusCode {
        if self.typed.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }

    /// The form with what was typed, and what is wrong beside each field.
    pub fn form(&self, csrf: &str, form: Form<'_>) -> Markup {
        let fields = form.fields.into_iter().map(|field| self.fill(field)).collect();
        Form { csrf, fields, refused: self.refused.clone(), ..form }.markup()
    }

    /// One of several forms of a page, which is known by `what` it does. What was typed and what is wrong stands in the
    /// one that was sent.
    pub fn one_of<'a>(&self, csrf: &'a str, what: &'a str, mut form: Form<'a>) -> Markup {
        form.fields.insert(0, Field::text(WHAT, "").kind(Kind::Hidden).value(what));
        let form = form.scope(what);
        if self.text(WHAT) == what { self.form(csrf, form) } else { Entries::blank().form(csrf, form) }
    }

    fn fill<'a>(&self, field: Field<'a>) -> Field<'a> {
        let error = self.wrong.iter().find(|(name, _)| *name == field.name).map(|(_, sentence)| sentence);
        let field = field.error(error);
        let is_kept = matches!(field.kind, Kind::Hidden);
        if self.typed.is_none() || is_kept {
            field
        } else {
            Field { value: self.all(field.name).join(","), ..field }
        }
    }
}
