//! The settings of payroll, which may be left out as a whole: then a month goes there as a sheet.

use std::collections::BTreeMap;

use ratiba_bootstrap::SettingsReader;
use ratiba_kernel::TenantId;
use ratiba_payroll::account::Accounts;
use ratiba_payroll::employee::Company;
use ratiba_workpay_stub::{Codes, Paths, Token, WorkpaySettings};

use super::http_url;

/// Nobody waits for it: the worker asks.
const TIMEOUT_MS: u64 = 20_000;

/// Payroll, as far as it is set up.
#[derive(Clone, Debug, Default)]
pub struct PayrollSettings {
    /// What the businesses are called at payroll.
    pub accounts: Accounts,
    /// Payroll's own system.
    pub system: Option<WorkpaySettings>,
}

/// Reads payroll. Faults stay with the reader.
pub(super) fn read(reader: &mut SettingsReader) -> Option<PayrollSettings> {
    let companies = reader.list::<String>(
        "payroll.companies",
        "which business is which company at payroll: `TENANT=COMPANY`, no company twice; it stands in the keys of all lines",
    );
    let url = reader.optional::<String>(
        "payroll.base_url",
        "payroll's own system, or the simulator; without it a month goes there as a sheet",
    );
    let tokens = reader.optional_secret(
        "payroll.tokens",
        "what opens the account of each company at payroll: `COMPANY=TOKEN`, with commas between",
    );
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
    let (companies, url, tokens) = (companies?, url?, tokens?);
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
    let accounts = match accounts_of(&companies) {
        Ok(accounts) => accounts,
        Err(message) => {
            reader.fault("payroll.companies", message);
            return None;
        }
    };
    let Some(url) = url else {
        if tokens.is_some() {
            reader.fault(
                "payroll.tokens",
                "is for payroll's system, and payroll.base_url is missing",
            );
        }
        return Some(PayrollSettings {
            accounts,
            system: None,
        });
    };
    let tokens = tokens.map_or(Some(BTreeMap::new()), |tokens| tokens_of(tokens.expose()));
    if accounts.companies().next().is_none() {
        reader.fault("payroll.companies", "is missing: payroll's system needs it");
    }
    let opens = |tokens: &BTreeMap<Company, Token>| {
        let known = accounts
            .companies()
            .filter(|company| tokens.contains_key(company));
        known.count() == tokens.len() && accounts.companies().all(|company| tokens.contains_key(company))
    };
    let Some(tokens) = tokens.filter(opens) else {
        reader.fault(
            "payroll.tokens",
            "must have `COMPANY=TOKEN` once for each company of payroll.companies, and for no other",
        );
        return None;
    };
    let base_url = match http_url(&url) {
        Ok(base_url) => base_url,
        Err(message) => {
            reader.fault("payroll.base_url", message);
            return None;
        }
    };
    Some(PayrollSettings {
        accounts,
        system: Some(WorkpaySettings {
            base_url,
            tokens,
            paths,
            codes,
            timeout_ms: TIMEOUT_MS,
        }),
    })
}

fn accounts_of(companies: &[String]) -> Result<Accounts, String> {
    let pair = |text: &String| {
        let (tenant, company) = text.split_once('=')?;
        Some((tenant.trim().parse().ok()?, Company::parse(company).ok()?))
    };
    let pairs: Option<Vec<(TenantId, Company)>> = companies.iter().map(pair).collect();
    let pairs =
        pairs.ok_or("must be `TENANT=COMPANY`: the id of a business, and a name as in a staff number")?;
    Accounts::new(pairs).map_err(|error| error.to_string())
}

/// `None` if it is malformed or a company stands there twice. What is wrong is said without any of it.
fn tokens_of(text: &str) -> Option<BTreeMap<Company, Token>> {
    let mut tokens = BTreeMap::new();
    for pair in text.split(',') {
        let (company, token) = pair.trim().split_once('=')?;
        let company = Company::parse(company).ok()?;
        if token.is_empty() || tokens.insert(company, Token::new(token)).is_some() {
            return None;
        }
    }
    Some(tokens)
}
