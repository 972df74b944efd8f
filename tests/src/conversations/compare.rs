//! Whether what came is what was expected, and how it differs.

use super::script::Row;

/// In an expected text, stands for any text; for a reader to say that the rest does not matter.
const ANYTHING: char = '…';

/// Compares the replies of a step. Answers what belongs into the file: what came, or what was expected where that fits.
pub(super) fn replies(expected: &[String], came: Vec<String>, mut miss: impl FnMut(String)) -> Vec<String> {
    let fit = expected.len() == came.len() && expected.iter().zip(&came).all(|(wanted, it)| fits(wanted, it));
    if fit {
        return expected.to_vec();
    }
    miss(difference(&joined(expected), &joined(&came)));
    // A line that says what may differ keeps on saying it.
    let loose: Vec<&str> = expected
        .iter()
        .flat_map(|reply| reply.lines())
        .filter(|line| line.contains(ANYTHING))
        .collect();
    let kept = |line| {
        loose
            .iter()
            .copied()
            .find(|wanted| fits(wanted, line))
            .unwrap_or(line)
    };
    came.iter()
        .map(|reply| reply.lines().map(kept).collect::<Vec<_>>().join("\n"))
        .collect()
}

/// Compares one row in the same way.
pub(super) fn row(row: Row, expected: &str, found: String, mut miss: impl FnMut(String)) -> String {
    if fits(expected, &found) {
        return expected.to_owned();
    }
    let name = row.name();
    miss(format!("\n    - {name}: {expected}\n    + {name}: {found}"));
    found
}

fn joined(replies: &[String]) -> Vec<String> {
    let line = |(index, line): (usize, &str)| format!("{}{line}", if index == 0 { "> " } else { "  " });
    replies
        .iter()
        .flat_map(|reply| reply.lines().enumerate().map(line))
        .collect()
}

/// Whether a text is as it was expected, with [`ANYTHING`] for any text.
fn fits(expected: &str, text: &str) -> bool {
    let mut parts = expected.split(ANYTHING);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    true
}

/// The lines of both, those of one alone marked: by the longest common run of lines.
fn difference(expected: &[String], came: &[String]) -> String {
    // lengths[i][j]: of the longest common sequence of what follows i in the one and j in the other.
    let mut lengths = vec![vec![0_usize; came.len() + 1]; expected.len() + 1];
    for i in (0..expected.len()).rev() {
        for j in (0..came.len()).rev() {
            lengths[i][j] = if fits(&expected[i], &came[j]) {
                lengths[i + 1][j + 1] + 1
            } else {
                lengths[i + 1][j].max(lengths[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut shown = String::new();
    let mut show = |mark: char, line: &str| shown.push_str(&format!("\n    {mark} {line}"));
    while i < expected.len() || j < came.len() {
        if i < expected.len() && j < came.len() && fits(&expected[i], &came[j]) {
            show(' ', &came[j]);
            (i, j) = (i + 1, j + 1);
        } else if j == came.len() || (i < expected.len() && lengths[i + 1][j] >= lengths[i][j + 1]) {
            show('-', &expected[i]);
            i += 1;
        } else {
            show('+', &came[j]);
            j += 1;
        }
    }
    shown
}

#[cfg(test)]
mod tests;
