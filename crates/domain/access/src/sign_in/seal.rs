//! What marks a sign-in as begun here, and when.

use std::fmt;

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

use super::{ReturnTo, SignInSecret, TAKES_AT_MOST};

/// How far the clocks of an instance's processes may be apart.
const SKEW: Duration = Duration::MINUTE;

/// Seals what a browser keeps while somebody is at the issuer, so that nobody can make up a sign-in that never began, make
/// one last, or lead one elsewhere. All processes of an instance have the same. `Debug` says nothing.
#[derive(Clone)]
pub struct Seal([u8; 32]);

impl Seal {
    /// The seal that follows from a secret of the instance, and tells nothing of it.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(format!("ratiba sign-in seal:{secret}")).into())
    }

    /// What the browser keeps of a sign-in that begins now and leads there: visible ASCII without blanks.
    #[must_use]
    pub fn close(&self, secret: &SignInSecret, to: &ReturnTo, now: OffsetDateTime) -> String {
        let at = now.unix_timestamp().to_string();
        let code = self.code(secret.reveal(), &at, to.as_str());
        let code = code.map_or_else(String::new, |code| hex::encode(code.finalize().into_bytes()));
        format!("{}.{at}.{code}.{}", secret.reveal(), to.as_str())
    }

    /// The sign-in that a browser kept, and where it leads; `None` unless it was begun here, within [`TAKES_AT_MOST`].
    #[must_use]
    pub fn open(&self, kept: &str, now: OffsetDateTime) -> Option<(SignInSecret, ReturnTo)> {
        let mut parts = kept.splitn(4, '.');
        let (secret, at, code, path) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let code = hex::decode(code).ok()?;
        self.code(secret, at, path)?.verify_slice(&code).ok()?;
        let begun = OffsetDateTime::from_unix_timestamp(at.parse().ok()?).ok()?;
        let in_time = begun <= now + SKEW && now < begun + TAKES_AT_MOST;
        in_time.then(|| Some((SignInSecret::parse(secret)?, ReturnTo::parse(path)?)))?
    }

    /// Codes of this kind take keys of any length, so there always is one.
    fn code(&self, secret: &str, at: &str, path: &str) -> Option<Hmac<Sha256>> {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        code.update(format!("{secret}.{at}.{path}").as_bytes());
        Some(code)
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(…)")
    }
}

#[cfg(test)]
mod tests {
    use ratiba_kernel::test_support::EPOCH;

    use super::*;

    fn kept() -> (Seal, SignInSecret, ReturnTo, String) {
        let (seal, secret) = (Seal::of("instance"), SignInSecret::from_bytes([4; 32]));
        let to = ReturnTo::parse("/calendar?day=2026-06-01&x=a.b").unwrap();
        let text = seal.close(&secret, &to, EPOCH);
        (seal, secret, to, text)
    }

    #[test]
    fn a_sign_in_that_began_here_is_known_again_for_ten_minutes() {
        let (seal, secret, to, text) = kept();
        let end = EPOCH + TAKES_AT_MOST;
        for at in [EPOCH - SKEW, EPOCH, end - Duration::SECOND] {
            assert_eq!(seal.open(&text, at), Some((secret.clone(), to.clone())), "{at}");
        }
        for at in [EPOCH - SKEW - Duration::SECOND, end] {
            assert_eq!(seal.open(&text, at), None, "{at}");
        }
        assert_eq!(
            Seal::of("instance").open(&text, EPOCH),
            Some((secret, to)),
            "in another process"
        );
    }

    #[test]
    fn nobody_makes_up_a_sign_in_or_changes_one() {
        let (seal, secret, _, text) = kept();
        let parts: Vec<&str> = text.splitn(4, '.').collect();
        let with = |place: usize, part: &str| {
            let mut parts = parts.clone();
            parts[place] = part;
            parts.join(".")
        };
        let other = SignInSecret::from_bytes([5; 32]);
        let later = (EPOCH + Duration::MINUTE).unix_timestamp().to_string();
        let flipped = format!("{}0", &parts[2][..63]);
        let flipped = if flipped == parts[2] {
            format!("{}1", &parts[2][..63])
        } else {
            flipped
        };
        for forged in [
            with(0, other.reveal()),
            with(1, &later),
            with(2, &flipped),
            with(2, ""),
            with(3, "/elsewhere"),
            format!("{}./calendar", secret.reveal()),
            String::new(),
        ] {
            assert_eq!(seal.open(&forged, EPOCH), None, "{forged}");
        }
        assert_eq!(Seal::of("another").open(&text, EPOCH), None);
        assert_eq!(format!("{seal:?}"), "Seal(…)");
    }
}
