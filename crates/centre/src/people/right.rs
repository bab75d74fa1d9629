//! What may be done at the centre, and which role and which scope of a token allows it.
//!
//! What always holds: a right is given by a role or a scope that lists it, and by nothing else; who manages people can
//! neither move money nor change a meter, and who moves money manages no people. A scope to write does not let read.

use super::words::{UnknownWord, Word, Words};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One kind of thing that can be done, asked for wherever it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// See meters: registers, calls, grants, openings, seals.
    ReadMeters,
    /// Enrol, stop, free, move, call back and settle meters, and decide about suspects.
    ChangeMeters,
    /// See which meters are suspect and why.
    ReadSuspects,
    /// See customers, their accounts and deposits.
    ReadCustomers,
    /// Make customers and change their limits and standing.
    ChangeCustomers,
    /// Book deposits, by hand or from a bank's file.
    BookDeposits,
    /// Hand in claims for spoiled imprints. That moves no money.
    ClaimRefunds,
    /// Receive the papers of claims, by which they are paid, and refuse lines.
    SettleRefunds,
    /// Announce openings of the housing and take the announcement back.
    AnnounceOpenings,
    /// Read the audit log and take it out.
    ReadAudit,
    /// See the settings.
    ReadSettings,
    /// Change them.
    ChangeSettings,
    /// See people and tokens.
    ReadPeople,
    /// Invite people, change their roles and standing, make and revoke tokens.
    ManagePeople,
    /// Fetch the post's lists and hand in what the post has found.
    ServePost,
    /// Read the service's figures.
    ReadMetrics,
}

/// What a person is at the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Looks after customers and meters, and moves money.
    Operator,
    /// Sees everything and changes nothing.
    Auditor,
    /// Announces openings for technicians.
    TechnicianDesk,
    /// Works for the post's examiners.
    Post,
    /// Manages people and settings.
    Administrator,
}

/// The roles of a person.
pub type Roles = Words<Role>;

impl Role {
    /// Everything it may do.
    pub const fn rights(self) -> &'static [Right] {
        use Right::*;
        match self {
            Role::Operator => &[
                ReadMeters,
                ChangeMeters,
                ReadSuspects,
                ReadCustomers,
                ChangeCustomers,
                BookDeposits,
                ClaimRefunds,
                SettleRefunds,
                AnnounceOpenings,
                ReadSettings,
            ],
            Role::Auditor => {
                &[ReadMeters, ReadSuspects, ReadCustomers, ReadAudit, ReadSettings, ReadPeople, ReadMetrics]
            }
            Role::TechnicianDesk => &[ReadMeters, AnnounceOpenings],
            Role::Post => &[ReadMeters, ReadSuspects, ServePost],
            Role::Administrator => {
                &[ReadAudit, ReadSettings, ChangeSettings, ReadPeople, ManagePeople, ReadMetrics]
            }
        }
    }

    /// Whether it may do this.
    pub fn may(self, right: Right) -> bool {
        self.rights().contains(&right)
    }
}

impl Word for Role {
    const ALL: &'static [Role] =
        &[Role::Operator, Role::Auditor, Role::TechnicianDesk, Role::Post, Role::Administrator];
    const WHAT: &'static str = "role";

    fn word(self) -> &'static str {
        match self {
            Role::Operator => "operator",
            Role::Auditor => "auditor",
            Role::TechnicianDesk => "technician-desk",
            Role::Post => "post",
            Role::Administrator => "administrator",
        }
    }
}

impl Roles {
    /// Whether one of them may do this.
    pub fn may(&self, right: Right) -> bool {
        self.iter().any(|role| role.may(right))
    }
}

/// What a token for the interface is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// See meters and suspects.
    #[serde(rename = "meters:read")]
    MetersRead,
    /// Change meters.
    #[serde(rename = "meters:write")]
    MetersWrite,
    /// See customers.
    #[serde(rename = "customers:read")]
    CustomersRead,
    /// Change customers.
    #[serde(rename = "customers:write")]
    CustomersWrite,
    /// Book deposits.
    #[serde(rename = "deposits:write")]
    DepositsWrite,
    /// Hand in claims for spoiled imprints.
    #[serde(rename = "refunds:claim")]
    RefundsClaim,
    /// Receive the papers of claims and refuse lines.
    #[serde(rename = "refunds:settle")]
    RefundsSettle,
    /// Announce openings.
    #[serde(rename = "openings:write")]
    OpeningsWrite,
    /// Read the audit log.
    #[serde(rename = "audit:read")]
    AuditRead,
    /// Be a station of the post.
    #[serde(rename = "post")]
    Post,
    /// Read the service's figures.
    #[serde(rename = "metrics:read")]
    MetricsRead,
    /// Do what an administrator does: people, tokens, settings. A token with this scope has no other.
    #[serde(rename = "administration")]
    Administration,
}

/// The scopes of a token.
pub type Scopes = Words<Scope>;

impl Scope {
    /// Everything it allows.
    pub const fn rights(self) -> &'static [Right] {
        match self {
            Scope::MetersRead => &[Right::ReadMeters, Right::ReadSuspects],
            Scope::MetersWrite => &[Right::ChangeMeters],
            Scope::CustomersRead => &[Right::ReadCustomers],
            Scope::CustomersWrite => &[Right::ChangeCustomers],
            Scope::DepositsWrite => &[Right::BookDeposits],
            Scope::RefundsClaim => &[Right::ClaimRefunds],
            Scope::RefundsSettle => &[Right::SettleRefunds],
            Scope::OpeningsWrite => &[Right::AnnounceOpenings],
            Scope::AuditRead => &[Right::ReadAudit],
            Scope::Post => &[Right::ReadSuspects, Right::ServePost],
            Scope::MetricsRead => &[Right::ReadMetrics],
            Scope::Administration => Role::Administrator.rights(),
        }
    }

    /// Whether it allows this.
    pub fn may(self, right: Right) -> bool {
        self.rights().contains(&right)
    }
}

