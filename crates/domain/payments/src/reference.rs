//! The references of an attempt, which are never mixed: one for the public, one for the customer's
//! prompt, one secret in the callback's path, and the provider's own.

use std::fmt;

use ratiba_kernel::{Id, TokenHash};
use serde::{Deserialize, Serialize};

use crate::attempt::AttemptId;
use crate::payment::PaymentId;

/// Digits and capitals without those that are taken for one another (0 O, 1 I L, M N, U V), without
/// vowels and without `M`: no word can be spelled by chance, least of all one that a provider forbids.
const ALPHABET: &[u8; 27] = b"23456789BCDFGHJKNPQRSTVWXYZ";

/// Spells the lowest digits of `number` in the alphabet, always `length` characters.
fn spell(mut number: u128, length: usize) -> String {
    let mut letters = vec![b'2'; length];
    for letter in letters.iter_mut().rev() {
        let digit = usize::try_from(number % 27).unwrap_or_default();
        *letter = ALPHABET[digit];
        number /= 27;
    }
    letters.into_iter().map(char::from).collect()
}

/// The text is not one of our references.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a well-formed reference")]
pub struct MalformedReference;

/// The public id of an attempt: 28 characters, made of the attempt's id and therefore unique.
///
/// A provider may show it in a browser; it opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MerchantReference(String);

impl MerchantReference {
    const LENGTH: usize = 28;

    /// The reference of an attempt; always the same for the same one.
    #[must_use]
    pub fn of(attempt: AttemptId) -> Self {
        Self(spell(attempt.as_uuid().as_u128(), Self::LENGTH))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MerchantReference {
    type Error = MalformedReference;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.len() == Self::LENGTH && text.bytes().all(|b| ALPHABET.contains(&b)) {
            Ok(Self(text))
        } else {
            Err(MalformedReference)
        }
    }
}

impl From<MerchantReference> for String {
    fn from(reference: MerchantReference) -> Self {
        reference.0
    }
}

/// What the customer sees on the prompt and types when paying by hand: 10 characters, M-Pesa takes 12.
///
/// All attempts of one payment share it. It is made of the payment's id; two payments of a tenant that
/// met by chance are refused by the book, and the payment gets another id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountReference(String);

impl AccountReference {
    const LENGTH: usize = 10;

    /// The reference of a payment; always the same for the same one.
    #[must_use]
    pub fn of(payment: PaymentId) -> Self {
        // The low bits of a UUID of version 7 are the random ones.
        Self(spell(payment.as_uuid().as_u128() & ((1 << 62) - 1), Self::LENGTH))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AccountReference {
    /// Reads what somebody typed: small letters count like capitals, and white space and signs between them are passed
    /// over. Letters that we never use are not taken for others that look like them; `None` then.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        let upper: String = letters
            .map(|c| c.to_ascii_uppercase())
            .take(Self::LENGTH + 1)
            .collect();
        let foreign = text.chars().any(|c| c.is_alphanumeric() && !c.is_ascii());
        if foreign { None } else { Self::try_from(upper).ok() }
    }
}

impl TryFrom<String> for AccountReference {
    type Error = MalformedReference;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.len() == Self::LENGTH && text.bytes().all(|b| ALPHABET.contains(&b)) {
            Ok(Self(text))
        } else {
            Err(MalformedReference)
        }
    }
}

impl From<AccountReference> for String {
    fn from(reference: AccountReference) -> Self {
        reference.0
    }
}

/// The secret in the path of a callback: 32 random bytes in lower-case hex, in which no forbidden word
/// can occur. Only its hash is stored. `Debug` says nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct CallbackToken(String);

impl CallbackToken {
    /// A token of fresh random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(hex::encode(bytes))
    }

    /// Reads a token from a path.
    ///
    /// # Errors
    /// [`MalformedReference`] unless it is 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, MalformedReference> {
        let hexadecimal = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == 64 && text.bytes().all(hexadecimal) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MalformedReference)
        }
    }

    /// What is stored in its place.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }

    /// The secret itself, for the path that the provider is given and nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CallbackToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallbackToken(…)")
    }
}

/// Makes asking for money repeatable: the same key is the same request, however often it comes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestKey(String);

impl RequestKey {
    /// A key that the caller derived from what caused the request.
    ///
    /// # Errors
    /// [`MalformedReference`] unless it is 1 to 128 visible ASCII characters.
    pub fn parse(text: &str) -> Result<Self, MalformedReference> {
        if (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MalformedReference)
        }
    }

    /// The key of a request that a thing with an id caused.
    #[must_use]
    pub fn of<T: ?Sized>(cause: Id<T>) -> Self {
        Self(cause.to_string())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RequestKey {
    type Error = MalformedReference;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<RequestKey> for String {
    fn from(key: RequestKey) -> Self {
        key.0
    }
}

/// The ids under which the provider knows an attempt. They hold a part of the payer's number, so
/// `Debug` shows the first characters only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProviderIds {
    tracking: String,
    request: Option<String>,
}

impl ProviderIds {
    /// `tracking` is the id that callbacks and queries use (M-Pesa: `CheckoutRequestID`), `request` the
    /// one of the submission, where there is one.
    ///
    /// # Errors
    /// [`MalformedReference`] unless each is 1 to 128 visible ASCII characters.
    pub fn new(tracking: &str, request: Option<&str>) -> Result<Self, MalformedReference> {
        let sound =
            |text: &str| (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if sound(tracking) && request.is_none_or(sound) {
            Ok(Self {
                tracking: tracking.to_owned(),
                request: request.map(str::to_owned),
            })
        } else {
            Err(MalformedReference)
        }
    }

    /// The id that callbacks and queries use. Unique within a provider.
    #[must_use]
    pub fn tracking(&self) -> &str {
        &self.tracking
    }

    /// The id of the submission, where the provider gives one.
    #[must_use]
    pub fn request(&self) -> Option<&str> {
        self.request.as_deref()
    }

    /// Whether both can name one attempt: the tracking ids are equal, and so are the request ids where
    /// both are known.
    #[must_use]
    pub fn agree_with(&self, other: &Self) -> bool {
        self.tracking == other.tracking
            && match (&self.request, &other.request) {
                (Some(ours), Some(theirs)) => ours == theirs,
                (None, _) | (_, None) => true,
            }
    }
}

impl fmt::Debug for ProviderIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProviderIds({}…)", self.tracking.get(..8).unwrap_or_default())
    }
}

/// Whether two numbers name one transfer outside of this system: capitals and white space around them do not matter.
#[must_use]
pub fn names_same_transfer(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}

/// The provider's number for money that moved, such as an M-Pesa receipt; unique within the provider.
/// `Debug` shows the last three characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Receipt(String);

impl Receipt {
    /// Reads a receipt: capitals and digits. M-Pesa's have ten, card payments' up to 22; 6 to 40 are taken,
    /// because refusing a longer one would leave money unaccounted for.
    ///
    /// # Errors
    /// [`MalformedReference`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedReference> {
        let alphanumeric = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        if (6..=40).contains(&text.len()) && text.bytes().all(alphanumeric) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MalformedReference)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = self.0.get(self.0.len().saturating_sub(3)..).unwrap_or_default();
        write!(f, "Receipt(…{tail})")
    }
}

#[cfg(test)]
mod tests;
