//! What can have happened. One variant each, with fields that have names and units; amounts in minor units, negative
//! where money goes back. Free text is what a person wrote as a reason and is bounded with the event.
//!
//! What always holds: a field that was once written keeps its name and meaning, since old entries are never rewritten.

use serde::{Deserialize, Serialize};

/// Something that happened at a meter or a desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[allow(
    missing_docs,
    reason = "the fields say what they are; their meaning is listed in docs/formats/audit.md"
)]
pub enum Event {
    // A meter's chain.
    /// The meter was taken into the books.
    MeterRegistered { customer: String },
    /// The meter now belongs to this customer.
    MeterMoved { from: String, to: String },
    /// A grant was issued and the customer debited.
    GrantIssued { grant: u64, amount_minor: i64, r3_before_minor: u64 },
    /// The registers include the grant.
    GrantTaken { grant: u64, r1_minor: u64, r2_minor: u64, r3_minor: u64 },
    /// The device said under its signature that it did not take the grant; the customer is credited again.
    GrantVoided { grant: u64, amount_minor: i64 },
    /// A signed order was put into the meter's queue.
    OrderIssued { order: u64, task: String },
    /// The device carried it out or refused it.
    OrderDone { order: u64, accepted: bool },
    /// A call ended in good order.
    CallEnded { trigger: String, transactions: u32 },
    /// A call was refused or broke off, at this step of Fig. 3.
    CallRefused { step: u16, reason: String, origin: String },
    /// The usual amount was changed.
    UsualAmount { from_minor: u64, to_minor: u64 },
    /// An opening was announced.
    OpeningAnnounced { technician: String, work: String, until_ms: i64 },
    /// The meter fetched the next codeword for it.
    OpeningFetched { opening: u64 },
    /// The opening was voided.
    OpeningVoided { opening: u64, reason: String },
    /// The technician reported completion.
    OpeningClosed { opening: u64, seal_before: String, seal_after: String },
    /// The meter's profile changed: okay, suspicious, manipulated.
    ProfileChanged { from: String, to: String, reasons: Vec<String> },
    /// A reaction to suspicion was decided.
    Reaction { reaction: String, reason: String },
    /// The meter's link key was put in place.
    LinkKeySet { epoch: u32 },
    /// The meter left service and was settled.
    MeterClosed { refund_minor: i64, reason: String },

    // A desk's chain.
    /// A person logged in.
    LoggedIn { person: String, address: String },
    /// A log-in was refused. The name is what was typed only where a person has it.
    LogInRefused { reason: RefusedLogIn, person: Option<String>, address: String },
    /// A person logged out, or was logged out.
    LoggedOut { person: String },
    /// A person was made.
    PersonMade { person: String, roles: Vec<String> },
    /// A person's roles or standing were changed.
    PersonChanged { person: String, roles: Vec<String>, enabled: bool },
    /// A password was set; every session of that person ended.
    PasswordSet { person: String },
    /// A one-time link was made.
    InvitationMade { person: String, until_ms: i64 },
    /// A one-time link was used.
    InvitationUsed { person: String, address: String },
    /// A token for the interface was made.
    TokenMade { token: String, scopes: Vec<String>, until_ms: i64 },
    /// A token was revoked.
    TokenRevoked { token: String },
    /// A customer was taken into the books.
    CustomerMade { customer: String },
    /// A customer's credit limit or standing was changed.
    CustomerChanged { customer: String, limit_minor: i64, reason: String },
    /// A deposit was booked.
    DepositBooked { customer: String, amount_minor: i64, reference: String },
    /// A deposit was taken back.
    DepositReversed { customer: String, amount_minor: i64, reference: String, reason: String },
    /// A setting was changed. Secrets are not settings.
    SettingChanged { setting: String, from: String, to: String },
    /// The master key was changed; so many keys were wrapped anew.
    MasterKeyRotated { generation: u32, keys: u64 },
    /// The log was exported.
    AuditExported { entries: u64, seals: u64 },
    /// A case was decided that takes two people.
    Settled { meter: String, amount_minor: i64, second_person: String, reason: String },
}

/// Why a log-in was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedLogIn {
    /// Name or password is wrong.
    Wrong,
    /// There were too many tries.
    Locked,
    /// The person may not log in any more.
    Disabled,
}
