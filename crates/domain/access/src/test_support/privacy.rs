//! Requests in memory, and what every book of them promises.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::test_support::{EPOCH, tenant};
use ratiba_kernel::{Id, Outage, TenantId};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::privacy::{
    AnswerError, Collected, DataRequest, DataRequestId, Ending, PrivacyBook, Proof, Reason, Taken, Wish,
};

/// A customer of tenant 1, with nothing open, in every fresh book.
#[must_use]
pub fn customer_of_tenant_1() -> Uuid {
    Uuid::from_u128(0xc1)
}

#[derive(Debug, Default)]
struct Rows {
    requests: BTreeMap<(TenantId, DataRequestId), DataRequest>,
    forgotten: bool,
}

/// Requests in memory; of the customer there is one row in the table `customers`.
#[derive(Debug, Default)]
pub struct InMemoryPrivacyBook(Mutex<Rows>);

impl InMemoryPrivacyBook {
    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn one_row() -> BTreeMap<String, u64> {
    BTreeMap::from([("customers".to_owned(), 1)])
}

impl Rows {
    fn knows(&self, of: TenantId, customer: Uuid) -> bool {
        of == tenant(1) && customer == customer_of_tenant_1() && !self.forgotten
    }

    fn end(
        &mut self,
        of: TenantId,
        id: DataRequestId,
        at: OffsetDateTime,
        ending: Ending,
    ) -> Result<DataRequest, AnswerError> {
        let request = self.requests.get_mut(&(of, id)).ok_or(AnswerError::Unknown)?;
        if request.ended.is_some() {
            return Err(AnswerError::Ended);
        }
        request.ended = Some((at, ending));
        Ok(request.clone())
    }
}

#[async_trait]
impl PrivacyBook for InMemoryPrivacyBook {
    async fn take(&self, of: TenantId, request: DataRequest) -> Result<Taken, Outage> {
        let mut rows = self.rows();
        if !rows.knows(of, request.customer) {
            return Ok(Taken::UnknownCustomer);
        }
        let same = |other: &&DataRequest| {
            other.ended.is_none() && other.wish == request.wish && other.customer == request.customer
        };
        if let Some(before) = rows.requests.values().find(same) {
            return Ok(Taken::Already(before.id));
        }
        rows.requests.insert((of, request.id), request);
        Ok(Taken::New)
    }

    async fn list(&self, of: TenantId, most: u16) -> Result<Vec<DataRequest>, Outage> {
        let rows = self.rows();
        let own = rows.requests.iter().filter(|((whose, _), _)| *whose == of);
        let mut all: Vec<_> = own.map(|(_, request)| request.clone()).collect();
        all.sort_by_key(|request| match &request.ended {
            None => (false, request.due_at - EPOCH),
            Some((at, _)) => (true, EPOCH - *at),
        });
        all.truncate(usize::from(most));
        Ok(all)
    }

    async fn overdue(&self, of: TenantId, now: OffsetDateTime) -> Result<u32, Outage> {
        let rows = self.rows();
        let own = rows.requests.iter().filter(|((whose, _), _)| *whose == of);
        let late = own.filter(|(_, request)| request.is_overdue(now));
        Ok(u32::try_from(late.count()).unwrap_or(u32::MAX))
    }

    async fn find(&self, of: TenantId, id: DataRequestId) -> Result<Option<DataRequest>, Outage> {
        Ok(self.rows().requests.get(&(of, id)).cloned())
    }

    async fn collect(&self, of: TenantId, customer: Uuid) -> Result<Option<Collected>, Outage> {
        let known = self.rows().knows(of, customer);
        let row = serde_json::json!({ "id": customer });
        Ok(known.then(|| Collected(BTreeMap::from([("customers".to_owned(), vec![row])]))))
    }

    async fn erase(
        &self,
        of: TenantId,
        id: DataRequestId,
        at: OffsetDateTime,
    ) -> Result<DataRequest, AnswerError> {
        let mut rows = self.rows();
        let request = rows.requests.get(&(of, id)).ok_or(AnswerError::Unknown)?;
        if request.ended.is_none() && request.wish != Wish::Erasure {
            return Err(AnswerError::AnotherWish(Wish::Erasure));
        }
        let proof = Proof {
            document: None,
            rows: one_row(),
        };
        let done = rows.end(of, id, at, Ending::Done(proof))?;
        rows.forgotten = true;
        Ok(done)
    }

