//! The base: what a commission is a part of, and the steps that lead to it.

use std::collections::BTreeSet;

use ratiba_kernel::money::div_half_away_from_zero;
use ratiba_kernel::{BasisPoints, Money, MoneyError};
use serde::{Deserialize, Serialize};

use crate::fine;
use crate::settings::{CommissionSettings, NoShowBase};
use crate::work::{Outcome, Sale};

/// Which amount a base starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaseStart {
    /// The price in the catalogue.
    ListPrice,
    /// What the customer was asked for, after the discount.
    #[default]
    Charged,
    /// What the customer paid.
    Paid,
}

/// What is taken off, in the order in which it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subtraction {
    /// The discount; the charged and the paid amount are after it already.
    Discount,
    /// The tax contained in the charged amount.
    Tax,
    /// What the products used have cost.
    ProductCost,
    /// What collecting the money has cost.
    PaymentFee,
}

/// When a commission is earned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EarnOn {
    /// When the service ends, all of it.
    #[default]
    Completion,
    /// When each payment comes, the share of that payment in what was charged; what came before the service
    /// ended, when it ends.
    Payment,
}

/// What the business keeps back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// A part of the original amount.
    Part(BasisPoints),
    /// So many minor units for each rendered service.
    Flat(i64),
}

/// From what something is kept back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeductWhen {
    /// From the base, before the commission is computed.
    Before,
    /// From the commission.
    After,
}

/// Something that is kept back. Several look at the original amount each, and not at what the others left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deduction {
    /// How much.
    pub kept: Kept,
    /// From what.
    pub when: DeductWhen,
}

/// How a rule comes to its base. Part of the rule's value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaseRecipe {
    /// Where it starts.
    pub start: BaseStart,
    /// What is taken off; a set, because the order is fixed.
    pub subtract: BTreeSet<Subtraction>,
    /// When it is earned.
    pub earn_on: EarnOn,
    /// What is kept back.
    pub deduct: Vec<Deduction>,
}

/// The parts of all deductions of one kind together, in basis points (at most the whole), and the flat ones in
/// minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeptBack {
    pub(crate) basis_points: i128,
    pub(crate) flat_minor: i128,
}

/// One step towards a base, as it is recorded on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseStep {
    /// What was done.
    pub what: StepKind,
    /// By how much, in minor units; the start is positive, what is taken off negative.
    pub amount_minor: i64,
}

/// What a step towards a base did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Started from the list price.
    ListPrice,
    /// Started from the charged amount.
    Charged,
    /// Started from the paid amount.
    Paid,
    /// Started from the list price although the customer did not come.
    NoShowPrice,
    /// Started from the fee for not coming.
    NoShowFee,
    /// Took off the discount.
    Discount,
    /// Found the discount taken off already.
    DiscountInside,
    /// Took off the tax.
    Tax,
    /// Took off the product cost.
    ProductCost,
    /// Took off the payment fee.
    PaymentFee,
    /// Raised to nothing what was below.
    Floor,
    /// Took off what the rule keeps back before the commission.
    Deduction,
    /// Took off what was given back.
    Refund,
    /// Took off what earned in earlier months, as it was paid then.
    EarnedBefore,
    /// Took off what was not paid by the end of the month.
    EarnedLater,
    /// Took off the others' shares.
    OthersShares,
    /// Rounded what comes before to whole minor units, together with the other lines of the rule's figure.
    Rounding,
}

/// The base of one appointment before it is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WholeBase {
    /// What led to it, each step in whole minor units.
    pub(crate) steps: Vec<BaseStep>,
    /// What the steps come to.
    pub(crate) amount_minor: i64,
    /// The same without the roundings of the steps, in ten-thousandths of a minor unit. Not negative.
    pub(crate) fine: i128,
    /// The part that was not given back.
    pub(crate) kept: NotReturned,
}

/// The part of money that was not given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotReturned {
    /// What was not given back, in minor units. Not negative.
    pub minor: i64,
    /// Of how much, in minor units; above zero.
    pub of_minor: i64,
}

impl NotReturned {
    /// Nothing was given back.
    pub const ALL: Self = Self {
        minor: 1,
        of_minor: 1,
    };
}

/// A base on the way: what its steps come to, and the same without their roundings.
struct Running {
    steps: Vec<BaseStep>,
    minor: i128,
    fine: i128,
}

impl Running {
    fn from(kind: StepKind, amount: Money) -> Self {
        Self {
            steps: vec![step(kind, amount.amount_minor())],
            minor: i128::from(amount.amount_minor()),
            fine: fine::of_minor(amount.amount_minor()),
        }
    }

