//! Builders that say only what matters.

use ratiba_kernel::test_support::EPOCH;
use ratiba_kernel::{Money, PhoneNumber, Zone};
use time::macros::{date, datetime, time};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::channel::{Channel, SenderKey};
use crate::consent::CohortMode;
use crate::customer::{Customer, CustomerId};
use crate::desk::{
    Menu, Party, Profile, ServiceCard, ServiceRef, Slot, StaffCard, StaffRef, StatementCard, StatementLine,
    StatementRef,
};
use crate::machine::{Draft as BookingDraft, Stage};
use crate::outgoing::{
    Content, Draft, MessageId, OutgoingMessage, Purpose, Recipient, TemplateCall, TextBody,
};
use crate::thread::{Thread, ThreadId};
use crate::understanding::{Language, OpeningHours};

fn id(lane: u128, number: u128) -> Uuid {
    Uuid::from_u128((lane << 64) | number)
}

/// The demo's zone.
///
/// # Panics
/// Never: the zone is in the bundled database.
#[must_use]
pub fn nairobi() -> Zone {
    Zone::parse("Africa/Nairobi").expect("a zone of the bundled database")
}

/// A number for tests; equal numbers are equal customers.
///
/// # Panics
/// For a number above 999.
#[must_use]
pub fn a_phone(number: u32) -> PhoneNumber {
    PhoneNumber::parse(&format!("+254700000{number:03}")).expect("a Kenyan number")
}

/// The demo's massage.
#[must_use]
pub fn massage() -> ServiceRef {
    ServiceRef::from_uuid(id(0x5e, 1))
}

/// The demo's facial.
#[must_use]
pub fn facial() -> ServiceRef {
    ServiceRef::from_uuid(id(0x5e, 2))
}

/// The demo's therapist.
#[must_use]
pub fn wanjiru() -> StaffRef {
    StaffRef::from_uuid(id(0x5f, 1))
}

/// The demo's menu: a massage for 3,500 and a facial for 2,000, open 09:00 to 20:00 every day.
#[must_use]
pub fn a_menu() -> Menu {
    let service = |id: ServiceRef, name: &str, name_sw: &str, aliases: &[&str], price: i64| ServiceCard {
        id,
        name: name.to_owned(),
        name_sw: Some(name_sw.to_owned()),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        price: Money::kes_minor(price * 100),
        minutes: 60,
        staff: vec![wanjiru()],
    };
    Menu::new(
        vec![
            service(massage(), "Swedish massage", "Masaji", &["massage"], 3_500),
            service(facial(), "Facial", "Facial", &[], 2_000),
        ],
        vec![StaffCard {
            id: wanjiru(),
            name: "Wanjiru".to_owned(),
            phone: None,
        }],
        OpeningHours::daily(time!(09:00), time!(20:00)),
        nairobi(),
    )
}

/// The therapist's statement for May 2026 with so many lines, all alike: each has 3,500 as its base and earns 700, and the
/// first one a tip of 200.
#[must_use]
pub fn a_statement(lines: usize) -> StatementCard {
    let lines: Vec<StatementLine> = (1_u32..)
        .take(lines)
        .map(|number| StatementLine {
            number,
            day: date!(2026 - 05 - 13),
            service: "Swedish massage".to_owned(),
            base: Money::kes_minor(350_000),
            commission: Money::kes_minor(70_000),
            tip: Money::kes_minor(if number == 1 { 20_000 } else { 0 }),
            disputed: false,
        })
        .collect();
    let sum = |of: fn(&StatementLine) -> Money| {
        Money::kes_minor(lines.iter().map(|line| of(line).amount_minor()).sum())
    };
    let (base, commission, tips) = (
        sum(|line| line.base),
        sum(|line| line.commission),
        sum(|line| line.tip),
    );
    StatementCard {
        id: StatementRef::from_uuid(Uuid::from_u128(0x57)),
        staff: wanjiru(),
        month: date!(2026 - 05 - 01),
        corrects: false,
        services: i64::try_from(lines.len()).unwrap_or(i64::MAX),
        base,
        commission,
        tips,
        deductions: Money::kes_minor(-10_000),
        top_up: Money::kes_minor(0),
        total: Money::kes_minor(commission.amount_minor() + tips.amount_minor() - 10_000),
        hash: "9f86d081".to_owned(),
        lines,
    }
}

/// The demo's business, open to everybody, with one owner.
#[must_use]
pub fn a_profile() -> Profile {
    Profile {
        business_name: "Aria Aura Spa".to_owned(),
        cohort: CohortMode::Everyone,
        location: Some("Kilimani, Nairobi".to_owned()),
        personality: crate::personality::Personality::default(),
        zone: nairobi(),
        owners: vec![an_admin(999)],
        owners_language: Language::English,
        retention: crate::retention::Retention::default(),
    }
}

/// An admin with the number of that number, who has no name and reads English.
#[must_use]
pub fn an_admin(number: u32) -> crate::desk::Admin {
    crate::desk::Admin {
        phone: a_phone(number),
        name: None,
        language: Language::English,
    }
}

/// A slot: the massage with Wanjiru on 13 May 2026 at 14:00 in Nairobi, 3,500, of which 1,000 now.
#[must_use]
pub fn a_slot() -> SlotBuilder {
    SlotBuilder(Slot {
        service: massage(),
        staff: Some(wanjiru()),
        starts_at: datetime!(2026-05-13 11:00 UTC),
        ends_at: datetime!(2026-05-13 12:00 UTC),
        price: Money::kes_minor(350_000),
        due_now: Money::kes_minor(100_000),
        party: Party::default(),
        complement: None,
        rest: Vec::new(),
    })
}

