//! Opening the drawer, putting cash in and taking it out, closing it, and the sheet that is laid beside the count.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, MoneyError, Outage, TenantId};

use crate::ports::{
    HouseCurrency, OtherTenders, TakingsBook, TillAsk, TillBook, TillDecision, TillError, TillFacts,
};
use crate::till::{
    self, CloseOrder, Drawer, DrawerSum, MoveOrder, OpenOrder, TillId, TillRefused, TipPayout,
};

/// Works the drawer. Each order is safe to repeat with its key.
pub struct WorkTill {
    /// The drawer on record.
    pub book: Arc<dyn TillBook>,
    /// The books of the day.
    pub takings: Arc<dyn TakingsBook>,
    /// The house's currency.
    pub house: Arc<dyn HouseCurrency>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

/// The drawer and everything that came in beside it, for whoever closes the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TillSheet {
    /// The session.
    pub drawer: Drawer,
    /// What moved in it, added up.
    pub sum: DrawerSum,
    /// What came otherwise in the same time.
    pub others: OtherTenders,
}

/// Why there is no sheet.
#[derive(Debug, thiserror::Error)]
pub enum TillSheetError {
    /// There never was such a session.
    #[error("there is no such session of the drawer")]
    Unknown,
    /// The books cannot be added up.
    #[error("the amounts cannot be added up")]
    Sum(#[from] MoneyError),
    /// The books did not answer.
    #[error("the till is unavailable")]
    Unavailable(#[from] Outage),
}

impl WorkTill {
    /// Opens the drawer with what was counted into it.
    ///
    /// # Errors
    /// [`TillError`].
    pub async fn open(&self, tenant: TenantId, order: OpenOrder) -> Result<Drawer, TillError> {
        let ask = TillAsk::New(order.ordered.key.clone());
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let decide = move |facts: &TillFacts| match facts {
            TillFacts::Session(drawer) => drawer.open_again(&order),
            TillFacts::Closed { in_books, first } => till::open((*in_books, *first), &order, now, &*ids),
            TillFacts::Tips { .. } | TillFacts::Unknown => Err(TillRefused::Unknown),
        };
        self.step(tenant, ask, Box::new(decide)).await
    }

    /// Puts cash in or takes it out.
    ///
    /// # Errors
    /// [`TillError`].
    pub async fn pay(&self, tenant: TenantId, till: TillId, order: MoveOrder) -> Result<Drawer, TillError> {
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let decide = move |facts: &TillFacts| session(facts)?.pay(&order, now, &*ids);
        self.step(tenant, TillAsk::Session(till), Box::new(decide)).await
    }

    /// Pays tips out of the drawer to whom they are owed. No more is paid out than is owed and than lies in the drawer,
    /// however many do it at once.
    ///
    /// # Errors
    /// [`TillError`].
    pub async fn pay_tip(
        &self,
        tenant: TenantId,
        till: TillId,
        order: TipPayout,
    ) -> Result<Drawer, TillError> {
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let ask = TillAsk::Tips(till, order.staff);
        let decide = move |facts: &TillFacts| match facts {
            TillFacts::Tips { drawer, owed } => drawer.pay_tip(&order, *owed, now, &*ids),
            TillFacts::Session(_) | TillFacts::Closed { .. } | TillFacts::Unknown => {
                Err(TillRefused::Unknown)
            }
        };
        self.step(tenant, ask, Box::new(decide)).await
    }

    /// Closes the drawer with what was counted. Of closes at the same time one wins.
    ///
    /// # Errors
    /// [`TillError`].
    pub async fn close(
        &self,
        tenant: TenantId,
        till: TillId,
        order: CloseOrder,
    ) -> Result<Drawer, TillError> {
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let decide = move |facts: &TillFacts| session(facts)?.close(&order, now, &*ids);
        self.step(tenant, TillAsk::Session(till), Box::new(decide)).await
    }

    /// The sheet of a session: until now if it is open; once it is closed it does not change any more.
    ///
    /// # Errors
    /// [`TillSheetError`].
    pub async fn sheet(&self, tenant: TenantId, till: TillId) -> Result<TillSheet, TillSheetError> {
        let drawer = self.book.find(tenant, till).await?;
        let drawer = drawer.ok_or(TillSheetError::Unknown)?;
        let until = drawer
            .session
            .closing
            .as_ref()
            .map_or_else(|| self.clock.now(), |closing| closing.at);
        let currency = drawer.session.float.currency();
        let others = self.takings.other_tenders(tenant, currency, till, until).await?;
        Ok(TillSheet {
            sum: drawer.sum()?,
            drawer,
            others,
        })
    }

    async fn step(&self, tenant: TenantId, ask: TillAsk, decide: TillDecision) -> Result<Drawer, TillError> {
        let currency = self.house.house_currency(tenant).await?;
        self.book.step(tenant, currency, ask, decide).await
    }
}

fn session(facts: &TillFacts) -> Result<&Drawer, TillRefused> {
    match facts {
        TillFacts::Session(drawer) => Ok(drawer),
        TillFacts::Tips { .. } | TillFacts::Closed { .. } | TillFacts::Unknown => Err(TillRefused::Unknown),
    }
}
