//! The files of the repository, as checks look at them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// What builds and tests fill.
const FILLED: [&str; 4] = ["target", "node_modules", "dist", "test-results"];

/// All files below a directory with one of this extension, in order. Directories that builds fill are left
/// out, and so are those that begin with a dot. A directory that is not there has no files.
pub(crate) fn below(directory: &Path, extension: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = all_below(directory)?;
    found.retain(|path| path.extension().is_some_and(|found| found == extension));
    Ok(found)
}

/// The same, whatever the extension.
pub(crate) fn all_below(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if directory.is_dir() {
        collect(directory, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let unreadable = || format!("{} cannot be listed", directory.display());
    for entry in std::fs::read_dir(directory).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let kind = entry.file_type().with_context(unreadable)?;
        if kind.is_dir() {
            if !name.starts_with('.') && !FILLED.contains(&name.as_ref()) {
                collect(&entry.path(), found)?;
            }
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// A path as the repository names it.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}
