//! `cargo xtask tidy`: every module says what it is for, every link in the docs leads somewhere, no file lies around, and
//! none has the marks of a merge in it.

use std::path::Path;

use anyhow::bail;

use crate::files;
use crate::workspace;

/// Where code and documents are.
const PLACES: [&str; 8] = [
    "apps",
    "compose",
    "crates",
    "deploy",
    "docs",
    "migrations",
    "tests",
    "xtask",
];
const STRAY: [&str; 9] = [
    "orig", "rej", "bak", "swp", "tmp", "log", "new", "profraw", "DS_Store",
];

/// What is written by hand, and merged.
const WRITTEN: [&str; 10] = ["css", "json", "md", "mjs", "py", "rs", "sql", "toml", "ts", "tsx"];

/// Fails with every fault.
pub(crate) fn run() -> anyhow::Result<()> {
    let root = workspace::root();
    let mut faults = Vec::new();
    let mut paths = Vec::new();
    for place in PLACES {
        paths.extend(files::all_below(&root.join(place))?);
    }
    for name in ["README.md", "SECURITY.md"] {
        paths.extend(Some(root.join(name)).filter(|path| path.is_file()));
    }
    for path in &paths {
        let place = files::relative(&root, path);
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy().into_owned());
        let extension = extension.unwrap_or_default();
        if WRITTEN.contains(&extension.as_str())
            && let Some(line) = merge_mark(&files::read(path)?)
        {
            faults.push(format!(
                "{place}:{line}: the mark of a merge that nobody finished"
            ));
        }
        if STRAY.contains(&extension.as_str()) || place.ends_with('~') || place.ends_with("/mod.rs") {
            faults.push(format!("{place}: has no place here"));
        } else if extension == "rs" {
            faults.extend(code(&place, &files::read(path)?));
        } else if extension == "md" {
            faults.extend(
                broken_links(path, &files::read(path)?).map(|link| format!("{place}: leads nowhere: {link}")),
            );
        }
    }
    for fault in &faults {
        eprintln!("{fault}");
    }
    if !faults.is_empty() {
        bail!("{} things are untidy", faults.len());
    }
    println!("{} files are tidy", paths.len());
    Ok(())
}

/// The first line that a merge put there, counted from one.
fn merge_mark(text: &str) -> Option<usize> {
    let marks = ["<<<<<<< ", ">>>>>>> "];
    let marked = |line: &str| marks.iter().any(|mark| line.starts_with(mark));
    text.lines().position(marked).map(|place| place + 1)
}

/// What is wrong with one Rust file. Unit tests stand beside what they test and need no introduction, and what
/// a program wrote is no place for one.
fn code(place: &str, text: &str) -> Option<String> {
    let is_unit_test = place.ends_with("/tests.rs");
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let opens = first.starts_with("//!") || first.contains("do not edit");
    (!is_unit_test && !opens).then(|| format!("{place}: does not say what it is for: open with `//!`"))
}

/// Links in a document that lead to a file which is not there. Links to other places are not followed.
fn broken_links<'a>(document: &'a Path, text: &'a str) -> impl Iterator<Item = String> + 'a {
    links(text).into_iter().filter(move |link| {
        let target = link.split(['#', '?']).next().unwrap_or_default();
        let elsewhere = link.contains("://") || link.starts_with("mailto:") || target.is_empty();
        !elsewhere && !document.parent().unwrap_or(document).join(target).exists()
    })
}

/// The targets of all inline links outside of code.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        if in_code {
            continue;
        }
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for (at, opening) in prose.match_indices("](") {
            let rest = &prose[at + opening.len()..];
            if let Some(end) = rest.find(')') {
                found.push(
                    rest[..end]
                        .split(' ')
                        .next()
                        .unwrap_or_default()
                        .trim_matches(['<', '>'])
                        .to_owned(),
                );
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