/// Builds a slot.
#[derive(Clone, Debug)]
pub struct SlotBuilder(Slot);

impl SlotBuilder {
    /// From this instant, for an hour.
    #[must_use]
    pub fn at(mut self, starts_at: OffsetDateTime) -> Self {
        self.0.starts_at = starts_at;
        self.0.ends_at = starts_at + Duration::HOUR;
        self
    }

    /// With this much to pay now.
    #[must_use]
    pub fn due_now(mut self, shillings: i64) -> Self {
        self.0.due_now = Money::kes_minor(shillings * 100);
        self
    }

    /// The slot.
    #[must_use]
    pub fn build(self) -> Slot {
        self.0
    }
}

/// A customer with the number …123 who was never invited.
#[must_use]
pub fn a_customer() -> CustomerBuilder {
    CustomerBuilder(Customer {
        id: CustomerId::from_uuid(id(0xc0, 1)),
        phone: Some(a_phone(123)),
        user_id: None,
        name: Some("Asha Njeri".to_owned()),
        language: None,
        in_cohort: false,
        invitation: None,
        opted_out_at: None,
        created_at: EPOCH,
    })
}

/// Builds a customer.
#[derive(Clone, Debug)]
pub struct CustomerBuilder(Customer);

impl CustomerBuilder {
    /// Another customer, with another number.
    #[must_use]
    pub fn number(mut self, number: u32) -> Self {
        self.0.id = CustomerId::from_uuid(id(0xc0, u128::from(number)));
        self.0.phone = Some(a_phone(number));
        self
    }

    /// Known by this id and by no number.
    ///
    /// # Panics
    /// For an empty id.
    #[must_use]
    pub fn only_user_id(mut self, user_id: &str) -> Self {
        self.0.phone = None;
        self.0.user_id = Some(SenderKey::parse(user_id).expect("an id"));
        self
    }

    /// In the cohort.
    #[must_use]
    pub fn invited(mut self) -> Self {
        self.0.in_cohort = true;
        self
    }

    /// Who opted out then.
    #[must_use]
    pub fn opted_out_at(mut self, at: OffsetDateTime) -> Self {
        self.0.opted_out_at = Some(at);
        self
    }

    /// The customer.
    #[must_use]
    pub fn build(self) -> Customer {
        self.0
    }
}

/// An open thread of [`a_customer`] that was never recorded.
#[must_use]
pub fn a_thread() -> ThreadBuilder {
    let thread = ThreadId::from_uuid(id(0x7d, 1));
    ThreadBuilder(Thread::open(
        thread,
        a_customer().build().id,
        Channel::Whatsapp,
        EPOCH,
    ))
}

/// Builds a thread.
#[derive(Clone, Debug)]
pub struct ThreadBuilder(Thread);

impl ThreadBuilder {
    /// Another thread, of this customer.
    #[must_use]
    pub fn of(mut self, customer: &Customer, number: u32) -> Self {
        self.0.id = ThreadId::from_uuid(id(0x7d, u128::from(number)));
        self.0.customer = customer.id;
        self
    }

    /// Waiting for a yes to this slot.
    #[must_use]
    pub fn confirming(mut self, slot: Slot) -> Self {
        self.0.state.stage = Stage::Confirming {
            draft: BookingDraft::default().with_service(slot.service).at(&slot),
            slot,
        };
        self
    }

    /// The thread.
    #[must_use]
    pub fn build(self) -> Thread {
        self.0
    }
}

/// A queued answer to [`a_customer`].
#[must_use]
pub fn a_message() -> MessageBuilder {
    MessageBuilder {
        number: 1,
        at: EPOCH,
        draft: Draft {
            thread: None,
            channel: Channel::Whatsapp,
            recipient: Recipient::Customer(a_customer().build().id),
            about: None,
            purpose: Purpose::Answer,
            content: Content::Text(TextBody::new("Karibu!").expect("a text")),
            fallback: None,
            cause: "test:1".to_owned(),
        },
    }
}

/// Builds a message.
#[derive(Clone, Debug)]
pub struct MessageBuilder {
    number: u128,
    at: OffsetDateTime,
    draft: Draft,
}

impl MessageBuilder {
    /// Another message, with another cause.
    #[must_use]
    pub fn number(mut self, number: u32) -> Self {
        self.number = u128::from(number);
        self.draft.cause = format!("test:{number}");
        self
    }

    /// With this cause.
    #[must_use]
    pub fn because(mut self, cause: &str) -> Self {
        self.draft.cause = cause.to_owned();
        self
    }

    /// For this purpose.
    #[must_use]
    pub fn purpose(mut self, purpose: Purpose) -> Self {
        self.draft.purpose = purpose;
        self
    }

    /// To this recipient.
    #[must_use]
    pub fn to(mut self, recipient: Recipient) -> Self {
        self.draft.recipient = recipient;
        self
    }

    /// With this template where only those go.
    #[must_use]
    pub fn or_template(mut self, call: TemplateCall) -> Self {
        self.draft.fallback = Some(call);
        self
    }

    /// Decided then.
    #[must_use]
    pub fn decided_at(mut self, at: OffsetDateTime) -> Self {
        self.at = at;
        self
    }

    /// The message.
    #[must_use]
    pub fn build(self) -> OutgoingMessage {
        OutgoingMessage::queued(MessageId::from_uuid(id(0x3e, self.number)), self.draft, self.at)
    }
}
