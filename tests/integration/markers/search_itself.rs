//! The search finds what it is to find, or it proves nothing.

use serde_json::json;

use super::search::{Came, FOUND_FROM, Found, Search, Secret};

const TOKEN: &str = "EAAGq7+Rw/92kLmPz0xYbNc=4TtUuVv";
const KEY: &str = "5f0c2d1e9a8b7c6d5e4f30211203f4e5d6c7b8a9a1b2c3d4e5f60718293a4b5c";

fn found(came: impl Into<Vec<u8>>) -> Vec<Found> {
    let secrets = [Secret::new("a token", TOKEN), Secret::new("a key", KEY)];
    Search::new(&secrets).find(&Came::new("a place", came))
}

fn percent(text: &str) -> String {
    let escaped = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(escaped).collect()
}

/// Base64 as the textbooks have it, by PostgreSQL's alphabet; the search has its own way.
fn base64(bytes: &[u8]) -> String {
    let alphabet: Vec<char> = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(['+', '/'])
        .collect();
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let number = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=three.len() {
            let digit = number >> (18 - 6 * place) & 63;
            text.push(alphabet[usize::try_from(digit).unwrap()]);
        }
        text.push_str(&"=".repeat(3 - three.len()));
    }
    text
}

#[test]
fn a_secret_is_found_in_a_line_and_in_a_row_however_it_is_written() {
    assert_eq!(base64(b"light work."), "bGlnaHQgd29yay4=");
    let raw = hex::decode(KEY).unwrap();
    let forms = [
        TOKEN.to_owned(),
        percent(TOKEN),
        percent(TOKEN)
            .replace("%2F", "%2f")
            .replace("%2B", "%2b")
            .replace("%3D", "%3d"),
        base64(TOKEN.as_bytes()),
        base64(format!("u{TOKEN}").as_bytes()),
        base64(format!("us{TOKEN}:x").as_bytes()),
        base64(TOKEN.as_bytes()).replace('+', "-").replace('/', "_"),
        hex::encode(TOKEN),
        hex::encode_upper(TOKEN),
        format!("{:?}", TOKEN.as_bytes()),
        json!(TOKEN.as_bytes()).to_string(),
        TOKEN.replace('/', "\\/"),
        KEY.to_owned(),
        KEY.to_uppercase(),
        base64(&raw),
        format!("{raw:?}"),
        hex::encode(KEY),
        base64(KEY.as_bytes()),
    ];
    for form in forms {
        let line = json!({ "level": "DEBUG", "message": format!("asked with {form}, and refused") });
        assert!(!found(line.to_string()).is_empty(), "in a line: {form}");
        assert!(
            !found(format!("(7,\"{form}\",\\x00ff)")).is_empty(),
            "in a row: {form}"
        );
    }
    assert!(!found(raw).is_empty(), "as bytes");
}

#[test]
fn a_part_of_a_secret_is_found_wherever_it_begins() {
    for start in 0..=TOKEN.len() - FOUND_FROM {
        let part = &TOKEN[start..start + FOUND_FROM];
        assert_eq!(found(format!("token {part}…")).len(), 1, "{part}");
    }
}

#[test]
fn what_is_no_secret_is_not_found_and_no_finding_shows_one() {
    let other = "asked with EAAGq7 and 5f0c2d1e9a, the first of sha256 \
                 9b74c9897bac770ffc029102a200c5de at 2026-05-12T08:00:00+03:00";
    assert!(found(other).is_empty());
    let told = format!("{:?}", found(format!("asked with {TOKEN}")));
    assert!(
        told.contains("a token in the clear in a place") && told.contains("asked with"),
        "{told}"
    );
    assert!(found(told).is_empty(), "a finding shows the secret");
}

#[test]
fn a_secret_is_found_in_every_kind_of_column_of_a_table() {
    let database = ratiba_test_database::TestDatabase::create();
    let plant = format!(
        "CREATE TABLE planted (id integer, words text, document jsonb, body bytea, list text[]);
         INSERT INTO planted (id, words) VALUES (1, 'a {TOKEN}');
         INSERT INTO planted (id, document) VALUES (2, '{{\"a\": [\"{TOKEN}\"]}}');
         INSERT INTO planted (id, body) VALUES (3, convert_to('a {TOKEN}', 'UTF8'));
         INSERT INTO planted (id, list) VALUES (4, ARRAY['{TOKEN}']);
         INSERT INTO planted (id, words) VALUES (5, encode(convert_to('{TOKEN}', 'UTF8'), 'base64'));"
    );
    let mut administrator = database.connect_as_administrator();
    diesel::connection::SimpleConnection::batch_execute(&mut administrator, &plant).unwrap();
    let search = Search::new(&[Secret::new("a token", TOKEN)]);
    let rows = super::rows::all(&database);
    let mut places: Vec<String> = rows
        .iter()
        .flat_map(|came| search.find(came))
        .map(|found| found.place)
        .collect();
    places.sort();
    assert_eq!(
        places,
        ["body", "document", "list", "words", "words"].map(|column| format!("row of planted, {column}"))
    );
}
