//! What the owners are told: why they are needed, about whom and what, and what to do next. Pure.

use ratiba_kernel::Money;

use super::{DigestFigures, MoneyMatter, Notice};
use crate::customer::{Customer, CustomerId};
use crate::desk::VisitCard;
use crate::outgoing::Purpose;
use crate::rail::LISTED_MAX;
use crate::templates::TemplateName;
use crate::texts::{Placeholder, RailText, TextKey, Tongue, Values, format_date, format_month, render};
use crate::wording::alert::{OwnerNews, alert};
use crate::wording::rail::listing;
use crate::wording::{Phrase, Voice};

/// What could be found out about the customer and the visit.
#[derive(Default)]
pub(super) struct Known {
    pub(super) customer: Option<Customer>,
    pub(super) visit: Option<VisitCard>,
    /// What the message was for, where it is about one.
    pub(super) purpose: Option<Purpose>,
    /// Whether that message invited somebody to the team.
    pub(super) invited: bool,
    /// Whether a person has the customer's thread.
    pub(super) with_person: bool,
}

impl Known {
    /// Of whom is told.
    pub(super) fn about(&self) -> Option<CustomerId> {
        let of_visit = self.visit.as_ref().map(|card| card.customer);
        self.customer.as_ref().map(|customer| customer.id).or(of_visit)
    }

    /// Name, number, service and time, as far as they are known.
    fn in_words(&self, voice: &Voice<'_>) -> String {
        let customer = self.customer.as_ref();
        let name = customer.and_then(|customer| customer.name.clone());
        let phone = customer
            .and_then(|customer| customer.phone.as_ref())
            .map(|phone| phone.e164().to_owned());
        let slot = self.visit.as_ref().map(|card| &card.slot);
        let service = slot.map(|slot| voice.service_name(slot));
        let when = slot.map(|slot| voice.when(slot.starts_at));
        let known: Vec<String> = [name, phone, service, when].into_iter().flatten().collect();
        if known.is_empty() {
            "–".to_owned()
        } else {
            known.join(", ")
        }
    }
}

/// What the owners are told; `None` for what only the customer is told.
pub(super) fn to_owners(notice: &Notice, known: &Known, voice: &Voice<'_>) -> Option<OwnerNews> {
    let (reason, next) = match notice {
        Notice::MoneyNeedsPerson { what, .. } => {
            let (reason, next) = money(*what, voice.tongue);
            let reason = if let MoneyMatter::GivenTwice { spent } = what {
                format!("{reason}: {spent}")
            } else {
                reason.to_owned()
            };
            let next = match done_by_rule(*what, voice.tongue) {
                Some(done) => format!("{done}; {next}"),
                None => next.to_owned(),
            };
            return Some(told(&known.in_words(voice), &reason, &next, voice));
        }
        Notice::TemplateMissed { template } => {
            let (reason, next) = missed(voice.tongue);
            return Some(told(template, reason, next, voice));
        }
        Notice::TemplatesRejected { templates } => {
            let (reason, next) = rejected(voice.tongue);
            return Some(told(&templates.join(", "), reason, next, voice));
        }
        Notice::CustomerLate { minutes, .. } => late(*minutes, voice.tongue),
        Notice::MessageNotSent { .. } if known.invited => not_invited(voice.tongue),
        Notice::MessageNotSent { .. } => not_sent(known.purpose, voice.tongue),
        Notice::RequestWaits { .. } => waits(voice.tongue),
        Notice::CounterOfferPassed { .. } => passed(voice.tongue),
        Notice::BookingsHit { count } => hit(*count, voice.tongue),
        Notice::FloatDiffered { carried, float } => drawer((*carried, *float), voice.tongue),
        Notice::Money(news) => {
            let standing = known.visit.as_ref().map(|card| card.standing);
            news.to_owners(known.with_person, standing, voice.tongue)?
        }
        Notice::Commission(news) => {
            let [reason, known, next] = news.to_owners(voice.tongue)?;
            return Some(told(&known, &reason, &next, voice));
        }
        Notice::Digest(figures) => return Some(digest(figures, voice)),
        Notice::VisitConfirmed { .. }
        | Notice::PaymentFailed { .. }
        | Notice::PaymentChecking { .. }
        | Notice::CardUnpaid { .. }
        | Notice::HoldExpired { .. }
        | Notice::VisitLost { .. }
        | Notice::Reminder { .. }
        | Notice::Receipt { .. }
        | Notice::VisitRequested { .. }
        | Notice::RequestAccepted { .. }
        | Notice::RequestDeclined { .. }
        | Notice::CounterOffered { .. }
        | Notice::WaitlistOffered { .. }
        | Notice::VisitMoved { .. }
        | Notice::LateFor { .. }
        | Notice::VisitCancelled { .. } => return None,
    };
    Some(told(&known.in_words(voice), &reason, next, voice))
}

