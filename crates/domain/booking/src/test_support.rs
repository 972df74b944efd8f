//! Builders, fakes and contracts of the booking domain, for its own tests and its neighbours'.

pub mod builders;
pub mod contracts;
pub mod fakes;
pub mod feeds;
pub mod import_contracts;
pub mod import_fakes;
pub mod moving_contract;
pub mod placing_contract;
pub mod price_list;
pub mod queue;
pub mod rendering_contract;
pub mod setup_contract;
pub mod waitlist;

pub use builders::{SalonBuilder, a_service, an_order_of, customer, resource, service, staff};
pub use contracts::appointment_book_contract;
pub use fakes::setup::InMemorySetup;
pub use fakes::{InMemoryBook, InMemorySalon};
pub use feeds::{InMemoryFeeds, calendar_feeds_contract};
pub use import_contracts::imports_contract;
pub use import_fakes::InMemoryImports;
pub use price_list::{InMemoryPriceList, price_list_contract};
pub use queue::{InMemoryQueue, walk_in_queue_contract};
pub use setup_contract::setup_contract;
pub use waitlist::{InMemoryWaitlist, waitlist_contract};
