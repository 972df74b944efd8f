use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::TenantId;
use ratiba_kernel::test_support::block_on;

use super::{FakeBook, FakePayroll};
use crate::earnings::Earned;
use crate::employee::Employee;
use crate::ports::{PayrollBook, PayrollGateway, PeriodState};
use crate::test_support::{PayrollGround, PayrollStage, payroll_book_contract, payroll_gateway_contract};
use crate::{DocumentId, ExportId, PayMonth, StaffId};

struct Stage(Arc<FakePayroll>);

#[async_trait(?Send)]
impl PayrollStage for Stage {
    fn gateway(&self) -> Arc<dyn PayrollGateway> {
        self.0.clone()
    }

    async fn employ(&self, person: Employee) {
        self.0.employ(person);
    }

    async fn set_period(&self, period: PayMonth, standing: PeriodState) {
        self.0.set_period(period, standing);
    }
}

#[test]
fn the_fake_keeps_the_contract_of_payroll() {
    block_on(payroll_gateway_contract(async || Stage(Arc::default())));
}

struct Ground(Arc<FakeBook>);

#[async_trait(?Send)]
impl PayrollGround for Ground {
    fn book(&self) -> Arc<dyn PayrollBook> {
        self.0.clone()
    }

    async fn hire(&self, tenant: TenantId, staff: StaffId, _name: &str) {
        self.0.hire(tenant, staff);
    }

    async fn freeze(&self, tenant: TenantId, month: PayMonth, earned: Earned) {
        self.0.freeze(tenant, month, earned);
    }

    async fn lose_jobs(&self, tenant: TenantId) {
        self.0.lose_jobs(tenant);
    }

    async fn jobs(&self, tenant: TenantId) -> Vec<ExportId> {
        self.0.jobs(tenant)
    }

    async fn vendor_period(&self, tenant: TenantId, document: DocumentId) -> Option<String> {
        self.0.vendor_period(tenant, document)
    }
}

#[test]
fn the_fake_keeps_the_contract_of_the_book() {
    block_on(payroll_book_contract(async || Ground(Arc::default())));
}
