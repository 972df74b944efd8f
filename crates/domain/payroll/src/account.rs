//! Which business is which company at payroll.

use std::collections::BTreeMap;

use ratiba_kernel::TenantId;

use crate::employee::Company;

/// The companies of the businesses on this instance. No company is two businesses': payroll would show each the
/// other's people, and pay what one of them earned by the books of the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts(BTreeMap<TenantId, Company>);

/// Two businesses cannot be kept apart, or one has two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a business or a company stands there twice")]
pub struct NotApart;

impl Accounts {
    /// Takes them in.
    ///
    /// # Errors
    /// [`NotApart`] if a business or a company stands there twice.
    pub fn new(pairs: impl IntoIterator<Item = (TenantId, Company)>) -> Result<Self, NotApart> {
        let mut accounts = BTreeMap::new();
        for (tenant, company) in pairs {
            if accounts.values().any(|other| *other == company) || accounts.insert(tenant, company).is_some()
            {
                return Err(NotApart);
            }
        }
        Ok(Self(accounts))
    }

    /// What a business is called at payroll; `None` if it is not set up there.
    #[must_use]
    pub fn of(&self, tenant: TenantId) -> Option<&Company> {
        self.0.get(&tenant)
    }

    /// Every company.
    pub fn companies(&self) -> impl Iterator<Item = &Company> {
        self.0.values()
    }
}

#[cfg(test)]
mod tests {
    use ratiba_kernel::test_support::tenant;

    use super::*;

    fn company(name: &str) -> Company {
        Company::parse(name).unwrap()
    }

    #[test]
    fn no_company_is_two_businesses_and_no_business_two_companies() {
        let (one, other) = ((tenant(1), company("ONE")), (tenant(2), company("OTHER")));
        let accounts = Accounts::new([one.clone(), other.clone()]).unwrap();
        assert_eq!(accounts.of(tenant(2)), Some(&other.1));
        assert_eq!(accounts.of(tenant(3)), None);
        let shared = (tenant(2), company("ONE"));
        assert_eq!(Accounts::new([one.clone(), shared]), Err(NotApart));
        let twice = (tenant(1), company("OTHER"));
        assert_eq!(Accounts::new([one, twice]), Err(NotApart));
    }
}
