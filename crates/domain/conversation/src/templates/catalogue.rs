//! The words of every template that we call, as they are submitted to the channel's owner: the one place where they stand.

use super::TemplateName;
use crate::texts::Tongue;

/// The most characters that the body of a template may have, with its parameters.
pub const TEMPLATE_BODY_CHARACTERS_MAX: usize = 1_024;

/// The most characters that a quick reply of a template may have.
pub const QUICK_REPLY_CHARACTERS_MAX: usize = 25;

/// What a template is for, in the words of the channel's owner, who prices it by that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// About something that the customer did or agreed to.
    Utility,
    /// Invites or advertises.
    Marketing,
}

impl Category {
    /// The name on the wire and in rows.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Utility => "UTILITY",
            Self::Marketing => "MARKETING",
        }
    }
}

/// One template in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateText {
    /// Which.
    pub name: TemplateName,
    /// In which language it is registered.
    pub tongue: Tongue,
    /// What it is for.
    pub category: Category,
    /// The words, with `{{1}}` and so on where parameters go, never at the beginning or the end.
    pub body: &'static str,
    /// The labels of its quick replies, in the order of a call's payloads.
    pub quick_replies: &'static [&'static str],
    /// An example of each parameter, which the channel's owner wants to see.
    pub examples: &'static [&'static str],
}

impl TemplateText {
    /// The language as the channel writes it.
    #[must_use]
    pub const fn language_code(&self) -> &'static str {
        language_code(self.tongue)
    }
}

/// A language as the channel writes it.
pub(super) const fn language_code(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::English => "en",
        Tongue::Swahili => "sw",
    }
}

/// Every template in both languages.
#[must_use]
pub fn catalogue() -> Vec<TemplateText> {
    let both = |name| [Tongue::English, Tongue::Swahili].map(|tongue| text(name, tongue));
    TemplateName::ALL.into_iter().flat_map(both).collect()
}

/// The template of this name in this language.
#[must_use]
pub const fn text(name: TemplateName, tongue: Tongue) -> TemplateText {
    TemplateText {
        name,
        tongue,
        category: category(name),
        body: body(name, tongue),
        quick_replies: quick_replies(name, tongue),
        examples: examples(name, tongue),
    }
}

const fn category(name: TemplateName) -> Category {
    match name {
        TemplateName::BookingConfirmed
        | TemplateName::BookingReminder
        | TemplateName::BookingNotice
        | TemplateName::OwnerDigest
        | TemplateName::OwnerAlert
        | TemplateName::CommissionStatement
        | TemplateName::DisputeDecided
        | TemplateName::TeamInvitation => Category::Utility,
        TemplateName::CohortInvitation => Category::Marketing,
    }
}