    async fn end(
        &self,
        of: TenantId,
        id: DataRequestId,
        at: OffsetDateTime,
        ending: Ending,
    ) -> Result<DataRequest, AnswerError> {
        self.rows().end(of, id, at, ending)
    }
}

/// A request of the customer of tenant 1.
#[must_use]
pub fn a_request(number: u8, wish: Wish) -> DataRequest {
    DataRequest {
        id: Id::from_uuid(Uuid::from_u128(u128::from(number))),
        customer: customer_of_tenant_1(),
        wish,
        asked_at: EPOCH,
        due_at: wish.due(EPOCH),
        taken_by: "operator".to_owned(),
        ended: None,
    }
}

/// What every [`PrivacyBook`] promises. `fresh` gives an empty book in which the tenants 1 and 2 exist, and in tenant 1
/// [`customer_of_tenant_1`].
///
/// # Panics
/// When a promise is broken.
pub async fn privacy_contract<B: PrivacyBook>(fresh: impl AsyncFn() -> B) {
    a_wish_is_on_the_list_once_until_it_ends(&fresh().await).await;
    what_is_open_past_its_time_is_overdue(&fresh().await).await;
    an_erasure_forgets_and_proves_it(&fresh().await).await;
    what_is_kept_is_the_own_tenants(&fresh().await).await;
}

async fn a_wish_is_on_the_list_once_until_it_ends(book: &impl PrivacyBook) {
    let (first, export) = (a_request(1, Wish::Correction), a_request(3, Wish::Export));
    let take = async |request: &DataRequest| book.take(tenant(1), request.clone()).await;
    assert_eq!(take(&first).await, Ok(Taken::New));
    assert_eq!(
        take(&a_request(2, Wish::Correction)).await,
        Ok(Taken::Already(first.id))
    );
    assert_eq!(take(&export).await, Ok(Taken::New));
    let listed = book.list(tenant(1), 10).await;
    assert_eq!(listed, Ok(vec![export.clone(), first.clone()]), "by due date");
    let at = EPOCH + Duration::DAY;
    let reason = Reason::parse("it was right");
    assert!(reason.is_some());
    let Some(reason) = reason else { return };
    let ended = DataRequest {
        ended: Some((at, Ending::Refused(reason.clone()))),
        ..first.clone()
    };
    let refusal = Ending::Refused(reason);
    assert_eq!(
        book.end(tenant(2), first.id, at, refusal.clone()).await,
        Err(AnswerError::Unknown)
    );
    assert_eq!(
        book.end(tenant(1), first.id, at, refusal.clone()).await,
        Ok(ended.clone())
    );
    assert_eq!(
        book.end(tenant(1), first.id, at, refusal).await,
        Err(AnswerError::Ended)
    );
    assert_eq!(book.list(tenant(1), 10).await, Ok(vec![export.clone(), ended]));
    assert_eq!(book.list(tenant(1), 1).await, Ok(vec![export]));
    assert_eq!(
        take(&a_request(4, Wish::Correction)).await,
        Ok(Taken::New),
        "it may be asked again"
    );
}

async fn what_is_open_past_its_time_is_overdue(book: &impl PrivacyBook) {
    let (export, correction) = (a_request(1, Wish::Export), a_request(2, Wish::Correction));
    for request in [&export, &correction] {
        assert_eq!(book.take(tenant(1), request.clone()).await, Ok(Taken::New));
    }
    let overdue = async |now| book.overdue(tenant(1), now).await;
    assert_eq!(overdue(export.due_at).await, Ok(0), "it may still be answered");
    assert_eq!(overdue(export.due_at + Duration::SECOND).await, Ok(1));
    let late = correction.due_at + Duration::SECOND;
    assert_eq!(overdue(late).await, Ok(2));
    assert_eq!(book.overdue(tenant(2), late).await, Ok(0));
    let Some(reason) = Reason::parse("it was right") else {
        return;
    };
    let refused = book
        .end(tenant(1), export.id, late, Ending::Refused(reason))
        .await;
    assert!(refused.is_ok());
    assert_eq!(overdue(late).await, Ok(1), "answered late is answered");
}

async fn an_erasure_forgets_and_proves_it(book: &impl PrivacyBook) {
    let (erasure, copy) = (a_request(1, Wish::Erasure), a_request(2, Wish::Copy));
    for request in [&erasure, &copy] {
        assert_eq!(book.take(tenant(1), request.clone()).await, Ok(Taken::New));
    }
    let at = EPOCH + Duration::DAY;
    assert_eq!(
        book.erase(tenant(1), copy.id, at).await,
        Err(AnswerError::AnotherWish(Wish::Erasure))
    );
    let done = book.erase(tenant(1), erasure.id, at).await;
    let ended = done.as_ref().ok().and_then(|done| done.ended.as_ref());
    assert!(
        matches!(ended, Some((when, Ending::Done(proof))) if *when == at && proof.rows.get("customers") == Some(&1)),
        "{done:?}"
    );
    assert_eq!(book.find(tenant(1), erasure.id).await, Ok(done.ok()));
    assert_eq!(
        book.erase(tenant(1), erasure.id, at).await,
        Err(AnswerError::Ended)
    );
    assert_eq!(
        book.take(tenant(1), a_request(3, Wish::Export)).await,
        Ok(Taken::UnknownCustomer)
    );
}

async fn what_is_kept_is_the_own_tenants(book: &impl PrivacyBook) {
    let request = a_request(1, Wish::Export);
    assert_eq!(
        book.take(tenant(2), request.clone()).await,
        Ok(Taken::UnknownCustomer)
    );
    assert_eq!(book.take(tenant(1), request.clone()).await, Ok(Taken::New));
    assert_eq!(book.find(tenant(2), request.id).await, Ok(None));
    assert_eq!(book.list(tenant(2), 10).await, Ok(Vec::new()));
    assert_eq!(book.collect(tenant(2), request.customer).await, Ok(None));
    assert_eq!(book.collect(tenant(1), Uuid::from_u128(9)).await, Ok(None));
    let collected = book.collect(tenant(1), request.customer).await;
    let rows = collected.ok().flatten().map(|collected| collected.rows());
    assert_eq!(rows.and_then(|rows| rows.get("customers").copied()), Some(1));
}
