//! What the machine must have before anything is built, each thing in one line with the command that brings it.
//!
//! A missing library would otherwise show as a linker error many minutes later.

use std::process::Command;
use std::time::Duration;

use anyhow::bail;

use crate::machine;
use crate::postgres;
use crate::process;
use crate::workspace;

const PATIENCE: Duration = Duration::from_secs(30);

/// Below this a build, or a database that tests run on, is likely to end in the middle; in kilobytes.
const ROOM_MIN_KB: u64 = 1_000_000;

/// Fails with one line for each thing that the build misses.
pub(crate) fn build() -> anyhow::Result<()> {
    refuse(missing_for_build())
}

/// The same, and something that can run PostgreSQL.
pub(crate) fn build_and_database(purpose: postgres::Purpose) -> anyhow::Result<()> {
    let mut missing = missing_for_build();
    if !postgres::is_possible(purpose) {
        missing.push(format!(
            "no PostgreSQL {} or later and no container engine that answers: {}",
            postgres::VERSION_MIN,
            Installer::of_this_machine().command(Need::PostgresServer)
        ));
    }
    refuse(missing)
}

fn refuse(missing: Vec<String>) -> anyhow::Result<()> {
    if missing.is_empty() {
        Ok(())
    } else {
        bail!("this machine is not ready:\n  {}", missing.join("\n  "))
    }
}

fn missing_for_build() -> Vec<String> {
    // First: on a full disk nothing links, which would read as a missing library.
    if let Some(line) = too_little_room() {
        return vec![line];
    }
    let installer = Installer::of_this_machine();
    let compiler = machine::variable("CC").unwrap_or_else(|| "cc".to_owned());
    if process::ask(Command::new(&compiler).arg("--version"), PATIENCE).is_none() {
        return vec![format!(
            "no C compiler ({compiler}): {}",
            installer.command(Need::Compiler)
        )];
    }
    if links_libpq(&compiler) {
        Vec::new()
    } else {
        vec![format!(
            "no libpq, the PostgreSQL client library: {}",
            installer.command(Need::Libpq)
        )]
    }
}

/// Says so if the disk that is built on is all but full. A machine that cannot tell is taken for roomy.
fn too_little_room() -> Option<String> {
    let place = workspace::target_directory().ok()?;
    // Before the first build the directory is not there; the one above it is on the same disk.
    let place = place.ancestors().find(|place| place.exists())?;
    let report = process::ask(Command::new("df").arg("-Pk").arg(place), PATIENCE)?;
    let free = free_kb(&report)?;
    (free < ROOM_MIN_KB).then(|| {
        format!(
            "only {} MB are left on the disk of {}: a build from nothing takes 5 GB, with what a next build profits from 20 GB",
            free / 1_000,
            place.display()
        )
    })
}

/// The fourth column of the second line: what `df -Pk` prints everywhere (POSIX).
fn free_kb(report: &str) -> Option<u64> {
    report.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

/// Links the smallest program there is against libpq, in the places where the build will look.
fn links_libpq(compiler: &str) -> bool {
    let mut directories: Vec<String> = machine::variable("PQ_LIB_DIR").into_iter().collect();
    directories.extend(process::ask(Command::new("pg_config").arg("--libdir"), PATIENCE));
    let flags = process::ask(
        Command::new("pkg-config").args(["--libs-only-L", "libpq"]),
        PATIENCE,
    );
    let Ok(name) = machine::random_hex(8) else {
        return false;
    };
    let linked = std::env::temp_dir().join(format!("ratiba-link-{name}"));
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            "printf 'int main(void){return 0;}' | \"$0\" -x c - -o \"$@\" -lpq",
            compiler,
        ])
        .arg(&linked)
        .args(directories.iter().map(|directory| format!("-L{directory}")))
        .args(flags.iter().flat_map(|flags| flags.split_whitespace()));
    let links = process::ask(&mut command, PATIENCE).is_some();
    // There is nothing to remove where linking failed.
    let _absent = std::fs::remove_file(linked);
    links
}

#[derive(Clone, Copy)]
enum Need {
    Compiler,
    Libpq,
    PostgresServer,
}

/// What brings programs to this machine.
#[derive(Clone, Copy)]
enum Installer {
    Apt,
    Dnf,
    Pacman,
    Apk,
    Homebrew,
    Unknown,
}

impl Installer {
    fn of_this_machine() -> Self {
        let has = |program| machine::find_program(program).is_some();
        if has("apt-get") {
            Self::Apt
        } else if has("dnf") {
            Self::Dnf
        } else if has("pacman") {
            Self::Pacman
        } else if has("apk") {
            Self::Apk
        } else if has("brew") {
            Self::Homebrew
        } else {
            Self::Unknown
        }
    }

    fn command(self, need: Need) -> &'static str {
        match (self, need) {
            (Self::Apt, Need::Compiler) => "sudo apt-get install -y build-essential",
            (Self::Apt, Need::Libpq) => "sudo apt-get install -y libpq-dev",
            (Self::Apt, Need::PostgresServer) => "sudo apt-get install -y postgresql",
            (Self::Dnf, Need::Compiler) => "sudo dnf install -y gcc",
            (Self::Dnf, Need::Libpq) => "sudo dnf install -y libpq-devel",
            (Self::Dnf, Need::PostgresServer) => "sudo dnf install -y postgresql-server postgresql-contrib",
            (Self::Pacman, Need::Compiler) => "sudo pacman -S --needed base-devel",
            (Self::Pacman, Need::Libpq) => "sudo pacman -S --needed postgresql-libs",
            (Self::Pacman, Need::PostgresServer) => "sudo pacman -S --needed postgresql",
            (Self::Apk, Need::Compiler) => "sudo apk add build-base",
            (Self::Apk, Need::Libpq) => "sudo apk add libpq-dev",
            (Self::Apk, Need::PostgresServer) => "sudo apk add postgresql postgresql-contrib",
            (Self::Homebrew, Need::Compiler) => "xcode-select --install",
            (Self::Homebrew, Need::Libpq) => {
                "brew install libpq && export PQ_LIB_DIR=\"$(brew --prefix libpq)/lib\""
            }
            (Self::Homebrew, Need::PostgresServer) => "brew install postgresql@17",
            (Self::Unknown, Need::Compiler) => "install a C compiler that answers to `cc`",
            (Self::Unknown, Need::Libpq) => "install libpq with its development files, or set PQ_LIB_DIR",
            (Self::Unknown, Need::PostgresServer) => "install the PostgreSQL server, or set RATIBA_PG_BIN",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_disk_is_read_from_its_report() {
        let report = "Filesystem     1024-blocks     Used Available Capacity Mounted on\n\
                      /dev/vda         263174212 22020096  71303168      24% /\n";
        assert_eq!(free_kb(report), Some(71_303_168));
        assert_eq!(free_kb("df: no such file\n"), None);
    }
}
