//! Names become addresses here and nowhere else: what is judged is what is connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::client::Refusal;
use crate::names::AllowedNames;
use crate::range::Range;

/// Asks for the addresses of a name.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// Every address of a name.
    ///
    /// # Errors
    /// What the resolver says; a name without addresses may as well be an empty list.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The machine's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// Says why an address is refused; `None` if it may be called.
pub(crate) type Judge = fn(IpAddr) -> Option<Range>;

/// The resolver that the connector is given. It has no other.
#[derive(Clone)]
pub(crate) struct GuardedResolver {
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) allowed: Arc<AllowedNames>,
    pub(crate) judge: Judge,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = guard.lookup.addresses(name.as_str()).await?;
            // One address into the house is enough to refuse the name: whoever mixes them is trying something.
            if !guard.allowed.knows(name.as_str())
                && let Some(range) = found.iter().find_map(|address| (guard.judge)(*address))
            {
                return Err(Refusal::Address(range).into());
            }
            // The connector puts the port of its own address in place of this one.
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
