//! Where a form comes from. Browsers say so in one of two headers; what says neither is no browser, and brings no cookie
//! that somebody else could make use of.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, Uri, header};

/// Whether a form comes from another site's page.
pub fn is_foreign(request: &Request) -> bool {
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

/// What the request calls this site: the host, and the port where it is not the usual one.
pub fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    host.or_else(|| uri.authority().map(|authority| authority.as_str()))
}

fn is_own(origin: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    let origin = origin.split_once("://").map(|(_, host)| host);
    origin.is_some() && origin == host(headers, uri)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn a_form_comes_from_this_sites_own_page_or_is_foreign() {
        let check = |headers: &[(&str, &str)], expected| {
            let mut request =
                Request::builder().method("POST").uri("/x").header("host", "meter.example:7060");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            assert_eq!(is_foreign(&request.body(Body::empty()).unwrap()), expected, "{headers:?}");
        };
        check(&[], false);
        check(&[("sec-fetch-site", "same-origin")], false);
        check(&[("sec-fetch-site", "none")], false);
        check(&[("sec-fetch-site", "cross-site")], true);
        check(&[("sec-fetch-site", "same-site")], true);
        check(&[("origin", "http://meter.example:7060")], false);
        check(&[("origin", "http://meter.example")], true);
        check(&[("origin", "http://evil.example")], true);
        check(&[("origin", "null")], true);
    }
}
