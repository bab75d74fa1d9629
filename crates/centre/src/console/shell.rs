//! The page around each page's content: navigation by what the person may see, messages, and what is said where there
//! is no page.
//!
//! What always holds: a form from another site's page reaches no handler; every answer that is an error is a page that
//! says what to do.

use super::fault::{Complaint, Fault};
use super::notice;
use super::visitor::{Slot, Visitor};
use crate::people::Right;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use web::{Entry, Flash, Group, Page, Site, Viewer};

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
    let response =
        if is_foreign(&request) { Fault::Foreign.into_response() } else { next.run(request).await };
    let mut response = complained(response, &slot);
    if was_told && is_page(&response) && response.status() == StatusCode::OK {
        response.headers_mut().append(header::SET_COOKIE, notice::said());
    }
    response
}

/// A page in place of an answer that is an error and no page.
fn complained(mut response: Response, slot: &Slot) -> Response {
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
            (web::actions(&[("To the overview", "/".to_owned())]))
        }
    };
    match slot.visitor() {
        Some(visitor) => (status, sheet.markup(visitor, None, &content)).into_response(),
        None => sheet.page_for_nobody(None, &content),
    }
}

fn is_page(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|content_type| content_type.starts_with("text/html"))
}

/// Whether a form comes from another site's page. Browsers say where a form comes from in one of two headers; what says
/// neither is no browser, and brings no cookie that somebody else could make use of.
fn is_foreign(request: &Request) -> bool {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method()) {
        return false;
    }
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site != "same-origin" && site != "none",
        (None, Some(origin)) => !is_own(origin, request.headers(), request.uri()),
        (None, None) => false,
    }
}

fn is_own(origin: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let host = host.or_else(|| uri.authority().map(|authority| authority.as_str()));
    let origin = origin.split_once("://").map(|(_, host)| host);
    origin.is_some() && origin == host
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn sent(headers: &[(&str, &str)]) -> Request {
        let mut request = Request::builder().method("POST").uri("/x").header("host", "centre.example:8443");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::empty()).unwrap()
    }

    #[test]
    fn a_form_comes_from_this_sites_own_page_or_not_at_all() {
        let check = |headers: &[(&str, &str)], expected| {
            assert_eq!(is_foreign(&sent(headers)), expected, "{headers:?}");
        };
        check(&[], false);
        check(&[("sec-fetch-site", "same-origin")], false);
        check(&[("sec-fetch-site", "none")], false);
        check(&[("sec-fetch-site", "cross-site")], true);
        check(&[("sec-fetch-site", "same-site")], true);
        check(&[("origin", "https://centre.example:8443")], false);
        check(&[("origin", "https://centre.example")], true);
        check(&[("origin", "https://evil.example")], true);
        check(&[("origin", "null")], true);
    }
}