fn told(known: &str, reason: &str, next: &str, voice: &Voice<'_>) -> OwnerNews {
    let values = Values::new()
        .with(Placeholder::Business, voice.profile.business_name.as_str())
        .with(Placeholder::Reason, reason)
        .with(Placeholder::Known, known)
        .with(Placeholder::NextStep, next);
    let body = render(TextKey::OwnerNotice, voice.tongue, &values);
    alert(body, [reason, known, next])
}

/// What the rules have done with the money already, which nobody has to decide; `None` where they did nothing.
fn done_by_rule(what: MoneyMatter, tongue: Tongue) -> Option<String> {
    let done = match what {
        MoneyMatter::PaidForLostVisit { done }
        | MoneyMatter::CancelledAfterPayment { done }
        | MoneyMatter::MissedAfterPayment { done } => done,
        MoneyMatter::AmountInReview
        | MoneyMatter::Disputed
        | MoneyMatter::ChargedBack
        | MoneyMatter::FeeOwed
        | MoneyMatter::CreditedMeanwhile
        | MoneyMatter::TipCreditedMeanwhile
        | MoneyMatter::PaidAfterAll
        | MoneyMatter::PaidInPart
        | MoneyMatter::RefundStuck
        | MoneyMatter::GivenTwice { .. } => return None,
    };
    let [credit, sent_back, kept, paid_elsewhere] = match tongue {
        Tongue::English => [
            "is the customer's credit now",
            "goes back the way it came",
            "stays with the visit",
            "was paid before you came here: what of it goes back is for you to say",
        ],
        Tongue::Swahili => [
            "sasa ni salio la mteja",
            "inarudishwa kwa njia iliyolipwa",
            "inabaki kwa miadi",
            "ililipwa kabla ya mfumo huu: amua kinachorudishwa",
        ],
    };
    let parts = [
        (done.credit, credit),
        (done.sent_back, sent_back),
        (done.kept, kept),
        (done.paid_elsewhere, paid_elsewhere),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(amount, _)| amount.is_positive())
        .map(|(amount, words)| format!("{amount} {words}"))
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// Why money needs a person, and what to do.
const fn money(what: MoneyMatter, tongue: Tongue) -> (&'static str, &'static str) {
    match (what, tongue) {
        (MoneyMatter::PaidForLostVisit { .. }, Tongue::English) => (
            "money came for a visit whose time was given up",
            "offer a new time",
        ),
        (MoneyMatter::PaidForLostVisit { .. }, Tongue::Swahili) => (
            "pesa imefika baada ya muda wa miadi kuachiliwa",
            "mpe muda mwingine",
        ),
        (MoneyMatter::AmountInReview, Tongue::English) => (
            "a payment is in question",
            "compare it with the M-Pesa statement, then answer the customer",
        ),
        (MoneyMatter::AmountInReview, Tongue::Swahili) => (
            "malipo yana utata",
            "linganisha na taarifa ya M-Pesa, kisha mjibu mteja",
        ),
        (MoneyMatter::Disputed, Tongue::English) => (
            "the reports on a payment do not agree",
            "look at the M-Pesa statement before anything is paid again or refunded",
        ),
        (MoneyMatter::Disputed, Tongue::Swahili) => (
            "taarifa za malipo hazilingani",
            "angalia taarifa ya M-Pesa kabla ya kulipisha tena au kurudisha pesa",
        ),
        (MoneyMatter::ChargedBack, Tongue::English) => (
            "a card payment was taken back by the card's owner or their bank",
            "answer it in PesaPal's dashboard, then say among the refunds whether the money is lost",
        ),
        (MoneyMatter::ChargedBack, Tongue::Swahili) => (
            "malipo ya kadi yamerudishwa na mwenye kadi au benki yake",
            "lijibu kwenye dashibodi ya PesaPal, kisha uandike kwenye marejesho kama pesa imepotea",
        ),
        (MoneyMatter::CancelledAfterPayment { .. }, Tongue::English) => (
            "a visit was cancelled after it was paid",
            "your rules did this; look only if it is not what you want",
        ),
        (MoneyMatter::CancelledAfterPayment { .. }, Tongue::Swahili) => (
            "miadi imeghairiwa baada ya kulipiwa",
            "kanuni zako zimefanya hivyo; angalia tu kama sivyo unavyotaka",
        ),
        (MoneyMatter::MissedAfterPayment { .. }, Tongue::English) => (
            "a customer who had paid did not come",
            "your rules did this; look only if it is not what you want",
        ),
        (MoneyMatter::MissedAfterPayment { .. }, Tongue::Swahili) => (
            "mteja aliyelipa hakufika",
            "kanuni zako zimefanya hivyo; angalia tu kama sivyo unavyotaka",
        ),
        (MoneyMatter::FeeOwed, Tongue::English) => (
            "a fee is owed that what was paid does not cover",
            "ask the customer for the rest or let it go",
        ),
        (MoneyMatter::FeeOwed, Tongue::Swahili) => (
            "kuna ada inayodaiwa zaidi ya kilicholipwa",
            "mwombe mteja alipe iliyobaki au msamehe",
        ),
        (MoneyMatter::CreditedMeanwhile, Tongue::English) => (
            "a visit stands again, and what was paid for it is credit by now",
            "count the credit towards it at the desk",
        ),
        (MoneyMatter::CreditedMeanwhile, Tongue::Swahili) => (
            "miadi imerejeshwa, na kilicholipwa sasa ni salio la mteja",
            "hesabu salio hilo kwenye miadi mapokezi",
        ),
        (MoneyMatter::TipCreditedMeanwhile, Tongue::English) => (
            "a visit stands again, and the tip for it is the customer's credit by now",
            "ask the customer: at the desk the credit can be paid out and the tip taken again",
        ),
        (MoneyMatter::TipCreditedMeanwhile, Tongue::Swahili) => (
            "miadi imerejeshwa, na tip yake sasa ni salio la mteja",
            "mwulize mteja: mapokezi yanaweza kumlipa salio na kuipokea tip tena",
        ),
        (MoneyMatter::PaidAfterAll, Tongue::English) => (
            "money came for a payment that had ended without any",
            "check that the visit stands, and that nothing was paid twice",
        ),
        (MoneyMatter::PaidAfterAll, Tongue::Swahili) => (
            "pesa imefika kwa malipo yaliyokuwa yameshindikana",
            "hakikisha miadi ipo, na kwamba mteja hajalipa mara mbili",
        ),
        (MoneyMatter::PaidInPart, Tongue::English) => (
            "a part of what is owed was paid by hand",
            "the customer was told what is left; help with the rest before the time is given up",
        ),
        (MoneyMatter::PaidInPart, Tongue::Swahili) => (
            "sehemu tu ya inayodaiwa imelipwa na mteja mwenyewe",
            "mteja ameambiwa kilichobaki; msaidie kulipa kabla muda wake haujaachiliwa",
        ),
        (MoneyMatter::RefundStuck, Tongue::English) => (
            "a refund did not go through, or nobody knows whether it did",
            "look at the M-Pesa statement, then end it at the desk or give the money back another way",
        ),
        (MoneyMatter::RefundStuck, Tongue::Swahili) => (
            "pesa ya kurudishwa haikurudi, au haijulikani kama imerudi",
            "angalia taarifa ya M-Pesa, kisha ukamilishe mapokezi au mrudishie kwa njia nyingine",
        ),
        (MoneyMatter::GivenTwice { .. }, Tongue::English) => (
            "money went back after it had become credit, of which so much is spent and lost",
            "the refund at the desk says how much the customer has twice; ask for it or let it go",
        ),
        (MoneyMatter::GivenTwice { .. }, Tongue::Swahili) => (
            "pesa imerudi baada ya kuwa salio, na kiasi hiki cha salio kimeshatumika na kimepotea",
            "mapokezi yanaonyesha kiasi alichopata mara mbili; mwombe airudishe au msamehe",
        ),
    }
}

fn waits(tongue: Tongue) -> (String, &'static str) {
    match tongue {
        Tongue::English => (
            "a booking waits for your yes".to_owned(),
            "accept it, decline it or offer another time",
        ),
        Tongue::Swahili => (
            "ombi la miadi linasubiri jibu lako".to_owned(),
            "likubali, likatae au upendekeze muda mwingine",
        ),
    }
}

fn passed(tongue: Tongue) -> (String, &'static str) {
    match tongue {
        Tongue::English => (
            "a customer does not take the other time".to_owned(),
            "offer one more time, or let it be",
        ),
        Tongue::Swahili => (
            "mteja hakuchukua muda mwingine".to_owned(),
            "pendekeza muda mwingine, au acha",
        ),
    }
}

fn hit(count: u32, tongue: Tongue) -> (String, &'static str) {
    match tongue {
        Tongue::English => (
            format!("a change of the schedule meets {count} booking(s)"),
            "move or cancel them, and tell the customers",
        ),
        Tongue::Swahili => (
            format!("mabadiliko ya ratiba yamegusa miadi {count}"),
            "ihamishe au ighairi, na uwajulishe wateja",
        ),
    }
}

fn drawer((carried, float): (Money, Money), tongue: Tongue) -> (String, &'static str) {
    match tongue {
        Tongue::English => (
            format!("the drawer was opened with {float}, and its last close left {carried}"),
            "ask who opened it; the reason they gave is on the sheet",
        ),
        Tongue::Swahili => (
            format!("droo imefunguliwa na {float}, ilhali ilifungwa na {carried}"),
            "muulize aliyeifungua; sababu yake iko kwenye karatasi ya droo",
        ),
    }
}

pub(super) fn late(minutes: Option<u32>, tongue: Tongue) -> (String, &'static str) {
    match (tongue, minutes) {
        (Tongue::English, minutes) => (
            minutes.map_or_else(
                || "a customer comes late".to_owned(),
                |minutes| format!("a customer comes about {minutes} minutes late"),
            ),
            "tell whoever serves them",
        ),
        (Tongue::Swahili, minutes) => (
            minutes.map_or_else(
                || "mteja atachelewa".to_owned(),
                |minutes| format!("mteja atachelewa kama dakika {minutes}"),
            ),
            "mjulishe atakayemhudumia",
        ),
    }
}

const fn missed(tongue: Tongue) -> (&'static str, &'static str) {
    match tongue {
        Tongue::English => (
            "a message did not go: WhatsApp has not approved its template",
            "look at the message templates; until then nothing that needs it goes",
        ),
        Tongue::Swahili => (
            "ujumbe haukutumwa: WhatsApp haijaidhinisha kiolezo chake",
            "angalia violezo vya ujumbe; hadi hapo hakuna kinachokihitaji kitakachotumwa",
        ),
    }
}

const fn rejected(tongue: Tongue) -> (&'static str, &'static str) {
    match tongue {
        Tongue::English => (
            "WhatsApp rejected message templates",
            "its reason is among the message templates; nothing that needs them goes",
        ),
        Tongue::Swahili => (
            "WhatsApp imekataa violezo vya ujumbe",
            "sababu iko kwenye violezo vya ujumbe; hakuna kinachovihitaji kitakachotumwa",
        ),
    }
}

fn not_invited(tongue: Tongue) -> (String, &'static str) {
    match tongue {
        Tongue::English => (
            "an invitation to the team may not have reached whom it was for".to_owned(),
            "look at the invitations, and send it again or to another number",
        ),
        Tongue::Swahili => (
            "mwaliko wa kujiunga na timu huenda haujamfikia aliyealikwa".to_owned(),
            "angalia mialiko, uitume tena au kwa nambari nyingine",
        ),
    }
}

fn not_sent(purpose: Option<Purpose>, tongue: Tongue) -> (String, &'static str) {
    let what = match (purpose, tongue) {
        (Some(Purpose::Receipt), Tongue::English) => "a confirmation or receipt",
        (Some(Purpose::Receipt), Tongue::Swahili) => "uthibitisho au risiti",
        (Some(Purpose::Reminder), Tongue::English) => "a reminder",
        (Some(Purpose::Reminder), Tongue::Swahili) => "kikumbusho",
        (Some(Purpose::AsksMoney), Tongue::English) => "a message about a payment",
        (Some(Purpose::AsksMoney), Tongue::Swahili) => "ujumbe wa malipo",
        (
            Some(
                Purpose::Answer
                | Purpose::Digest
                | Purpose::Alert
                | Purpose::News
                | Purpose::Offer
                | Purpose::Marketing,
            )
            | None,
            Tongue::English,
        ) => "a message",
        (
            Some(
                Purpose::Answer
                | Purpose::Digest
                | Purpose::Alert
                | Purpose::News
                | Purpose::Offer
                | Purpose::Marketing,
            )
            | None,
            Tongue::Swahili,
        ) => "ujumbe",
    };
    match tongue {
        Tongue::English => (
            format!("{what} may not have reached a customer"),
            "call the customer",
        ),
        Tongue::Swahili => (format!("{what} huenda haujamfikia mteja"), "mpigie mteja"),
    }
}

fn digest(figures: &DigestFigures, voice: &Voice<'_>) -> OwnerNews {
    let takings: Vec<String> = figures
        .takings
        .iter()
        .map(|(money, amount)| format!("{} {amount}", money.said(voice.tongue)))
        .collect();
    let date = format_date(figures.day, voice.tongue);
    let takings = if takings.is_empty() {
        "–".to_owned()
    } else {
        takings.join(", ")
    };
    let commission = figures.commission.map_or_else(
        || render(TextKey::NotComputable, voice.tongue, &Values::new()),
        |commission| commission.to_string(),
    );
    let months: Vec<String> = figures
        .waiting
        .iter()
        .map(|month| format_month(*month, voice.tongue))
        .collect();
    let waits = (!months.is_empty()).then(|| {
        let list = Values::new().with(Placeholder::List, months.join(", "));
        RailText::CommissionWaits.render(voice.tongue, &list)
    });
    let late = figures.late.iter();
    let late: Vec<String> = late
        .map(|(month, people)| format!("{} ({people})", format_month(*month, voice.tongue)))
        .collect();
    let late = (!late.is_empty()).then(|| {
        let list = Values::new().with(Placeholder::List, late.join(", "));
        RailText::CommissionLate.render(voice.tongue, &list)
    });
    let parts = [Some(commission), waits, late];
    let commission = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    let values = Values::new()
        .with(Placeholder::Business, voice.profile.business_name.as_str())
        .with(Placeholder::Date, date.as_str())
        .with(Placeholder::Bookings, figures.bookings.to_string())
        .with(Placeholder::NoShows, figures.no_shows.to_string())
        .with(Placeholder::Takings, takings.as_str())
        .with(Placeholder::OpenPayments, figures.open_payments.to_string())
        .with(Placeholder::Unrouted, figures.unrouted.to_string())
        .with(Placeholder::Handoffs, figures.handoffs.to_string())
        .with(Placeholder::DeadJobs, figures.dead_jobs.to_string())
        .with(Placeholder::Overdue, figures.overdue.to_string())
        .with(Placeholder::Commission, commission.as_str())
        .with(Placeholder::List, if figures.today.is_empty() { "–" } else { "" });
    let head = render(TextKey::OwnerDigest, voice.tongue, &values);
    let head = if figures.audit_in_doubt {
        let doubt = render(TextKey::AuditInDoubt, voice.tongue, &Values::new());
        format!("{doubt}\n\n{head}")
    } else {
        head
    };
    let head = if figures.overdue_requests > 0 {
        let count = Values::new().with(Placeholder::Overdue, figures.overdue_requests.to_string());
        format!(
            "{}\n\n{head}",
            render(TextKey::DataRequestsOverdue, voice.tongue, &count)
        )
    } else {
        head
    };
    let (body, _shown) = listing(&head, &figures.today, LISTED_MAX, voice.tongue);
    let stuck = [
        figures.unrouted,
        figures.dead_jobs,
        figures.overdue,
        figures.overdue_requests,
    ];
    let stuck = stuck
        .into_iter()
        .fold(u32::from(figures.audit_in_doubt), u32::saturating_add);
    OwnerNews {
        phrase: Phrase::plain(body).for_purpose(Purpose::Digest),
        template: TemplateName::OwnerDigest,
        parameters: vec![
            date,
            figures.bookings.to_string(),
            figures.no_shows.to_string(),
            takings,
            figures.open_payments.to_string(),
            figures.handoffs.to_string(),
            stuck.to_string(),
            commission,
            figures.today.len().to_string(),
        ],
    }
}
