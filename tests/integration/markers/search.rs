//! Finds secrets in whatever came out, in the clear and as they look when somebody encoded them.
//!
//! A secret is cut into overlapping pieces, so that a part of it is found, too: whatever shows [`FOUND_FROM`] of its
//! characters in a row is found.

use std::collections::BTreeMap;
use std::fmt;

/// How many characters of a secret a piece has.
const PIECE: usize = 12;
/// How far the beginnings of two pieces are apart.
const STEP: usize = 4;
/// So many characters of a secret in a row are found, wherever they begin.
pub(super) const FOUND_FROM: usize = PIECE + STEP - 1;
/// How much of a piece is looked up before all of it is compared.
const HEAD: usize = 8;
/// How much is told of what stands around a secret.
const AROUND: usize = 48;

/// What must not come out.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret {
    /// What it is to Ratiba.
    pub(super) name: String,
    text: String,
}

impl Secret {
    /// # Panics
    /// If the text is too short to be told from chance.
    pub(super) fn new(name: &str, text: &str) -> Self {
        assert!(text.len() >= FOUND_FROM, "{name} is too short to be looked for");
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// Something that came out, and where.
#[derive(Clone)]
pub(super) struct Came {
    pub(super) place: String,
    pub(super) bytes: Vec<u8>,
}

impl Came {
    pub(super) fn new(place: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            place: place.into(),
            bytes: bytes.into(),
        }
    }
}

/// A secret that came out.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) secret: String,
    /// How it was written.
    pub(super) form: &'static str,
    pub(super) place: String,
    /// What stands around it, without it.
    around: String,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            secret,
            form,
            place,
            around,
        } = self;
        write!(f, "{secret} {form} in {place}: {around}")
    }
}

struct Piece {
    bytes: Vec<u8>,
    secret: usize,
    form: &'static str,
}

/// The pieces of some secrets, ready to be looked for.
pub(super) struct Search {
    names: Vec<String>,
    pieces: BTreeMap<[u8; HEAD], Vec<Piece>>,
    /// In which slots pieces begin, so that most of what is read is passed over at once.
    begins: Vec<bool>,
}

impl Search {
    pub(super) fn new(secrets: &[Secret]) -> Self {
        let mut search = Self {
            names: secrets.iter().map(|secret| secret.name.clone()).collect(),
            pieces: BTreeMap::new(),
            begins: vec![false; 1 << 24],
        };
        for (index, secret) in secrets.iter().enumerate() {
            for (form, bytes) in forms(&secret.text) {
                search.add(index, form, bytes);
            }
        }
        search
    }

    fn add(&mut self, secret: usize, form: &'static str, bytes: Vec<u8>) {
        let head: [u8; HEAD] = bytes[..HEAD].try_into().unwrap();
        self.begins[slot(&bytes)] = true;
        let beside = self.pieces.entry(head).or_default();
        if beside
            .iter()
            .all(|piece| piece.bytes != bytes || piece.secret != secret)
        {
            beside.push(Piece { bytes, secret, form });
        }
    }

    /// Every secret that stands there, each once for each way in which it is written.
    pub(super) fn find(&self, came: &Came) -> Vec<Found> {
        let bytes = &came.bytes;
        let mut found: Vec<Found> = Vec::new();
        for at in 0..bytes.len().saturating_sub(HEAD - 1) {
            if !self.begins[slot(&bytes[at..])] {
                continue;
            }
            let head: [u8; HEAD] = bytes[at..at + HEAD].try_into().unwrap();
            for piece in self.pieces.get(&head).into_iter().flatten() {
                let secret = &self.names[piece.secret];
                let known = found
                    .iter()
                    .any(|one| one.secret == *secret && one.form == piece.form);
                if !known && bytes[at..].starts_with(&piece.bytes) {
                    found.push(Found {
                        secret: secret.clone(),
                        form: piece.form,
                        place: came.place.clone(),
                        around: around(bytes, at),
                    });
                }
            }
        }
        found
    }
}

/// A number of 24 bits for the first four bytes; others may have the same.
fn slot(bytes: &[u8]) -> usize {
    let first = u32::from_be_bytes(bytes[..4].try_into().unwrap());
    usize::try_from(first.wrapping_mul(0x9e37_79b1) >> 8).unwrap()
}

