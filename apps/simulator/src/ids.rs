//! Ids as the providers make them: opaque, unique, and shaped like the documented examples.
//!
//! They need not be unguessable. They must be unique across restarts, because the database that the product
//! keeps them in may outlive the simulator.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::clock::in_nairobi;

const UPPER: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MIXED: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Makes ids; one for each simulator.
#[derive(Debug)]
pub(crate) struct Ids {
    nonce: u64,
    counter: AtomicU64,
}

impl Ids {
    pub(crate) fn new() -> Self {
        // The keys of the standard hasher are the one random thing std offers; each call differs.
        Self {
            nonce: RandomState::new().build_hasher().finish(),
            counter: AtomicU64::new(1),
        }
    }

    /// A WhatsApp message id. It may hold `+`, `/` and `=`, as the real ones do.
    pub(crate) fn wamid(&self) -> String {
        format!("wamid.HBgM{}", STANDARD.encode(&self.digest("wamid")[..25]))
    }

    /// A trace id of a Graph API error.
    pub(crate) fn trace(&self) -> String {
        spell(&self.digest("trace")[..11], MIXED)
    }

    /// An access token of Daraja: 28 letters and digits.
    pub(crate) fn access_token(&self) -> String {
        spell(&self.digest("token")[..28], MIXED)
    }

    /// An M-Pesa receipt: ten upper-case letters and digits, the first one a letter.
    pub(crate) fn receipt(&self) -> String {
        format!("T{}", spell(&self.digest("receipt")[..9], UPPER))
    }

    /// A `MerchantRequestID`, or the `requestId` of an error.
    pub(crate) fn request_id(&self) -> String {
        let digest = self.digest("request");
        let text = hex::encode(&digest[..6]);
        format!(
            "{}-{}-{}-{}",
            &text[..4],
            &text[4..8],
            &text[8..12],
            self.counter.load(Ordering::Relaxed)
        )
    }

    /// The `ConversationID` of a request made at `at`: the day in Nairobi, and letters.
    pub(crate) fn conversation_id(&self, at: OffsetDateTime) -> String {
        let tail = spell(&self.digest("conversation")[..20], MIXED);
        let at = in_nairobi(at);
        format!(
            "AG_{:04}{:02}{:02}_{tail}",
            at.year(),
            u8::from(at.month()),
            at.day()
        )
    }

    /// A GUID of version 4.
    pub(crate) fn guid(&self) -> String {
        let mut bytes = self.digest("guid");
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let text = hex::encode(&bytes[..16]);
        format!(
            "{}-{}-{}-{}-{}",
            &text[..8],
            &text[8..12],
            &text[12..16],
            &text[16..20],
            &text[20..]
        )
    }

    /// A token in the shape of a JWT.
    pub(crate) fn web_token(&self) -> String {
        let head = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
        let claims = spell(&self.digest("claims"), MIXED);
        let signature = spell(&self.digest("signature"), MIXED);
        format!("{head}.{claims}.{signature}")
    }

    /// A `confirmation_code` of PesaPal: ten digits.
    pub(crate) fn confirmation_code(&self) -> String {
        format!("7{}", spell(&self.digest("confirmation")[..9], b"0123456789"))
    }

    fn digest(&self, label: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(label.as_bytes());
        hash.update(self.nonce.to_be_bytes());
        hash.update(self.counter.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        hash.finalize().into()
    }
}

/// A `CheckoutRequestID` for a push at `at` to `phone`.
pub(crate) fn checkout_request_id(at: OffsetDateTime, phone: &str) -> String {
    let at = in_nairobi(at);
    let tail = &phone[phone.len().saturating_sub(9)..];
    format!(
        "ws_CO_{:02}{:02}{:04}{:02}{:02}{:02}{:03}{tail}",
        at.day(),
        u8::from(at.month()),
        at.year(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

/// The business-scoped user id of a phone. The same phone always has the same one.
pub(crate) fn user_id(wa_id: &str) -> String {
    format!("KE.{}", spell(&Sha256::digest(wa_id.as_bytes())[..16], MIXED))
}

fn spell<const N: usize>(bytes: &[u8], alphabet: &[u8; N]) -> String {
    bytes
        .iter()
        .map(|byte| char::from(alphabet[usize::from(*byte) % N]))
        .collect()
}

#[cfg(test)]
mod tests;
