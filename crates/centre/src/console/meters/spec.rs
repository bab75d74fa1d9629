//! What can be done to a meter, in words: one row for each act, and when it is offered.

use crate::catalogue::{MeterStanding, ServiceWord};
use crate::console::notice::Notice;
use crate::people::Right;

/// Something that can be done to a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Announce,
    WithdrawAnnouncement,
    Stop,
    Free,
    Rules,
    Cancel,
    Inspected,
    Mark,
    Unmark,
    ClearErrors,
    Reset,
    Unpair,
    ForgetLock,
    Leave,
    Stay,
    Gone,
    Found,
    Settle,
}

/// An act in words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    /// In the address.
    pub word: &'static str,
    /// Its name.
    pub label: &'static str,
    /// What it is for.
    pub what: &'static str,
    /// What happens then.
    pub follows: &'static str,
    /// What the button says.
    pub submit: &'static str,
    /// What is said when it is done.
    pub notice: Notice,
    /// It cannot simply be taken back, or stops somebody's work.
    pub is_grave: bool,
}

impl Act {
    /// All of them, in the order in which they are offered.
    pub(super) const ALL: [Act; 18] = [
        Act::Announce,
        Act::WithdrawAnnouncement,
        Act::Stop,
        Act::Free,
        Act::Rules,
        Act::Cancel,
        Act::Inspected,
        Act::Mark,
        Act::Unmark,
        Act::ClearErrors,
        Act::Reset,
        Act::Unpair,
        Act::ForgetLock,
        Act::Leave,
        Act::Stay,
        Act::Gone,
        Act::Found,
        Act::Settle,
    ];

    /// The act with this word in the address.
    pub(super) fn named(word: &str) -> Option<Act> {
        Act::ALL.into_iter().find(|act| act.spec().word == word)
    }

    /// What it needs.
    pub(super) const fn right(self) -> Right {
        match self {
            Act::Announce | Act::WithdrawAnnouncement => Right::AnnounceOpenings,
            _ => Right::ChangeMeters,
        }
    }

    /// Whether it has a meaning for a meter that stands so.
    pub(super) fn is_offered(self, standing: &MeterStanding, now_ms: i64) -> bool {
        let is_there = matches!(standing.service, ServiceWord::InService | ServiceWord::Leaving);
        let opening = standing.opening.as_ref();
        match self {
            Act::Announce => is_there && opening.is_none_or(|opening| opening.valid_until_ms < now_ms),
            Act::WithdrawAnnouncement => opening.is_some_and(|opening| opening.stage != "under_way"),
            Act::Stop => is_there && !standing.is_stopped,
            Act::Free => is_there && standing.is_stopped,
            Act::Cancel => standing.open_grant.is_some_and(|open| !open.is_cancelled),
            Act::Mark => is_there && standing.marked_by.is_none(),
            Act::Unmark => standing.marked_by.is_some(),
            Act::ClearErrors => is_there && !standing.errors.is_empty(),
            Act::Reset => is_there && standing.fault_code.is_some(),
            Act::Rules | Act::Inspected | Act::Unpair | Act::ForgetLock | Act::Gone => is_there,
            Act::Leave => standing.service == ServiceWord::InService,
            Act::Stay => standing.service == ServiceWord::Leaving,
            Act::Found | Act::Settle => standing.service == ServiceWord::Gone,
        }
    }

    /// The act in words.
    pub(super) const fn spec(self) -> Spec {
        match self {
            Act::Announce | Act::WithdrawAnnouncement | Act::Stop | Act::Free | Act::Rules | Act::Cancel => {
                self.of_operation()
            }
            Act::Inspected | Act::Mark | Act::Unmark => self.of_suspicion(),
            Act::ClearErrors | Act::Reset | Act::Unpair | Act::ForgetLock => self.of_service(),
            Act::Leave | Act::Stay | Act::Gone | Act::Found | Act::Settle => self.of_leaving(),
        }
    }

