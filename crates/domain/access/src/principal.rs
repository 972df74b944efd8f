//! Roles, scopes, and the one who acts.

use std::collections::BTreeSet;
use std::fmt;

use ratiba_kernel::{Id, TenantId};
use serde::{Deserialize, Serialize};

/// What somebody is in a business, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Renders services; sees the own day and the own earnings.
    Therapist,
    /// Runs the front desk.
    Receptionist,
    /// Runs the business.
    Manager,
    /// Owns it.
    Owner,
}

impl Role {
    /// Every role, weakest first.
    pub const ALL: [Self; 4] = [Self::Therapist, Self::Receptionist, Self::Manager, Self::Owner];

    /// The name in rows and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Therapist => "therapist",
            Self::Receptionist => "receptionist",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }

    /// The role of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether the role itself allows what the scope names.
    #[must_use]
    pub const fn allows(self, scope: Scope) -> bool {
        match scope {
            Scope::AppointmentsRead
            | Scope::AppointmentsRender
            | Scope::CatalogueRead
            | Scope::CommissionRead
            | Scope::ScheduleRead => true,
            Scope::AppointmentsBook
            | Scope::ConversationsAnswer
            | Scope::ConversationsRead
            | Scope::CustomersRead
            | Scope::CustomersWrite
            | Scope::PaymentsRead
            | Scope::PaymentsTake
            | Scope::SettingsRead
            | Scope::TillWork => !matches!(self, Self::Therapist),
            Scope::AuditRead
            | Scope::CalendarsWrite
            | Scope::CatalogueWrite
            | Scope::CommissionClose
            | Scope::ConversationsArchive
            | Scope::IntegrationsRead
            | Scope::IntegrationsWrite
            | Scope::LedgerRead
            | Scope::PaymentsResolve
            | Scope::PaymentsRefund
            | Scope::PayrollRead
            | Scope::PayrollWrite
            | Scope::PrivacyWork
            | Scope::ScheduleWrite
            | Scope::SettingsWrite
            | Scope::TeamRead
            | Scope::TeamWrite
            | Scope::TokensWrite => matches!(self, Self::Manager | Self::Owner),
            Scope::CredentialsWrite => matches!(self, Self::Owner),
        }
    }
}