const fn body(name: TemplateName, tongue: Tongue) -> &'static str {
    match (name, tongue) {
        (TemplateName::BookingConfirmed, Tongue::English) => {
            "Your booking is confirmed: {{1}}, {{2}}, with {{3}}. Reference: {{4}}. See you then!"
        }
        (TemplateName::BookingConfirmed, Tongue::Swahili) => {
            "Miadi yako imethibitishwa: {{1}}, {{2}}, na {{3}}. Kumbukumbu: {{4}}. Karibu sana!"
        }
        (TemplateName::BookingReminder, Tongue::English) => {
            "A reminder of your booking: {{1}}, {{2}}, with {{3}}. Are you coming?"
        }
        (TemplateName::BookingReminder, Tongue::Swahili) => {
            "Kukukumbusha miadi yako: {{1}}, {{2}}, na {{3}}. Je, utakuja?"
        }
        (TemplateName::BookingNotice, Tongue::English) => {
            "News about your booking: {{1}} Write here to answer."
        }
        (TemplateName::BookingNotice, Tongue::Swahili) => "Kuhusu miadi yako: {{1}} Andika hapa kujibu.",
        (TemplateName::OwnerDigest, Tongue::English) => {
            "Your figures for {{1}}: visits {{2}}, missed {{3}}, takings {{4}}, payments to look at {{5}}, handed over \
             {{6}}, stuck {{7}}, commission of the month {{8}}, visits today {{9}}. Write here for more."
        }
        (TemplateName::OwnerDigest, Tongue::Swahili) => {
            "Takwimu zako za {{1}}: miadi {{2}}, wasiofika {{3}}, mapato {{4}}, malipo ya kuangalia {{5}}, \
             waliokabidhiwa {{6}}, yaliyokwama {{7}}, kamisheni ya mwezi {{8}}, miadi ya leo {{9}}. Andika hapa kwa zaidi."
        }
        (TemplateName::OwnerAlert, Tongue::English) => {
            "You are needed: {{1}}. Who and what: {{2}}. What to do next: {{3}}. Write here to answer."
        }
        (TemplateName::OwnerAlert, Tongue::Swahili) => {
            "Unahitajika: {{1}}. Nani na nini: {{2}}. Cha kufanya: {{3}}. Andika hapa kujibu."
        }
        (TemplateName::CommissionStatement, Tongue::English) => {
            "Your commission for {{1}}: services {{2}}, base {{3}}, commission {{4}}, tips {{5}}, deductions {{6}}, top-up \
             {{7}}, total {{8}}. Fingerprint {{9}}. If a line is wrong, tap below."
        }
        (TemplateName::CommissionStatement, Tongue::Swahili) => {
            "Kamisheni yako ya {{1}}: huduma {{2}}, msingi {{3}}, kamisheni {{4}}, bakshishi {{5}}, makato {{6}}, nyongeza \
             {{7}}, jumla {{8}}. Alama ya hati {{9}}. Kama mstari si sahihi, gusa hapa chini."
        }
        (TemplateName::DisputeDecided, Tongue::English) => {
            "Your dispute about your commission, {{1}}, was decided: {{2}}. The reason: {{3}}. Write here to answer."
        }
        (TemplateName::DisputeDecided, Tongue::Swahili) => {
            "Pingamizi lako la kamisheni, {{1}}, limeamuliwa: {{2}}. Sababu: {{3}}. Andika hapa kujibu."
        }
        (TemplateName::TeamInvitation, Tongue::English) => {
            "Hello! {{1}} invites you to join its team as {{2}}. This address is for you alone and works once, until {{3}}: \
             {{4}} If you do not know why you get this, do not open it."
        }
        (TemplateName::TeamInvitation, Tongue::Swahili) => {
            "Habari! {{1}} inakualika kujiunga na timu yake kama {{2}}. Anwani hii ni yako peke yako na inatumika mara moja, \
             hadi {{3}}: {{4}} Kama hujui kwa nini umeipata, usiifungue."
        }
        (TemplateName::CohortInvitation, Tongue::English) => {
            "Hello! {{1}} invites you to try its new assistant on WhatsApp. It is automatic: a computer answers you and \
             books your visits. Payment by M-Pesa in it is still in trial. To join, answer YES. To decline answer NO; you \
             can leave at any time by writing STOP.\n\nMsaidizi huyu ni wa kiotomatiki: kompyuta itakujibu na kupanga \
             miadi yako. Malipo ya M-Pesa bado ni ya majaribio. Kujiunga, jibu NDIYO. Kukataa jibu HAPANA; unaweza \
             kuondoka wakati wowote kwa kuandika ACHA."
        }
        (TemplateName::CohortInvitation, Tongue::Swahili) => {
            "Habari! {{1}} inakualika kujaribu msaidizi wake mpya kwenye WhatsApp. Ni wa kiotomatiki: kompyuta itakujibu na \
             kupanga miadi yako. Malipo ya M-Pesa ndani yake bado ni ya majaribio. Kujiunga, jibu NDIYO. Kukataa jibu \
             HAPANA; unaweza kuondoka wakati wowote kwa kuandika ACHA.\n\nThis assistant is automatic: a computer answers \
             you and books your visits. Payment by M-Pesa is still in trial. To join, answer YES. To decline answer NO; \
             you can leave at any time by writing STOP."
        }
    }
}

