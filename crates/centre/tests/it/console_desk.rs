//! The console over an office, as a browser without scripts sees it: pages by their addresses, forms with their tokens,
//! cookies that are kept.

use crate::account_device::{Device, money, serial, work};
use crate::databases::Database;
use crate::office_desk::{Bureau, claim, indicium};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use centre::app::App;
use centre::books::{Books, Page, Row};
use centre::catalogue::Section;
use centre::console;
use centre::office::{Mark, OpeningRequest};
use centre::people::{FullName, Name, Password, People, Roles};
use link::call::Ask;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use terms::Date;
use tower::ServiceExt;

pub const PASSWORD: &str = "correct horse battery";
pub const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const DAY_MS: i64 = 86_400_000;

/// The console, and the office behind it.
pub struct Console {
    pub bureau: Bureau,
    pub app: App,
    pub router: Router,
}

impl Console {
    pub async fn open() -> Console {
        let bureau = Bureau::open(Database::file()).await;
        let people = People::open(bureau.store.clone()).await.unwrap();
        let app = App { office: bureau.office.clone(), people, is_secure: false };
        let router = console::routes().with_state(app.clone());
        Console { bureau, app, router }
    }

    /// A visitor who has not logged in.
    pub fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: BTreeMap::new() }
    }

    /// A person with these roles, made by an administrator who is there beforehand.
    pub async fn person(&self, name: &str, roles: &str) -> Browser {
        let (people, now_ms) = (&self.app.people, self.app.now_ms());
        let (chief, full): (Name, FullName) = ("chief".parse().unwrap(), "Chief".parse().unwrap());
        if people.is_empty().await.unwrap() {
            let secret = people.invite_first(now_ms).await.unwrap();
            let password = Password::new(PASSWORD);
            people.accept_first(&secret, &chief, &full, &password, LOCALHOST, now_ms).await.unwrap();
        }
        let roles: Roles = roles.parse().unwrap();
        let full: FullName = format!("{name} the Tester").parse().unwrap();
        let name: Name = name.parse().unwrap();
        let secret = people.invite(chief.desk(), &name, &full, &roles, now_ms).await.unwrap();
        let mut browser = self.browser();
        let path = console::invitation_path(&secret);
        let sent = browser.send(&path, &[("password", PASSWORD), ("again", PASSWORD)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        browser
    }

    /// A fleet with a history: a meter that was filled and franked for two months, a suspect one, one with an opening,
    /// and deposits of every kind. Called once.
    pub async fn furnish(&mut self) {
        let bureau = &mut self.bureau;
        bureau.now_ms = self.app.now_ms() - 60 * DAY_MS;
        let muster = bureau.customer("Muster & Söhne", 250_000).await;
        let hostile = bureau.customer("<script>alert(1)</script>", 0).await;
        bureau.meter(serial(), muster).await;
        for value in [7, 8, 20_000_001] {
            bureau.meter(value.try_into().unwrap(), hostile).await;
        }
        let mut device = Device { seal: 7, ..Device::default() };
        let amount = Ask::Amount { amount: money(10_000), work: work("") };
        bureau.call(&mut device, &[amount, Ask::Refill]).await;
        for week in 0..8 {
            for _ in 0..20 + 3 * week {
                device.frank(85);
            }
            bureau.now_ms += 7 * DAY_MS;
            let ask = if week % 3 == 2 { Ask::Refill } else { Ask::Contact };
            bureau.call(&mut device, &[ask]).await;
        }
        self.claims().await;
        self.suspect().await;
    }

    /// A claim with two imprints that are open and one that is worth less than it says.
    async fn claims(&self) {
        let (office, now_ms) = (&self.bureau.office, self.app.now_ms());
        let date = Date::from_day_number((now_ms / DAY_MS - 10_957) as u32).unwrap();
        let mut indicia = Vec::new();
        for mv in 1..=3 {
            indicia.push(indicium(office, serial(), mv, 85, date).await);
        }
        indicia[2].postage = money(9_999);
        office.take_claim(&claim(serial(), &indicia), "anna", now_ms).await.unwrap();
    }

    async fn suspect(&mut self) {
        let (bureau, now_ms) = (&self.bureau, self.app.now_ms());
        let office = &bureau.office;
        let reason = Mark::Set("<b>odd</b>".to_owned());
        office.mark(7.try_into().unwrap(), &reason, "anna", now_ms).await.unwrap();
        let request = OpeningRequest {
            technician: "T. Echniker".to_owned(),
            about_ms: now_ms,
            work: "print head".to_owned(),
            minutes: None,
            agreed: None,
        };
        office.announce(8.try_into().unwrap(), &request, "anna", now_ms).await.unwrap();
        let unclear = crate::office_desk::payment("A/1 & <2>", 1_234);
        let nobody = Err("there is no customer's reference".to_owned());
        office.books().deposit(nobody, &unclear, "anna", now_ms).await.unwrap();
        let stranger = centre::books::CallNote {
            id: "f0".repeat(16),
            serial: None,
            pan: Some(77),
            trigger: None,
            origin: "203.0.113.9".to_owned(),
            opened_ms: now_ms,
            last_ms: now_ms,
            transactions: 0,
            ask: String::new(),
            step: 503,
            failure: "nobody has this call number".to_owned(),
            is_unauthorised: true,
        };
        office.books().note_stranger(&stranger).await.unwrap();
        let seal = |folder: &mut centre::books::Folder, page: &mut Page| {
            page.put(Row::Call(centre::books::CallNote {
                serial: Some(folder.serial()),
                ..stranger.clone()
            }));
            Ok::<_, Infallible>(())
        };
        let page = Page::new("meter", now_ms);
        office.books().change(7.try_into().unwrap(), page, seal).await.unwrap().unwrap();
    }

    /// The reference of the customer of this name.
    pub async fn reference(&self, name: &str) -> String {
        let list = self.app.catalogue().customers(Some(name), &Section::first()).await.unwrap();
        list.items.first().expect("the customer").reference.to_string()
    }
}

/// Somebody who looks at pages.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub to: Option<String>,
    pub text: String,
    pub headers: axum::http::HeaderMap,
}

