//! Builders, fakes and contracts of the booking domain, for its own tests and its neighbours'.

pub mod builders;
pub mod contracts;
pub mod fakes;
pub mod moving_contract;
pub mod price_list;
pub mod rendering_contract;

pub use builders::{SalonBuilder, a_service, an_order_of, customer, resource, service, staff};
pub use contracts::appointment_book_contract;
pub use fakes::{InMemoryBook, InMemorySalon};
pub use price_list::{InMemoryPriceList, price_list_contract};
