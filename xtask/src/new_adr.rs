//! `cargo xtask new-adr TITLE`: an empty decision record with the next number.

use anyhow::{Context as _, bail};

use crate::new_migration::next_number;
use crate::workspace;

/// Makes the file and says where it is.
pub(crate) fn run(title: &str) -> anyhow::Result<()> {
    let records = workspace::root().join("docs/adr");
    std::fs::create_dir_all(&records).with_context(|| format!("{} cannot be made", records.display()))?;
    let number = next_number(&records, '-')?;
    let path = records.join(format!("{number:04}-{}.md", slug(title)?));
    let text = format!(
        "# {number:04}. {title}\n\n\
         ## Context\n\nWhat made a decision necessary.\n\n\
         ## Decision\n\nWhat we do.\n\n\
         ## Consequences\n\nWhat follows, the price included.\n\n\
         ## What would change our mind\n\nThe fact that would reopen this.\n"
    );
    std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("{}", path.display());
    Ok(())
}

/// The title as a file name.
fn slug(title: &str) -> anyhow::Result<String> {
    let lower = title.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        bail!("a decision needs a title of words");
    }
    Ok(words.join("-"))
}
