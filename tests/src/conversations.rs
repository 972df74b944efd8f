//! Conversations as tests: transcripts in `tests/conversations`, the player that plays them in a world of their own,
//! and the same stage for a person at a terminal. `docs/conversations.md` explains the form of the files.

mod compare;
mod rows;
pub mod script;
pub mod stage;
pub mod terminal;

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt as _;

use script::{Step, Transcript};
use stage::Stage;

/// How many worlds are played at once.
const AT_ONCE: usize = 3;

/// How one file went.
pub struct Played {
    /// The file's name, without its ending: the rule in short.
    pub name: String,
    /// Whether it waits for the product.
    pub pending: Option<String>,
    /// What is wrong, for a person to read.
    pub wrong: Vec<String>,
    /// Whether the file was rewritten.
    pub rewritten: bool,
}

/// The folder of the transcripts.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conversations")
}

/// Plays every transcript whose name has `only` in it; with `accept`, files are rewritten to what was said. Worlds are
/// played on threads of their own: a world whose database is being made keeps no other waiting.
///
/// # Panics
/// When the folder cannot be read.
pub fn play_all(only: &str, accept: bool) -> Vec<Played> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .filter(|path| path.to_string_lossy().contains(only))
        .collect();
    files.sort();
    let next = AtomicUsize::new(0);
    let played = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _player in 0..AT_ONCE {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let one = runtime.block_on(play_file(path, accept));
                    played.lock().unwrap().push(one);
                }
            });
        }
    });
    let mut played = played.into_inner().unwrap();
    played.sort_by(|one, other| one.name.cmp(&other.name));
    played
}

async fn play_file(path: &Path, accept: bool) -> Played {
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let text = std::fs::read_to_string(path).unwrap();
    let mut played = Played {
        name: name.clone(),
        pending: None,
        wrong: Vec::new(),
        rewritten: false,
    };
    let file = format!("tests/conversations/{name}.yaml");
    let transcript = match script::read(&text) {
        Ok(transcript) => transcript,
        Err(fault) => {
            played.wrong.push(format!("{file}:{fault}"));
            return played;
        }
    };
    played.pending.clone_from(&transcript.pending);
    // What a world cannot be arranged for, or a choice that is not there, ends one transcript and not all.
    let playing = AssertUnwindSafe(Box::pin(play(&transcript, accept)))
        .catch_unwind()
        .await;
    let found = playing.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
        Heard {
            misses: vec![(1, format!("broke off: {}", said.unwrap_or("without a word")))],
            steps: None,
        }
    });
    let misses = found
        .misses
        .iter()
        .map(|(line, miss)| format!("{file}:{line}: {miss}"));
    match (&transcript.pending, found.misses.is_empty()) {
        (Some(_), false) | (None, true) => {}
        (Some(reason), true) => played.wrong.push(format!(
            "{file}: it is kept now, so it is not pending any more; take this away: {reason}"
        )),
        (None, false) => played.wrong.extend(misses),
    }
    if let (true, None, Some(steps)) = (accept, &transcript.pending, found.steps) {
        let now = script::write(&Transcript { steps, ..transcript });
        if now != text {
            std::fs::write(path, now).unwrap();
            played.rewritten = true;
        }
        played.wrong.clear();
    }
    played
}

/// What came of a transcript.
struct Heard {
    /// Where what was expected did not come.
    misses: Vec<(usize, String)>,
    /// The steps with what came in place of what was expected; `None` if it broke off.
    steps: Option<Vec<Step>>,
}

async fn play(transcript: &Transcript, accept: bool) -> Heard {
    let mut stage = Box::pin(Stage::open(transcript.begins)).await;
    let (mut misses, mut steps) = (Vec::new(), Vec::new());
    for step in &transcript.steps {
        // What a pending one expects does not come: nobody waits long for it.
        let replies = match stage.play(step, accept || transcript.pending.is_some()).await {
            Ok(replies) => replies,
            Err(what) => {
                misses.push((step.line, what));
                return Heard { misses, steps: None };
            }
        };
        let replies = compare::replies(&step.replies, replies, |miss| misses.push((step.line, miss)));
        let mut rows = Vec::new();
        for (row, expected) in &step.rows {
            let found = stage.row(*row);
            rows.push((
                *row,
                compare::row(*row, expected, found, |miss| misses.push((step.line, miss))),
            ));
        }
        steps.push(Step {
            replies,
            rows,
            ..step.clone()
        });
    }
    Heard {
        misses,
        steps: Some(steps),
    }
}
