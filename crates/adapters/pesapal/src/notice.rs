//! Reads a notice (PesaPal calls it an IPN). It carries no status and no amount, and is not signed: it only
//! says "look".

use ratiba_payments::ports::{NoticeIds, NoticeReader, Unreadable};
use serde_json::Value;

use crate::wire::{is_plain_id, scalar};

/// Reads notices that come as JSON in a body, or in the query of an address.
#[derive(Clone, Copy, Debug, Default)]
pub struct PesapalNotices;

impl NoticeReader for PesapalNotices {
    fn read(&self, body: &[u8]) -> Result<NoticeIds, Unreadable> {
        let text = std::str::from_utf8(body).map_err(|_| Unreadable("not text"))?;
        let form = match serde_json::from_str(text) {
            Ok(json) => Form::Json(json),
            Err(_) => Form::Query(text),
        };
        let field = |name: &str| form.field(name);
        let id = |name, missing| {
            let found = field(name).ok_or(Unreadable(missing))?;
            if is_plain_id(&found, 64) {
                Ok(found)
            } else {
                Err(Unreadable(missing))
            }
        };
        Ok(NoticeIds {
            tracking: id("OrderTrackingId", "no OrderTrackingId of the documented shape")?,
            reference: id(
                "OrderMerchantReference",
                "no OrderMerchantReference of the documented shape",
            )?,
            kind: field("OrderNotificationType")
                .filter(|kind| is_plain_id(kind, 32))
                .unwrap_or_else(|| "IPNCHANGE".to_owned()),
        })
    }
}

/// The two ways in which a notice comes.
enum Form<'a> {
    Json(Value),
    Query(&'a str),
}

impl Form<'_> {
    fn field(&self, name: &str) -> Option<String> {
        match self {
            Self::Json(json) => scalar(json, name).or_else(|| scalar(json, &lower_first(name))),
            Self::Query(query) => of_query(query, name),
        }
    }
}

fn lower_first(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!("{}{rest}", first.to_ascii_lowercase())
}

/// The value of a name in `a=b&c=d`. Our ids need no escapes, and what has some is none of them.
fn of_query(query: &str, name: &str) -> Option<String> {
    let pairs = query.trim_start_matches('?').split('&');
    let mut named = pairs
        .filter_map(|pair| pair.split_once('='))
        .filter(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_empty());
    named.next().map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests;
