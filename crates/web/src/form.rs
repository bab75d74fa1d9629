//! Forms: a label to each field, a hint below it, and its error beside it, so that who cannot see hears all three
//! together. A form that was refused comes back with what was typed in, except secrets.

use maud::{Markup, html};

/// The name of the field that carries a form's token.
pub const TOKEN: &str = "csrf";

/// What a field takes.
#[derive(Clone, Debug)]
pub enum Kind<'a> {
    /// A line of text.
    Text,
    /// Digits, with the number pad on a phone.
    Digits,
    /// An amount of money, with the number pad that has a decimal sign.
    Amount,
    /// A secret; its value is never sent back.
    Password,
    /// An address for post by wire.
    Email,
    /// A day.
    Date,
    /// A day with its time.
    DateTime,
    /// Several lines.
    Lines,
    /// A file, with the endings it may have.
    File(&'a str),
    /// A line of text for which these are proposed, as value and words.
    Proposed(Vec<(String, String)>),
    /// One of these, as value and words.
    Choice(Vec<(String, String)>),
    /// Several of these, as value and words; the values that are ticked stand in the field with commas between.
    Several(Vec<(String, String)>),
    /// Yes or no.
    Check,
    /// Carried along unseen.
    Hidden,
}

/// A field.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    /// Its name in what is sent.
    pub name: &'a str,
    /// Its label.
    pub label: &'a str,
    /// What it takes.
    pub kind: Kind<'a>,
    /// What stands in it.
    pub value: String,
    /// What helps to fill it in.
    pub hint: &'a str,
    /// What is wrong with what was filled in.
    pub error: Option<String>,
    /// Whether it may stay empty.
    pub optional: bool,
    /// What the browser may fill in by itself (`autocomplete`).
    pub completes: &'a str,
    /// What tells it from a field of its name in another form of the page; empty where there is none.
    pub scope: &'a str,
}

