//! The panel: pages that behave like the machine, for the operator and the system manager, without a script.
//!
//! What always holds: the machine does what is asked by one thread of its own ([`owner`]); a page shows what the machine
//! says and decides nothing; a form is taken only with its visit's token and from this panel's own page; what was done
//! is answered by leading to another page, so that reloading does nothing twice. It is served to this computer alone,
//! unless another address is set, and then only over TLS and after a log-in that the device compares. What it must never
//! do: show a card's number, or give a password back.
//!
//! | file | holds |
//! |---|---|
//! | `owner`, `snapshot` | the thread that owns the machine, and how the machine looks meanwhile |
//! | `service` | address, TLS, beginning and end |
//! | `visitor`, `sessions`, `entries`, `fault`, `shell` | who looks at a page, forms that were sent, the page around each page |
//! | `front`, `display`, `keys`, `wedge`, `press` | the machine's front: what it shows, what can be typed, what a press does |
//! | `entrance` | logging in and out |
//! | `price`, `refill`, `slot` | scale and rates, calls, the card slot |
//! | `users`, `lock`, `centres`, `surcharge`, `cliches`, `cards`, `contents`, `rates`, `log` | the system manager's pages |
//! | `reports`, `journal`, `spoiled` | the accounts |

mod cards;
mod centres;
mod cliches;
mod contents;
mod display;
mod entrance;
mod entries;
mod fault;
mod front;
mod journal;
mod keys;
mod lock;
mod log;
mod owner;
mod press;
mod price;
mod rates;
mod refill;
mod reports;
mod service;
mod sessions;
mod shell;
mod slot;
mod snapshot;
mod spoiled;
mod surcharge;
mod users;
mod visitor;
mod wedge;

pub use service::{Panel, PanelFault};

use crate::configuration::Configuration;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use fault::Fault;
use owner::Owner;
use printer::adapters::head::Mechanism;
use sessions::Sessions;
use std::sync::Arc;

/// The largest form, in bytes; a form with a file has a limit of its own.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// What all pages have in common.
#[derive(Clone)]
struct App {
    owner: Owner,
    sessions: Arc<Sessions>,
    configuration: Arc<Configuration>,
    /// The mechanism of a simulated head, where there is one.
    mechanism: Option<Mechanism>,
    /// Whether other computers may come.
    is_remote: bool,
}

/// All pages of the panel.
fn routes(app: App) -> Router {
    let manager = Router::new()
        .merge(users::routes())
        .merge(lock::routes())
        .merge(centres::routes())
        .merge(cliches::routes())
        .merge(cards::routes())
        .merge(contents::routes())
        .merge(rates::routes())
        .merge(log::routes())
        .layer(from_fn(visitor::manager_alone));
    Router::new()
        .merge(front::routes())
        .merge(press::routes())
        .merge(slot::routes())
        .merge(entrance::routes())
        .merge(price::routes())
        .merge(refill::routes())
        .merge(reports::routes())
        .merge(journal::routes())
        .merge(spoiled::routes())
        .merge(manager)
        .merge(web::assets())
        .fallback(async || Fault::NotFound)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn_with_state(app.clone(), visitor::around))
        .layer(from_fn(web::protect))
        .with_state(app)
}
