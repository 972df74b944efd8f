//! What every book of payroll promises, written once.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::test_support::{EPOCH, tenant};
use ratiba_kernel::{Currency, Id, Money, TenantId};
use uuid::Uuid;

use super::contracts::{amina, brian, company, may};
use crate::earnings::{Earned, EarningCode, Mode, lines_of};
use crate::employee::{Link, StaffNumber};
use crate::export::{Confirmation, Export, ExportLine, ExportState, LineResult, Reason, Refused, Way};
use crate::ports::{LinkError, NewExport, OrderError, PayrollBook, SettleError, Settlement, Superseding};
use crate::{DocumentId, ExportId, PayMonth, StaffId};

/// A book that a test arranges.
#[async_trait(?Send)]
pub trait PayrollGround {
    /// The book.
    fn book(&self) -> Arc<dyn PayrollBook>;
    /// Somebody works for a tenant.
    async fn hire(&self, tenant: TenantId, staff: StaffId, name: &str);
    /// Something was frozen for somebody who works there.
    async fn freeze(&self, tenant: TenantId, month: PayMonth, earned: Earned);
    /// Every job of a tenant's exports is given up.
    async fn lose_jobs(&self, tenant: TenantId);
    /// The exports whose job is queued, by id.
    async fn jobs(&self, tenant: TenantId) -> Vec<ExportId>;
    /// Payroll's own id of the month, as it is noted with a document.
    async fn vendor_period(&self, tenant: TenantId, document: DocumentId) -> Option<String>;
}

fn id<T>(number: u128) -> Id<T> {
    Id::from_uuid(Uuid::from_u128(number))
}

fn earned(document: u128, amends: Option<u128>, minor: i64) -> Earned {
    Earned {
        document: id(document),
        amends: amends.map(id),
        staff: id(1),
        name: "Amina".to_owned(),
        commission: Money::new(minor, Currency::Kes),
        tip: Money::new(500, Currency::Kes),
        services: 3,
        basis_hash: [3; 32],
    }
}

fn export(number: u128, chain: &[Earned], way: Way, mode: Mode) -> Export {
    export_as(&amina().number, number, chain, way, mode)
}

fn export_as(employee: &StaffNumber, number: u128, chain: &[Earned], way: Way, mode: Mode) -> Export {
    let lines = lines_of(&company(), may(), employee, chain, &[]);
    let line = |line| ExportLine { line, result: None };
    Export {
        id: id(number),
        month: may(),
        pay_period: may(),
        way,
        mode,
        company: company(),
        batch: id(number + 100),
        state: ExportState::Waiting,
        lines: lines.into_iter().map(line).collect(),
        vendor_period_id: None,
        confirmation: None,
        ordered_by: "token:1".to_owned(),
        ordered_at: EPOCH,
        version: 1,
    }
}

fn settled(export: &Export, state: ExportState, result: LineResult) -> Settlement {
    let results = export.lines.iter().map(|line| (line.line.key.clone(), result));
    Settlement {
        export: export.id,
        seen: export.version,
        state,
        results: results.collect(),
        vendor_period_id: Some("PP-1".to_owned()),
        confirmation: None,
    }
}

/// Every promise of [`PayrollBook`]. `fresh` gives an empty one.
pub async fn payroll_book_contract<G: PayrollGround>(fresh: impl AsyncFn() -> G) {
    a_staff_number_is_one_persons(&fresh().await).await;
    documents_are_told_in_chains(&fresh().await).await;
    an_export_is_read_back_as_it_was_stored(&fresh().await).await;
    a_line_is_part_of_one_export(&fresh().await).await;
    what_became_of_it_is_recorded_once(&fresh().await).await;
    one_that_was_refused_goes_out_again_or_is_replaced(&fresh().await).await;
    what_was_not_taken_has_another_line_in_its_place(&fresh().await).await;
    nothing_that_is_on_its_way_is_taken_the_place_of(&fresh().await).await;
    a_waiting_export_without_a_job_gets_one(&fresh().await).await;
    nobody_sees_anothers_rows(&fresh().await).await;
}