impl<'a> Field<'a> {
    /// A line of text that must be filled in.
    pub fn text(name: &'a str, label: &'a str) -> Field<'a> {
        let value = String::new();
        Field {
            name,
            label,
            kind: Kind::Text,
            value,
            hint: "",
            error: None,
            optional: false,
            completes: "off",
            scope: "",
        }
    }

    /// The same with another kind.
    pub fn kind(mut self, kind: Kind<'a>) -> Field<'a> {
        self.kind = kind;
        self
    }

    /// The same with this in it.
    pub fn value(mut self, value: impl Into<String>) -> Field<'a> {
        self.value = value.into();
        self
    }

    /// The same with a hint.
    pub fn hint(mut self, hint: &'a str) -> Field<'a> {
        self.hint = hint;
        self
    }

    /// The same with what is wrong with it, if anything is.
    pub fn error(mut self, error: Option<impl Into<String>>) -> Field<'a> {
        self.error = error.map(Into::into);
        self
    }

    /// The same, which may stay empty.
    pub fn optional(mut self) -> Field<'a> {
        self.optional = true;
        self
    }

    /// The same with what the browser may fill in.
    pub fn completes(mut self, completes: &'a str) -> Field<'a> {
        self.completes = completes;
        self
    }

    fn markup(&self) -> Markup {
        match self.kind {
            Kind::Hidden => html! { input type="hidden" name=(self.name) value=(self.value); },
            Kind::Check => html! {
                div class=(if self.error.is_some() { "field check wrong" } else { "field check" }) {
                    (self.control()) (self.words())
                }
            },
            Kind::Several(ref choices) => self.several(choices),
            _ => html! {
                div class=(if self.error.is_some() { "field wrong" } else { "field" }) { (self.words()) (self.control()) }
            },
        }
    }

    fn words(&self) -> Markup {
        let (id, hint, error) = self.ids();
        html! {
            label for=(id) { (self.label) @if self.says_optional() { span class="muted" { " (optional)" } } }
            @if !self.hint.is_empty() { p class="hint" id=(hint) { (self.hint) } }
            @if let Some(sentence) = &self.error { p class="error" id=(error) { (sentence) } }
        }
    }

    /// A box that stays empty says so by itself.
    fn says_optional(&self) -> bool {
        self.optional && !matches!(self.kind, Kind::Check)
    }

    /// Boxes to tick, in a group that says what they are about.
    fn several(&self, choices: &[(String, String)]) -> Markup {
        let (id, hint, error) = self.ids();
        let ticked = |value: &str| self.value.split(',').any(|ticked| ticked == value);
        html! {
            fieldset class=(if self.error.is_some() { "field wrong" } else { "field" }) aria-describedby=[self.described()] {
                legend { (self.label) @if self.optional { span class="muted" { " (optional)" } } }
                @if !self.hint.is_empty() { p class="hint" id=(hint) { (self.hint) } }
                @if let Some(sentence) = &self.error { p class="error" id=(error) { (sentence) } }
                @for (value, words) in choices {
                    @let box_id = format!("{id}-{value}");
                    div class="field check" {
                        input type="checkbox" id=(box_id) name=(self.name) value=(value) checked[ticked(value)];
                        label for=(box_id) { (words) }
                    }
                }
            }
        }
    }

    /// The names of the hint and the error, for who cannot see that they stand beside the field.
    fn described(&self) -> Option<String> {
        let (_, hint, error) = self.ids();
        let hint = (!self.hint.is_empty()).then_some(hint);
        let described: Vec<String> = hint.into_iter().chain(self.error.is_some().then_some(error)).collect();
        (!described.is_empty()).then(|| described.join(" "))
    }

    fn ids(&self) -> (String, String, String) {
        let Field { scope, name, .. } = self;
        (format!("field-{scope}{name}"), format!("hint-{scope}{name}"), format!("error-{scope}{name}"))
    }

    fn control(&self) -> Markup {
        let (id, described) = (self.ids().0, self.described());
        let invalid = self.error.is_some().then_some("true");
        let required = !self.optional;
        match &self.kind {
            Kind::Lines => html! {
                textarea id=(id) name=(self.name) rows=(self.value.lines().count().clamp(6, 24)) required[required] aria-describedby=[described]
                    aria-invalid=[invalid] { (self.value) }
            },
            Kind::Choice(choices) => html! {
                select id=(id) name=(self.name) required[required] aria-describedby=[described] aria-invalid=[invalid] {
                    @for (value, words) in choices {
                        option value=(value) selected[*value == self.value] { (words) }
                    }
                }
            },
            Kind::Check => html! {
                input type="checkbox" id=(id) name=(self.name) value="yes" checked[self.value == "yes"]
                    aria-describedby=[described] aria-invalid=[invalid];
            },
            Kind::File(endings) => html! {
                input type="file" id=(id) name=(self.name) accept=(endings) required[required]
                    aria-describedby=[described] aria-invalid=[invalid];
            },
            Kind::Proposed(proposals) => html! {
                @let list = format!("list-{}{}", self.scope, self.name);
                input type="text" id=(id) name=(self.name) required[required] value=(self.value) list=(list)
                    autocomplete="off" aria-describedby=[described] aria-invalid=[invalid];
                datalist id=(list) { @for (value, words) in proposals { option value=(value) { (words) } } }
            },
            kind => html! {
                input type=(input_type(kind)) id=(id) name=(self.name) required[required]
                    value=[(!matches!(kind, Kind::Password)).then_some(&self.value)]
                    inputmode=[input_mode(kind)] autocomplete=(self.completes)
                    aria-describedby=[described] aria-invalid=[invalid];
            },
        }
    }
}

