//! Collects the text of every migration, so that `ratiba-migrate print` can show what `run` would apply.
//!
//! The library that applies migrations embeds them too, but does not give their text back.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    // Asked when it runs: clones that share a target directory share this program, but not the folder.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo gives build scripts their folder")?;
    let directory = Path::new(&package).join("../../migrations").canonicalize()?;
    println!("cargo::rerun-if-changed={}", directory.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(
                entry
                    .file_name()
                    .into_string()
                    .map_err(|name| format!("{name:?} is not UTF-8"))?,
            );
        }
    }
    names.sort();
    let mut list = String::from("&[\n");
    for name in names {
        let up = directory.join(&name).join("up.sql");
        println!("cargo::rerun-if-changed={}", up.display());
        writeln!(list, "    ({name:?}, include_str!({up:?})),")?;
    }
    list.push_str("]\n");
    let out = std::env::var_os("OUT_DIR").ok_or("cargo gives build scripts an OUT_DIR")?;
    std::fs::write(Path::new(&out).join("migration_texts.rs"), list)?;
    Ok(())
}
