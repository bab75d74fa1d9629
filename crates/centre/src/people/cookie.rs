//! The cookie of a session as plain text of HTTP headers.
//!
//! What always holds: no script reads the cookie and no other site makes a browser send it; over TLS it goes over TLS
//! alone and only this host can have set it; of two cookies with its name neither is believed.

use super::secret::Secret;
use zeroize::Zeroizing;

/// How the service is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Over TLS, its own or a proxy's.
    Secure,
    /// In clear: for trials on one machine.
    Clear,
}

impl Transport {
    /// The cookie's name. A browser takes `__Host-` only with `Secure`, without a domain, for the whole host.
    pub const fn cookie_name(self) -> &'static str {
        match self {
            Transport::Secure => "__Host-porto_session",
            Transport::Clear => "porto_session",
        }
    }

    /// The value of the header `Set-Cookie` that begins a session. The browser forgets it when it is closed.
    pub fn set_cookie(self, secret: &Secret) -> Zeroizing<String> {
        let (name, attributes) = (self.cookie_name(), self.attributes());
        let mut header = Zeroizing::new(String::with_capacity(160));
        for part in [name, "=", &secret.text(), attributes] {
            header.push_str(part);
        }
        header
    }

    /// The value of the header `Set-Cookie` that ends one.
    pub fn clear_cookie(self) -> String {
        format!("{}={}; Max-Age=0", self.cookie_name(), self.attributes())
    }

    const fn attributes(self) -> &'static str {
        match self {
            Transport::Secure => "; Path=/; HttpOnly; SameSite=Strict; Secure",
            Transport::Clear => "; Path=/; HttpOnly; SameSite=Strict",
        }
    }

    /// The secret in the header `Cookie` of a request.
    pub fn find_cookie(self, header: &str) -> Option<Secret> {
        let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        let mut ours = pairs.filter(|(name, _)| *name == self.cookie_name());
        let (_, value) = ours.next()?;
        // A neighbour's host may have put a second one beside it.
        if ours.next().is_some() { None } else { Secret::from_text(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::from_text(&"0f".repeat(32)).unwrap()
    }

    #[test]
    fn a_cookie_is_for_this_host_and_no_script() {
        let digits = "0f".repeat(32);
        let expected = format!("__Host-porto_session={digits}; Path=/; HttpOnly; SameSite=Strict; Secure");
        assert_eq!(*Transport::Secure.set_cookie(&secret()), expected);
        let expected = format!("porto_session={digits}; Path=/; HttpOnly; SameSite=Strict");
        assert_eq!(*Transport::Clear.set_cookie(&secret()), expected);
        let expected = "__Host-porto_session=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0";
        assert_eq!(Transport::Secure.clear_cookie(), expected);
    }

    #[test]
    fn a_cookie_is_found_among_others_and_never_one_of_two() {
        let digits = "0f".repeat(32);
        let ours = format!("__Host-porto_session={digits}");
        let find = |header: &str| Transport::Secure.find_cookie(header).map(|found| found.hash());
        assert_eq!(find(&ours), Some(secret().hash()));
        assert_eq!(find(&format!("a=b;  {ours}; c")), Some(secret().hash()));
        for header in ["", "a=b", &format!("porto_session={digits}"), &format!("{ours}; {ours}"), &ours[..80]]
        {
            assert_eq!(find(header), None, "{header}");
        }
    }

    #[test]
    fn a_header_that_is_set_needs_no_second_piece_of_memory() {
        let header = Transport::Secure.set_cookie(&secret());
        assert!(header.len() <= 160 && header.capacity() == 160);
    }
}
