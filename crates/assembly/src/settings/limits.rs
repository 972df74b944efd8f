//! How often somebody may ask, and where that is counted.

use std::time::Duration;

use ratiba_access::limits::{Allowance, Limits};
use ratiba_bootstrap::SettingsReader;
use ratiba_redis::RedisSettings;

/// The limits of an instance, and the Redis in which its processes count together, if there is one.
#[derive(Clone, Debug)]
pub struct LimitSettings {
    /// The limits.
    pub limits: Limits,
    /// Where several processes count together; each counts alone without.
    pub redis: Option<RedisSettings>,
}

impl LimitSettings {
    /// Reads all of it; faults stay with the reader.
    pub fn read(reader: &mut SettingsReader) -> Option<Self> {
        let mut limit =
            |key, doc| -> Option<Allowance> { reader.required_with(key, doc, |text| Ok(text.parse()?)) };
        let address = limit("rate_limits.address", "requests from one address");
        let caller = limit("rate_limits.caller", "requests with one token, or of one person");
        let tenant = limit("rate_limits.tenant", "requests in one business");
        let sign_in = limit("rate_limits.sign_in", "steps of signing in from one address");
        let grant = limit(
            "rate_limits.grant",
            "tokens and invitations that one person hands out",
        );
        let webhook = limit("rate_limits.webhook", "webhooks from one address");
        let redis = redis(reader);
        Some(Self {
            limits: Limits {
                address: address?,
                caller: caller?,
                tenant: tenant?,
                sign_in: sign_in?,
                grant: grant?,
                webhook: webhook?,
            },
            redis: redis?,
        })
    }
}

fn redis(reader: &mut SettingsReader) -> Option<Option<RedisSettings>> {
    let url = reader.optional_secret(
        "redis.url",
        "the Redis in which several processes count together; without it each counts alone",
    )?;
    let within = reader.required_with(
        "redis.deadline_ms",
        "how long a decision of Redis may take",
        |text| {
            let within = text.parse().ok().filter(|within| (10..=10_000).contains(within));
            within
                .map(Duration::from_millis)
                .ok_or("must be 10 to 10000".to_owned())
        },
    );
    let Some(url) = url else {
        return within.map(|_| None);
    };
    match RedisSettings::check(url.expose()) {
        Ok(settings) => Some(Some(settings.answering_within(within?))),
        Err(fault) => {
            reader.fault("redis.url", fault.to_string());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "[rate_limits]\naddress = \"600/60 burst 60\"\ncaller = \"off\"\ntenant = \"1/1\"\n\
                        sign_in = \"2/1\"\ngrant = \"3/1\"\nwebhook = \"4/1\"\n[redis]\ndeadline_ms = 250\n";

    fn read(changes: &[(&str, &str)]) -> Result<LimitSettings, String> {
        let variables = changes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        SettingsReader::from_variables(BASE, variables)
            .finish(LimitSettings::read)
            .map_err(|errors| errors.to_string())
    }

    #[test]
    fn limits_are_taken_as_they_are_given() {
        let settings = read(&[("RATIBA__RATE_LIMITS__GRANT", "60/3600 burst 5")]).unwrap();
        assert_eq!(settings.limits.caller, Allowance::Off);
        assert_eq!(settings.limits.grant, "60/3600 burst 5".parse().unwrap());
        assert_eq!(settings.limits.address, "600/60 burst 60".parse().unwrap());
        assert!(settings.redis.is_none());
        assert!(
            read(&[("RATIBA__REDIS__URL", "redis://:pw@redis:6379/0")])
                .unwrap()
                .redis
                .is_some()
        );
    }

    #[test]
    fn wrong_limits_and_a_remote_redis_in_the_clear_are_named_without_the_password() {
        let faults = read(&[
            ("RATIBA__RATE_LIMITS__TENANT", "many"),
            ("RATIBA__RATE_LIMITS__WEBHOOK", "10/1 burst 11"),
            ("RATIBA__REDIS__URL", "redis://:hunter2@redis.example:6379"),
            ("RATIBA__REDIS__DEADLINE_MS", "0"),
        ])
        .unwrap_err();
        for name in [
            "RATE_LIMITS__TENANT",
            "RATE_LIMITS__WEBHOOK",
            "REDIS__URL",
            "REDIS__DEADLINE_MS",
        ] {
            assert!(faults.contains(name), "{name} is not in: {faults}");
        }
        assert!(!faults.contains("hunter2"), "{faults}");
    }
}
