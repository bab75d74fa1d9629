//! What somebody typed into a form. A form that is refused comes back with it, and with an error beside each field that
//! is not right.
//!
//! What always holds: the values that were read are wiped when they are dropped, since one may be a password (the bytes
//! of the request are the server's, and are not); no password is given back, and what a form carries unseen comes back as the page sets it, not as it was sent. What this must never do:
//! believe that a form is this session's. That is found out where it comes in ([`Entries::sent`]).

use crate::form::{Field, Form, Kind};
use axum::http::StatusCode;
use maud::Markup;
use std::fmt::Display;
use std::str::FromStr;
use zeroize::Zeroizing;

/// The name of the field that tells forms of one page apart.
pub const WHAT: &str = "what";

/// What was typed into a form, and what is wrong with it.
#[derive(Default)]
pub struct Entries {
    typed: Option<Vec<(String, Zeroizing<String>)>>,
    wrong: Vec<(&'static str, String)>,
    refused: Option<String>,
}

/// What a field means whose text may have blanks around it.
pub fn typed<T: FromStr>(text: &str) -> Result<T, T::Err> {
    text.trim().parse()
}

impl Entries {
    /// A form that nobody has filled in yet.
    pub fn blank() -> Entries {
        Entries::default()
    }

    /// A form with these entries.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Entries {
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

    /// What a field means, which is read exactly as it was typed; where it means nothing, that is told beside it.
    pub fn read<T, E: Display>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match read(self.text(name)) {
            Ok(read) => Some(read),
            Err(error) => {
                self.wrong(name, crate::sentence(&error));
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
    pub fn refuse(&mut self, reason: &(impl Display + ?Sized)) {
        self.refused = Some(crate::sentence(reason));
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
        let is_kept = matches!(field.kind, Kind::Hidden | Kind::Password);
        if self.typed.is_none() || is_kept {
            field
        } else {
            Field { value: self.all(field.name).join(","), ..field }
        }
    }
}
