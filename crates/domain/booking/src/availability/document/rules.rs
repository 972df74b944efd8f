//! The tenant's rules, in the words of its settings, with a few shorter ones for cases.

use serde_json::{Map, Value};

use super::fault::Problem;
use super::json::member;
use super::reader::Reader;
use crate::policy::Rules;

/// A switch with two words in the settings may be written as true or false.
const SWITCHES: [(&str, &str, &str); 2] = [
    ("gap_fit", "offered", "grid_only"),
    ("cleanup_past_closing", "allowed", "refused"),
];
const SHARE_BUFFERS: &str = "share_buffers";
const CHANNELS: [&str; 3] = ["chat", "web", "desk"];
/// A year, in minutes: more than any rule of minutes can mean.
const NUMBER_MOST: u64 = 366 * 24 * 60;

/// How many rungs a ladder of rules may have.
const LIST_MOST: usize = 100;

/// The most minutes of a notice, and the most days of a horizon.
pub(super) const NOTICE_MOST: u32 = 366 * 24 * 60;
pub(super) const HORIZON_MOST: u32 = 3_660;

/// The largest number that a rule can mean.
fn most(name: &str) -> u64 {
    match name {
        "grid_step" | "wait_between_parts" => 24 * 60,
        "horizon_days" => 3_660,
        "no_shows" => 65_535,
        "price_floor" => 1_000_000_000,
        "late_fee" | "no_show_fee" | "therapist" | "receptionist" | "manager" | "deposit" => 10_000,
        _other => NUMBER_MOST,
    }
}

/// The names of all rules in a case, those of the settings and the shorter ones.
pub(super) fn names(settings: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<String> = settings.keys().cloned().collect();
    names.push(SHARE_BUFFERS.to_owned());
    names
}

/// One rule that the case gives: where it stands in the settings, and what it is.
struct Given {
    at: Vec<String>,
    path: String,
    value: Value,
}

pub(super) fn read(reader: &mut Reader, path: &str, value: &Value) -> Option<Rules> {
    let Some(object) = value.as_object() else {
        return reader.must_be(path, "an object");
    };
    let Ok(settings) = serde_json::to_value(Rules::default()) else {
        return reader.fault(path, Problem::Rule("the rules have no default".to_owned()));
    };
    let mut given = Vec::new();
    for (name, value) in object {
        let path = member(path, name);
        if name == SHARE_BUFFERS {
            if object.contains_key("buffers") {
                let why = Problem::Misplaced("`buffers` says it already");
                reader.fault::<()>(path.clone(), why);
            }
            let yes = reader.yes(&path, value).unwrap_or_default();
            let word = if yes { "shared" } else { "stacked" };
            given.push(Given {
                at: vec!["buffers".to_owned()],
                path,
                value: Value::from(word),
            });
            continue;
        }
        let switch = SWITCHES.iter().find(|(rule, _, _)| rule == name);
        let value = match (switch, value.as_bool()) {
            (Some((_, on, off)), Some(yes)) => Value::from(if yes { *on } else { *off }),
            (Some(_) | None, _) => value.clone(),
        };
        match settings.get(name) {
            Some(default) => leaves(reader, (vec![name.clone()], path), &value, default, &mut given),
            None => {
                let known = settings.as_object().map(names).unwrap_or_default();
                reader.fault::<()>(path, Problem::Unknown(known.join(", ")));
            }
        }
    }
    let mut whole = settings.clone();
    for Given { at, path, value } in given {
        let mut alone = settings.clone();
        put(&mut alone, &at, value.clone());
        match serde_json::from_value::<Rules>(alone) {
            Ok(_) => put(&mut whole, &at, value),
            Err(error) => {
                reader.fault::<()>(path, Problem::Rule(error.to_string()));
            }
        }
    }
    serde_json::from_value(whole).ok()
}

/// Every single value of a rule, so that each is judged alone.
fn leaves(
    reader: &mut Reader,
    (at, path): (Vec<String>, String),
    value: &Value,
    default: &Value,
    given: &mut Vec<Given>,
) {
    let name = at.first().map(String::as_str).unwrap_or_default();
    let leaf = at.last().map(String::as_str).unwrap_or_default();
    match (default, value) {
        (Value::Object(defaults), Value::Object(members)) => {
            for (key, value) in members {
                let path = member(&path, key);
                let at = [at.clone(), vec![key.clone()]].concat();
                match defaults.get(key) {
                    Some(default) => leaves(reader, (at, path), value, default, given),
                    None => {
                        let known: Vec<&str> = defaults.keys().map(String::as_str).collect();
                        reader.fault::<()>(path, Problem::Unknown(known.join(", ")));
                    }
                }
            }
        }
        (Value::Object(defaults), one) if CHANNELS.iter().all(|channel| defaults.contains_key(*channel)) => {
            for (key, default) in defaults {
                let at = [at.clone(), vec![key.clone()]].concat();
                leaves(reader, (at, path.clone()), one, default, given);
            }
        }
        (Value::Object(_), _) => {
            reader.must_be::<()>(&path, "an object");
        }
        (Value::Number(_), number) => {
            let most = most(name).min(most(leaf));
            if number.as_u64().is_some_and(|number| number <= most) {
                let value = value.clone();
                given.push(Given { at, path, value });
            } else {
                reader.must_be::<()>(&path, format!("a whole number from 0 to {most}"));
            }
        }
        (Value::Array(_), list) => {
            let faults = reader.faults.len();
            for (path, item) in reader.list(&path, list, LIST_MOST) {
                for (key, number) in item.as_object().into_iter().flatten() {
                    let most = most(key);
                    if number.as_u64().is_none_or(|number| number > most) {
                        reader.must_be::<()>(&member(&path, key), format!("a whole number from 0 to {most}"));
                    }
                }
            }
            if reader.faults.len() == faults {
                let value = value.clone();
                given.push(Given { at, path, value });
            }
        }
        (Value::Null | Value::Bool(_) | Value::String(_), _) => {
            let value = value.clone();
            given.push(Given { at, path, value });
        }
    }
}

fn put(settings: &mut Value, at: &[String], value: Value) {
    let place = at.iter().try_fold(settings, |place, key| place.get_mut(key));
    if let Some(place) = place {
        *place = value;
    }
}
