//! Where a database is: a file's path, or a server's URL.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where a database is. Its `Debug` and `Display` name no password.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// An SQLite file, made if it is not there.
    File(PathBuf),
    /// The URL of a database on a PostgreSQL server: `postgres://name:password@host/database`.
    Server(String),
}

/// The schemes of a server's URL.
const SERVER_SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

impl FromStr for Target {
    type Err = std::convert::Infallible;

    /// A URL of PostgreSQL is a server; everything else is a file's path, with or without `sqlite:` before it.
    fn from_str(text: &str) -> Result<Target, Self::Err> {
        let is_server = SERVER_SCHEMES.iter().any(|scheme| text.starts_with(scheme));
        Ok(match text.strip_prefix("sqlite:") {
            Some(path) => Target::File(path.into()),
            None if is_server => Target::Server(text.into()),
            None => Target::File(text.into()),
        })
    }
}

impl From<&Path> for Target {
    fn from(path: &Path) -> Target {
        Target::File(path.into())
    }
}

impl From<&PathBuf> for Target {
    fn from(path: &PathBuf) -> Target {
        Target::File(path.clone())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::File(path) => path.display().fmt(f),
            Target::Server(url) => f.write_str(&without_secrets(url)),
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

/// The URL without its password, and without its settings, one of which may be a password.
fn without_secrets(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (who, place) = rest.rsplit_once('@').unwrap_or(("", rest));
    match who.split(':').next() {
        Some(name) if !name.is_empty() => format!("{scheme}://{name}@{place}"),
        _ => format!("{scheme}://{place}"),
    }
}

impl Target {
    /// The URL by which the driver opens it.
    pub(crate) fn url(&self) -> std::io::Result<String> {
        match self {
            Target::Server(url) => Ok(url.clone()),
            Target::File(path) => {
                let path = std::path::absolute(path)?;
                let is_plain = |byte: &u8| byte.is_ascii_alphanumeric();
                let encode = |byte: &u8| match is_plain(byte) {
                    true => char::from(*byte).to_string(),
                    false => format!("%{byte:02X}"),
                };
                // Every sign is encoded, the slashes too: so no URL parser takes `..` for its own to resolve.
                Ok(format!(
                    "sqlite:{}",
                    path.as_os_str().as_encoded_bytes().iter().map(encode).collect::<String>()
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_password_is_never_shown() {
        let check = |url: &str, shown: &str| {
            let target: Target = url.parse().unwrap();
            assert_eq!(target.to_string(), shown);
            assert_eq!(format!("{target:?}"), format!("Target({shown})"));
        };
        check("postgres://porto:secret@db.example/books", "postgres://porto@db.example/books");
        check("postgres://porto:se@cret@db/books?password=other", "postgres://porto@db/books");
        check("postgresql://db/books?user=a&password=b", "postgresql://db/books");
        check("postgres:///books", "postgres:///books");
    }

    #[test]
    fn what_is_no_servers_url_is_a_path() {
        let file = |path: &str| Ok(Target::File(path.into()));
        assert_eq!("books.db".parse(), file("books.db"));
        assert_eq!("sqlite:/var/lib/books.db".parse(), file("/var/lib/books.db"));
        assert_eq!("postgres.db".parse(), file("postgres.db"));
    }
}