impl Word for Scope {
    const ALL: &'static [Scope] = &[
        Scope::MetersRead,
        Scope::MetersWrite,
        Scope::CustomersRead,
        Scope::CustomersWrite,
        Scope::DepositsWrite,
        Scope::RefundsClaim,
        Scope::RefundsSettle,
        Scope::OpeningsWrite,
        Scope::AuditRead,
        Scope::Post,
        Scope::MetricsRead,
        Scope::Administration,
    ];
    const WHAT: &'static str = "scope";

    fn word(self) -> &'static str {
        match self {
            Scope::MetersRead => "meters:read",
            Scope::MetersWrite => "meters:write",
            Scope::CustomersRead => "customers:read",
            Scope::CustomersWrite => "customers:write",
            Scope::DepositsWrite => "deposits:write",
            Scope::RefundsClaim => "refunds:claim",
            Scope::RefundsSettle => "refunds:settle",
            Scope::OpeningsWrite => "openings:write",
            Scope::AuditRead => "audit:read",
            Scope::Post => "post",
            Scope::MetricsRead => "metrics:read",
            Scope::Administration => "administration",
        }
    }
}

impl Scopes {
    /// Whether one token may have them together: who manages people moves no money.
    pub fn is_for_one_hand(&self) -> bool {
        !self.contains(Scope::Administration) || self.iter().count() == 1
    }

    /// Whether one of them allows this.
    pub fn may(&self, right: Right) -> bool {
        self.iter().any(|scope| scope.may(right))
    }
}

macro_rules! written_as_its_word {
    ($kind:ident) => {
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl FromStr for $kind {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<$kind, UnknownWord> {
                $kind::of(text)
            }
        }
    };
}

written_as_its_word!(Role);
written_as_its_word!(Scope);

#[cfg(test)]
mod tests {
    use super::*;

    fn one_way_to_write<T: Word + std::fmt::Debug + Serialize + for<'de> Deserialize<'de>>() {
        for member in T::ALL {
            let json = serde_json::to_string(member).unwrap();
            assert_eq!(json, format!("{:?}", member.word()));
            assert!(serde_json::from_str::<T>(&json).unwrap() == *member);
            assert!(T::of(member.word()).unwrap() == *member);
        }
        let all: Words<T> = T::ALL.iter().copied().collect();
        assert_eq!(all.iter().count(), T::ALL.len());
        assert!(all.to_string().parse::<Words<T>>().unwrap() == all);
        assert!("".parse::<Words<T>>().unwrap().is_empty());
    }

    #[test]
    fn roles_and_scopes_are_written_one_way_everywhere() {
        one_way_to_write::<Role>();
        one_way_to_write::<Scope>();
        let fault = "Operator".parse::<Role>().unwrap_err().to_string();
        assert_eq!(
            fault,
            "there is no such role: write one of operator, auditor, technician-desk, post, administrator"
        );
        assert!("operator,king".parse::<Roles>().is_err());
        assert!(serde_json::from_str::<Roles>("[\"operator\",\"king\"]").is_err());
    }

    #[test]
    fn who_manages_people_moves_no_money_and_the_other_way_round() {
        for role in Role::ALL {
            let moves =
                [Right::ChangeMeters, Right::ChangeCustomers, Right::BookDeposits, Right::SettleRefunds];
            let moves = moves.iter().any(|right| role.may(*right));
            let manages = role.may(Right::ManagePeople) || role.may(Right::ChangeSettings);
            assert!(!(moves && manages), "{role}");
        }
        assert!(Role::Administrator.may(Right::ManagePeople));
        let manages: Vec<_> = Scope::ALL.iter().filter(|scope| scope.may(Right::ManagePeople)).collect();
        assert_eq!(manages, [&Scope::Administration]);
        assert!(!Scopes::from([Scope::Administration, Scope::DepositsWrite]).is_for_one_hand());
        assert!(Scopes::from([Scope::Administration]).is_for_one_hand());
        assert!(Scopes::from([Scope::MetersWrite, Scope::DepositsWrite]).is_for_one_hand());
    }

    #[test]
    fn an_auditor_sees_and_changes_nothing() {
        use Right::*;
        let changes = [
            ChangeMeters,
            ChangeCustomers,
            BookDeposits,
            ClaimRefunds,
            SettleRefunds,
            AnnounceOpenings,
            ChangeSettings,
            ManagePeople,
            ServePost,
        ];
        assert!(!changes.iter().any(|right| Role::Auditor.may(*right)));
        assert!(
            [ReadMeters, ReadCustomers, ReadAudit, ReadPeople].iter().all(|right| Role::Auditor.may(*right))
        );
    }

    #[test]
    fn a_scope_to_write_does_not_let_read() {
        let scopes = Scopes::from([Scope::MetersWrite, Scope::CustomersWrite]);
        assert!(scopes.may(Right::ChangeMeters) && scopes.may(Right::ChangeCustomers));
        assert!(!scopes.may(Right::ReadMeters) && !scopes.may(Right::ReadCustomers));
        assert!(!Roles::from([]).may(Right::ReadMeters));
    }
}
