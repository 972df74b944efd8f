//! Frozen months that were found to be what they come to.

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Date as SqlDate, Integer, Uuid as SqlUuid};
use ratiba_commission::Month;
use ratiba_commission::hash::InputsMark;
use ratiba_commission::ports::Agreed;
use ratiba_kernel::Outage;

use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

pub(super) fn read(tx: &mut TenantTx<'_>, month: Month) -> Result<Option<Agreed>, TxError<Outage>> {
    let row = sql_query(
        "SELECT inputs, documents FROM commission_agreed WHERE tenant_id = $1 AND period_start = $2",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlDate, _>(month.first_day())
    .get_result::<AgreedRow>(tx.conn())
    .optional()?;
    let agreed = |row: AgreedRow| {
        let impossible = |what| TxError::impossible("commission_agreed", month, what);
        let inputs = row
            .inputs
            .try_into()
            .map_err(|_| impossible("a mark of another length"))?;
        Ok(Agreed {
            inputs: InputsMark::from_bytes(inputs),
            documents: usize::try_from(row.documents).map_err(|_| impossible("a number below nothing"))?,
        })
    };
    row.map(agreed).transpose()
}

pub(super) fn note(tx: &mut TenantTx<'_>, month: Month, agreed: Agreed) -> Result<(), TxError<Outage>> {
    let documents = i32::try_from(agreed.documents)
        .map_err(|error| TxError::impossible("commission_agreed", month, error))?;
    sql_query(
        "INSERT INTO commission_agreed (tenant_id, period_start, inputs, documents) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tenant_id, period_start) DO UPDATE SET inputs = excluded.inputs, documents = excluded.documents",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlDate, _>(month.first_day())
    .bind::<Binary, _>(agreed.inputs.as_bytes().to_vec())
    .bind::<Integer, _>(documents)
    .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct AgreedRow {
    #[diesel(sql_type = Binary)]
    inputs: Vec<u8>,
    #[diesel(sql_type = Integer)]
    documents: i32,
}