/// The closed set of what a token can be made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// See appointments.
    #[serde(rename = "appointments:read")]
    AppointmentsRead,
    /// Book, move, cancel and agree; the queue and the waitlist.
    #[serde(rename = "appointments:book")]
    AppointmentsBook,
    /// Start and finish visits, note tips.
    #[serde(rename = "appointments:render")]
    AppointmentsRender,
    /// See who changed what, and whether that record is still what it was.
    #[serde(rename = "audit:read")]
    AuditRead,
    /// Make and revoke calendar feeds.
    #[serde(rename = "calendars:write")]
    CalendarsWrite,
    /// See services, packages and rooms.
    #[serde(rename = "catalogue:read")]
    CatalogueRead,
    /// Change services, packages and rooms.
    #[serde(rename = "catalogue:write")]
    CatalogueWrite,
    /// See frozen commission.
    #[serde(rename = "commission:read")]
    CommissionRead,
    /// Close a month, and say how a team shares.
    #[serde(rename = "commission:close")]
    CommissionClose,
    /// See customers' conversations that people have or are called to.
    #[serde(rename = "conversations:read")]
    ConversationsRead,
    /// Take conversations over, speak in them, give them back.
    #[serde(rename = "conversations:answer")]
    ConversationsAnswer,
    /// See what was said in conversations that ended long ago.
    #[serde(rename = "conversations:archive")]
    ConversationsArchive,
    /// Put credentials of providers there, and take them away.
    #[serde(rename = "credentials:write")]
    CredentialsWrite,
    /// See customers.
    #[serde(rename = "customers:read")]
    CustomersRead,
    /// Add and change customers.
    #[serde(rename = "customers:write")]
    CustomersWrite,
    /// See which other programs hear of what happens, and what they were told.
    #[serde(rename = "integrations:read")]
    IntegrationsRead,
    /// Say which other programs hear of what happens.
    #[serde(rename = "integrations:write")]
    IntegrationsWrite,
    /// See the books.
    #[serde(rename = "ledger:read")]
    LedgerRead,
    /// See payments.
    #[serde(rename = "payments:read")]
    PaymentsRead,
    /// Ask for money and take it.
    #[serde(rename = "payments:take")]
    PaymentsTake,
    /// End attempts whose outcome a person must find out.
    #[serde(rename = "payments:resolve")]
    PaymentsResolve,
    /// Give money back.
    #[serde(rename = "payments:refund")]
    PaymentsRefund,
    /// See on which terms people are employed, and what goes to payroll.
    #[serde(rename = "payroll:read")]
    PayrollRead,
    /// Change on which terms people are employed, and hand months over to payroll.
    #[serde(rename = "payroll:write")]
    PayrollWrite,
    /// Take down and answer what customers ask of what is kept of them.
    #[serde(rename = "privacy:work")]
    PrivacyWork,
    /// See who works when.
    #[serde(rename = "schedule:read")]
    ScheduleRead,
    /// Change who works when, and when rooms can be used.
    #[serde(rename = "schedule:write")]
    ScheduleWrite,
    /// See the rules of the business.
    #[serde(rename = "settings:read")]
    SettingsRead,
    /// Change the rules of the business.
    #[serde(rename = "settings:write")]
    SettingsWrite,
    /// See who belongs to the business.
    #[serde(rename = "team:read")]
    TeamRead,
    /// Change what members are, suspend and remove them; invite.
    #[serde(rename = "team:write")]
    TeamWrite,
    /// See, mint and revoke tokens; minting takes a person.
    #[serde(rename = "tokens:write")]
    TokensWrite,
    /// Work the cash drawer.
    #[serde(rename = "till:work")]
    TillWork,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 33] = [
        Self::AppointmentsRead,
        Self::AppointmentsBook,
        Self::AppointmentsRender,
        Self::AuditRead,
        Self::CalendarsWrite,
        Self::CatalogueRead,
        Self::CatalogueWrite,
        Self::CommissionRead,
        Self::CommissionClose,
        Self::ConversationsRead,
        Self::ConversationsAnswer,
        Self::ConversationsArchive,
        Self::CredentialsWrite,
        Self::CustomersRead,
        Self::CustomersWrite,
        Self::IntegrationsRead,
        Self::IntegrationsWrite,
        Self::LedgerRead,
        Self::PaymentsRead,
        Self::PaymentsTake,
        Self::PaymentsResolve,
        Self::PaymentsRefund,
        Self::PayrollRead,
        Self::PayrollWrite,
        Self::PrivacyWork,
        Self::ScheduleRead,
        Self::ScheduleWrite,
        Self::SettingsRead,
        Self::SettingsWrite,
        Self::TeamRead,
        Self::TeamWrite,
        Self::TillWork,
        Self::TokensWrite,
    ];

    /// The name in rows and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AppointmentsRead => "appointments:read",
            Self::AppointmentsRender => "appointments:render",
            Self::CommissionRead => "commission:read",
            Self::CommissionClose => "commission:close",
            Self::IntegrationsRead => "integrations:read",
            Self::IntegrationsWrite => "integrations:write",
            Self::LedgerRead => "ledger:read",
            Self::PaymentsRead => "payments:read",
            Self::PaymentsTake => "payments:take",
            Self::PaymentsResolve => "payments:resolve",
            Self::PaymentsRefund => "payments:refund",
            Self::PayrollRead => "payroll:read",
            Self::PayrollWrite => "payroll:write",
            Self::PrivacyWork => "privacy:work",
            Self::AppointmentsBook => "appointments:book",
            Self::AuditRead => "audit:read",
            Self::CalendarsWrite => "calendars:write",
            Self::CatalogueRead => "catalogue:read",
            Self::CatalogueWrite => "catalogue:write",
            Self::ConversationsAnswer => "conversations:answer",
            Self::ConversationsArchive => "conversations:archive",
            Self::ConversationsRead => "conversations:read",
            Self::CredentialsWrite => "credentials:write",
            Self::CustomersRead => "customers:read",
            Self::CustomersWrite => "customers:write",
            Self::ScheduleRead => "schedule:read",
            Self::ScheduleWrite => "schedule:write",
            Self::SettingsRead => "settings:read",
            Self::SettingsWrite => "settings:write",
            Self::TeamRead => "team:read",
            Self::TeamWrite => "team:write",
            Self::TillWork => "till:work",
            Self::TokensWrite => "tokens:write",
        }
    }

    /// The scope of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Marks ids of staff members as access knows them.
