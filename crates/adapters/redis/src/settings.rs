//! Which Redis, and how it is reached.

use std::fmt;
use std::time::Duration;

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _};

/// Hosts that are reached without leaving the machine or the Compose network.
const NEAR: [&str; 4] = ["localhost", "127.0.0.1", "::1", "redis"];

/// What is wrong with the address of a Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFault {
    /// It is no address of a Redis.
    #[error("must be an address such as rediss://user:password@redis.example:6379/0")]
    NotAnAddress,
    /// It would be talked to in the clear.
    #[error("a remote Redis needs rediss://")]
    Plain,
    /// Anybody could play it.
    #[error("must prove who it is: without #insecure")]
    Unproven,
}

/// How long a decision may take when nobody says otherwise.
const ANSWERS_WITHIN: Duration = Duration::from_millis(250);

/// A Redis, checked. `Debug` says nothing of its password.
#[derive(Clone)]
pub struct RedisSettings {
    info: ConnectionInfo,
    answers_within: Duration,
}

impl RedisSettings {
    /// Checks an address: `rediss://`, or `redis://` where it is near.
    ///
    /// # Errors
    /// [`SettingsFault`], which never repeats the address.
    pub fn check(url: &str) -> Result<Self, SettingsFault> {
        let info = url
            .into_connection_info()
            .map_err(|_| SettingsFault::NotAnAddress)?;
        match info.addr() {
            ConnectionAddr::Tcp(host, _) if is_near(host) => {}
            ConnectionAddr::Tcp(_, _) => return Err(SettingsFault::Plain),
            ConnectionAddr::TcpTls { insecure: false, .. } => {}
            ConnectionAddr::TcpTls { .. } => return Err(SettingsFault::Unproven),
            ConnectionAddr::Unix(_) | _ => return Err(SettingsFault::NotAnAddress),
        }
        Ok(Self {
            info,
            answers_within: ANSWERS_WITHIN,
        })
    }

    /// The same, with another bound for a decision, the way there and back included: every request waits for it.
    #[must_use]
    pub fn answering_within(self, answers_within: Duration) -> Self {
        Self {
            answers_within,
            ..self
        }
    }

    pub(crate) fn info(&self) -> ConnectionInfo {
        self.info.clone()
    }

    pub(crate) fn answers_within(&self) -> Duration {
        self.answers_within
    }
}

/// The host may stand in the brackets of an address of version 6.
fn is_near(host: &str) -> bool {
    NEAR.contains(&host.trim_start_matches('[').trim_end_matches(']'))
}

impl fmt::Debug for RedisSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisSettings({})", self.info.addr())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redis_is_near_or_proves_who_it_is() {
        for near in [
            "redis://127.0.0.1:6379/0",
            "redis://:hunter2@localhost/3",
            "redis://redis:6379",
            "redis://[::1]:6379",
            "rediss://default:hunter2@eu1.redis.example:6380/0",
        ] {
            assert!(RedisSettings::check(near).is_ok(), "{near}");
        }
        for (wrong, fault) in [
            ("redis://redis.example:6379", SettingsFault::Plain),
            ("redis://10.0.0.7:6379", SettingsFault::Plain),
            ("rediss://redis.example/#insecure", SettingsFault::Unproven),
            ("redis+unix:///run/redis.sock", SettingsFault::NotAnAddress),
            ("http://redis", SettingsFault::NotAnAddress),
            ("redis:6379", SettingsFault::NotAnAddress),
            ("", SettingsFault::NotAnAddress),
        ] {
            assert_eq!(RedisSettings::check(wrong).err(), Some(fault), "{wrong}");
        }
    }

    #[test]
    fn the_password_of_a_redis_does_not_show() {
        let settings = RedisSettings::check("rediss://somebody:hunter2@redis.example:6380/0").unwrap();
        let shown = format!("{settings:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        let fault = RedisSettings::check("redis://:hunter2@redis.example").unwrap_err();
        assert!(!format!("{fault:?} {fault}").contains("hunter2"));
    }
}