    /// Takes a step of whole minor units. Every amount is within 64 bits: a few of them cannot leave 128.
    fn take(&mut self, taken: BaseStep) {
        self.minor += i128::from(taken.amount_minor);
        self.fine += fine::of_minor(taken.amount_minor);
        self.steps.push(taken);
    }

    /// Takes off what is kept back, all parts of the original.
    fn keep_back(&mut self, kept_back: KeptBack) {
        if kept_back == KeptBack::default() {
            return;
        }
        let original = self.minor.max(0);
        // Basis points of minor units are ten-thousandths of them.
        self.fine -= original * kept_back.basis_points + kept_back.flat_minor * fine::IN_A_MINOR_UNIT;
        let part = div_half_away_from_zero(original * kept_back.basis_points, 10_000);
        let kept = i64::try_from(part + kept_back.flat_minor).unwrap_or(i64::MAX);
        self.minor -= i128::from(kept);
        self.steps.push(step(StepKind::Deduction, -kept));
    }

    /// Raises to nothing what is below, and takes off the part that was given back of the money that it is a base of.
    fn finish(mut self, of: Money, refunded: Money) -> WholeBase {
        if self.minor < 0 {
            let missing = i64::try_from(-self.minor).unwrap_or(i64::MAX);
            self.steps.push(step(StepKind::Floor, missing));
            self.minor = 0;
        }
        self.fine = self.fine.max(0);
        let whole = of.amount_minor();
        let refunded = refunded.amount_minor().min(whole);
        let mut kept = NotReturned::ALL;
        if refunded > 0 {
            kept = NotReturned {
                minor: whole - refunded,
                of_minor: whole,
            };
            let back = fine::part(self.minor, refunded, whole);
            self.minor -= back;
            self.fine = fine::part(self.fine, kept.minor, kept.of_minor);
            let back = i64::try_from(-back).unwrap_or(i64::MIN);
            self.steps.push(step(StepKind::Refund, back));
        }
        WholeBase {
            steps: self.steps,
            amount_minor: i64::try_from(self.minor).unwrap_or(i64::MAX),
            fine: self.fine,
            kept,
        }
    }
}

impl BaseRecipe {
    /// The base of an appointment; `None` for a no-show that earns nothing. A refund takes away the same
    /// part of the base as of the money it is a refund of, so that refunding everything leaves nothing.
    pub(crate) fn apply(
        &self,
        outcome: Outcome,
        sale: &Sale,
        settings: &CommissionSettings,
    ) -> Option<WholeBase> {
        match outcome {
            Outcome::Rendered => Some(self.rendered(sale, settings)),
            Outcome::NoShow { fee } => match settings.no_show_base {
                NoShowBase::None => None,
                NoShowBase::Fee => Some(self.not_rendered(StepKind::NoShowFee, fee, fee, sale, settings)),
                NoShowBase::Price => {
                    let price = sale.list_price;
                    Some(self.not_rendered(StepKind::NoShowPrice, price, fee, sale, settings))
                }
            },
        }
    }

    /// All that is kept back from the base, or from the commission.
    pub(crate) fn kept_back(&self, when: DeductWhen) -> KeptBack {
        let mut all = KeptBack::default();
        for deduction in self.deduct.iter().filter(|deduction| deduction.when == when) {
            match deduction.kept {
                Kept::Part(rate) => all.basis_points += i128::from(rate.value()),
                Kept::Flat(minor) => all.flat_minor += i128::from(minor),
            }
        }
        all.basis_points = all.basis_points.min(i128::from(BasisPoints::WHOLE.value()));
        all
    }

    fn rendered(&self, sale: &Sale, settings: &CommissionSettings) -> WholeBase {
        let (kind, start, refundable) = match (self.start, self.earn_on) {
            (BaseStart::ListPrice, EarnOn::Completion) => {
                (StepKind::ListPrice, sale.list_price, sale.charged)
            }
            (BaseStart::Charged, EarnOn::Completion) => (StepKind::Charged, sale.charged, sale.charged),
            (BaseStart::Paid, EarnOn::Completion) => (StepKind::Paid, sale.paid, sale.paid),
            // The share of what was paid is taken of the whole afterwards; what goes back is a part of what came.
            (BaseStart::ListPrice, EarnOn::Payment) => (StepKind::ListPrice, sale.list_price, sale.paid),
            (BaseStart::Charged | BaseStart::Paid, EarnOn::Payment) => {
                (StepKind::Charged, sale.charged, sale.paid)
            }
        };
        let mut base = Running::from(kind, start);
        for subtraction in &self.subtract {
            base.take(self.taken_off(*subtraction, sale, settings));
        }
        base.keep_back(self.kept_back(DeductWhen::Before));
        base.finish(refundable, sale.refunded)
    }

