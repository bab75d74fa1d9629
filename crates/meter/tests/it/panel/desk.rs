//! A meter's folder with a real device, a panel on it, and whoever looks at its pages.

use crate::mailroom;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use imprint::numbers::Profile;
use meter::configuration::{Configuration, SETTINGS};
use meter::panel::{Panel, PanelFault};
use std::fs;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tower::ServiceExt;

pub const CREDIT: u64 = 100_000;

/// A meter in a folder.
pub struct Folder(TempDir);

impl Folder {
    /// A meter with credit and these further settings.
    pub fn new(settings: &str) -> Folder {
        let folder = tempfile::tempdir().unwrap();
        mailroom::make(folder.path(), psd::Settings::default(), Profile::named("p1").unwrap(), CREDIT);
        let text =
            format!("{settings}\n[device]\nmemory = \"meter.psd\"\n[panel]\nlisten = \"127.0.0.1:0\"\n");
        fs::write(folder.path().join(SETTINGS), text).unwrap();
        Folder(folder)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn configuration(&self) -> Configuration {
        Configuration::read(self.path()).unwrap()
    }

    pub fn panel(&self) -> Panel {
        Panel::open(&self.configuration()).unwrap()
    }

    /// How many letters are on paper.
    pub fn letters(&self) -> usize {
        fs::read_dir(self.path().join("letters")).unwrap().count()
    }
}

/// A panel that is served.
pub struct Served {
    pub url: String,
    ending: oneshot::Sender<()>,
    thread: JoinHandle<Result<(), PanelFault>>,
}

impl Served {
    pub fn start(panel: Panel) -> Served {
        let url = panel.url();
        let (ending, ended) = oneshot::channel();
        let thread = std::thread::spawn(move || panel.serve(async { drop(ended.await) }));
        Served { url, ending, thread }
    }

    /// Turns it off; all that was done is in the folder then.
    pub fn end(self) {
        drop(self.ending);
        self.thread.join().unwrap().unwrap();
    }
}

/// Whoever looks at pages without a browser.
pub struct Visit {
    router: Router,
    cookie: Option<String>,
    csrf: String,
}

/// What came of a request.
pub struct Seen {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }
}

impl Visit {
    pub fn new(panel: &Panel) -> Visit {
        Visit { router: panel.router(), cookie: None, csrf: String::new() }
    }

    pub async fn get(&mut self, path: &str) -> Seen {
        let request = Request::get(path).header(header::HOST, "127.0.0.1:7060");
        self.send(request, Body::empty()).await
    }

    /// Sends a form of this visit.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        if self.csrf.is_empty() {
            self.get("/").await;
        }
        let csrf = self.csrf.clone();
        self.post_as(path, &csrf, fields).await
    }

    /// Sends a form with a file.
    pub async fn upload(&mut self, path: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Seen {
        self.get("/").await;
        let csrf = self.csrf.clone();
        let mut body = Vec::new();
        for (name, value) in [("csrf", csrf.as_str())].iter().chain(fields) {
            body.extend(part(&format!("name=\"{name}\"")).bytes().chain(value.bytes()).chain(*b"\r\n"));
        }
        body.extend(
            part(&format!("name=\"file\"; filename=\"{}\"", file.0)).bytes().chain(file.1.iter().copied()),
        );
        body.extend(*b"\r\n--PARTS--\r\n");
        let request = Request::post(path)
            .header(header::HOST, "127.0.0.1:7060")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=PARTS");
        self.send(request, Body::from(body)).await
    }

    /// Waits until the display says that the meter is ready.
    pub async fn ready(&mut self) {
        for _ in 0..300 {
            if self.get("/").await.text().contains("role=\"status\">Ready") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the meter does not become ready: {}", self.get("/").await.text());
    }

    /// Types a key of the line, and gives the page that comes of it.
    pub async fn key(&mut self, line: &str) -> String {
        let seen = self.post("/key", &[("key", line)]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{line}: {}", seen.text());
        let path = seen.location().to_owned();
        self.get(&path).await.text()
    }

    pub async fn post_as(&mut self, path: &str, csrf: &str, fields: &[(&str, &str)]) -> Seen {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", csrf).extend_pairs(fields);
        let request = Request::post(path)
            .header(header::HOST, "127.0.0.1:7060")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(form.finish())).await
    }

    pub async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Seen {
        let request = match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        };
        let response: Response<Body> =
            self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 24).await.unwrap().to_vec();
        for set in parts.headers.get_all(header::SET_COOKIE) {
            self.cookie = set.to_str().unwrap().split(';').next().map(str::to_owned);
        }
        let seen = Seen { status: parts.status, headers: parts.headers, body };
        if let Some(at) = seen.text().find("name=\"csrf\" value=\"") {
            self.csrf = seen.text()[at + 19..].chars().take_while(|letter| *letter != '"').collect();
        }
        seen
    }
}

/// What begins a part of a form with a file.
fn part(disposition: &str) -> String {
    format!("--PARTS\r\nContent-Disposition: form-data; {disposition}\r\n\r\n")
}

/// Runs a test that waits.
pub fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(test);
}
