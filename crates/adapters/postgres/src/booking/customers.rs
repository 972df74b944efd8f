//! The customers as the front desk keeps them.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::appointment::Version;
use ratiba_booking::catalogue::CustomerId;
use ratiba_booking::customers::{
    Added, AmendError, Amendment, Consent, Customer, CustomerBook, CustomerFile, CustomerName, History,
    Language, NewCustomer, PAGE_MAX, Page, Purpose, Stand, Wanted,
};
use ratiba_booking::import::text::fold;
use ratiba_kernel::{Id, Outage, PhoneNumber, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{Database, TenantTx, TxError};
use crate::kept::sql_query;

/// [`CustomerBook`] on PostgreSQL.
#[derive(Clone)]
pub struct PgCustomers {
    database: Database,
}

impl PgCustomers {
    /// The customers in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

const COLUMNS: &str = "c.id, c.phone, c.name, c.language, c.opted_out_at, c.created_at, c.version";

#[derive(QueryableByName)]
struct CustomerRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    phone: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    language: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    opted_out_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Timestamptz)]
    created_at: OffsetDateTime,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl CustomerRow {
    fn read<E>(self) -> Result<Customer, TxError<E>> {
        let wrong = |what: &str| TxError::impossible("customers", self.id, what);
        let phone = self.phone.as_deref().map(PhoneNumber::parse).transpose();
        let language = match self.language.as_deref() {
            None => None,
            Some(code) => {
                let known = Language::ALL.into_iter().find(|language| language.code() == code);
                Some(known.ok_or_else(|| wrong("language"))?)
            }
        };
        Ok(Customer {
            id: Id::from_uuid(self.id),
            phone: phone.map_err(|_| wrong("phone"))?,
            name: self.name,
            language,
            opted_out_at: self.opted_out_at,
            created_at: self.created_at,
            version: Version::read(self.version),
        })
    }
}

#[async_trait]
impl CustomerBook for PgCustomers {
    async fn file(
        &self,
        tenant: TenantId,
        id: CustomerId,
        now: OffsetDateTime,
    ) -> Result<Option<CustomerFile>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let Some(customer) = customer(tx, id)? else {
                    return Ok::<_, TxError<Outage>>(None);
                };
                Ok(Some(CustomerFile {
                    customer,
                    history: history(tx, id, now)?,
                    consents: consents(tx, id)?,
                }))
            })
            .await
    }

    async fn page(&self, tenant: TenantId, wanted: Wanted) -> Result<Page, Outage> {
        self.database.tenant(tenant, move |tx| page(tx, &wanted)).await
    }

    async fn add(&self, tenant: TenantId, customer: NewCustomer) -> Result<Added, Outage> {
        self.database.tenant(tenant, move |tx| add(tx, &customer)).await
    }

    async fn amend(
        &self,
        tenant: TenantId,
        id: CustomerId,
        version: Version,
        amendment: Amendment,
    ) -> Result<Customer, AmendError> {
        self.database
            .tenant(tenant, move |tx| amend(tx, id, version, &amendment))
            .await
    }
}

fn customer<E>(tx: &mut TenantTx<'_>, id: CustomerId) -> Result<Option<Customer>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let row = sql_query(format!(
        "SELECT {COLUMNS} FROM customers c WHERE c.tenant_id = $1 AND c.id = $2 AND c.erased_at IS NULL"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id.as_uuid())
    .get_result::<CustomerRow>(tx.conn())
    .optional()?;
    row.map(CustomerRow::read).transpose()
}