    /// The base of a no-show: an amount that stands for the work, less what the recipe takes off of it. Nothing was used up, and
    /// what is kept back for each service is not, for there was none; tax is contained in it as in the price.
    fn not_rendered(
        &self,
        kind: StepKind,
        amount: Money,
        fee: Money,
        sale: &Sale,
        settings: &CommissionSettings,
    ) -> WholeBase {
        let mut base = Running::from(kind, amount);
        for subtraction in &self.subtract {
            let taken = match (subtraction, kind == StepKind::NoShowPrice) {
                (Subtraction::Discount, true) => step(StepKind::Discount, -sale.discount.amount_minor()),
                (Subtraction::Discount, false) => step(StepKind::DiscountInside, 0),
                (Subtraction::Tax, _) => step(StepKind::Tax, -tax_inside(base.minor, sale)),
                (Subtraction::ProductCost, _) => continue,
                (Subtraction::PaymentFee, _) => step(
                    StepKind::PaymentFee,
                    -payment_fee(sale, sale.paid.min(fee), settings),
                ),
            };
            base.take(taken);
        }
        let kept_back = KeptBack {
            flat_minor: 0,
            ..self.kept_back(DeductWhen::Before)
        };
        base.keep_back(kept_back);
        base.finish(fee, sale.refunded)
    }

    fn taken_off(&self, subtraction: Subtraction, sale: &Sale, settings: &CommissionSettings) -> BaseStep {
        let (kind, amount) = match (subtraction, self.start) {
            (Subtraction::Discount, BaseStart::ListPrice) => (StepKind::Discount, sale.discount),
            (Subtraction::Discount, BaseStart::Charged | BaseStart::Paid) => {
                return step(StepKind::DiscountInside, 0);
            }
            (Subtraction::Tax, _) => (StepKind::Tax, sale.tax),
            (Subtraction::ProductCost, _) => (StepKind::ProductCost, sale.product_cost),
            (Subtraction::PaymentFee, _) => {
                return step(StepKind::PaymentFee, -payment_fee(sale, sale.paid, settings));
            }
        };
        step(kind, -amount.amount_minor())
    }
}

/// What collecting money has cost: as the provider reported it, else by the tenant's table.
fn payment_fee(sale: &Sale, paid: Money, settings: &CommissionSettings) -> i64 {
    let by_table = || settings.payment_fees.fee_of(paid.amount_minor());
    sale.payment_fee.map_or_else(by_table, Money::amount_minor)
}

/// The tax in an amount that contains it as the charged amount does, in whole minor units; never more than the amount.
fn tax_inside(amount_minor: i128, sale: &Sale) -> i64 {
    let (tax, charged) = (sale.tax.amount_minor(), sale.charged.amount_minor());
    if charged <= 0 {
        return 0;
    }
    let inside = fine::part(amount_minor.max(0), tax.min(charged), charged);
    i64::try_from(inside).unwrap_or(i64::MAX)
}

const fn step(what: StepKind, amount_minor: i64) -> BaseStep {
    BaseStep { what, amount_minor }
}

/// The tax that a price contains, rounded half away from zero: prices are said with their tax.
///
/// # Errors
/// [`MoneyError::TooLarge`].
pub fn tax_contained(price: Money, rate: BasisPoints) -> Result<Money, MoneyError> {
    let rate = i128::from(rate.value());
    let tax = div_half_away_from_zero(i128::from(price.amount_minor()) * rate, 10_000 + rate);
    Ok(Money::new(
        i64::try_from(tax).map_err(|_| MoneyError::TooLarge)?,
        price.currency(),
    ))
}

/// What each item of a package is charged with when it is redeemed: the package's price by list prices,
/// largest remainder, so that all items together are the package.
///
/// # Errors
/// [`MoneyError::NothingToSplitBy`] if no item has a price, [`MoneyError::CurrencyMismatch`].
pub fn package_charges(price: Money, list_prices: &[Money]) -> Result<Vec<Money>, MoneyError> {
    let mut weights = Vec::with_capacity(list_prices.len());
    for list_price in list_prices {
        if list_price.currency() != price.currency() {
            return Err(MoneyError::CurrencyMismatch);
        }
        weights.push(u64::try_from(list_price.amount_minor()).unwrap_or(0));
    }
    price.split(&weights)
}

#[cfg(test)]
mod tests;
