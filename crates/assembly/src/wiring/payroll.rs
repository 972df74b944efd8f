//! Payroll: its book, its system if there is one, and the books of account.

use std::sync::Arc;

use ratiba_kernel::Outage;
use ratiba_payroll::ports::{PayrollBook, PayrollGateway};
use ratiba_payroll::use_cases as payroll;
use ratiba_postgres::payroll::PgPayroll;
use ratiba_sheets::JournalCsv;
use ratiba_workpay_stub::WorkpayHttp;

use super::Ground;
use crate::settings::SharedSettings;
use crate::use_cases::{Payroll, PayrollSystem};

impl Ground {
    pub(super) fn payroll(&self, settings: &SharedSettings) -> Result<Payroll, Outage> {
        let book: Arc<dyn PayrollBook> = Arc::new(PgPayroll::new(self.database.clone()));
        let system = match &settings.payroll.system {
            Some(system) => {
                let breaker = self.breakers.payroll.clone();
                let gateway = WorkpayHttp::new(system.clone(), self.clock.clone(), breaker)?;
                let gateway: Arc<dyn PayrollGateway> = Arc::new(gateway);
                Some(PayrollSystem {
                    send: payroll::SendExport {
                        book: book.clone(),
                        accounts: settings.payroll.accounts.clone(),
                        gateway: gateway.clone(),
                        clock: self.clock.clone(),
                    },
                    gateway,
                })
            }
            None => None,
        };
        Ok(Payroll {
            order: payroll::OrderExport {
                book: book.clone(),
                has_system: system.is_some(),
                accounts: settings.payroll.accounts.clone(),
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
            confirm: payroll::ConfirmSheet {
                book: book.clone(),
                clock: self.clock.clone(),
            },
            book,
            system,
            accounting: Arc::new(JournalCsv),
        })
    }
}
