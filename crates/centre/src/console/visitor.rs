//! Who looks at a page, and whether he may. The right that a page needs stands in the type of its handler's first
//! argument, so that no page can forget to ask.
//!
//! What always holds: a [`May`] exists only of a person with a session that lives and a role that allows it.

use super::fault::Fault;
use super::format;
use super::notice::{self, Notice};
use crate::app::App;
use crate::deposits::Currency;
use crate::people::{Right, Session, Transport};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use terms::Money;
use web::Flash;

/// A person who looks at a page, and what belongs to the visit.
#[derive(Debug)]
pub struct Visitor {
    /// The session.
    pub session: Session,
    /// The carrier's name.
    pub carrier: String,
    /// The carrier's currency.
    pub currency: Currency,
    /// What the last act came to.
    pub flash: Option<Flash>,
    /// Where the person is.
    pub address: IpAddr,
    /// When the page was asked for.
    pub now_ms: i64,
}

/// Where the shell finds who looks at the page, once that is known.
#[derive(Clone, Debug, Default)]
pub struct Slot(Arc<OnceLock<Arc<Visitor>>>);

impl Slot {
    /// Who looks at the page.
    pub fn visitor(&self) -> Option<&Visitor> {
        self.0.get().map(Arc::as_ref)
    }
}

/// What a page needs.
pub trait Needed: Send + Sync + 'static {
    /// The right; none where everybody who has logged in may.
    const RIGHT: Option<Right>;
}

/// Needs no right but to have logged in.
#[derive(Debug)]
pub struct Anyone;

impl Needed for Anyone {
    const RIGHT: Option<Right> = None;
}

macro_rules! needed {
    ($($name:ident)*) => {$(
        #[doc = concat!("Needs [`Right::", stringify!($name), "`].")]
        #[derive(Debug)]
        pub struct $name;
        impl Needed for $name {
            const RIGHT: Option<Right> = Some(Right::$name);
        }
    )*};
}

needed! {
    ReadMeters ChangeMeters ReadSuspects ReadCustomers ChangeCustomers BookDeposits SettleRefunds
    ReadAudit ReadSettings ChangeSettings ReadPeople ManagePeople
}

/// A visitor who may do this.
#[derive(Debug)]
pub struct May<N> {
    visitor: Arc<Visitor>,
    needed: PhantomData<N>,
}

impl<N> Deref for May<N> {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

impl<N: Needed> FromRequestParts<App> for May<N> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<May<N>, Fault> {
        let visitor = visitor(parts, app).await?;
        if let Some(right) = N::RIGHT {
            visitor.require(right)?;
        }
        Ok(May { visitor, needed: PhantomData })
    }
}

/// Somebody who may have logged in or not.
#[derive(Debug)]
pub struct Perhaps;

impl FromRequestParts<App> for Perhaps {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Perhaps, Fault> {
        match visitor(parts, app).await {
            Ok(_) | Err(Fault::LogIn { .. } | Fault::Ended) => Ok(Perhaps),
            Err(fault) => Err(fault),
        }
    }
}

async fn visitor(parts: &mut Parts, app: &App) -> Result<Arc<Visitor>, Fault> {
    let slot = parts.extensions.get::<Slot>().cloned().unwrap_or_default();
    if let Some(visitor) = slot.0.get() {
        return Ok(Arc::clone(visitor));
    }
    let now_ms = app.now_ms();
    let Some(session) = session(&parts.headers, app, now_ms).await? else {
        return Err(nobody(parts));
    };
    let settings = app.office.settings().now(now_ms).await?;
    let currency = settings.currency();
    let currency = currency.ok_or_else(|| Fault::Own("the carrier's currency is none".to_owned()))?;
    let visitor = Arc::new(Visitor {
        session,
        carrier: settings.carrier.name.clone(),
        currency,
        flash: notice::to_say(&parts.headers),
        address: address(parts),
        now_ms,
    });
    Ok(Arc::clone(slot.0.get_or_init(|| visitor)))
}

/// The session of the request's cookie, if it lives.
pub async fn session(headers: &HeaderMap, app: &App, now_ms: i64) -> Result<Option<Session>, Fault> {
    let header = headers.get(header::COOKIE).and_then(|value| value.to_str().ok());
    match header.and_then(|header| transport(app).find_cookie(header)) {
        Some(secret) => Ok(app.people.session(&secret, now_ms).await?),
        None => Ok(None),
    }
}

/// How the service is reached.
pub fn transport(app: &App) -> Transport {
    if app.is_secure { Transport::Secure } else { Transport::Clear }
}

/// Where the request comes from.
pub fn address(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip())
}

/// A page comes after the log-in; what was sent would be lost there, and is better sent again.
fn nobody(parts: &Parts) -> Fault {
    if parts.method == Method::GET || parts.method == Method::HEAD {
        let to = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        Fault::LogIn { to: to.to_owned() }
    } else {
        Fault::Ended
    }
}

impl Visitor {
    /// Whether the person may do this.
    pub fn may(&self, right: Right) -> bool {
        self.session.may(right)
    }

    /// Refuses who may not do this.
    pub fn require(&self, right: Right) -> Result<(), Fault> {
        if self.may(right) { Ok(()) } else { Err(Fault::NotAllowed) }
    }

    /// Under what name the person acts.
    pub fn name(&self) -> &str {
        self.session.person.text()
    }

    /// What the person's forms carry.
    pub fn csrf(&self) -> &str {
        self.session.form_token.text()
    }

    /// An amount with its currency.
    pub fn amount(&self, minor: u64) -> String {
        format::amount(self.currency, i64::try_from(minor).unwrap_or(i64::MAX))
    }

    /// An amount that may be less than zero, with its currency.
    pub fn signed(&self, minor: i64) -> String {
        format::amount(self.currency, minor)
    }

    /// An amount as figures alone.
    pub fn figures(&self, minor: u64) -> String {
        format::figures(self.currency, i64::try_from(minor).unwrap_or(i64::MAX))
    }

    /// An amount as it is typed into a field.
    pub fn typed(&self, amount: Money) -> String {
        format::typed_amount(self.currency, amount)
    }

    /// A column's heading with the currency.
    pub fn heading(&self, heading: &str) -> String {
        format!("{heading}, {}", self.currency)
    }
}

/// Leads to another page, which says what the act came to.
pub fn leads_to(path: &str, notice: Notice, numbers: &[u64]) -> Response {
    let mut response = Redirect::to(path).into_response();
    if let Some(cookie) = notice.cookie(numbers) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
