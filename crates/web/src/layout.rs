//! The page around a page's content: head, bar, navigation, message, content; and the small parts pages are made of.

use crate::{Tone, assets::asset};
use maud::{DOCTYPE, Markup, html};

/// What stays the same on all pages of a program.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// Its name, behind "Porto" in the bar.
    pub name: &'a str,
    /// The first page.
    pub home: &'a str,
    /// Where a form is sent to log out.
    pub log_out: &'a str,
}

/// A group of entries in the navigation.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// Its heading.
    pub heading: &'a str,
    /// Its entries.
    pub entries: Vec<Entry<'a>>,
}

/// An entry in the navigation.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The word.
    pub label: &'a str,
    /// Where it leads.
    pub path: &'a str,
}

/// Who looks at the page.
#[derive(Clone, Copy, Debug)]
pub struct Viewer<'a> {
    /// The name.
    pub name: &'a str,
    /// What the person may do, in a word or two.
    pub role: &'a str,
    /// What the form that logs out carries.
    pub csrf: &'a str,
}

/// What the last action came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// Whether it went well.
    pub tone: Tone,
    /// One sentence.
    pub sentence: String,
}

/// One page.
pub struct Page<'a> {
    /// The program's.
    pub site: Site<'a>,
    /// The page's heading and the window's title.
    pub title: &'a str,
    /// What stands beside the heading: a state, actions.
    pub beside: Markup,
    /// The path of the entry in the navigation that this page belongs to.
    pub here: &'a str,
    /// The pages above this one, as label and path.
    pub above: &'a [(&'a str, &'a str)],
    /// The navigation; nothing before somebody has logged in.
    pub groups: &'a [Group<'a>],
    /// Who looks at it.
    pub viewer: Option<Viewer<'a>>,
    /// What the last action came to.
    pub flash: Option<&'a Flash>,
}

impl Page<'_> {
    /// The whole document around this content.
    pub fn around(&self, content: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                (self.head())
                body {
                    a class="skip" href="#content" { "To the content" }
                    (self.bar())
                    div class=(if self.groups.is_empty() { "frame narrow" } else { "frame" }) {
                        (self.navigation())
                        main id="content" tabindex="-1" {
                            @if let Some(flash) = self.flash { (message(flash)) }
                            (self.heading())
                            (content)
                        }
                    }
                }
            }
        }
    }

    fn head(&self) -> Markup {
        html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (self.title) " · Porto " (self.site.name) }
                @for name in ["icon.svg", "style.css"] {
                    @if let Some(asset) = asset(name) {
                        link rel=(if name.ends_with("css") { "stylesheet" } else { "icon" }) href=(asset.path());
                    }
                }
            }
        }
    }

    fn bar(&self) -> Markup {
        html! {
            header class="bar" {
                a class="brand" href=(self.site.home) {
                    (mark())
                    span { strong { "Porto" } " " (self.site.name) }
                }
                @if let Some(viewer) = self.viewer {
                    form class="viewer" method="post" action=(self.site.log_out) {
                        input type="hidden" name=(crate::form::TOKEN) value=(viewer.csrf);
                        span class="who" { strong { (viewer.name) } " " span class="muted" { (viewer.role) } }
                        button class="small" type="submit" { "Log out" }
                    }
                }
                @if !self.groups.is_empty() {
                    button class="menu small" type="button" popovertarget="navigation" { "Menu" }
                }
            }
        }
    }

    /// A popover on a phone, which needs no script; the style sheet shows it always where there is room beside the page.
    fn navigation(&self) -> Markup {
        html! {
            @if !self.groups.is_empty() {
                nav id="navigation" aria-label="Pages" popover {
                    @for group in self.groups {
                        h2 { (group.heading) }
                        ul {
                            @for entry in &group.entries {
                                li {
                                    a href=(entry.path) aria-current=[(entry.path == self.here).then_some("page")] {
                                        (entry.label)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn heading(&self) -> Markup {
        html! {
            @if !self.above.is_empty() {
                p class="above" {
                    @for (label, path) in self.above { a href=(path) { (label) } span aria-hidden="true" { " / " } }
                }
            }
            div class="heading" { h1 { (self.title) } (self.beside) }
        }
    }
}

/// A message in its tone. What went wrong is said at once to who listens.
fn message(flash: &Flash) -> Markup {
    let role = if flash.tone == Tone::Bad { "alert" } else { "status" };
    html! { p class={ "flash " (flash.tone.class()) } role=(role) { (flash.sentence) } }
}

/// The small stamp in the bar.
fn mark() -> Markup {
    html! {
        svg class="mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" {
            rect x="3" y="3" width="26" height="26" rx="3" {}
            path d="M10 24V8h7a5 5 0 0 1 0 10h-7" {}
        }
    }
}

/// A part of a page with its heading.
pub fn panel(heading: &str, content: &Markup) -> Markup {
    let id: String = heading
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    html! { section class="panel" aria-labelledby=(id) { h2 id=(id) { (heading) } (content) } }
}

/// Names and values.
pub fn facts(rows: &[(&str, Markup)]) -> Markup {
    html! { dl class="facts" { @for (name, value) in rows { div { dt { (name) } dd { (value) } } } } }
}

/// One figure of an overview that leads to what it counts.
pub fn figure(label: &str, value: &str, tone: Tone, path: &str) -> Markup {
    html! {
        a class={ "figure " (tone.class()) } href=(path) {
            span class="value" { (value) }
            span class="label" { (label) }
        }
    }
}

/// What stands where there is nothing yet, and what to do about it.
pub fn empty(sentence: &str) -> Markup {
    html! { p class="empty" { (sentence) } }
}

/// Links that act as buttons, the first of them the usual one.
pub fn actions(links: &[(&str, String)]) -> Markup {
    html! {
        div class="actions" {
            @for (at, (label, path)) in links.iter().enumerate() {
                a class=(if at == 0 { "button" } else { "button second" }) href=(path) { (label) }
            }
        }
    }
}

/// Text that is to be copied as it stands: a link, a command, a document.
pub fn verbatim(text: &str) -> Markup {
    html! { pre class="verbatim" tabindex="0" { (text) } }
}

/// A document whose lines are to stay as they are.
pub fn document(text: &str) -> Markup {
    html! { pre class="verbatim document" tabindex="0" { (text) } }
}

/// A list of sentences.
pub fn sentences(sentences: &[String]) -> Markup {
    html! { ul class="sentences" { @for sentence in sentences { li { (sentence) } } } }
}

/// Things that can be done here: a link to each, and what it is for.
pub fn ways(ways: &[(&str, String, &str)]) -> Markup {
    html! {
        ul class="ways" {
            @for (label, path, sentence) in ways { li { a href=(path) { (label) } p class="muted" { (sentence) } } }
        }
    }
}
