//! Which issuer, and as which client.

use std::fmt;

use ratiba_access::sign_in::Seal;
use reqwest::Url;

/// A client's secret. `Debug` says nothing.
#[derive(Clone)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

/// What is wrong with the settings of an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFault {
    /// The issuer is not an address such as `https://sign-in.example/realms/spa`.
    #[error("must be an http:// or https:// address without query and fragment")]
    Issuer,
    /// The back channel is not a bare origin.
    #[error("must be scheme, host and port alone: the paths are the issuer's")]
    Backchannel,
    /// The client has no name.
    #[error("must not be empty")]
    ClientId,
}

/// An issuer and what this client is to it, checked.
#[derive(Clone, Debug)]
pub struct OidcSettings {
    /// Exactly as tokens name it.
    pub(crate) issuer: String,
    pub(crate) issuer_url: Url,
    /// Where this process reaches the issuer, if not where browsers do.
    pub(crate) backchannel: Option<Url>,
    pub(crate) client_id: String,
    pub(crate) client_secret: ClientSecret,
}

impl OidcSettings {
    /// Checks the parts.
    ///
    /// # Errors
    /// The first [`SettingsFault`].
    pub fn check(
        issuer: &str,
        backchannel: Option<&str>,
        client_id: &str,
        client_secret: ClientSecret,
    ) -> Result<Self, SettingsFault> {
        let address = |text: &str| {
            Url::parse(text).ok().filter(|url| {
                matches!(url.scheme(), "http" | "https")
                    && url.has_host()
                    && url.query().is_none()
                    && url.fragment().is_none()
                    && url.username().is_empty()
                    && url.password().is_none()
            })
        };
        let issuer_url = address(issuer).ok_or(SettingsFault::Issuer)?;
        let backchannel = match backchannel {
            Some(text) => {
                let bare = address(text).filter(|url| url.path() == "/");
                Some(bare.ok_or(SettingsFault::Backchannel)?)
            }
            None => None,
        };
        if client_id.is_empty() {
            return Err(SettingsFault::ClientId);
        }
        Ok(Self {
            issuer: issuer.to_owned(),
            issuer_url,
            backchannel,
            client_id: client_id.to_owned(),
            client_secret,
        })
    }

    /// The issuer, exactly as tokens name it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The seal of sign-ins by this issuer: it follows from the client's secret, which all processes have and nobody else.
    #[must_use]
    pub fn seal(&self) -> Seal {
        Seal::of(self.client_secret.expose())
    }

    /// Whether what goes to the issuer can be read on its way: somewhere there is no TLS.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let channel = self.backchannel.as_ref().unwrap_or(&self.issuer_url);
        self.issuer_url.scheme() != "https" || channel.scheme() != "https"
    }

    /// Where the issuer describes itself, as this process reaches it.
    pub(crate) fn description(&self) -> Option<Url> {
        let text = format!(
            "{}/.well-known/openid-configuration",
            self.issuer.trim_end_matches('/')
        );
        Url::parse(&text).ok().map(|url| self.behind(url))
    }

    /// An address of the issuer's as this process reaches it: with the back channel's origin and its own path. An
    /// address on another host stays as it is.
    pub(crate) fn behind(&self, mut url: Url) -> Url {
        let Some(channel) = &self.backchannel else {
            return url;
        };
        if url.origin() == self.issuer_url.origin() {
            let host = channel.host_str().map(str::to_owned);
            // Scheme first: a port that is the scheme's own is no port.
            let moved = url.set_scheme(channel.scheme()).is_ok()
                && url.set_host(host.as_deref()).is_ok()
                && url.set_port(channel.port()).is_ok();
            if !moved {
                tracing::warn!("an address of the issuer's has no place behind the back channel");
            }
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(issuer: &str, backchannel: Option<&str>) -> Result<OidcSettings, SettingsFault> {
        OidcSettings::check(issuer, backchannel, "ratiba", ClientSecret::new("hidden"))
    }

    fn behind(settings: &OidcSettings, url: &str) -> String {
        settings.behind(Url::parse(url).unwrap()).to_string()
    }

    #[test]
    fn the_back_channel_is_the_issuers_paths_under_another_origin() {
        let inside = settings("http://localhost:8080/realms/spa", Some("http://keycloak:8081")).unwrap();
        assert_eq!(
            inside.description().unwrap().as_str(),
            "http://keycloak:8081/realms/spa/.well-known/openid-configuration"
        );
        assert_eq!(
            behind(&inside, "http://localhost:8080/realms/spa/token"),
            "http://keycloak:8081/realms/spa/token"
        );
        assert_eq!(
            behind(&inside, "http://keycloak:8081/realms/spa/token"),
            "http://keycloak:8081/realms/spa/token"
        );
        assert_eq!(
            behind(&inside, "https://keys.example/jwks"),
            "https://keys.example/jwks"
        );
        let ports = settings("https://issuer.example", Some("http://keycloak:8081")).unwrap();
        assert_eq!(
            behind(&ports, "https://issuer.example/token"),
            "http://keycloak:8081/token"
        );
        let direct = settings("https://issuer.example/", None).unwrap();
        assert_eq!(
            direct.description().unwrap().as_str(),
            "https://issuer.example/.well-known/openid-configuration"
        );
    }

    #[test]
    fn only_addresses_are_taken() {
        for (issuer, channel, fault) in [
            ("issuer.example", None, SettingsFault::Issuer),
            ("ftp://issuer.example", None, SettingsFault::Issuer),
            ("https://issuer.example/?a=b", None, SettingsFault::Issuer),
            ("https://u:p@issuer.example", None, SettingsFault::Issuer),
            (
                "https://issuer.example",
                Some("http://keycloak/realms"),
                SettingsFault::Backchannel,
            ),
        ] {
            assert_eq!(
                settings(issuer, channel).unwrap_err(),
                fault,
                "{issuer} {channel:?}"
            );
        }
        let nameless = OidcSettings::check("https://issuer.example", None, "", ClientSecret::new("x"));
        assert_eq!(nameless.unwrap_err(), SettingsFault::ClientId);
    }

    #[test]
    fn a_secret_stays_out_of_logs() {
        let told = format!("{:?}", settings("https://issuer.example", None).unwrap());
        assert!(!told.contains("hidden"), "{told}");
        assert!(settings("http://127.0.0.1:9/", None).unwrap().is_plain());
    }
}
