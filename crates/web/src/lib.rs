//! The shell all pages of Porto share: layout and navigation, one style sheet, forms with errors beside their fields and
//! what comes in by them, tables that become cards on a phone, badges, messages, charts; and the headers every answer
//! carries.
//!
//! What always holds: a page works without JavaScript, because none is ever sent; whatever comes from outside is
//! escaped by `maud`; nothing is fetched from another host. It must never let a style or a script into a page's text:
//! the content security policy forbids both, so a `style=` attribute would silently do nothing.

mod assets;
mod badge;
pub mod chart;
mod complaint;
pub mod entries;
pub mod form;
mod headers;
mod layout;
mod origin;
mod sent;
mod sentence;
mod table;

pub use assets::{Asset, asset, assets};
pub use badge::{Tone, badge};
pub use complaint::{Complaint, is_page};
pub use headers::{CONTENT_SECURITY_POLICY, protect};
pub use layout::{
    Entry, Flash, Group, Page, Site, Viewer, actions, document, empty, facts, figure, panel, sentences,
    verbatim, ways,
};
pub use origin::{host, is_foreign};
pub use sent::{FormFault, Upload};
pub use sentence::sentence;
pub use table::{Column, Pages, Table};