fn input_type(kind: &Kind<'_>) -> &'static str {
    match kind {
        Kind::Password => "password",
        Kind::Email => "email",
        Kind::Date => "date",
        Kind::DateTime => "datetime-local",
        _ => "text",
    }
}

/// The keys that a phone offers.
fn input_mode(kind: &Kind<'_>) -> Option<&'static str> {
    match kind {
        Kind::Digits => Some("numeric"),
        Kind::Amount => Some("decimal"),
        _ => None,
    }
}

/// A form.
#[derive(Clone, Debug)]
pub struct Form<'a> {
    /// Where it is sent.
    pub action: &'a str,
    /// What proves that it came from this site's own page.
    pub csrf: &'a str,
    /// Its fields.
    pub fields: Vec<Field<'a>>,
    /// What the button says.
    pub submit: &'a str,
    /// Whether the button does what cannot be taken back.
    pub grave: bool,
    /// Why the form as a whole was refused, where no field is to blame.
    pub refused: Option<String>,
    /// Where to go instead of sending it.
    pub instead: Option<&'a str>,
}

impl<'a> Form<'a> {
    /// A form.
    pub fn new(action: &'a str, csrf: &'a str, submit: &'a str, fields: Vec<Field<'a>>) -> Form<'a> {
        Form { action, csrf, fields, submit, grave: false, refused: None, instead: None }
    }

    /// The same with why it was refused as a whole, if it was.
    pub fn refused(mut self, sentence: Option<impl Into<String>>) -> Form<'a> {
        self.refused = sentence.map(Into::into);
        self
    }

    /// The same with a way back beside the button.
    pub fn instead(mut self, path: &'a str) -> Form<'a> {
        self.instead = Some(path);
        self
    }

    /// The same on a page where another form has fields of the same names.
    pub fn scope(mut self, scope: &'a str) -> Form<'a> {
        self.fields.iter_mut().for_each(|field| field.scope = scope);
        self
    }

    /// The same for what cannot be taken back.
    pub fn grave(mut self) -> Form<'a> {
        self.grave = true;
        self
    }

    /// The form. Errors are counted at its head, so that nobody has to search for them.
    pub fn markup(&self) -> Markup {
        let has_file = self.fields.iter().any(|field| matches!(field.kind, Kind::File(_)));
        html! {
            form class="form" method="post" action=(self.action) enctype=[has_file.then_some("multipart/form-data")] {
                input type="hidden" name=(TOKEN) value=(self.csrf);
                @if let Some(sentence) = self.complaint() { p class="flash bad" role="alert" { (sentence) } }
                @for field in &self.fields { (field.markup()) }
                div class="submit" {
                    button class=[self.grave.then_some("grave")] type="submit" { (self.submit) }
                    @if let Some(path) = self.instead { a class="button second" href=(path) { "Cancel" } }
                }
            }
        }
    }

    fn complaint(&self) -> Option<String> {
        let wrong = self.fields.iter().filter(|field| field.error.is_some()).count();
        match (&self.refused, wrong) {
            (Some(sentence), _) => Some(sentence.clone()),
            (None, 0) => None,
            (None, 1) => Some("One entry is not right yet.".to_owned()),
            (None, wrong) => Some(format!("{wrong} entries are not right yet.")),
        }
    }
}

/// A form that only asks (`GET`), a field below the other. It needs no token because it changes nothing.
pub fn question(action: &str, submit: &str, fields: &[Field<'_>]) -> Markup {
    html! {
        form class="form" method="get" action=(action) {
            @for field in fields { (field.markup()) }
            div class="submit" { button type="submit" { (submit) } }
        }
    }
}

/// The same in a line, for a search or a filter.
pub fn search(action: &str, submit: &str, fields: &[Field<'_>]) -> Markup {
    search_with(action, submit, fields, &[])
}

/// The same with further fields behind a line that opens; it stands open where one of them is filled in.
pub fn search_with(action: &str, submit: &str, fields: &[Field<'_>], further: &[Field<'_>]) -> Markup {
    let is_open = further.iter().any(|field| !field.value.is_empty());
    html! {
        form class="search" method="get" action=(action) role="search" {
            @for field in fields { (field.markup()) }
            div class="submit" { button class="second" type="submit" { (submit) } }
            @if !further.is_empty() {
                details open[is_open] {
                    summary { "More" }
                    div class="further" { @for field in further { (field.markup()) } }
                }
            }
        }
    }
}