/// Those who have one of the numbers, by id.
pub(super) fn of_phones<E>(
    tx: &mut TenantTx<'_>,
    phones: &[PhoneNumber],
) -> Result<Vec<Customer>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let phones: Vec<String> = phones.iter().map(PhoneNumber::e164).collect();
    let rows = sql_query(format!(
        "SELECT {COLUMNS} FROM customers c WHERE c.tenant_id = $1 AND c.phone = ANY ($2) ORDER BY c.id"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<Text>, _>(phones)
    .load::<CustomerRow>(tx.conn())?;
    rows.into_iter().map(CustomerRow::read).collect()
}

#[derive(QueryableByName)]
struct HistoryRow {
    #[diesel(sql_type = BigInt)]
    upcoming: i64,
    #[diesel(sql_type = BigInt)]
    rendered: i64,
    #[diesel(sql_type = BigInt)]
    no_shows: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    next_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_at: Option<OffsetDateTime>,
}

fn history<E>(tx: &mut TenantTx<'_>, id: CustomerId, now: OffsetDateTime) -> Result<History, TxError<E>> {
    const UPCOMING: &str =
        "a.end_at > $3 AND a.state IN ('requested', 'held', 'confirmed', 'checked_in', 'in_progress')";
    let tenant = tx.tenant_uuid();
    let row = sql_query(format!(
        "SELECT count(*) FILTER (WHERE {UPCOMING}) AS upcoming,
            count(*) FILTER (WHERE a.state = 'completed') AS rendered,
            count(*) FILTER (WHERE a.state = 'no_show') AS no_shows,
            min(a.start_at) FILTER (WHERE {UPCOMING}) AS next_at,
            max(a.start_at) FILTER (WHERE a.state = 'completed') AS last_at
         FROM appointments a WHERE a.tenant_id = $1 AND a.customer_id = $2"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id.as_uuid())
    .bind::<Timestamptz, _>(now)
    .get_result::<HistoryRow>(tx.conn())?;
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(History {
        upcoming: count(row.upcoming),
        rendered: count(row.rendered),
        no_shows: count(row.no_shows),
        next_at: row.next_at,
        last_at: row.last_at,
    })
}

#[derive(QueryableByName)]
struct ConsentRow {
    #[diesel(sql_type = Text)]
    purpose: String,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Timestamptz)]
    at: OffsetDateTime,
}

fn consents<E>(tx: &mut TenantTx<'_>, id: CustomerId) -> Result<Vec<Consent>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT DISTINCT ON (purpose) purpose, action, at FROM consents
         WHERE tenant_id = $1 AND customer_id = $2 ORDER BY purpose, at DESC, id DESC",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id.as_uuid())
    .load::<ConsentRow>(tx.conn())?;
    let mut consents = Vec::with_capacity(rows.len());
    for row in rows {
        let purpose = Purpose::ALL.into_iter().find(|known| known.word() == row.purpose);
        let stand = [Stand::Given, Stand::Withdrawn]
            .into_iter()
            .find(|known| known.word() == row.action);
        let (Some(purpose), Some(stand)) = (purpose, stand) else {
            return Err(TxError::impossible("consents", id, "purpose or action"));
        };
        consents.push(Consent {
            purpose,
            stand,
            at: row.at,
        });
    }
    consents.sort_by_key(|consent| consent.purpose);
    Ok(consents)
}

/// The customers of whom every wanted word begins one. All comparisons are plain ones, which the index of words
/// serves under row-level security.
const FOUND: &str = "
    JOIN (WITH wanted AS (SELECT begin FROM unnest(ratiba_search_words($5)) AS t (begin) ORDER BY length(begin) DESC LIMIT 6)
        SELECT w.customer_id FROM wanted JOIN customer_words w ON w.tenant_id = $1
            AND w.word >= wanted.begin COLLATE \"C\" AND w.word < (wanted.begin || U&'\\+10FFFF') COLLATE \"C\"
        GROUP BY w.customer_id
        HAVING count(DISTINCT wanted.begin) = (SELECT count(*) FROM wanted)) found ON found.customer_id = c.id";

fn page<E>(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let limit = usize::from(wanted.limit.clamp(1, PAGE_MAX));
    let search = wanted.search.as_deref().filter(|search| !fold(search).is_empty());
    let joined = if search.is_some() { FOUND } else { "" };
    let text = format!(
        "SELECT {COLUMNS} FROM customers c {joined}
         WHERE c.tenant_id = $1 AND ($2 IS NULL OR c.id > $2) AND ($3 IS NULL OR c.phone = $3) AND c.erased_at IS NULL
         ORDER BY c.id LIMIT $4"
    );
    let query = sql_query(text)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Nullable<SqlUuid>, _>(wanted.after.map(|after| after.as_uuid()))
        .bind::<Nullable<Text>, _>(wanted.phone.as_ref().map(PhoneNumber::e164))
        .bind::<BigInt, _>(i64::try_from(limit + 1).unwrap_or(i64::MAX));
    let rows = match search {
        Some(search) => query.bind::<Text, _>(search).load::<CustomerRow>(tx.conn())?,
        None => query.load::<CustomerRow>(tx.conn())?,
    };
    let mut customers = rows
        .into_iter()
        .map(CustomerRow::read)
        .collect::<Result<Vec<Customer>, TxError<E>>>()?;
    let more = customers.len() > limit;
    customers.truncate(limit);
    Ok(Page {
        next: customers.last().filter(|_| more).map(|last| last.id),
        customers,
    })
}

fn add(tx: &mut TenantTx<'_>, new: &NewCustomer) -> Result<Added, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let written = sql_query(format!(
        "INSERT INTO customers AS c (tenant_id, id, phone, name, language, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, phone) WHERE phone IS NOT NULL DO NOTHING
         RETURNING {COLUMNS}"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id.as_uuid())
    .bind::<Text, _>(new.phone.e164())
    .bind::<Nullable<Text>, _>(new.name.as_ref().map(CustomerName::as_str))
    .bind::<Nullable<Text>, _>(new.language.map(Language::code))
    .bind::<Timestamptz, _>(new.at)
    .get_result::<CustomerRow>(tx.conn())
    .optional()?;
    if let Some(row) = written {
        return Ok(Added::New(row.read()?));
    }
    let known = of_phones(tx, std::slice::from_ref(&new.phone))?;
    match known.into_iter().next() {
        Some(customer) => Ok(Added::Known(customer)),
        None => Err(TxError::Refused(Outage::new("a number is taken by nobody"))),
    }
}

fn amend(
    tx: &mut TenantTx<'_>,
    id: CustomerId,
    version: Version,
    amendment: &Amendment,
) -> Result<Customer, TxError<AmendError>> {
    let tenant = tx.tenant_uuid();
    let written = sql_query(format!(
        "UPDATE customers AS c SET name = coalesce($4, c.name), language = coalesce($5, c.language),
            version = c.version + 1
         WHERE c.tenant_id = $1 AND c.id = $2 AND c.version = $3 AND c.erased_at IS NULL
         RETURNING {COLUMNS}"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id.as_uuid())
    .bind::<Integer, _>(version.number())
    .bind::<Nullable<Text>, _>(amendment.name.as_ref().map(CustomerName::as_str))
    .bind::<Nullable<Text>, _>(amendment.language.map(Language::code))
    .get_result::<CustomerRow>(tx.conn())
    .optional()?;
    match written {
        Some(row) => row.read(),
        None if customer::<AmendError>(tx, id)?.is_some() => Err(TxError::Refused(AmendError::Stale)),
        None => Err(TxError::Refused(AmendError::Unknown)),
    }
}
