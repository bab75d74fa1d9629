//! The console: the data centre's pages for people, made on the server, without a script.
//!
//! What always holds: a page asks for the right that it needs in the type of its first argument ([`visitor::May`]); a
//! form is taken only with its session's own token ([`entries::Sent`]) and from this site's own page; what was done is
//! answered by leading to another page, so that reloading does nothing twice; whatever comes from outside is escaped;
//! a form that is refused comes back with what was typed. What this must never do: decide anything about a meter or
//! about money, or show a key or a codeword.
//!
//! | file | holds |
//! |---|---|
//! | `visitor` | who looks at a page, and whether he may |
//! | `entries` | forms that were sent |
//! | `notice` | what a page says about the act that led to it |
//! | `fault` | why a page is not shown |
//! | `shell` | the page around each page's content |
//! | `format`, `words`, `events` | amounts, times, the tables' words, the audit log's entries |
//! | `entrance` | logging in and out, one-time links |
//! | `overview`, `meters`, `customers`, `deposits`, `upload`, `refunds`, `suspects`, `calls`, `settings`, `people`, `tokens`, `audit` | the pages of each subject |

mod audit;
mod calls;
mod customers;
mod deposits;
mod entrance;
mod entries;
mod events;
mod fault;
mod format;
mod meters;
mod notice;
mod overview;
mod people;
mod refunds;
mod settings;
mod shell;
mod suspects;
mod tokens;
mod upload;
mod visitor;
mod words;

pub use entrance::invitation_path;

use crate::app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use fault::Fault;
use visitor::Perhaps;

/// The largest form, in bytes; a form with a file has a limit of its own.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// All pages of the console, with the style sheet that they refer to. What no other router takes is answered here.
pub fn routes() -> Router<App> {
    Router::new()
        .merge(overview::routes())
        .merge(entrance::routes())
        .merge(meters::routes())
        .merge(suspects::routes())
        .merge(calls::routes())
        .merge(customers::routes())
        .merge(deposits::routes())
        .merge(refunds::routes())
        .merge(settings::routes())
        .merge(people::routes())
        .merge(tokens::routes())
        .merge(audit::routes())
        .merge(web::assets())
        .fallback(nothing)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn(shell::around))
        .layer(from_fn(web::protect))
}

async fn nothing(_: Perhaps) -> Fault {
    Fault::NotFound("The page may have moved, or the address is mistyped.".to_owned())
}
