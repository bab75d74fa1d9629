//! A browser of one's own for tests: Debian's Chromium without a window, steered through its driver, and used as a person
//! without a mouse does.
//!
//! What always holds: driver and browser end with the value that started them; nothing is sent but to this machine. What
//! does not go as a test expects it panics with the reason.

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use url::{ParseError, Url};

const DRIVER: &str = "/usr/bin/chromedriver";
/// As the keyboard sends them (WebDriver, table of key codes).
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const SPACE: &str = " ";
const SELECT_ALL: &str = "\u{e009}a\u{e000}";
/// No page has so many places that the keyboard reaches.
const TABS_MAX: usize = 250;

/// A browser.
pub struct Chromium {
    client: Client,
    driver: Child,
    _profile: tempfile::TempDir,
    size: (u32, u32),
}

/// A command of the browser's own protocol.
#[derive(Debug)]
struct Devtools(&'static str, Value);

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "cmd": self.0, "params": self.1 }).to_string()))
    }
}

impl Chromium {
    /// Starts one.
    pub async fn start() -> Chromium {
        let mut driver = Command::new(DRIVER);
        driver.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = driver.spawn().expect("Debian's package chromium-driver");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port: u16 = lines
            .find_map(|line| {
                let line = line.unwrap();
                line.rsplit_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
            })
            .expect("the driver says its port");
        // What the driver writes later must find somebody who reads it.
        std::thread::spawn(move || lines.for_each(drop));
        let profile = tempfile::tempdir().unwrap();
        let args = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-sync",
            "--disable-quic",
            "--disable-component-update",
            "--hide-scrollbars",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let options = json!({ "goog:chromeOptions": { "args": args } });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(options.as_object().unwrap().clone());
        let client = builder.connect(&format!("http://127.0.0.1:{port}")).await.expect("a session");
        Chromium { client, driver, _profile: profile, size: (1280, 900) }
    }

    async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        self.client.issue_cmd(Devtools(command, parameters)).await.expect("a command of the browser's own")
    }

    /// Sets how large a page is shown, and whether light or dark.
    pub async fn view(&mut self, width: u32, height: u32, is_dark: bool) {
        self.size = (width, height);
        self.show(height).await;
        let scheme = if is_dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    async fn show(&self, height: u32) {
        let width = self.size.0;
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Goes to an address.
    pub async fn goto(&self, address: &str) {
        self.client.goto(address).await.expect(address);
    }

    /// The path of the page that is shown.
    pub async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// What the page says, as a person reads it.
    pub async fn text(&self) -> String {
        self.element("body").await.text().await.unwrap()
    }

    /// The text of the first element that this selects.
    pub async fn text_of(&self, selector: &str) -> String {
        self.element(selector).await.text().await.unwrap()
    }

    async fn element(&self, selector: &str) -> fantoccini::elements::Element {
        self.client.find(Locator::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    async fn press(&self, key: &str) {
        self.client.active_element().await.unwrap().send_keys(key).await.unwrap();
    }

    /// Goes on by the tabulator key until the focus is on what this selects.
    pub async fn tab_to(&self, selector: &str) {
        let script =
            "return document.activeElement !== null && document.activeElement.matches(arguments[0]);";
        for _ in 0..TABS_MAX {
            if self.client.execute(script, vec![json!(selector)]).await.unwrap() == json!(true) {
                return;
            }
            self.press(TAB).await;
        }
        panic!("the keyboard does not reach {selector} on {}", self.path().await);
    }

    /// Puts a text into a field in place of what stands in it.
    pub async fn type_into(&self, name: &str, text: &str) {
        self.tab_to(&format!("[name=\"{name}\"]")).await;
        self.press(SELECT_ALL).await;
        self.press(text).await;
    }

    /// Ticks a box.
    pub async fn tick(&self, name: &str, value: &str) {
        self.tab_to(&format!("[name=\"{name}\"][value=\"{value}\"]")).await;
        self.press(SPACE).await;
    }

    /// Follows a link or presses a button by the enter key, and waits for the next page.
    pub async fn enter(&self, selector: &str) {
        self.tab_to(selector).await;
        self.client.execute("window.isOld = true;", vec![]).await.unwrap();
        self.press(ENTER).await;
        for _ in 0..200 {
            let script = "return window.isOld !== true && document.readyState === 'complete';";
            if matches!(self.client.execute(script, vec![]).await, Ok(Value::Bool(true))) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{selector} leads nowhere from {}", self.path().await);
    }

    /// Opens what a button opens on the same page.
    pub async fn open(&self, selector: &str) {
        self.tab_to(selector).await;
        self.press(ENTER).await;
    }

    /// Keeps a picture of the whole page, and fails where the page is wider than what is shown of it.
    pub async fn picture(&self, name: &str) {
        let script = "const page = document.documentElement; return [page.scrollWidth, page.scrollHeight];";
        let needed = self.client.execute(script, vec![]).await.unwrap();
        let [width, height] = [0, 1].map(|at| u32::try_from(needed[at].as_u64().unwrap()).unwrap());
        self.show(height.max(self.size.1)).await;
        let picture = self.client.screenshot().await.unwrap();
        self.show(self.size.1).await;
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
        assert!(width <= self.size.0, "{name} is {width} wide where {} are shown", self.size.0);
    }

    /// Ends the session.
    pub async fn close(mut self) {
        let closed = self.client.clone().close().await;
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        closed.unwrap();
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
