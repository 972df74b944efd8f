//! The books: what lies on each account, and the journals that brought it there.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_kernel::{Id, Money, Zone};
use ratiba_payments::ledger::{Account, Entry};
use ratiba_payments::ports::{JournalQuery, PostedJournal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use crate::State;
use crate::caller::Caller;
use crate::checked::CheckedQuery;
use crate::dto::{Moment, SignedAmount};
use crate::endpoint::Endpoint;
use crate::problem::Problem;

/// How many journals one answer has if nothing else is asked for.
const PAGE: u16 = 50;

/// The most journals that one answer has.
const PAGE_MAX: u16 = 200;

/// The endpoints of the books.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/ledger/balances", "What lies on each account", || {
            web::get().to(balances)
        })
        .describe(
            "Derived from all journals, in the business's currency; debits are positive. All of them together add up to nothing.",
        )
        .group("ledger")
        .needs(Scope::LedgerRead)
        .answers::<BalancesAnswer>(200, "the accounts"),
        Endpoint::get("/api/v1/ledger/journals", "The journals", || web::get().to(journals))
            .describe(
                "The latest first, each with its lines, which add up to nothing. Narrowed to a stretch of time, an account or a \
                 payment; the next page begins `before` the last journal of this one.",
            )
            .group("ledger")
            .needs(Scope::LedgerRead)
            .query::<JournalsQuery>()
            .answers::<JournalsAnswer>(200, "a page of journals"),
    ]
}

/// Which journals.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalsQuery {
    /// Those of this moment and later.
    from: Option<Moment>,
    /// Those before this moment.
    until: Option<Moment>,
    /// Those with a line on this account, such as `mpesa_clearing`.
    #[schemars(length(max = 40))]
    account: Option<String>,
    /// Those about this payment.
    payment_id: Option<Uuid>,
    /// Those before this journal.
    before: Option<Uuid>,
    /// How many; 50 if nothing is said.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u16>,
}

/// What lies on an account.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LedgerBalance")]
pub struct BalanceAnswer {
    /// `mpesa_clearing`, `card_clearing`, `cash_drawer`, `customer_deposits`, `service_revenue`, `tips_payable`, `refunds`,
    /// `fees`, `suspense`, `expenses`, `other_income` or `owner`.
    account: &'static str,
    /// Debits are positive.
    #[schemars(with = "SignedAmount")]
    balance: Money,
}

/// What lies on all accounts.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LedgerBalances")]
pub struct BalancesAnswer {
    items: Vec<BalanceAnswer>,
}

/// A line of a journal.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LedgerEntry")]
pub struct EntryAnswer {
    account: &'static str,
    /// Whose it is, where the account is kept by customer.
    customer_id: Option<Uuid>,
    /// For which payment.
    payment_id: Option<Uuid>,
    /// Whose it is, where the account is kept by those who render services.
    staff_id: Option<Uuid>,
    /// A debit if above nothing.
    #[schemars(with = "SignedAmount")]
    amount: Money,
}

impl EntryAnswer {
    fn of(entry: &Entry) -> Self {
        Self {
            account: entry.place.account.as_str(),
            customer_id: entry.place.customer.map(|customer| customer.as_uuid()),
            payment_id: entry.place.payment.map(|payment| payment.as_uuid()),
            staff_id: entry.place.staff.map(|staff| staff.as_uuid()),
            amount: entry.amount,
        }
    }
}

/// A journal.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LedgerJournal")]
pub struct JournalAnswer {
    id: Uuid,
    /// What posted it, such as `received:` and the attempt.
    cause: String,
    payment_id: Option<Uuid>,
    attempt_id: Option<Uuid>,
    at: Moment,
    /// They add up to nothing.
    entries: Vec<EntryAnswer>,
}

impl JournalAnswer {
    fn of(journal: &PostedJournal, zone: &Zone) -> Self {
        Self {
            id: journal.id.as_uuid(),
            cause: journal.cause.clone(),
            payment_id: journal.payment.map(|payment| payment.as_uuid()),
            attempt_id: journal.attempt.map(|attempt| attempt.as_uuid()),
            at: Moment::of(zone, journal.at),
            entries: journal.entries.iter().map(EntryAnswer::of).collect(),
        }
    }
}

/// A page of journals.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LedgerJournals")]
pub struct JournalsAnswer {
    items: Vec<JournalAnswer>,
    /// For `before`, if there may be more.
    next: Option<Uuid>,
}

async fn balances(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let currency = state.parts.booking.catalogue.policy(tenant).await?.currency;
    let found = state.parts.money_back.ledger.balances(tenant, currency).await?;
    let items = Account::ALL.into_iter().map(|account| BalanceAnswer {
        account: account.as_str(),
        balance: found.get(&account).copied().unwrap_or(Money::zero(currency)),
    });
    Ok(HttpResponse::Ok().json(BalancesAnswer {
        items: items.collect(),
    }))
}

async fn journals(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<JournalsQuery>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let most = query.limit.unwrap_or(PAGE);
    if !(1..=PAGE_MAX).contains(&most) {
        return Err(wrong("limit", "must be 1 to 200"));
    }
    let account = query
        .account
        .as_deref()
        .map(|word| Account::parse(word).ok_or_else(|| wrong("account", "must be an account of the books")));
    let wanted = JournalQuery {
        from: query.from.map(Moment::instant),
        until: query.until.map(Moment::instant),
        account: account.transpose()?,
        payment: query.payment_id.map(Id::from_uuid),
        before: query.before.map(Id::from_uuid),
        most,
    };
    let found = state.parts.payments.journals.journals(tenant, wanted).await?;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    let full = found.len() >= usize::from(most);
    let last = found.last().map(|journal| journal.id.as_uuid());
    Ok(HttpResponse::Ok().json(JournalsAnswer {
        items: found
            .iter()
            .map(|journal| JournalAnswer::of(journal, &zone))
            .collect(),
        next: last.filter(|_| full),
    }))
}
