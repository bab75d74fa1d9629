//! Visits to the panel: whose they are, what their forms carry, what the next page says.
//!
//! What always holds: a cookie is 32 random bytes of which only the hash is kept; a form is believed only with its own
//! session's token; a session ends after it was idle, and after a day in any case. There are never more than
//! [`SESSIONS_MAX`].

use access::Person;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;
use web::Flash;
use zeroize::Zeroizing;

/// How many there are at most; the one that was idle longest makes room.
pub const SESSIONS_MAX: usize = 64;
const IDLE: Duration = Duration::from_secs(30 * 60);
const LIFE: Duration = Duration::from_secs(24 * 60 * 60);
const SECRET_BYTES: usize = 32;

/// By what a session is found: the hash of its cookie.
pub type Id = [u8; 32];

/// A session.
#[derive(Clone, Debug)]
pub struct Session {
    /// What its forms carry.
    pub form_token: String,
    /// Who logged in with it; nobody at the meter itself, where no log-in is needed to look.
    pub person: Option<Person>,
    flash: Option<Flash>,
    begun: Instant,
    seen: Instant,
}

/// All of them.
#[derive(Debug)]
pub struct Sessions {
    all: Mutex<HashMap<Id, Session>>,
    is_secure: bool,
}

/// A session that has just begun, and its cookie.
pub struct Begun {
    /// By what it is found.
    pub id: Id,
    /// The session.
    pub session: Session,
    /// The value of the header `Set-Cookie`.
    pub cookie: Zeroizing<String>,
}

impl Sessions {
    /// None yet; secure ones travel over TLS alone.
    pub fn new(is_secure: bool) -> Sessions {
        Sessions { all: Mutex::default(), is_secure }
    }

    /// Begins one. Nothing where the system gives no random numbers.
    pub fn begin(&self, person: Option<Person>) -> Option<Begun> {
        let secret = draw()?;
        let now = Instant::now();
        let form_token = draw()?.to_string();
        let session = Session { form_token, person, flash: None, begun: now, seen: now };
        let id = id(&secret);
        let mut all = self.living(now);
        if all.len() >= SESSIONS_MAX {
            let idle = all.iter().min_by_key(|(_, session)| session.seen).map(|(id, _)| *id);
            idle.and_then(|idle| all.remove(&idle));
        }
        all.insert(id, session.clone());
        let secure = if self.is_secure { "; Secure" } else { "" };
        let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Strict{secure}", self.name(), *secret);
        Some(Begun { id, session, cookie: Zeroizing::new(cookie) })
    }

    /// The one of this header `Cookie`, if it lives.
    pub fn find(&self, header: &str) -> Option<(Id, Session)> {
        let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        let mut ours = pairs.filter(|(name, _)| *name == self.name());
        let (_, secret) = ours.next()?;
        // A neighbour's page may have put a second one beside it: then neither is believed.
        if ours.next().is_some() || secret.len() != 2 * SECRET_BYTES {
            return None;
        }
        let (id, now) = (id(secret), Instant::now());
        let mut all = self.living(now);
        let session = all.get_mut(&id)?;
        session.seen = now;
        Some((id, session.clone()))
    }

    /// Ends one.
    pub fn end(&self, id: &Id) {
        self.all().remove(id);
    }

    /// Lets the next page of a session say this.
    pub fn say(&self, id: &Id, flash: Flash) {
        if let Some(session) = self.all().get_mut(id) {
            session.flash = Some(flash);
        }
    }

    /// What the page is to say, which is said once.
    pub fn said(&self, id: &Id) -> Option<Flash> {
        self.all().get_mut(id)?.flash.take()
    }

    fn name(&self) -> &'static str {
        if self.is_secure { "__Host-porto_panel" } else { "porto_panel" }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Id, Session>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn living(&self, now: Instant) -> MutexGuard<'_, HashMap<Id, Session>> {
        let mut all = self.all();
        all.retain(|_, session| now - session.seen < IDLE && now - session.begun < LIFE);
        all
    }
}

impl Session {
    /// Whether a form carries this session's token.
    pub fn has_sent(&self, token: &str) -> bool {
        self.form_token.as_bytes().ct_eq(token.as_bytes()).into()
    }
}

fn id(secret: &str) -> Id {
    Sha256::digest(secret.as_bytes()).into()
}

/// 32 random bytes as 64 digits.
fn draw() -> Option<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
    getrandom::fill(bytes.as_mut_slice()).ok()?;
    let mut text = Zeroizing::new(String::with_capacity(2 * SECRET_BYTES));
    for byte in bytes.iter() {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(begun: &Begun) -> String {
        begun.cookie.split(';').next().unwrap().to_owned()
    }

    #[test]
    fn a_session_is_found_by_its_cookie_alone_and_says_a_thing_once() {
        let sessions = Sessions::new(false);
        let begun = sessions.begin(None).unwrap();
        let cookie = pair(&begun);
        let (id, session) = sessions.find(&format!("a=b; {cookie}")).unwrap();
        assert!(
            session.has_sent(&begun.session.form_token) && !session.has_sent("") && !session.has_sent("x")
        );
        for header in ["", "porto_panel=", &cookie[..cookie.len() - 1], &format!("{cookie}; {cookie}")] {
            assert!(sessions.find(header).is_none(), "{header}");
        }
        sessions.say(&id, Flash { tone: web::Tone::Good, sentence: "done".into() });
        assert_eq!(sessions.said(&id).map(|flash| flash.sentence).as_deref(), Some("done"));
        assert_eq!(sessions.said(&id), None);
        sessions.end(&id);
        assert!(sessions.find(&cookie).is_none());
    }

    #[test]
    fn the_one_that_was_idle_longest_makes_room() {
        let sessions = Sessions::new(true);
        let first = pair(&sessions.begin(None).unwrap());
        let second = pair(&sessions.begin(None).unwrap());
        assert!(sessions.find(&first).is_some());
        (2..=SESSIONS_MAX).for_each(|_| drop(sessions.begin(None).unwrap()));
        assert!(sessions.find(&first).is_some());
        assert!(sessions.find(&second).is_none());
    }
}
