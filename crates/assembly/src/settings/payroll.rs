//! The settings of payroll, which may be left out as a whole: then a month goes there as a sheet.

use ratiba_bootstrap::SettingsReader;
use ratiba_payroll::employee::Company;
use ratiba_workpay_stub::{Codes, Paths, Token, WorkpaySettings};

use super::http_url;

/// Nobody waits for it: the worker asks.
const TIMEOUT_MS: u64 = 20_000;

/// Payroll, as far as it is set up.
#[derive(Clone, Debug, Default)]
pub struct PayrollSettings {
    /// The name of the business at payroll.
    pub company: Option<Company>,
    /// Payroll's own system.
    pub system: Option<WorkpaySettings>,
}

/// Reads payroll. Faults stay with the reader.
pub(super) fn read(reader: &mut SettingsReader) -> Option<PayrollSettings> {
    let company = reader.optional::<String>(
        "payroll.company",
        "the name of the business at payroll; it stands in the keys of all lines",
    );
    let url = reader.optional::<String>(
        "payroll.base_url",
        "payroll's own system, or the simulator; without it a month goes there as a sheet",
    );
    let token = reader.optional_secret("payroll.token", "opens the account at payroll");
    let mut word = |key: &'static str, what: &'static str| reader.optional::<String>(key, what);
    let paths = [
        word(
            "payroll.paths.employees",
            "where payroll's directory is, below the address",
        ),
        word("payroll.paths.batches", "where payroll takes earnings"),
        word("payroll.paths.batch", "where payroll tells of one batch"),
        word("payroll.paths.period", "where payroll tells how far a month is"),
    ];
    let codes = [
        word("payroll.codes.commission", "payroll's word for commission"),
        word(
            "payroll.codes.tips",
            "payroll's word for tips that the house holds",
        ),
        word(
            "payroll.codes.clawback",
            "payroll's word for commission taken back",
        ),
    ];
    let (company, url, token) = (company?, url?, token?);
    let [employees, batches, batch, period] = paths;
    let [commission, tips, clawback] = codes;
    let usual = (Paths::default(), Codes::default());
    let paths = Paths {
        employees: employees?.unwrap_or(usual.0.employees),
        batches: batches?.unwrap_or(usual.0.batches),
        batch: batch?.unwrap_or(usual.0.batch),
        period: period?.unwrap_or(usual.0.period),
    };
    let codes = Codes {
        commission: commission?.unwrap_or(usual.1.commission),
        tips: tips?.unwrap_or(usual.1.tips),
        clawback: clawback?.unwrap_or(usual.1.clawback),
    };
    let company = match company.as_deref().map(Company::parse).transpose() {
        Ok(company) => company,
        Err(error) => {
            reader.fault("payroll.company", error.to_string());
            return None;
        }
    };
    let Some(url) = url else {
        if token.is_some() {
            reader.fault(
                "payroll.token",
                "is for payroll's system, and payroll.base_url is missing",
            );
        }
        return Some(PayrollSettings {
            company,
            system: None,
        });
    };
    if company.is_none() {
        reader.fault("payroll.company", "is missing: payroll's system needs it");
    }
    if token.is_none() {
        reader.fault("payroll.token", "is missing: payroll's system needs it");
    }
    let base_url = match http_url(&url) {
        Ok(base_url) => base_url,
        Err(message) => {
            reader.fault("payroll.base_url", message);
            return None;
        }
    };
    Some(PayrollSettings {
        company: Some(company?),
        system: Some(WorkpaySettings {
            base_url,
            token: Token::new(token?.expose()),
            paths,
            codes,
            timeout_ms: TIMEOUT_MS,
        }),
    })
}