/// What stands before a place, which is enough to find the line of the program: what follows is the secret.
fn around(bytes: &[u8], at: usize) -> String {
    let before = &bytes[at.saturating_sub(AROUND)..at];
    format!("…{}[…]", String::from_utf8_lossy(before).escape_debug())
}

/// The pieces of a text in every form in which it may come out.
fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    for piece in pieces(text.as_bytes(), PIECE) {
        all.push(("in the clear", piece.to_vec()));
        all.push((
            "url-encoded",
            percent(piece, |byte| !byte.is_ascii_alphanumeric()),
        ));
        let lower = percent(piece, |byte| !byte.is_ascii_alphanumeric()).to_ascii_lowercase();
        if lower != piece.to_ascii_lowercase() {
            all.push(("url-encoded", escapes_in_lower_case(piece)));
        }
        all.push(("url-encoded throughout", percent(piece, |_any| true)));
        all.push((
            "JSON-escaped",
            String::from_utf8_lossy(piece).replace('/', "\\/").into(),
        ));
        all.extend(of_bytes(piece));
    }
    // What is written in digits or in base64 stands for bytes, and those may come out otherwise.
    let digits = hex::decode(text).ok();
    let meant = digits.or_else(|| from_base64(text.strip_prefix("whsec_")?));
    if let Some(meant) = meant {
        for piece in pieces(&meant, PIECE) {
            all.extend(of_bytes(piece));
        }
    }
    all.retain(|(_, bytes)| bytes.len() >= HEAD);
    all
}

fn of_bytes(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let list = |between: &str| -> Vec<u8> {
        let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
        numbers.join(between).into_bytes()
    };
    let mut all = vec![
        ("as it is", bytes.to_vec()),
        ("in hexadecimal digits", hex::encode(bytes).into_bytes()),
        ("in hexadecimal digits", hex::encode_upper(bytes).into_bytes()),
        ("as a list of bytes", list(", ")),
        ("as a list of bytes", list(",")),
    ];
    for shift in 0..3 {
        let text = base64_within(bytes, shift);
        let for_urls = text.replace('+', "-").replace('/', "_");
        all.push(("in base64", text.into_bytes()));
        all.push(("in base64", for_urls.into_bytes()));
    }
    all
}

/// Pieces that begin every few bytes, and one at the end.
fn pieces(bytes: &[u8], size: usize) -> impl Iterator<Item = &[u8]> {
    let size = size.min(bytes.len());
    let last = bytes.len() - size;
    let starts = (0..last).step_by(STEP).chain(std::iter::once(last));
    starts.map(move |start| &bytes[start..start + size])
}

fn percent(bytes: &[u8], is_escaped: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut text = String::new();
    for byte in bytes {
        match is_escaped(*byte) {
            true => text.push_str(&format!("%{byte:02X}")),
            false => text.push(char::from(*byte)),
        }
    }
    text.into_bytes()
}

fn escapes_in_lower_case(bytes: &[u8]) -> Vec<u8> {
    let mut text = String::new();
    for byte in bytes {
        match byte.is_ascii_alphanumeric() {
            true => text.push(char::from(*byte)),
            false => text.push_str(&format!("%{byte:02x}")),
        }
    }
    text.into_bytes()
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The characters of base64 that some bytes fill by themselves, where so many others stand before them.
fn base64_within(bytes: &[u8], before: usize) -> String {
    let bit = |at: usize| bytes[at / 8] >> (7 - at % 8) & 1;
    // Characters are six bits each, counted from the first byte of all.
    let first = (before * 8).div_ceil(6);
    let end = (before + bytes.len()) * 8 / 6;
    let character = |at: usize| {
        let bits = (at * 6 - before * 8)..(at * 6 - before * 8 + 6);
        let value = bits.fold(0, |value, at| value << 1 | bit(at));
        char::from(DIGITS[usize::from(value)])
    };
    (first..end).map(character).collect()
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bits = Vec::new();
    for byte in text.trim_end_matches('=').bytes() {
        let value = DIGITS.iter().position(|digit| *digit == byte)?;
        bits.extend((0..6).rev().map(|at| value >> at & 1 == 1));
    }
    let byte = |bits: &[bool]| bits.iter().fold(0, |byte: u8, bit| byte << 1 | u8::from(*bit));
    Some(bits.chunks_exact(8).map(byte).collect())
}
