//! What the machine must have before anything is built, each thing in one line with the command that brings it.
//!
//! A missing library would otherwise show as a linker error many minutes later.

use std::process::Command;
use std::time::Duration;

use anyhow::bail;

use crate::machine;
use crate::postgres;
use crate::process;

const PATIENCE: Duration = Duration::from_secs(30);

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