/// Amina works there, and her May is frozen with one amendment.
async fn arranged(ground: &impl PayrollGround) -> [Earned; 2] {
    ground.hire(tenant(1), id(1), "Amina").await;
    let chain = [earned(11, None, 10_000), earned(10, Some(11), -200)];
    for one in chain.clone() {
        ground.freeze(tenant(1), may(), one).await;
    }
    chain
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn a_staff_number_is_one_persons(ground: &impl PayrollGround) {
    let book = ground.book();
    let link = |staff| Link {
        staff: id(staff),
        number: amina().number,
        external_id: Some("wp-1".to_owned()),
    };
    assert_eq!(book.link(tenant(1), link(1)).await, Err(LinkError::Unknown));
    ground.hire(tenant(1), id(1), "Amina").await;
    ground.hire(tenant(1), id(2), "Brian").await;
    assert_eq!(book.link(tenant(1), link(1)).await, Ok(()));
    assert_eq!(book.link(tenant(1), link(1)).await, Ok(()), "twice is once");
    assert_eq!(book.link(tenant(1), link(2)).await, Err(LinkError::Taken));
    assert_eq!(book.links(tenant(1)).await.unwrap(), [link(1)]);
    book.unlink(tenant(1), id(1)).await.unwrap();
    assert_eq!(book.link(tenant(1), link(2)).await, Ok(()));
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn documents_are_told_in_chains(ground: &impl PayrollGround) {
    let chain = arranged(ground).await;
    assert_eq!(ground.book().earned(tenant(1), may()).await.unwrap(), chain);
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn an_export_is_read_back_as_it_was_stored(ground: &impl PayrollGround) {
    let chain = arranged(ground).await;
    let book = ground.book();
    for (number, way, mode) in [(1, Way::System, Mode::DryRun), (2, Way::Sheet, Mode::Real)] {
        let export = export(number, &chain, way, mode);
        let order = NewExport {
            export: export.clone(),
            replaces: Vec::new(),
            supersedes: Vec::new(),
        };
        book.order(tenant(1), order).await.unwrap();
        assert_eq!(book.export(tenant(1), export.id).await.unwrap(), Some(export));
    }
    let listed: Vec<ExportId> = book
        .exports(tenant(1), may())
        .await
        .unwrap()
        .iter()
        .map(|export| export.id)
        .collect();
    assert_eq!(listed, [id(1), id(2)]);
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn a_line_is_part_of_one_export(ground: &impl PayrollGround) {
    let chain = arranged(ground).await;
    let book = ground.book();
    let order = |number| NewExport {
        export: export(number, &chain, Way::Sheet, Mode::Real),
        replaces: Vec::new(),
        supersedes: Vec::new(),
    };
    book.order(tenant(1), order(1)).await.unwrap();
    assert_eq!(book.order(tenant(1), order(2)).await, Err(OrderError::Taken));
    assert_eq!(book.export(tenant(1), id(2)).await.unwrap(), None);
    // Neither under another number, which makes other keys.
    let renumbered = NewExport {
        export: export_as(&brian().number, 3, &chain, Way::Sheet, Mode::Real),
        ..order(3)
    };
    assert_eq!(book.order(tenant(1), renumbered).await, Err(OrderError::Taken));
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn what_became_of_it_is_recorded_once(ground: &impl PayrollGround) {
    let chain = arranged(ground).await;
    let book = ground.book();
    let stored = export(1, &chain, Way::Sheet, Mode::Real);
    let order = NewExport {
        export: stored.clone(),
        replaces: Vec::new(),
        supersedes: Vec::new(),
    };
    book.order(tenant(1), order).await.unwrap();
    let confirmation = Confirmation {
        by: "token:2".to_owned(),
        at: EPOCH,
        file_hash: [8; 32],
    };
    let settlement = Settlement {
        confirmation: Some(confirmation.clone()),
        ..settled(&stored, ExportState::Done, LineResult::Accepted)
    };
    assert_eq!(book.settle(tenant(1), settlement.clone()).await, Ok(()));
    assert_eq!(book.settle(tenant(1), settlement).await, Err(SettleError::Stale));
    let now = book.export(tenant(1), stored.id).await.unwrap().unwrap();
    assert_eq!((now.state, now.version), (ExportState::Done, 2));
    assert_eq!(now.confirmation, Some(confirmation));
    assert!(
        now.lines
            .iter()
            .all(|line| line.result == Some(LineResult::Accepted))
    );
    for document in &chain {
        let named = ground.vendor_period(tenant(1), document.document).await;
        assert_eq!(named.as_deref(), Some("PP-1"));
    }
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn one_that_was_refused_goes_out_again_or_is_replaced(ground: &impl PayrollGround) {
    let chain = arranged(ground).await;
    let book = ground.book();
    let stored = export(1, &chain, Way::System, Mode::Real);
    let order = NewExport {
        export: stored.clone(),
        replaces: Vec::new(),
        supersedes: Vec::new(),
    };
    book.order(tenant(1), order).await.unwrap();
    let refused = ExportState::Refused(Refused::PeriodNotOpen);
    let rejected = LineResult::Rejected(Reason::Other);
    book.settle(tenant(1), settled(&stored, refused, rejected))
        .await
        .unwrap();
    let now = book.export(tenant(1), stored.id).await.unwrap().unwrap();
    assert_eq!((now.state, now.lines[0].result), (refused, Some(rejected)));
    let named = ground.vendor_period(tenant(1), chain[0].document).await;
    assert_eq!(named, None, "nothing was taken");
    book.again(tenant(1), &now, id(77), EPOCH).await.unwrap();
    assert_eq!(
        book.again(tenant(1), &now, id(78), EPOCH).await,
        Err(SettleError::Stale)
    );
    let waits = book.export(tenant(1), stored.id).await.unwrap().unwrap();
    assert_eq!((waits.state, waits.batch), (ExportState::Waiting, id(77)));
    book.postpone(tenant(1), stored.id, EPOCH).await.unwrap();
    book.settle(tenant(1), settled(&waits, refused, rejected))
        .await
        .unwrap();
    let other = NewExport {
        export: export(2, &chain, Way::Sheet, Mode::Real),
        replaces: vec![stored.id],
        supersedes: Vec::new(),
    };
    assert_eq!(book.order(tenant(1), other).await, Ok(()));
    let old = book.export(tenant(1), stored.id).await.unwrap().unwrap();
    assert_eq!(old.state, ExportState::Replaced);
}

/// An export of which payroll took everything but the clawback, which is under a number that it does not know.
#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn partly_taken(ground: &impl PayrollGround) -> ([Earned; 2], Export) {
    let chain = arranged(ground).await;
    let book = ground.book();
    let stored = export_as(&brian().number, 1, &chain, Way::System, Mode::Real);
    let order = NewExport {
        export: stored.clone(),
        replaces: Vec::new(),
        supersedes: Vec::new(),
    };
    book.order(tenant(1), order).await.unwrap();
    let mut settlement = settled(&stored, ExportState::Partly, LineResult::Accepted);
    for (key, result) in &mut settlement.results {
        if key.as_str().contains("CLAWBACK") {
            *result = LineResult::Rejected(Reason::UnknownEmployee);
        }
    }
    book.settle(tenant(1), settlement).await.unwrap();
    let now = book.export(tenant(1), stored.id).await.unwrap().unwrap();
    (chain, now)
}

/// The clawback of that under another number, and what it takes the place of.
fn anew(chain: &[Earned; 2], old: &Export) -> NewExport {
    let mut export = export_as(&amina().number, 2, chain, Way::System, Mode::Real);
    export
        .lines
        .retain(|line| line.line.code == EarningCode::Clawback);
    let open = old.open_lines();
    NewExport {
        export,
        replaces: Vec::new(),
        supersedes: vec![Superseding {
            export: old.id,
            seen: old.version,
            lines: open.into_iter().map(|line| line.key).collect(),
        }],
    }
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn what_was_not_taken_has_another_line_in_its_place(ground: &impl PayrollGround) {
    let (chain, old) = partly_taken(ground).await;
    let book = ground.book();
    let order = anew(&chain, &old);
    let without = NewExport {
        supersedes: Vec::new(),
        ..order.clone()
    };
    assert_eq!(book.order(tenant(1), without).await, Err(OrderError::Taken));
    assert_eq!(book.order(tenant(1), order.clone()).await, Ok(()));
    let now = book.export(tenant(1), old.id).await.unwrap().unwrap();
    assert_eq!((now.state, now.open_lines()), (ExportState::Partly, Vec::new()));
    let superseded = LineResult::Superseded(Reason::UnknownEmployee);
    let results: Vec<_> = now.lines.iter().filter_map(|line| line.result).collect();
    assert_eq!(results.iter().filter(|result| **result == superseded).count(), 1);
    assert_eq!(
        results.iter().filter(|result| result.is_taken()).count(),
        results.len() - 1
    );
    let late = NewExport {
        export: Export {
            id: id(3),
            ..order.export.clone()
        },
        ..order
    };
    assert_eq!(
        book.order(tenant(1), late).await,
        Err(OrderError::Taken),
        "it moved on"
    );
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn nothing_that_is_on_its_way_is_taken_the_place_of(ground: &impl PayrollGround) {
    let (chain, old) = partly_taken(ground).await;
    let book = ground.book();
    book.again(tenant(1), &old, id(77), EPOCH).await.unwrap();
    let waits = book.export(tenant(1), old.id).await.unwrap().unwrap();
    let order = anew(&chain, &waits);
    assert_eq!(book.order(tenant(1), order).await, Err(OrderError::Taken));
    assert_eq!(book.export(tenant(1), old.id).await.unwrap(), Some(waits));
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn a_waiting_export_without_a_job_gets_one(ground: &impl PayrollGround) {
    let chain = arranged(ground).await;
    let book = ground.book();
    let stored = export(1, &chain, Way::System, Mode::Real);
    let order = NewExport {
        export: stored.clone(),
        replaces: Vec::new(),
        supersedes: Vec::new(),
    };
    book.order(tenant(1), order).await.unwrap();
    book.resume(tenant(1), EPOCH).await.unwrap();
    assert_eq!(ground.jobs(tenant(1)).await, [stored.id], "it has one already");
    ground.lose_jobs(tenant(1)).await;
    assert_eq!(ground.jobs(tenant(1)).await, []);
    for _ in 0..2 {
        book.resume(tenant(1), EPOCH).await.unwrap();
        assert_eq!(ground.jobs(tenant(1)).await, [stored.id]);
    }
    ground.lose_jobs(tenant(1)).await;
    book.settle(
        tenant(1),
        settled(&stored, ExportState::Done, LineResult::Accepted),
    )
    .await
    .unwrap();
    book.resume(tenant(1), EPOCH).await.unwrap();
    assert_eq!(ground.jobs(tenant(1)).await, [], "what is done needs none");
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn nobody_sees_anothers_rows(ground: &impl PayrollGround) {
    let chain = arranged(ground).await;
    let book = ground.book();
    let link = Link {
        staff: id(1),
        number: amina().number,
        external_id: None,
    };
    book.link(tenant(1), link.clone()).await.unwrap();
    let order = NewExport {
        export: export(1, &chain, Way::Sheet, Mode::Real),
        replaces: Vec::new(),
        supersedes: Vec::new(),
    };
    book.order(tenant(1), order).await.unwrap();
    ground.hire(tenant(2), id(3), "Chege").await;
    assert_eq!(book.links(tenant(2)).await.unwrap(), []);
    assert_eq!(book.earned(tenant(2), may()).await.unwrap(), []);
    assert_eq!(book.exports(tenant(2), may()).await.unwrap(), []);
    assert_eq!(book.export(tenant(2), id(1)).await.unwrap(), None);
    assert_eq!(book.link(tenant(2), link).await, Err(LinkError::Unknown));
}
