//! What every process of the system does before and after its own work: read its settings, start its log,
//! and notice that it should stop.
//!
//! It knows no domain. A process declares which settings it wants; this crate finds them, checks them all at
//! once, and keeps secrets out of logs.

pub mod logging;
pub mod process;
pub mod secret;
pub mod settings;
pub mod shutdown;

/// Of every process that this crate begins.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub use process::ProcessSettings;
pub use secret::Secret;
pub use settings::{Declared, Fault, Presence, SettingsErrors, SettingsReader};
pub use shutdown::{Shutdown, ShutdownCause};
