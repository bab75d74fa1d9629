//! Meters: the list, a meter's page, what can be done to a meter, and new meters.

mod acts;
mod enrol;
mod history;
mod list;
mod page;
mod spec;

pub(super) use history::outcome;
pub(super) use list::table;

use crate::app::App;
use axum::Router;
use axum::routing::{get, post};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/meters", get(list::show))
        .route("/meters/new", get(enrol::show).post(enrol::enrol))
        .route("/meters/{serial}", get(page::show))
        .route("/meters/{serial}/seal", post(acts::show_seal))
        .route("/meters/{serial}/{act}", get(acts::show).post(acts::act))
}
