//! What is said in place of a page that is not shown.

use axum::http::{StatusCode, header};
use axum::response::Response;
use maud::{Markup, html};

/// What the shell says in place of a page. A fault puts it into its answer's extensions; the shell takes it out again and
/// puts the page around it.
#[derive(Clone, Debug)]
pub struct Complaint {
    /// The heading.
    pub heading: &'static str,
    /// What to do.
    pub sentence: String,
}

impl Complaint {
    /// Takes out of an answer what is to be said; nothing where the answer says it itself. What has a status and nothing
    /// else, such as an answer of the framework's own, is put into words by `of`.
    pub fn take(response: &mut Response, of: impl FnOnce(StatusCode) -> Complaint) -> Option<Complaint> {
        let status = response.status();
        let is_mute = (status.is_client_error() || status.is_server_error()) && !is_page(response);
        response.extensions_mut().remove::<Complaint>().or_else(|| is_mute.then(|| of(status)))
    }

    /// The sentence, and the way to the first page, which is called this.
    pub fn markup(&self, home: &str) -> Markup {
        html! {
            div class="panel" {
                p { (self.sentence) }
                (crate::actions(&[(home, "/".to_owned())]))
            }
        }
    }
}

/// Whether an answer is a page.
pub fn is_page(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|content_type| content_type.starts_with("text/html"))
}
