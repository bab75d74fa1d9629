//! The page around each page's content: navigation by what the person may see, messages, and what is said where there
//! is no page.
//!
//! What always holds: a form from another site's page reaches no handler; every answer that is an error is a page that
//! says what to do.

use super::fault::{Fault, of_status};
use super::notice;
use super::visitor::{Slot, Visitor};
use crate::people::Right;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use web::{Complaint, Entry, Flash, FormFault, Group, Page, Site, Viewer};

const SITE: Site<'static> = Site { name: "centre", home: "/", log_out: "/log-out" };

/// What a page is called and where it belongs.
#[derive(Debug, Default)]
pub struct Sheet {
    title: String,
    here: &'static str,
    above: Vec<(String, String)>,
    beside: Option<Markup>,
    flash: Option<Flash>,
    status: StatusCode,
}

impl Sheet {
    /// A page of this name that belongs to this entry of the navigation.
    pub fn new(title: impl Into<String>, here: &'static str) -> Sheet {
        Sheet { title: title.into(), here, ..Sheet::default() }
    }

    /// The same below this page.
    pub fn above(mut self, label: impl Into<String>, path: impl Into<String>) -> Sheet {
        self.above.push((label.into(), path.into()));
        self
    }

    /// The same with this beside its heading.
    pub fn beside(mut self, beside: Markup) -> Sheet {
        self.beside = Some(beside);
        self
    }

    /// The same saying this, where the act is answered without another page.
    pub fn saying(mut self, flash: Flash) -> Sheet {
        self.flash = Some(flash);
        self
    }

    /// The same answered with this status.
    pub fn status(mut self, status: StatusCode) -> Sheet {
        self.status = status;
        self
    }

    /// The page for this visitor.
    pub fn page(self, visitor: &Visitor, content: &Markup) -> Response {
        let flash = self.flash.as_ref().or(visitor.flash.as_ref());
        (self.status, self.markup(visitor, flash, content)).into_response()
    }

    fn markup(&self, visitor: &Visitor, flash: Option<&Flash>, content: &Markup) -> Markup {
        let roles = visitor.session.roles.to_words().join(", ").replace('-', " ");
        let above: Vec<(&str, &str)> =
            self.above.iter().map(|(label, path)| (label.as_str(), path.as_str())).collect();
        let page = Page {
            site: SITE,
            title: &self.title,
            beside: self.beside.clone().unwrap_or_else(|| html! {}),
            here: self.here,
            above: &above,
            groups: &navigation(visitor),
            viewer: Some(Viewer {
                name: visitor.session.full_name.text(),
                role: &roles,
                csrf: visitor.csrf(),
            }),
            flash,
        };
        page.around(content)
    }

    /// The page for who has not logged in.
    pub fn page_for_nobody(self, flash: Option<&Flash>, content: &Markup) -> Response {
        (self.status, self.markup_for_nobody(flash, content)).into_response()
    }

    fn markup_for_nobody(&self, flash: Option<&Flash>, content: &Markup) -> Markup {
        let beside = html! {};
        let page = Page {
            site: SITE,
            title: &self.title,
            beside,
            here: "",
            above: &[],
            groups: &[],
            viewer: None,
            flash,
        };
        page.around(content)
    }
}

fn navigation(visitor: &Visitor) -> Vec<Group<'static>> {
    let entry = |right, label, path| (right, Entry { label, path });
    let groups = [
        (
            "Fleet",
            vec![
                entry(None, "Overview", "/"),
                entry(Some(Right::ReadMeters), "Meters", "/meters"),
                entry(Some(Right::ReadSuspects), "Suspects", "/suspects"),
                entry(Some(Right::ReadSuspects), "To be done", "/to-do"),
                entry(Some(Right::ReadMeters), "Calls", "/calls"),
            ],
        ),
        (
            "Money",
            vec![
                entry(Some(Right::ReadCustomers), "Customers", "/customers"),
                entry(Some(Right::ReadCustomers), "Deposits", "/deposits"),
                entry(Some(Right::ReadCustomers), "Spoiled imprints", "/refunds"),
            ],
        ),
        (
            "Centre",
            vec![
                entry(Some(Right::ReadSettings), "Settings", "/settings"),
                entry(Some(Right::ReadPeople), "People", "/people"),
                entry(Some(Right::ReadPeople), "Tokens", "/tokens"),
                entry(Some(Right::ReadAudit), "Audit log", "/audit"),
            ],
        ),
        ("You", vec![entry(None, "Password", "/password")]),
    ];
    let allowed = |(right, entry): (Option<Right>, Entry<'static>)| {
        right.is_none_or(|right| visitor.may(right)).then_some(entry)
    };
    let groups = groups.map(|(heading, entries)| Group {
        heading,
        entries: entries.into_iter().filter_map(allowed).collect(),
    });
    groups.into_iter().filter(|group| !group.entries.is_empty()).collect()
}

/// Middleware around all pages: refuses forms of other sites, and makes a page of every complaint.
pub async fn around(mut request: Request, next: Next) -> Response {
    let slot = Slot::default();
    request.extensions_mut().insert(slot.clone());
    let was_told = notice::to_say(request.headers()).is_some();
    let response = if web::is_foreign(&request) {
        Fault::Form(FormFault::Foreign).into_response()
    } else {
        next.run(request).await
    };
    let mut response = complained(response, &slot);
    if was_told && web::is_page(&response) && response.status() == StatusCode::OK {
        response.headers_mut().append(header::SET_COOKIE, notice::said());
    }
    response
}

/// A page in place of an answer that is an error and no page.
fn complained(mut response: Response, slot: &Slot) -> Response {
    let status = response.status();
    let Some(complaint) = Complaint::take(&mut response, of_status) else { return response };
    let sheet = Sheet::new(complaint.heading, "").status(status);
    let content = complaint.markup("To the overview");
    match slot.visitor() {
        Some(visitor) => (status, sheet.markup(visitor, None, &content)).into_response(),
        None => sheet.page_for_nobody(None, &content),
    }
}
