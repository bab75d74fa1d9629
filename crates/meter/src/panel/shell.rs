//! The page around each page's content.

use super::fault::Complaint;
use super::snapshot::Snapshot;
use super::visitor::Visitor;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use web::{Entry, Flash, Group, Page, Site, Viewer};

const SITE: Site<'static> = Site { name: "meter", home: "/", log_out: "/log-out" };

/// What a page is called and where it belongs.
#[derive(Debug, Default)]
pub struct Sheet {
    title: String,
    here: &'static str,
    above: Vec<(&'static str, &'static str)>,
    status: StatusCode,
    refresh_seconds: Option<u64>,
}

impl Sheet {
    /// A page of this name that belongs to this entry of the navigation.
    pub fn new(title: impl Into<String>, here: &'static str) -> Sheet {
        Sheet { title: title.into(), here, ..Sheet::default() }
    }

    /// The same below this page.
    pub fn above(mut self, label: &'static str, path: &'static str) -> Sheet {
        self.above.push((label, path));
        self
    }

    /// The same answered with this status.
    pub fn status(mut self, status: StatusCode) -> Sheet {
        self.status = status;
        self
    }

    /// The same, which comes anew by itself after so many seconds.
    pub fn refresh(mut self, seconds: Option<u64>) -> Sheet {
        self.refresh_seconds = seconds;
        self
    }

    /// The page for this visitor.
    pub fn page(self, visitor: &Visitor, content: &Markup) -> Response {
        let flash = visitor.said();
        let mut response = (self.status, self.markup(Some(visitor), flash.as_ref(), content)).into_response();
        let refresh =
            self.refresh_seconds.and_then(|seconds| HeaderValue::from_str(&seconds.to_string()).ok());
        if let Some(refresh) = refresh {
            response.headers_mut().insert(header::REFRESH, refresh);
        }
        response
    }

    /// The page for who has not logged in.
    pub fn page_for_nobody(self, content: &Markup) -> Response {
        (self.status, self.markup(None, None, content)).into_response()
    }

    fn markup(&self, visitor: Option<&Visitor>, flash: Option<&Flash>, content: &Markup) -> Markup {
        let groups = visitor.map(|_| navigation()).unwrap_or_default();
        let viewer = visitor.and_then(|visitor| {
            let name = visitor.who.as_deref()?;
            Some(Viewer { name, role: "at the meter", csrf: visitor.csrf() })
        });
        let page = Page {
            site: SITE,
            title: &self.title,
            beside: html! {},
            here: self.here,
            above: &self.above,
            groups: &groups,
            viewer,
            flash,
        };
        page.around(content)
    }
}

fn navigation() -> Vec<Group<'static>> {
    let entry = |label, path| Entry { label, path };
    vec![
        Group {
            heading: "Machine",
            entries: vec![
                entry("Franking", "/"),
                entry("Price of a letter", "/price"),
                entry("Refill", "/refill"),
                entry("Log in", "/log-in"),
            ],
        },
        Group {
            heading: "Accounts",
            entries: vec![
                entry("Reports", "/reports"),
                entry("Journal", "/journal"),
                entry("Spoiled imprints", "/spoiled"),
            ],
        },
        Group {
            heading: "System manager",
            entries: vec![
                entry("Users", "/users"),
                entry("Lock and times", "/lock"),
                entry("Cost centres", "/centres"),
                entry("Clichés", "/cliches"),
                entry("Cards", "/cards"),
                entry("Rate tables", "/rates"),
                entry("Log and errors", "/log"),
            ],
        },
    ]
}

/// Who is logged in at the meter.
pub fn who(now: &Snapshot) -> Option<String> {
    let second = now.lock.as_ref().and_then(|lock| lock.second);
    match (now.view.is_manager, now.view.user, second) {
        (true, ..) => Some("System manager".into()),
        (_, Some(user), Some(second)) => Some(format!("Users {user} and {second}")),
        (_, Some(user), None) => Some(format!("User {user}")),
        (_, None, _) => None,
    }
}

/// A page in place of an answer that is an error and no page.
pub fn complained(mut response: Response, visitor: Option<&Visitor>) -> Response {
    let status = response.status();
    let complaint = match response.extensions_mut().remove::<Complaint>() {
        Some(complaint) => complaint,
        None if (status.is_client_error() || status.is_server_error()) && !is_page(&response) => {
            Complaint::of(status)
        }
        None => return response,
    };
    let sheet = Sheet::new(complaint.heading, "").status(status);
    let content = html! {
        div class="panel" {
            p { (complaint.sentence) }
            (web::actions(&[("To the machine", "/".to_owned())]))
        }
    };
    (status, sheet.markup(visitor, None, &content)).into_response()
}

fn is_page(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|content_type| content_type.starts_with("text/html"))
}