    const fn of_operation(self) -> Spec {
        match self {
            Act::Announce => Spec::new(
                "announce",
                "Announce an opening",
                "A technician is to open the housing.",
                "The meter fetches the next codeword when the customer asks for the amount zero, or for the amount that is agreed here.",
                "Announce the opening",
                Notice::ANNOUNCED,
            ),
            Act::WithdrawAnnouncement => Spec::new(
                "withdraw-announcement",
                "Withdraw the announcement",
                "The technician does not come after all.",
                "If the codeword has arrived at the meter already, the opening goes on.",
                "Withdraw the announcement",
                Notice::ANNOUNCEMENT_WITHDRAWN,
            ),
            Act::Stop => Spec::new(
                "stop",
                "Stop it",
                "It is to frank no more.",
                "The meter is told so at its next call, and franks nothing from then on until it is freed.",
                "Stop the meter",
                Notice::STOPPED,
            )
            .grave(),
            Act::Free => Spec::new(
                "free",
                "Free it",
                "It may frank again.",
                "The meter is told so at its next call.",
                "Free the meter",
                Notice::FREED,
            ),
            Act::Rules => Spec::new(
                "rules",
                "Change the rules for refills",
                "Greatest amount, call-back, registered number.",
                "They hold from the next call on.",
                "Set the rules",
                Notice::RULES_SET,
            ),
            _ => Spec::new(
                "cancel",
                "Cancel the open grant",
                "The credit under way is not wanted any more.",
                "At its next call the meter is asked to take nothing in the grant's place. If it has taken it before, the grant stands; otherwise the customer gets the money back.",
                "Cancel the grant",
                Notice::GRANT_CANCELLED,
            )
            .grave(),
        }
    }

    const fn of_suspicion(self) -> Spec {
        match self {
            Act::Inspected => Spec::new(
                "inspected",
                "Note an inspection",
                "It was inspected on site and found in order.",
                "What was known against the meter until now counts as settled, and open inspections are done.",
                "Note the inspection",
                Notice::INSPECTED,
            ),
            Act::Mark => Spec::new(
                "mark",
                "Mark it as suspect",
                "You have a suspicion that no figure shows.",
                "The meter counts as suspicious, its imprints carry the mark from its next call on, and the post is told. It franks on.",
                "Mark the meter",
                Notice::MARKED,
            ),
            _ => Spec::new(
                "unmark",
                "Take the mark away",
                "The suspicion has come to nothing.",
                "Whatever else speaks against the meter stays.",
                "Take the mark away",
                Notice::UNMARKED,
            ),
        }
    }

    const fn of_service(self) -> Spec {
        match self {
            Act::ClearErrors => Spec::new(
                "clear-errors",
                "Clear its errors",
                "What it counted was looked into.",
                "At its next call the meter begins to count anew.",
                "Clear the errors",
                Notice::QUEUED,
            ),
            Act::Reset => Spec::new(
                "reset",
                "Reset it after a fault",
                "It has told of a fault that a service reset mends.",
                "At its next call the meter gets a reset for this one fault, and a new codeword with it.",
                "Order the reset",
                Notice::QUEUED,
            )
            .grave(),
            Act::Unpair => Spec::new(
                "unpair",
                "Let it pair anew",
                "Its control unit is exchanged.",
                "From its next call on the device may be paired with another control unit.",
                "Let it pair anew",
                Notice::QUEUED,
            ),
            _ => Spec::new(
                "forget-lock",
                "Forget the customer's lock",
                "The customer has lost the system manager's password.",
                "At its next call the meter forgets the system manager and all users, and the customer sets them anew.",
                "Forget the lock",
                Notice::QUEUED,
            )
            .grave(),
        }
    }

    const fn of_leaving(self) -> Spec {
        match self {
            Act::Leave => Spec::new(
                "leave",
                "Let it leave service",
                "The customer gives the meter back.",
                "The meter may hand back its credit at a call, and then franks no more.",
                "Let it leave",
                Notice::LEAVING,
            ),
            Act::Stay => Spec::new(
                "stay",
                "Keep it in service",
                "It is to stay after all.",
                "A withdrawal that is open becomes void, unless the meter has carried it out.",
                "Keep it in service",
                Notice::STAYING,
            ),
            Act::Gone => Spec::new(
                "gone",
                "Note it as lost or dead",
                "Nobody knows where it is, or it says nothing any more.",
                "It gets nothing from now on. After the waiting time another person can settle its credit by the books.",
                "Note it as gone",
                Notice::GONE,
            )
            .grave(),
            Act::Found => Spec::new(
                "found",
                "Note it as found",
                "It is there again.",
                "It is in service again, with its credit.",
                "Note it as found",
                Notice::FOUND,
            ),
            _ => Spec::new(
                "settle",
                "Settle it by the books",
                "The waiting time is over, and you are not who noted it as gone.",
                "The customer gets back what the books say is left, less what the post has seen since. This cannot be taken back.",
                "Settle the meter",
                Notice::SETTLED,
            )
            .grave(),
        }
    }
}

impl Spec {
    const fn new(
        word: &'static str,
        label: &'static str,
        what: &'static str,
        follows: &'static str,
        submit: &'static str,
        notice: Notice,
    ) -> Spec {
        Spec { word, label, what, follows, submit, notice, is_grave: false }
    }

    const fn grave(self) -> Spec {
        Spec { is_grave: true, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_act_has_a_word_of_its_own() {
        for act in Act::ALL {
            assert_eq!(Act::named(act.spec().word), Some(act));
        }
        assert_eq!(Act::named("explode"), None);
    }
}
