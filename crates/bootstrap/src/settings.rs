//! Settings in layers: what the process brings, a file, the environment; checked whole before anything starts.
//!
//! A process writes one function that asks a [`SettingsReader`] for every setting it has. Each getter answers
//! `Some` or records a fault and answers `None`, so one run of the function finds every fault there is:
//!
//! ```text
//! fn read(r: &mut SettingsReader) -> Option<Settings> {
//!     let url = r.secret("database.url", "PostgreSQL of the running system, as ratiba_app");
//!     let port = r.required("api.port", "port of the api on loopback");
//!     let follow = r.optional::<SocketAddr>("clock.follow", "clock authority of dev, demo and tests");
//!     Some(Settings { url: url?, port: port?, follow: follow? })
//! }
//! let settings = SettingsReader::from_env(include_str!("base.toml")).finish(read)?;
//! ```
//!
//! The key `database.owner_url` is `owner_url` under `[database]` in a file and `RATIBA__DATABASE__OWNER_URL`
//! in the environment. A key that nobody asked for is a fault too: it is most often a misspelled one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use config::{Config, Environment, File, FileFormat, Source as _, Value, ValueKind};

use crate::secret::Secret;

/// What every variable of the settings begins with; a variable with one underscore is not a setting.
const PREFIX: &str = "RATIBA__";
/// The variable that names the settings file. It is not a setting itself.
const FILE_VARIABLE: &str = "RATIBA_CONFIG";

/// Whether a setting must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The process does not start without it.
    Required,
    /// The process starts without it.
    Optional,
}

/// One setting that a process knows: the material for its documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The dotted key, as `database.url`.
    pub key: &'static str,
    /// What the setting means, in a line.
    pub doc: &'static str,
    /// Whether it must be given by somebody, the built-in base included.
    pub presence: Presence,
    /// Whether its value must never be shown.
    pub is_secret: bool,
    /// The value in the built-in base, if it has one. Never set for a secret.
    pub default: Option<String>,
}

impl Declared {
    /// The name of the environment variable: `database.url` is `RATIBA__DATABASE__URL`.
    pub fn variable(&self) -> String {
        variable(self.key)
    }
}

/// One thing that is wrong with the settings. It names the setting and never shows a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The dotted key, or the name of the layer that could not be read.
    pub key: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.message)
    }
}

/// Everything that is wrong with the settings, sorted by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsErrors(pub Vec<Fault>);

