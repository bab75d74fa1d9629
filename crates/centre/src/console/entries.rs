//! Forms that were sent: their token is checked before anything else is looked at, and what was typed comes back with
//! an error beside each field that is not right.
//!
//! What always holds: an [`Entries`] from outside came with the session's own token. A secret is never given back.

use super::fault::Fault;
use super::visitor::{May, Needed, Visitor};
use crate::app::App;
use crate::office::OfficeFault;
use crate::people::PeopleFault;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use maud::Markup;
use std::fmt::Display;
use web::form::{Field, Form};

/// The name of the field that carries the token.
pub const TOKEN: &str = "csrf";

/// A form that somebody sent who may do so.
#[derive(Debug)]
pub struct Sent<N> {
    /// Who.
    pub may: May<N>,
    /// What.
    pub entries: Entries,
}

impl<N: Needed> FromRequest<App> for Sent<N> {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Sent<N>, Fault> {
        let (mut parts, body) = request.into_parts();
        let may = May::<N>::from_request_parts(&mut parts, app).await?;
        let entries = Entries::read_from(Request::from_parts(parts, body), app).await?;
        if !may.session.form_token.matches(entries.text(TOKEN)) {
            return Err(Fault::Foreign);
        }
        Ok(Sent { may, entries })
    }
}

/// A form of somebody who has not logged in yet. There is no token: that it comes from this site's own page, the shell
/// has made sure of.
#[derive(Debug)]
pub struct FromNobody(pub Entries);

impl FromRequest<App> for FromNobody {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<FromNobody, Fault> {
        Entries::read_from(request, app).await.map(FromNobody)
    }
}

/// What was typed into a form, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Entries {
    typed: Option<Vec<(String, String)>>,
    wrong: Vec<(&'static str, String)>,
    refused: Option<String>,
}

impl Entries {
    /// A form that nobody has filled in yet.
    pub fn blank() -> Entries {
        Entries::default()
    }

    /// A form with these entries.
    pub fn of(pairs: Vec<(String, String)>) -> Entries {
        Entries { typed: Some(pairs), ..Entries::default() }
    }

    async fn read_from(request: Request, app: &App) -> Result<Entries, Fault> {
        let bytes = Bytes::from_request(request, app).await?;
        Ok(Entries::of(form_urlencoded::parse(&bytes).into_owned().collect()))
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
        match read(self.text(name)) {
            Ok(read) => Some(read),
            Err(error) => {
                let sentence = web::sentence(&error);
                self.wrong(name, sentence);
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

    /// Says why the form was refused as a whole. Where the centre is at fault, there is no form to show.
    pub fn refuse(&mut self, fault: impl Into<OfficeFault>) -> Result<(), Fault> {
        let fault = fault.into();
        if fault.is_own() {
            return Err(fault.into());
        }
        self.refused = Some(web::sentence(&fault));
        Ok(())
    }

    /// The same for what people's tables say.
    pub fn refuse_person(&mut self, fault: PeopleFault) -> Result<(), Fault> {
        let sentence = web::sentence(&fault);
        match fault.into() {
            own @ Fault::Own(_) => Err(own),
            _ => {
                self.refused = Some(sentence);
                Ok(())
            }
        }
    }

    /// Says why the form was refused as a whole, in these words.
    pub fn refuse_because(&mut self, sentence: impl Into<String>) {
        self.refused = Some(sentence.into());
    }

    /// With what status a page with this form is answered.
    pub fn status(&self) -> StatusCode {
        if self.typed.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }

    /// The form with what was typed, and what is wrong beside each field.
    pub fn form(&self, visitor: &Visitor, form: Form<'_>) -> Markup {
        self.form_of(visitor.csrf(), form)
    }

    /// The same for who has no session.
    pub fn form_of(&self, csrf: &str, form: Form<'_>) -> Markup {
        let fields = form.fields.into_iter().map(|field| self.fill(field)).collect();
        Form { csrf, fields, refused: self.refused.clone(), ..form }.markup()
    }

    fn fill<'a>(&self, field: Field<'a>) -> Field<'a> {
        let error = self.wrong.iter().find(|(name, _)| *name == field.name).map(|(_, sentence)| sentence);
        let field = field.error(error);
        if self.typed.is_none() { field } else { Field { value: self.all(field.name).join(","), ..field } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> Entries {
        Entries::of(vec![("name".to_owned(), "<b>".to_owned()), ("many".to_owned(), "12".to_owned())])
    }

    fn refused() -> String {
        let mut entries = sent();
        assert_eq!(entries.read("many", |text| text.parse::<u8>()), Some(12));
        assert_eq!(entries.read("name", |text| text.parse::<u8>()), None);
        let fields = vec![Field::text("name", "Name").value("before"), Field::text("many", "How many")];
        entries.form_of("token", Form::new("/x", "", "Go", fields)).into_string()
    }

    #[test]
    fn a_refused_form_keeps_what_was_typed_and_says_what_is_wrong() {
        let page = refused();
        assert!(page.contains("value=\"12\"") && page.contains("value=\"&lt;b&gt;\""), "{page}");
        assert!(page.contains("Invalid digit found in string."), "{page}");
        assert!(!page.contains("before"), "{page}");
    }

    #[test]
    fn a_form_that_nobody_filled_in_shows_what_is_set() {
        let fields = vec![Field::text("name", "Name").value("before")];
        let page = Entries::blank().form_of("token", Form::new("/x", "", "Go", fields)).into_string();
        assert!(page.contains("value=\"before\"") && page.contains("value=\"token\""), "{page}");
    }
}
