//! What a page says about the act that led to it. Only a short code and numbers travel from one page to the next, in a
//! cookie that is taken away when it was shown; the sentences stand here.
//!
//! What always holds: nothing that comes in with a request is ever said as a message; what is not on the list says
//! nothing.

use axum::http::{HeaderMap, HeaderValue, header};
use web::{Flash, Tone};

/// Something that can be said, with a place `{}` for each number that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    code: &'static str,
    tone: Tone,
    sentence: &'static str,
}

macro_rules! notices {
    ($($name:ident $code:literal $tone:ident $sentence:literal;)*) => {
        impl Notice {
            $(pub const $name: Notice = Notice { code: $code, tone: Tone::$tone, sentence: $sentence };)*
        }
        const ALL: &[Notice] = &[$(Notice::$name),*];
    };
}

notices! {
    LOGGED_OUT "logged-out" Quiet "You have logged out.";
    PASSWORD_SET "password-set" Good "Your password is set.";
    STOPPED "stopped" Good "The meter is to frank no more: it is told so at its next call.";
    FREED "freed" Good "The meter may frank again: it is told so at its next call.";
    QUEUED "queued" Good "That waits for the meter's next call.";
    GRANT_CANCELLED "grant-cancelled" Good "The open grant is to become void: the meter's next call tells whether it was taken before.";
    ANNOUNCED "announced" Good "The opening is announced: the meter may fetch its codeword now.";
    ANNOUNCEMENT_WITHDRAWN "announcement-withdrawn" Good "The announcement is withdrawn.";
    RULES_SET "rules-set" Good "The rules for refills are set.";
    LEAVING "leaving" Good "The meter may hand back its credit and leave service.";
    STAYING "staying" Good "The meter stays in service.";
    GONE "gone" Good "The meter is noted as gone: it gets nothing more.";
    FOUND "found" Good "The meter is noted as found again.";
    SETTLED "settled" Good "The meter is settled by the books.";
    MARKED "marked" Good "The meter is marked as suspect.";
    UNMARKED "unmarked" Good "The mark is taken away.";
    INSPECTED "inspected" Good "The inspection is noted: what was known until now is settled.";
    CUSTOMER_MADE "customer-made" Good "The customer is in the books.";
    CUSTOMER_CHANGED "customer-changed" Good "The change is kept.";
    DEPOSIT_BOOKED "deposit-booked" Good "The deposit is booked.";
    DEPOSIT_KNOWN "deposit-known" Warn "A payment with this reference of the bank was in the books already: nothing was booked.";
    FILE_BOOKED "file-booked" Good "The file is read: {} booked, {} known before, {} unclear, {} passed over.";
    DEPOSIT_ASSIGNED "deposit-assigned" Good "The deposit is booked for this customer.";
    DEPOSIT_REVERSED "deposit-reversed" Good "The deposit is taken back.";
    CLAIM_TAKEN "claim-taken" Good "The claim is taken in. Wait for its papers.";
    CLAIM_KNOWN "claim-known" Warn "This claim was in the books already: nothing was done.";
    PAPERS_RECEIVED "papers-received" Good "The papers are received: {} refunded, {} waiting for the meter's next call.";
    LINE_REFUSED "line-refused" Good "The line is refused.";
    PAPERS_COMPARED "papers-compared" Good "The comparison is noted.";
    SETTINGS_SET "settings-set" Good "The settings are kept. All instances go by them within seconds.";
    ROLES_SET "roles-set" Good "The roles are set. The person has to log in again.";
    DISABLED "disabled" Good "The person may log in no more.";
    ENABLED "enabled" Good "The person may log in again.";
    TOKEN_REVOKED "token-revoked" Good "The token is revoked.";
}

/// The most numbers that go with a notice.
const NUMBERS_MAX: usize = 4;
const COOKIE: &str = "porto_notice";
const ATTRIBUTES: &str = "; Path=/; HttpOnly; SameSite=Strict; Max-Age=";

impl Notice {
    /// The header `Set-Cookie` that lets the next page say it.
    pub fn cookie(&self, numbers: &[u64]) -> Option<HeaderValue> {
        let mut value = self.code.to_owned();
        for number in numbers.iter().take(NUMBERS_MAX) {
            value.push('.');
            value.push_str(&number.to_string());
        }
        HeaderValue::try_from(format!("{COOKIE}={value}{ATTRIBUTES}60")).ok()
    }
}

/// The header `Set-Cookie` that lets nothing more be said.
pub fn said() -> HeaderValue {
    HeaderValue::from_static("porto_notice=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
}

/// What is to be said, if anything is.
pub fn to_say(headers: &HeaderMap) -> Option<Flash> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.into_iter().find(|(name, _)| *name == COOKIE)?.1;
    let mut parts = value.split('.');
    let code = parts.next()?;
    let notice = ALL.iter().find(|notice| notice.code == code)?;
    let mut sentence = notice.sentence.to_owned();
    for number in parts.take(NUMBERS_MAX) {
        let number: u64 = number.parse().ok()?;
        sentence = sentence.replacen("{}", &number.to_string(), 1);
    }
    (!sentence.contains("{}")).then_some(Flash { tone: notice.tone, sentence })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said_for(cookie: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
        to_say(&headers).map(|flash| flash.sentence)
    }

    #[test]
    fn a_notice_goes_from_one_page_to_the_next_by_its_code() {
        let header = Notice::FILE_BOOKED.cookie(&[12, 3, 1, 0]).unwrap();
        let cookie = header.to_str().unwrap().split(';').next().unwrap().to_owned();
        let sentence = "The file is read: 12 booked, 3 known before, 1 unclear, 0 passed over.";
        assert_eq!(said_for(&format!("a=b; {cookie}")).as_deref(), Some(sentence));
    }

    #[test]
    fn nothing_is_said_that_is_not_on_the_list() {
        for cookie in ["a=b", "porto_notice=", "porto_notice=hello", "porto_notice=file-booked.1", "x"] {
            assert_eq!(said_for(cookie), None, "{cookie}");
        }
        assert_eq!(said_for("porto_notice=file-booked.1.2.3.<b>"), None);
    }

    #[test]
    fn no_two_notices_have_one_code() {
        for (at, notice) in ALL.iter().enumerate() {
            assert!(ALL[..at].iter().all(|other| other.code != notice.code), "{}", notice.code);
            assert!(notice.sentence.ends_with('.'), "{}", notice.code);
        }
    }
}
