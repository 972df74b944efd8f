//! The names that the operator vouches for: they pass, wherever they lead.

use std::collections::BTreeSet;
use std::fmt;

/// Names, with or without a port, that may be called although they lead into the house, such as an object store beside
/// Ratiba. Only whoever runs the instance can set them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedNames(BTreeSet<(String, Option<u16>)>);

/// A part of the text is no name. It tells which one, and not what stands there: that may have been meant for another setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("name {place} of the list is no name of a host, with or without a port")]
pub struct NotAName {
    /// Which, counted from 1.
    pub place: usize,
}

impl AllowedNames {
    /// Reads names apart by commas: `minio`, `minio:9000`, `127.0.0.1:8080`, `[::1]:8080`. Nothing is no name.
    ///
    /// # Errors
    /// [`NotAName`] with the first that is none.
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let names = parts
            .zip(1..)
            .map(|(part, place)| one(part).ok_or(NotAName { place }));
        names.collect::<Result<_, _>>().map(Self)
    }

    /// Whether a host of an address, as its URL spells it, is among them at that port.
    #[must_use]
    pub fn has(&self, host: &str, port: Option<u16>) -> bool {
        let host = plain(host);
        self.0.contains(&(host.clone(), None)) || (port.is_some() && self.0.contains(&(host, port)))
    }

    /// Whether a name is among them at any port: the connector asks for addresses of names alone.
    pub(crate) fn knows(&self, host: &str) -> bool {
        let host = plain(host);
        self.0.iter().any(|(name, _)| *name == host)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for AllowedNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, port)) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{name}")?;
            if let Some(port) = port {
                write!(f, ":{port}")?;
            }
        }
        Ok(())
    }
}

fn one(text: &str) -> Option<(String, Option<u16>)> {
    // What a URL makes of it is what it will be compared with.
    let url = reqwest::Url::parse(&format!("ratiba://{text}")).ok()?;
    let bare = url.username().is_empty()
        && url.password().is_none()
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none();
    let host = url.host_str().filter(|host| bare && !host.is_empty())?;
    Some((plain(host), url.port()))
}

/// One spelling for each name.
fn plain(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{AllowedNames, NotAName};

    #[test]
    fn a_name_passes_at_every_port_unless_it_names_one() {
        let allowed = AllowedNames::parse(" minio, Store.internal:9000 ,[::1]:80").unwrap();
        assert!(allowed.has("minio", Some(1)) && allowed.has("MINIO.", None));
        assert!(allowed.has("store.internal", Some(9_000)));
        assert!(!allowed.has("store.internal", Some(9_001)) && !allowed.has("store.internal", None));
        assert!(allowed.has("[::1]", Some(80)) && !allowed.has("x.minio", Some(1)));
        assert_eq!(allowed.to_string(), "[::1]:80, minio, store.internal:9000");
    }

    #[test]
    fn what_is_no_name_is_refused_and_not_repeated() {
        for text in [
            "a b",
            "https://minio",
            "minio/path",
            "me@minio",
            "minio:99999",
            "minio?x",
            ":80",
        ] {
            let refused = AllowedNames::parse(&format!("minio, {text}")).unwrap_err();
            assert_eq!(refused, NotAName { place: 2 }, "{text}");
            assert!(!refused.to_string().contains(text), "{text}");
        }
        assert!(AllowedNames::parse("").unwrap().is_empty());
    }
}