impl Browser {
    /// The page at an address.
    pub async fn page(&mut self, path: &str) -> Answer {
        self.request(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// The page at an address, which is there.
    pub async fn shown(&mut self, path: &str) -> String {
        let answer = self.page(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.text
    }

    /// Sends a form as it is.
    pub async fn send(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.request(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends a form with the token that its page has.
    pub async fn fill_in(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let token = self.token().await;
        let mut pairs = pairs.to_vec();
        pairs.push(("csrf", &token));
        self.send(path, &pairs).await
    }

    /// Sends a form that is taken; the page that it leads to.
    pub async fn done(&mut self, path: &str, pairs: &[(&str, &str)]) -> String {
        let answer = self.fill_in(path, pairs).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text);
        self.shown(&answer.to.expect("where it leads")).await
    }

    /// The token of this session's forms.
    pub async fn token(&mut self) -> String {
        let page = self.shown("/password").await;
        let begin = page.find("name=\"csrf\" value=\"").expect("a token") + 19;
        page[begin..].split('"').next().unwrap().to_owned()
    }

    /// Sends a file with a form.
    pub async fn upload(&mut self, path: &str, token: &str, file: &str) -> Answer {
        let part = |name: &str, value: &str| {
            format!("--edge\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}\r\n")
        };
        let body = format!(
            "{}{}--edge--\r\n",
            part("\"csrf\"", token),
            part("\"file\"; filename=\"statement\"", file)
        );
        let request = Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.request(request.body(Body::from(body)).unwrap()).await
    }

    /// Asks for something, with the cookies that are kept.
    pub async fn request(&mut self, mut request: Request<Body>) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 8 * 1024 * 1024).await.unwrap();
        Answer {
            status: parts.status,
            to: parts.headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned()),
            text: String::from_utf8_lossy(&bytes).into_owned(),
            headers: parts.headers,
        }
    }
}
