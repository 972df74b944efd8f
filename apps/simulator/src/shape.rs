//! Bodies in the rarer of their shapes, made from the common one without touching anything else.

/// Writes every number as text, and every text of digits (one point allowed) as a number.
///
/// It works on the text, because amounts such as `1500.00` would not survive a JSON library. Names of members
/// stay as they are, and so does text with a leading zero or more digits than a number keeps.
pub(crate) fn swap_scalars(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 16);
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let (token, after) = if first == '"' {
            split_text(rest)
        } else if first.is_ascii_digit() || first == '-' {
            let end = rest
                .find(|it: char| !(it.is_ascii_digit() || matches!(it, '-' | '+' | '.' | 'e' | 'E')))
                .unwrap_or(rest.len());
            rest.split_at(end)
        } else {
            rest.split_at(first.len_utf8())
        };
        let is_name = after.trim_start().starts_with(':');
        let inner = token.trim_matches('"');
        if first == '"' && !is_name && is_plain_number(inner) {
            out.push_str(inner);
        } else if first.is_ascii_digit() || first == '-' {
            out.push('"');
            out.push_str(token);
            out.push('"');
        } else {
            out.push_str(token);
        }
        rest = after;
    }
    out
}

/// The text at the beginning with its quotes, and what comes after it.
fn split_text(json: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return json.split_at(at + 1),
            _ => {}
        }
    }
    json.split_at(json.len())
}

fn is_plain_number(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or_default();
    let leads_with_zero = whole.len() > 1 && whole.starts_with('0');
    let parts = text.split('.');
    parts.clone().count() <= 2
        && parts
            .into_iter()
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        && !leads_with_zero
        && text.len() <= 15
}

#[cfg(test)]
mod tests;
