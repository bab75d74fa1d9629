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
    GrantVoided { grant: u64 },
    /// The device refused the grant with this error; it stays open.
    GrantRefused { grant: u64, code: u16 },
    /// A person wants the open grant to become void.
    GrantCancelled { grant: u64 },
    /// A signed order was put into the meter's queue.
    OrderIssued { order: u64, task: String },
    /// The device carried it out or refused it.
    OrderDone { order: u64, accepted: bool },
    /// The device refused or was refused something at this step of Fig. 3, or the call broke off there.
    CallRefused { step: u16, reason: String, origin: String },
    /// Somebody asked for funds who was not entitled to.
    Unauthorised { reason: String, origin: String },
    /// The meter asked to be called back for so much.
    CallBackAsked { amount_minor: u64 },
    /// What the meter reports and the books do not agree.
    Disagreement { what: String },
    /// The meter spoke with the link key it changes to after a manipulation.
    ChangedKey {},
    /// A task was queued for the meter's next call.
    TaskQueued { task: String },
    /// The rules for the meter's refills were changed.
    ConditionsChanged { refill_max_minor: u64, call_back_only: bool, registered: String },
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
    /// The post found this about the meter's mail.
    PostFinding { finding: String, station: String },
    /// The meter was marked as suspect by hand, or the mark was taken away.
    Marked { on: bool, reason: String },
    /// The meter was inspected and found in order.
    Inspected { note: String },
    /// An imprint that was claimed as spoiled was seen in the mail, refunded before or not.
    RefundSeen { claim: u64, line: u64, refunded: bool },
    /// Papers of such imprints were compared with what the post saw.
    PapersCompared { claim: u64, note: String },
    /// Its seal was given out for an inspector to compare.
    SealShown { seal: String },
    /// It goes on without an inspection: it called soon after its own signal, with its registers in order.
    Released {},
    /// The meter may hand back its credit and leave service, or is to stay after all.
    LeavingArranged { on: bool },
    /// The meter has handed back its credit and left service.
    MeterWithdrawn {},
    /// The meter is lost or dead, or was found again.
    MeterGone { why: String },
    /// A meter that was gone was settled by the books.
    MeterSettled { spent_since_minor: u64 },
    /// The document of its personalisation was written out.
    Personalised {},
    /// Keys of its next epoch were drawn, for numbers by this profile.
    EpochDrawn { epoch: u16, profile: String },
    /// A document for an inspection on site was signed, for this inspector; it may bring an epoch.
    InspectionIssued {
        inspection: u64,
        inspector: u32,
        epoch: Option<u16>,
        seal: Option<String>,
        notes_pieces: bool,
        clears_errors: bool,
        until_ms: i64,
    },
    /// The device has carried it out, and makes its numbers in this epoch since.
    InspectionDone { inspection: u64, epoch: u16 },

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
    /// A claim for spoiled imprints was taken in; so many of its lines are open.
    RefundClaimed { claim: u64, meter: String, imprints: u64, accepted: u64, accepted_minor: u64 },
    /// The papers of a claim came in; so many lines were open, with so much postage.
    RefundReceived { claim: u64, meter: String, consignment: String, imprints: u64, amount_minor: i64 },
    /// The papers of a claim came in, and so many of its lines were refunded.
    RefundPaid {
        claim: u64,
        meter: String,
        customer: String,
        imprints: u64,
        amount_minor: i64,
        consignment: String,
    },
    /// A person refused a line of a claim.
    RefundRefused { claim: u64, line: u64, reason: String },
    /// A setting was changed. Secrets are not settings.
    SettingChanged { setting: String, to: String },
    /// The master key was changed; so many keys were wrapped anew.
    MasterKeyChanged { keys: u64 },
    /// The log was exported.
    AuditExported { entries: u64, seals: u64 },
    /// A list for the post was issued.
    ListIssued { list: String, number: u64 },
    /// A station of the post was taken in.
    StationMade { station: u32, name: String },
    /// A station was closed down or opened again, or its key or token was exchanged.
    StationChanged { station: u32, what: String },
    /// Two batches with one number came from a station: two use its key, or it was set back.
    StationDiffers { station: u32, batch: String, number: u64 },
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
