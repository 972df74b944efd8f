//! Payroll's directory and the team: what differs is listed, and what payroll decides is taken over.

use std::collections::BTreeMap;

use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payroll::directory::{AtWork, Difference, TeamMember, TermsHere, differences, terms_here};
use ratiba_payroll::employee::{Employee, StaffNumber};
use ratiba_payroll::ports::GatewayError;
use ratiba_staff::employment::{Employment, EmploymentType};
use ratiba_staff::member::{Member, Standing};
use ratiba_staff::use_cases::RecordEmploymentError;

use crate::Parts;

/// Why payroll's directory was not read.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Payroll's system is not set up for this business.
    #[error("payroll's system is not set up for this business")]
    NoSystem,
    /// Payroll did not tell.
    #[error("payroll did not tell its directory")]
    Gateway(#[from] GatewayError),
    /// Something else did not answer.
    #[error("the team is unavailable")]
    Unavailable(#[from] Outage),
}

impl Parts {
    /// Where payroll's directory and the team do not say the same.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn payroll_differences(&self, tenant: TenantId) -> Result<Vec<Difference>, DirectoryError> {
        let directory = self.payroll_directory(tenant).await?;
        let team: Vec<TeamMember> = self
            .linked_team(tenant)
            .await?
            .into_iter()
            .map(|(member, number)| told(&member, number))
            .collect();
        Ok(differences(&team, &directory))
    }

    /// Takes over what payroll decides: the first day and the terms of everybody who has a staff number. Answers how many
    /// members changed; safe to repeat.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn adopt_payroll_directory(&self, tenant: TenantId) -> Result<usize, DirectoryError> {
        let directory = self.payroll_directory(tenant).await?;
        let there: BTreeMap<StaffNumber, Employee> = directory
            .into_iter()
            .map(|person| (person.number.clone(), person))
            .collect();
        let mut changed = 0;
        for (member, number) in self.linked_team(tenant).await? {
            let Some(person) = number.and_then(|number| there.get(&number)) else {
                continue;
            };
            let employment = adopted(&member.employment, person);
            if employment == member.employment {
                continue;
            }
            // What somebody else writes meanwhile stays.
            let employ = &self.staff.employ;
            match employ
                .at_version(tenant, member.id, member.version, employment)
                .await
            {
                Ok(_version) => changed += 1,
                // Somebody else is at it: the next time will do.
                Err(RecordEmploymentError::Unknown | RecordEmploymentError::Stale) => {}
                Err(RecordEmploymentError::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        Ok(changed)
    }

    async fn payroll_directory(&self, tenant: TenantId) -> Result<Vec<Employee>, DirectoryError> {
        let system = self.payroll.system.as_ref().ok_or(DirectoryError::NoSystem)?;
        let company = self
            .payroll
            .order
            .accounts
            .of(tenant)
            .ok_or(DirectoryError::NoSystem)?;
        Ok(system.gateway.employees(company, None).await?)
    }

    /// Everybody who works here or has a staff number, with that.
    async fn linked_team(&self, tenant: TenantId) -> Result<Vec<(Member, Option<StaffNumber>)>, Outage> {
        let links = self.payroll.book.links(tenant).await?;
        let mut numbers: BTreeMap<_, _> = links
            .into_iter()
            .map(|link| (link.staff.as_uuid(), link.number))
            .collect();
        let mut team = Vec::new();
        for member in self.staff.active(tenant).await? {
            let number = numbers.remove(&member.id.as_uuid());
            team.push((member, number));
        }
        for (staff, number) in numbers {
            if let Some(member) = self.staff.find(tenant, staff).await? {
                team.push((member, Some(number)));
            }
        }
        Ok(team)
    }
}

fn told(member: &Member, number: Option<StaffNumber>) -> TeamMember {
    TeamMember {
        staff: Id::from_uuid(member.id.as_uuid()),
        name: member.name.as_str().to_owned(),
        at_work: match member.standing {
            Standing::Active => AtWork::Yes,
            Standing::Left => AtWork::Left,
        },
        number,
        hire_date: member.employment.hire_date,
        terms: member.employment.employment_type.map(|terms| match terms {
            EmploymentType::Permanent => TermsHere::Permanent,
            EmploymentType::Casual => TermsHere::Casual,
            EmploymentType::CommissionOnly => TermsHere::CommissionOnly,
            EmploymentType::Apprentice => TermsHere::Apprentice,
        }),
    }
}

fn adopted(known: &Employment, person: &Employee) -> Employment {
    let terms = match known.employment_type {
        // Terms of ours that payroll has no word for.
        Some(EmploymentType::CommissionOnly) => None,
        Some(EmploymentType::Permanent | EmploymentType::Casual | EmploymentType::Apprentice) | None => {
            terms_here(person.terms)
        }
    };
    let terms = terms.map(|terms| match terms {
        TermsHere::Permanent => EmploymentType::Permanent,
        TermsHere::Casual => EmploymentType::Casual,
        TermsHere::CommissionOnly => EmploymentType::CommissionOnly,
        TermsHere::Apprentice => EmploymentType::Apprentice,
    });
    Employment {
        hire_date: person.start_date.or(known.hire_date),
        employment_type: terms.or(known.employment_type),
        ..known.clone()
    }
}
