//! Which of several forms a caller wants, by the `Accept` header (RFC 9110, 12.5.1).

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT;

use crate::problem::{Kind, Problem};

/// How much a form is wanted, in thousandths: 0 is not at all.
type Weight = u16;

/// The most ranges that are read of a header; no program sends as many.
const RANGES_MAX: usize = 50;

/// The first of the offered content types that the caller wants most; the first of all where nothing is said.
///
/// # Errors
/// [`Kind::NotAcceptable`] if the caller wants none of them.
pub fn preferred<T: Copy>(request: &HttpRequest, offered: &[(&'static str, T)]) -> Result<T, Problem> {
    let wanted: Vec<&str> = request
        .headers()
        .get_all(ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .collect();
    let chosen = choose(
        &wanted.join(","),
        &offered.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
    );
    let form = chosen.and_then(|place| offered.get(place)).map(|(_, form)| *form);
    form.ok_or_else(|| {
        let names: Vec<&str> = offered.iter().map(|(name, _)| *name).collect();
        Problem::new(Kind::NotAcceptable, format!("there is {}", names.join(", "))).with("available", names)
    })
}

/// The place of the content type that is wanted most.
fn choose(header: &str, offered: &[&str]) -> Option<usize> {
    if header.trim().is_empty() {
        return (!offered.is_empty()).then_some(0);
    }
    let ranges: Vec<(&str, Weight)> = header.split(',').take(RANGES_MAX).filter_map(range).collect();
    let mut best: Option<(Weight, usize)> = None;
    for (place, name) in offered.iter().enumerate() {
        let weight = weight_of(name, &ranges);
        if weight > 0 && best.is_none_or(|(before, _)| weight > before) {
            best = Some((weight, place));
        }
    }
    best.map(|(_, place)| place)
}

/// How much a content type is wanted: what the most particular range that it is in says.
fn weight_of(name: &str, ranges: &[(&str, Weight)]) -> Weight {
    let family = name.split('/').next().unwrap_or_default();
    let said = |rank: usize| {
        ranges.iter().rev().find(|(range, _)| match rank {
            0 => range.eq_ignore_ascii_case(name),
            1 => range
                .strip_suffix("/*")
                .is_some_and(|of| of.eq_ignore_ascii_case(family)),
            _ => *range == "*/*",
        })
    };
    (0..3).find_map(said).map_or(0, |(_, weight)| *weight)
}

/// A range and its weight; what is malformed is not there. Other parameters than the weight say nothing here.
fn range(text: &str) -> Option<(&str, Weight)> {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().filter(|range| range.contains('/'))?;
    let weight = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    match weight {
        None => Some((range, 1_000)),
        Some(value) => Some((range, thousandths(value)?)),
    }
}

/// `0`, `1`, `0.5`, `1.000`: at most three digits behind the point, at most 1.
fn thousandths(text: &str) -> Option<Weight> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if rest.len() > 3 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let rest: Weight = format!("{rest:0<3}").parse().ok()?;
    match whole {
        "0" => Some(rest),
        "1" if rest == 0 => Some(1_000),
        _more => None,
    }
}

#[cfg(test)]
mod tests;
