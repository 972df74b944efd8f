//! `cargo xtask new-migration NAME`: an empty migration with the next number.

use std::path::Path;

use anyhow::{Context as _, bail};

use crate::workspace;

const UP: &str = "\
-- What this makes possible, and how the version that still runs lives with it (expand, migrate, contract).
-- A table's policy is in the same migration as the table. Data is moved between NO FORCE and FORCE.
";
const DOWN: &str = "\
-- Back to the schema before, so that up, down, up leaves the same one.
";

/// Makes the folder with both files and says where it is.
pub(crate) fn run(name: &str) -> anyhow::Result<()> {
    let migrations = workspace::root().join("migrations");
    let path = migrations.join(next_name(&migrations, name)?);
    std::fs::create_dir(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    std::fs::write(path.join("up.sql"), UP)?;
    std::fs::write(path.join("down.sql"), DOWN)?;
    println!("{}", path.display());
    Ok(())
}

fn next_name(migrations: &Path, name: &str) -> anyhow::Result<String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(fits) {
        bail!("a migration's name is made of lower-case letters, digits and underscores");
    }
    Ok(format!("{:04}_{name}", next_number(migrations, '_')?))
}

/// One more than the highest number that an entry of `directory` begins with.
pub(crate) fn next_number(directory: &Path, separator: char) -> anyhow::Result<u32> {
    let mut highest = 0;
    for entry in
        std::fs::read_dir(directory).with_context(|| format!("{} cannot be listed", directory.display()))?
    {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let number = name
            .split_once(separator)
            .and_then(|(number, _)| number.parse().ok());
        highest = highest.max(number.unwrap_or(0));
    }
    Ok(highest + 1)
}

#[cfg(test)]
mod tests;