#[derive(Debug)]
pub enum StaffMember {}

/// What kind of one acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A machine, with a personal access token.
    Token,
    /// A person who is signed in.
    Person,
}

/// The one who acts, proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// In which business.
    pub tenant: TenantId,
    /// As what.
    pub role: Role,
    /// With which scopes.
    pub scopes: BTreeSet<Scope>,
    /// For which therapist, if for one.
    pub staff: Option<Id<StaffMember>>,
    /// Whether a machine or a person.
    pub kind: ActorKind,
    /// The id under which it acts: the token's, or the person's.
    pub subject: uuid::Uuid,
    /// Who it is in records: `token:<id>` or `person:<id>`.
    pub name: String,
}

/// The principal may not do this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this needs the scope {0} and a role that allows it")]
pub struct NotAllowed(pub Scope);

impl Principal {
    /// Refuses unless both the role and the scopes allow it.
    ///
    /// # Errors
    /// [`NotAllowed`] with the scope that is missing.
    pub fn require(&self, scope: Scope) -> Result<(), NotAllowed> {
        if self.role.allows(scope) && self.scopes.contains(&scope) {
            Ok(())
        } else {
            Err(NotAllowed(scope))
        }
    }

    /// The only staff member whose rows may be seen, if not everybody's may. A therapist who is nobody sees nobody's.
    #[must_use]
    pub fn only_staff(&self) -> Option<uuid::Uuid> {
        match self.role {
            Role::Therapist => Some(self.staff.map_or(uuid::Uuid::nil(), |own| own.as_uuid())),
            Role::Receptionist | Role::Manager | Role::Owner => None,
        }
    }

    /// Whether the day of this staff member may be seen: a therapist sees the own one only. Of what somebody earns
    /// [`Self::sees_pay_of`] tells.
    #[must_use]
    pub fn sees_staff(&self, staff: uuid::Uuid) -> bool {
        match self.role {
            Role::Therapist => self.staff.is_some_and(|own| own.as_uuid() == staff),
            Role::Receptionist | Role::Manager | Role::Owner => true,
        }
    }

    /// Whether what this staff member earns, and by what rules, may be seen: owners and managers see everybody's, everybody
    /// else the own alone, the front desk too.
    #[must_use]
    pub fn sees_pay_of(&self, staff: uuid::Uuid) -> bool {
        match self.role {
            Role::Therapist | Role::Receptionist => self.staff.is_some_and(|own| own.as_uuid() == staff),
            Role::Manager | Role::Owner => true,
        }
    }

    /// Whether the rules by which everybody earns may be seen: by whoever sees anybody's pay.
    #[must_use]
    pub const fn sees_rules_for_all(&self) -> bool {
        match self.role {
            Role::Receptionist => self.staff.is_some(),
            Role::Therapist | Role::Manager | Role::Owner => true,
        }
    }
}

#[cfg(test)]
mod tests;