impl fmt::Display for SettingsErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the settings cannot be used ({} at fault)", self.0.len())?;
        for fault in &self.0 {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsErrors {}

/// Reads the settings of one process and keeps every fault until [`finish`](Self::finish).
#[derive(Debug)]
pub struct SettingsReader {
    base: BTreeMap<String, Leaf>,
    values: BTreeMap<String, Leaf>,
    declared: Vec<Declared>,
    faults: Vec<Fault>,
}

/// One value as text, and where it came from. Its `Debug` shows no text: it may be a secret.
#[derive(Clone)]
struct Leaf {
    text: String,
    origin: Option<String>,
}

impl fmt::Debug for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaf")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl SettingsReader {
    /// Reads the layers, each over the one before: `base` (TOML, brought by the process), the file that
    /// `RATIBA_CONFIG` names, and the variables `RATIBA__…` of the environment.
    ///
    /// An empty variable counts as one that is not set. A layer that cannot be read is a fault like others.
    pub fn from_env(base: &str) -> Self {
        // `vars_os`, because another program's variable that is not UTF-8 must not stop this one.
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::from_variables(base, variables)
    }

    /// The same with the environment as an argument; this is how tests set variables.
    pub fn from_variables(base: &str, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables: BTreeMap<String, String> = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with("RATIBA_"))
            .collect();
        let mut faults = Vec::new();
        let base = collect(Config::builder().add_source(File::from_str(base, FileFormat::Toml)))
            .unwrap_or_else(|message| fault(&mut faults, "built-in base", message));
        let file = match variables.get(FILE_VARIABLE).filter(|path| !path.is_empty()) {
            Some(path) => collect(
                Config::builder().add_source(
                    File::from(Path::new(path))
                        .format(FileFormat::Toml)
                        .required(true),
                ),
            )
            .unwrap_or_else(|message| fault(&mut faults, FILE_VARIABLE, message)),
            None => BTreeMap::new(),
        };
        let settings = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with(PREFIX))
            .collect();
        let environment = collect(
            Config::builder().add_source(
                Environment::with_prefix("RATIBA")
                    .prefix_separator("__")
                    .separator("__")
                    .ignore_empty(true)
                    .source(Some(settings)),
            ),
        )
        .unwrap_or_else(|message| fault(&mut faults, "environment", message));
        let mut values = base.clone();
        values.extend(file);
        values.extend(environment);
        Self {
            base,
            values,
            declared: Vec::new(),
            faults,
        }
    }

    /// A setting that must be given, by the base at least.
    pub fn required<T>(&mut self, key: &'static str, doc: &'static str) -> Option<T>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.required_with(key, doc, |text| {
            text.parse::<T>().map_err(|error| error.to_string())
        })
    }

    /// A setting that may be absent. `Some(None)` is an absent one, `None` a malformed one.
    pub fn optional<T>(&mut self, key: &'static str, doc: &'static str) -> Option<Option<T>>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.declare(key, doc, Presence::Optional, false);
        match self.text(key) {
            None => Some(None),
            Some(text) => match text.parse::<T>() {
                Ok(value) => Some(Some(value)),
                Err(error) => self.malformed(key, &error.to_string()),
            },
        }
    }

    /// A setting that must be given, read by a function of the caller's. The function's message must not
    /// repeat the value.
    pub fn required_with<T>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.declare(key, doc, Presence::Required, false);
        let text = self.text_or_fault(key)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(message) => self.malformed(key, &message),
        }
    }

    /// A list that may be absent: a TOML array, or one variable with commas. Absent means empty.
    pub fn list<T>(&mut self, key: &'static str, doc: &'static str) -> Option<Vec<T>>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.declare(key, doc, Presence::Optional, false);
        let text = self.text(key).unwrap_or_default();
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        match items.map(str::parse::<T>).collect::<Result<Vec<T>, _>>() {
            Ok(items) => Some(items),
            Err(error) => self.malformed(key, &error.to_string()),
        }
    }

    /// A secret that must be given. What is wrong with it is said without it.
    pub fn secret(&mut self, key: &'static str, doc: &'static str) -> Option<Secret> {
        self.declare(key, doc, Presence::Required, true);
        self.text_or_fault(key).map(Secret::new)
    }

    /// A secret that may be absent. It is never malformed, so the outer `Option` is always `Some`; it is there
    /// so that all getters read alike.
    pub fn optional_secret(&mut self, key: &'static str, doc: &'static str) -> Option<Option<Secret>> {
        self.declare(key, doc, Presence::Optional, true);
        Some(self.text(key).map(Secret::new))
    }

    /// Records a fault that a getter cannot see, for example two settings that contradict each other.
    /// The message must not repeat a secret.
    pub fn fault(&mut self, key: &'static str, message: impl Into<String>) {
        self.faults.push(Fault {
            key: described(key),
            message: message.into(),
        });
    }

    /// Runs `read` and gives what it made, or everything that is wrong: what it recorded, and every key that
    /// was given but that it never asked for.
    ///
    /// # Errors
    /// [`SettingsErrors`] with all faults, sorted by key.
    pub fn finish<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Result<T, SettingsErrors> {
        let made = read(&mut self);
        self.refuse_unknown();
        match made {
            Some(settings) if self.faults.is_empty() => Ok(settings),
            Some(_) | None => {
                if self.faults.is_empty() {
                    self.faults.push(Fault {
                        key: "settings".into(),
                        message: "could not be put together, although each was accepted".into(),
                    });
                }
                self.faults
                    .sort_by(|a, b| (&a.key, &a.message).cmp(&(&b.key, &b.message)));
                self.faults.dedup();
                Err(SettingsErrors(self.faults))
            }
        }
    }

    /// What `read` asks for, in its order: the list behind the documentation of the settings. Whether the
    /// settings at hand are good does not matter here.
    pub fn declarations<T>(base: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Vec<Declared> {
        let mut reader = Self::from_variables(base, []);
        // Only the questions matter: without an environment the answers are expected to be incomplete.
        let _incomplete = read(&mut reader);
        reader.declared
    }

    fn declare(&mut self, key: &'static str, doc: &'static str, presence: Presence, is_secret: bool) {
        if self.declared.iter().any(|known| known.key == key) {
            return;
        }
        let default = self
            .base
            .get(key)
            .filter(|_| !is_secret)
            .map(|leaf| leaf.text.clone());
        self.declared.push(Declared {
            key,
            doc,
            presence,
            is_secret,
            default,
        });
    }

    fn text(&self, key: &str) -> Option<String> {
        self.values.get(key).map(|leaf| leaf.text.clone())
    }

    fn text_or_fault(&mut self, key: &'static str) -> Option<String> {
        let text = self.text(key);
        if text.is_none() {
            self.fault(key, "is missing");
        }
        text
    }

    fn malformed<T>(&mut self, key: &'static str, message: &str) -> Option<T> {
        self.fault(key, format!("is malformed: {message}"));
        None
    }

    fn refuse_unknown(&mut self) {
        let known: BTreeSet<&str> = self.declared.iter().map(|declared| declared.key).collect();
        for (key, leaf) in &self.values {
            if !known.contains(key.as_str()) {
                let origin = leaf.origin.as_deref().unwrap_or("the built-in base");
                let message = format!("is not a setting of this process (from {origin})");
                self.faults.push(Fault {
                    key: described(key),
                    message,
                });
            }
        }
    }
}

