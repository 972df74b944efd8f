//! What the business told the machine, in memory: found as the database finds it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{Id, Outage, TenantId};
use uuid::Uuid;

use crate::knowledge::{Asked, Category, Content, Hit, SNIPPETS_MOST, Snippet, SnippetId, Spelling, Term};
use crate::ports::{KnowledgeBook, KnowledgeRefused, KnowledgeStep};
use crate::texts::Tongue;
use crate::understanding::fold;

/// A snippet with this number.
#[must_use]
#[expect(
    clippy::expect_used,
    reason = "a builder that cannot build must stop its test"
)]
pub fn a_snippet(number: u128, category: Category, tongue: Tongue, title: &str, body: &str) -> Snippet {
    Snippet {
        id: Id::from_uuid(Uuid::from_u128(number)),
        content: Content::new(category, tongue, title, body).expect("a snippet"),
        version: 0,
    }
}

/// The knowledge of businesses in memory.
#[derive(Default)]
pub struct InMemoryKnowledge {
    snippets: Mutex<BTreeMap<(TenantId, SnippetId), Snippet>>,
}

impl InMemoryKnowledge {
    fn all(&self) -> MutexGuard<'_, BTreeMap<(TenantId, SnippetId), Snippet>> {
        self.snippets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, tenant: TenantId) -> Vec<Snippet> {
        let all = self.all();
        let own = all.iter().filter(|((of, _), _)| *of == tenant);
        own.map(|(_, snippet)| snippet.clone()).collect()
    }
}

#[async_trait]
impl KnowledgeBook for InMemoryKnowledge {
    async fn snippets(&self, tenant: TenantId) -> Result<Vec<Snippet>, Outage> {
        Ok(self.of(tenant))
    }

    async fn snippet(&self, tenant: TenantId, id: SnippetId) -> Result<Option<Snippet>, Outage> {
        Ok(self.all().get(&(tenant, id)).cloned())
    }

    async fn about(&self, tenant: TenantId, asked: &Asked) -> Result<Vec<Hit>, Outage> {
        let snippets = self.of(tenant);
        let count = |words: &[String], tongue: Tongue| {
            let stands = |term: &&Term| {
                let mut spellings = term.spellings().iter();
                spellings.any(|spelling| words.iter().any(|word| is_written(spelling, word, tongue)))
            };
            asked.terms().iter().filter(stands).count()
        };
        let mut hits: Vec<Hit> = snippets
            .iter()
            .map(|snippet| {
                let tongue = snippet.content.tongue();
                let title = words_of(snippet.content.title());
                let mut all = words_of(snippet.content.body());
                all.extend(title.clone());
                Hit {
                    snippet: snippet.clone(),
                    in_title: count(&title, tongue),
                    in_all: count(&all, tongue),
                }
            })
            .collect();
        hits.retain(|hit| hit.in_all > 0);
        if hits.is_empty() {
            hits.extend(snippets.iter().filter_map(|snippet| nearly(asked, snippet)));
        }
        hits.truncate(20);
        Ok(hits)
    }

    async fn keep(&self, tenant: TenantId, step: KnowledgeStep) -> Result<i32, KnowledgeRefused> {
        let count = self.of(tenant).len();
        let mut all = self.all();
        let (id, version) = match &step {
            KnowledgeStep::Add(snippet) => {
                if all.contains_key(&(tenant, snippet.id)) {
                    return Err(KnowledgeRefused::Stale);
                }
                if count >= SNIPPETS_MOST {
                    return Err(KnowledgeRefused::TooMany);
                }
                let first = Snippet {
                    version: 1,
                    ..snippet.clone()
                };
                all.insert((tenant, snippet.id), first);
                return Ok(1);
            }
            KnowledgeStep::Replace(snippet) => (snippet.id, snippet.version),
            KnowledgeStep::Remove { id, version } => (*id, *version),
        };
        let known = all.get(&(tenant, id)).ok_or(KnowledgeRefused::Unknown)?;
        if known.version != version {
            return Err(KnowledgeRefused::Stale);
        }
        match step {
            KnowledgeStep::Replace(snippet) => {
                let next = Snippet {
                    version: version + 1,
                    ..snippet
                };
                all.insert((tenant, id), next);
            }
            KnowledgeStep::Add(_) | KnowledgeStep::Remove { .. } => {
                all.remove(&(tenant, id));
            }
        }
        Ok(version + 1)
    }
}

fn words_of(text: &str) -> Vec<String> {
    let folded = fold(text).replace('-', "");
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn is_written(spelling: &Spelling, word: &str, tongue: Tongue) -> bool {
    let same = word == spelling.letters() || spelling.is_open() && word.starts_with(spelling.letters());
    same || tongue == Tongue::English && stem(word) == stem(spelling.letters())
}

/// The word without its English ending, roughly.
fn stem(word: &str) -> &str {
    ["ings", "ing", "ers", "ed", "es", "s", "e"]
        .into_iter()
        .find_map(|ending| word.strip_suffix(ending).filter(|stem| stem.len() >= 3))
        .unwrap_or(word)
}

/// A snippet with words in its title that are nearly those of the question.
fn nearly(asked: &Asked, snippet: &Snippet) -> Option<Hit> {
    let title = words_of(snippet.content.title());
    let near = |term: &&Term| title.iter().any(|word| is_near(term.word(), word));
    let in_title = asked.terms().iter().filter(near).count();
    (in_title > 0).then(|| Hit {
        snippet: snippet.clone(),
        in_title,
        in_all: in_title,
    })
}

/// Whether two words have nearly half of their runs of three letters in common.
fn is_near(one: &str, other: &str) -> bool {
    let (one, other) = (runs(one), runs(other));
    let common = one.intersection(&other).count();
    common * 100 >= one.union(&other).count() * 48
}

fn runs(word: &str) -> BTreeSet<Vec<char>> {
    let padded: Vec<char> = format!("  {word} ").chars().collect();
    padded.windows(3).map(<[char]>::to_vec).collect()
}
