//! The settings of people's sign-in, which may be left out as a whole.

use ratiba_bootstrap::SettingsReader;
use ratiba_oidc::{ClientSecret, OidcSettings, SettingsFault};

/// Reads the issuer; `Some(None)` if none is named, and then nobody signs in. Faults stay with the reader.
pub(super) fn read(reader: &mut SettingsReader) -> Option<Option<OidcSettings>> {
    let issuer = reader.optional::<String>(
        "oidc.issuer",
        "who vouches for people, exactly as its tokens name it; without it nobody signs in",
    );
    let backchannel = reader.optional::<String>(
        "oidc.backchannel_url",
        "scheme, host and port under which this process reaches the issuer, if not as browsers do",
    );
    let client_id = reader.optional::<String>("oidc.client_id", "the name of this client");
    let secret = reader.optional_secret("oidc.client_secret", "the secret of this client");
    let (issuer, backchannel, client_id, secret) = (issuer?, backchannel?, client_id?, secret?);
    let Some(issuer) = issuer else {
        let others = [
            ("oidc.backchannel_url", backchannel.is_some()),
            ("oidc.client_id", client_id.is_some()),
            ("oidc.client_secret", secret.is_some()),
        ];
        for (key, _) in others.iter().filter(|(_, given)| *given) {
            reader.fault(key, "is for an issuer, and oidc.issuer is missing");
        }
        return Some(None);
    };
    for (key, given) in [
        ("oidc.client_id", client_id.is_some()),
        ("oidc.client_secret", secret.is_some()),
    ] {
        if !given {
            reader.fault(key, "is missing: an issuer tells its clients apart by it");
        }
    }
    let secret = ClientSecret::new(secret?.expose());
    match OidcSettings::check(&issuer, backchannel.as_deref(), &client_id?, secret) {
        Ok(settings) => Some(Some(settings)),
        Err(fault) => {
            let key = match fault {
                SettingsFault::Issuer => "oidc.issuer",
                SettingsFault::Backchannel => "oidc.backchannel_url",
                SettingsFault::ClientId => "oidc.client_id",
            };
            reader.fault(key, fault.to_string());
            None
        }
    }
}

/// The origin of a page: scheme, host and port, as browsers write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The origin of an address, in small letters and without a port that is the scheme's own; `None` if it has none.
    #[must_use]
    pub fn of(address: &str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        let host = rest
            .split(['/', '?', '#'])
            .next()
            .filter(|host| !host.is_empty())?;
        let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
        let host = match scheme.as_str() {
            "https" => host.strip_suffix(":443").unwrap_or(&host),
            "http" => host.strip_suffix(":80").unwrap_or(&host),
            _other => return None,
        };
        (!host.contains('@')).then(|| Self(format!("{scheme}://{host}")))
    }

    /// As a browser writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether what a browser sends there without TLS stays on the machine.
    #[must_use]
    pub fn is_plain_loopback(&self) -> bool {
        let host = self.0.strip_prefix("http://");
        host.is_some_and(|host| {
            let name = match host.strip_prefix('[') {
                Some(v6) => v6.split(']').next().unwrap_or_default(),
                None => host.split(':').next().unwrap_or_default(),
            };
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        })
    }
}

impl std::str::FromStr for Origin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::of(text)
            .filter(|origin| origin.as_str() == text)
            .ok_or("must be origins such as https://desk.example, without a path")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_writes() {
        for (address, origin) in [
            ("https://Desk.example/path?x", Some("https://desk.example")),
            ("https://desk.example:443", Some("https://desk.example")),
            ("http://127.0.0.1:8010/", Some("http://127.0.0.1:8010")),
            ("ftp://desk.example", None),
            ("desk.example", None),
            ("https://u@desk.example", None),
        ] {
            assert_eq!(
                Origin::of(address).as_ref().map(Origin::as_str),
                origin,
                "{address}"
            );
        }
        assert!("https://desk.example/".parse::<Origin>().is_err());
        assert!("https://desk.example".parse::<Origin>().is_ok());
    }

    #[test]
    fn only_loopback_may_be_plain() {
        let plain = |address| Origin::of(address).unwrap().is_plain_loopback();
        assert!(plain("http://127.0.0.1:8010") && plain("http://localhost") && plain("http://[::1]:80"));
        assert!(!plain("https://127.0.0.1") && !plain("http://desk.example") && !plain("http://10.0.0.1"));
    }
}