/// Records that a layer could not be read; nothing comes from it.
fn fault(faults: &mut Vec<Fault>, layer: &str, message: String) -> BTreeMap<String, Leaf> {
    faults.push(Fault {
        key: layer.into(),
        message,
    });
    BTreeMap::new()
}

fn described(key: &str) -> String {
    format!("{key} ({})", variable(key))
}

fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

fn collect(
    builder: config::ConfigBuilder<config::builder::DefaultState>,
) -> Result<BTreeMap<String, Leaf>, String> {
    let layer = builder
        .build()
        .and_then(|config| config.collect())
        .map_err(|error| safe_message(&error))?;
    let mut leaves = BTreeMap::new();
    for (key, value) in layer {
        flatten(key, value, &mut leaves);
    }
    Ok(leaves)
}

/// A parse error of a file quotes the line it stopped at, and that line may hold a secret.
fn safe_message(error: &config::ConfigError) -> String {
    match error {
        config::ConfigError::FileParse { uri, .. } => {
            format!(
                "is not valid TOML{}",
                uri.as_deref().map(|uri| format!(": {uri}")).unwrap_or_default()
            )
        }
        config::ConfigError::Foreign(_) => "cannot be read".into(),
        config::ConfigError::Frozen
        | config::ConfigError::NotFound(_)
        | config::ConfigError::PathParse { .. }
        | config::ConfigError::Type { .. }
        | config::ConfigError::At { .. }
        | config::ConfigError::Message(_)
        | _ => "cannot be used as settings".into(),
    }
}

/// Tables become dotted keys, lists become one text with commas, everything else becomes its text.
fn flatten(key: String, value: Value, leaves: &mut BTreeMap<String, Leaf>) {
    let origin = value.origin().map(str::to_owned);
    let text = match value.kind {
        ValueKind::Nil => return,
        ValueKind::Table(table) => {
            for (name, value) in table {
                flatten(format!("{key}.{name}"), value, leaves);
            }
            return;
        }
        ValueKind::Array(items) => items
            .into_iter()
            .map(|item| item.to_string())
            .collect::<Vec<_>>()
            .join(","),
        ValueKind::Boolean(value) => value.to_string(),
        ValueKind::I64(value) => value.to_string(),
        ValueKind::I128(value) => value.to_string(),
        ValueKind::U64(value) => value.to_string(),
        ValueKind::U128(value) => value.to_string(),
        ValueKind::Float(value) => value.to_string(),
        ValueKind::String(text) => text,
    };
    leaves.insert(key, Leaf { text, origin });
}

#[cfg(test)]
mod tests;