const fn quick_replies(name: TemplateName, tongue: Tongue) -> &'static [&'static str] {
    match (name, tongue) {
        (TemplateName::BookingReminder, Tongue::English) => &["I am coming", "Move it", "Cancel it"],
        (TemplateName::BookingReminder, Tongue::Swahili) => &["Nitakuja", "Hamisha", "Ghairi"],
        (TemplateName::CommissionStatement, Tongue::English) => &["Dispute a line"],
        (TemplateName::CommissionStatement, Tongue::Swahili) => &["Pinga mstari"],
        (TemplateName::CohortInvitation, Tongue::English) => &["Yes / Ndiyo", "No / Hapana"],
        (TemplateName::CohortInvitation, Tongue::Swahili) => &["Ndiyo / Yes", "Hapana / No"],
        (
            TemplateName::BookingConfirmed
            | TemplateName::BookingNotice
            | TemplateName::OwnerDigest
            | TemplateName::OwnerAlert
            | TemplateName::DisputeDecided
            | TemplateName::TeamInvitation,
            Tongue::English | Tongue::Swahili,
        ) => &[],
    }
}

const fn examples(name: TemplateName, tongue: Tongue) -> &'static [&'static str] {
    match (name, tongue) {
        (TemplateName::BookingConfirmed, Tongue::English) => &[
            "Swedish massage",
            "Wednesday 13 May, 3:00 pm",
            "Wanjiru",
            "K7QM2P",
        ],
        (TemplateName::BookingConfirmed, Tongue::Swahili) => &[
            "Swedish massage",
            "Jumatano 13 Mei, saa tisa mchana",
            "Wanjiru",
            "K7QM2P",
        ],
        (TemplateName::BookingReminder, Tongue::English) => {
            &["Swedish massage", "Wednesday 13 May, 3:00 pm", "Wanjiru"]
        }
        (TemplateName::BookingReminder, Tongue::Swahili) => {
            &["Swedish massage", "Jumatano 13 Mei, saa tisa mchana", "Wanjiru"]
        }
        (TemplateName::BookingNotice, Tongue::English) => {
            &["The time of your Swedish massage was not paid in time."]
        }
        (TemplateName::BookingNotice, Tongue::Swahili) => &["Muda wa Swedish massage haukulipwa kwa wakati."],
        (TemplateName::OwnerDigest, Tongue::English) => &[
            "Tuesday 12 May",
            "8",
            "1",
            "KES 24,500",
            "2",
            "1",
            "0",
            "KES 61,000",
            "9",
        ],
        (TemplateName::OwnerDigest, Tongue::Swahili) => &[
            "Jumanne 12 Mei",
            "8",
            "1",
            "KES 24,500",
            "2",
            "1",
            "0",
            "KES 61,000",
            "9",
        ],
        (TemplateName::OwnerAlert, Tongue::English) => &[
            "a payment needs a look",
            "Asha, +254700000123",
            "open the payment in the console",
        ],
        (TemplateName::OwnerAlert, Tongue::Swahili) => &[
            "malipo yanahitaji kuangaliwa",
            "Asha, +254700000123",
            "fungua malipo kwenye konsoli",
        ],
        (TemplateName::CommissionStatement, Tongue::English) => &[
            "May 2026",
            "42",
            "KES 147,000",
            "KES 29,400",
            "KES 3,200",
            "KES 0",
            "KES 0",
            "KES 32,600",
            "9f86d081",
        ],
        (TemplateName::CommissionStatement, Tongue::Swahili) => &[
            "Mei 2026",
            "42",
            "KES 147,000",
            "KES 29,400",
            "KES 3,200",
            "KES 0",
            "KES 0",
            "KES 32,600",
            "9f86d081",
        ],
        (TemplateName::DisputeDecided, Tongue::English) => &[
            "line 3 of May 2026 (Swedish massage, 13 May)",
            "not accepted, the line stays",
            "the recorded end is right",
        ],
        (TemplateName::DisputeDecided, Tongue::Swahili) => &[
            "mstari wa 3 wa Mei 2026 (Swedish massage, 13 Mei)",
            "halikukubaliwa, mstari unabaki",
            "muda uliorekodiwa ni sahihi",
        ],
        (TemplateName::CohortInvitation, Tongue::English | Tongue::Swahili) => &["Aria Aura Spa"],
        (TemplateName::TeamInvitation, Tongue::English) => &[
            "Aria Aura Spa",
            "receptionist",
            "Tuesday 19 May",
            "https://ratiba.example/auth/join#5f2b",
        ],
        (TemplateName::TeamInvitation, Tongue::Swahili) => &[
            "Aria Aura Spa",
            "mpokezi",
            "Jumanne 19 Mei",
            "https://ratiba.example/auth/join#5f2b",
        ],
    }
}
