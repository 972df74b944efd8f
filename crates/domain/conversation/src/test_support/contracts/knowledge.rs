//! The promises of the book of what the business told, once, for every implementation.

use ratiba_kernel::TenantId;

use crate::knowledge::{Asked, Category, Content, SNIPPETS_MOST, Snippet};
use crate::ports::{KnowledgeBook, KnowledgeRefused, KnowledgeStep};
use crate::test_support::knowledge::a_snippet;
use crate::texts::Tongue;

/// A fresh book with two businesses.
pub trait KnowledgeWorld {
    /// The book.
    type Book: KnowledgeBook;

    /// The book.
    fn book(&self) -> &Self::Book;

    /// A business.
    fn tenant(&self) -> TenantId;

    /// Another one.
    fn neighbour(&self) -> TenantId;
}

/// Runs the whole contract; each promise on a world of its own.
///
/// # Panics
/// If a promise is broken.
pub async fn knowledge_contract<W: KnowledgeWorld>(fresh: impl AsyncFn() -> W) {
    what_is_added_is_listed_in_that_order(&fresh().await).await;
    a_change_needs_the_version_that_was_read(&fresh().await).await;
    no_more_are_kept_than_may_be(&fresh().await).await;
    words_are_found_in_titles_and_bodies(&fresh().await).await;
    words_are_found_in_their_forms(&fresh().await).await;
    a_slip_of_the_pen_is_found_by_the_title(&fresh().await).await;
    nobody_finds_what_another_business_told(&fresh().await).await;
}

fn parking() -> Snippet {
    let body = "Parking is free behind the house.";
    a_snippet(1, Category::Facility, Tongue::English, "Parking", body)
}

fn children() -> Snippet {
    let body = "Watoto wanakaribishwa ukumbini; hatuna wa kuwaangalia.";
    a_snippet(2, Category::Policy, Tongue::Swahili, "Watoto", body)
}

fn wifi() -> Snippet {
    let body = "The guest Wi-Fi is free; ask the desk for the password.";
    a_snippet(3, Category::Facility, Tongue::English, "Wi-Fi", body)
}

async fn told<W: KnowledgeWorld>(world: &W, snippets: &[Snippet]) {
    for snippet in snippets {
        let step = KnowledgeStep::Add(snippet.clone());
        assert_eq!(world.book().keep(world.tenant(), step).await, Ok(1));
    }
}

/// What a question finds: the number of the snippet, of its terms in the title, and of those in all of it.
async fn finds<W: KnowledgeWorld>(world: &W, tenant: TenantId, question: &str) -> Vec<(u128, usize, usize)> {
    let hits = world.book().about(tenant, &Asked::of(question)).await.unwrap();
    let mut found: Vec<_> = hits
        .iter()
        .map(|hit| (hit.snippet.id.as_uuid().as_u128(), hit.in_title, hit.in_all))
        .collect();
    found.sort_unstable();
    found
}

async fn what_is_added_is_listed_in_that_order<W: KnowledgeWorld>(world: &W) {
    let (book, tenant) = (world.book(), world.tenant());
    told(world, &[wifi(), parking(), children()]).await;
    let listed = book.snippets(tenant).await.unwrap();
    let first = |snippet: Snippet| Snippet {
        version: 1,
        ..snippet
    };
    // By their ids, which are given in time's order.
    assert_eq!(listed, [parking(), children(), wifi()].map(first));
    assert_eq!(
        book.snippet(tenant, wifi().id).await.unwrap(),
        Some(first(wifi()))
    );
    let again = KnowledgeStep::Add(wifi());
    assert_eq!(book.keep(tenant, again).await, Err(KnowledgeRefused::Stale));
}

async fn a_change_needs_the_version_that_was_read<W: KnowledgeWorld>(world: &W) {
    let (book, tenant) = (world.book(), world.tenant());
    told(world, &[parking()]).await;
    let content = Content::new(Category::General, Tongue::Swahili, "Maegesho", "Hakuna.").unwrap();
    let changed = |version| Snippet {
        id: parking().id,
        content: content.clone(),
        version,
    };
    let step = KnowledgeStep::Replace(changed(1));
    assert_eq!(book.keep(tenant, step.clone()).await, Ok(2));
    assert_eq!(book.keep(tenant, step).await, Err(KnowledgeRefused::Stale));
    assert_eq!(
        book.snippet(tenant, parking().id).await.unwrap(),
        Some(changed(2))
    );
    assert_eq!(finds(world, tenant, "is there parking?").await, [(1, 1, 1)]);
    let remove = |version| KnowledgeStep::Remove {
        id: parking().id,
        version,
    };
    assert_eq!(book.keep(tenant, remove(1)).await, Err(KnowledgeRefused::Stale));
    assert!(book.keep(tenant, remove(2)).await.is_ok());
    assert_eq!(book.keep(tenant, remove(2)).await, Err(KnowledgeRefused::Unknown));
    let gone = KnowledgeStep::Replace(changed(2));
    assert_eq!(book.keep(tenant, gone).await, Err(KnowledgeRefused::Unknown));
    assert_eq!(book.snippet(tenant, parking().id).await.unwrap(), None);
    assert_eq!(finds(world, tenant, "is there parking?").await, []);
}

async fn no_more_are_kept_than_may_be<W: KnowledgeWorld>(world: &W) {
    let (book, tenant) = (world.book(), world.tenant());
    let numbered = |number: usize| {
        let number = u128::try_from(number).unwrap();
        a_snippet(number, Category::General, Tongue::English, "Title", "Body.")
    };
    for number in 1..=SNIPPETS_MOST {
        let step = KnowledgeStep::Add(numbered(number));
        assert_eq!(book.keep(tenant, step).await, Ok(1), "{number}");
    }
    let one_more = KnowledgeStep::Add(numbered(SNIPPETS_MOST + 1));
    assert_eq!(
        book.keep(tenant, one_more.clone()).await,
        Err(KnowledgeRefused::TooMany)
    );
    assert_eq!(book.snippets(tenant).await.unwrap().len(), SNIPPETS_MOST);
    let neighbours = numbered(1_000);
    let step = KnowledgeStep::Add(neighbours);
    assert_eq!(book.keep(world.neighbour(), step).await, Ok(1));
    let step = KnowledgeStep::Remove {
        id: numbered(1).id,
        version: 1,
    };
    assert!(book.keep(tenant, step).await.is_ok());
    assert_eq!(book.keep(tenant, one_more).await, Ok(1), "there is room again");
}

async fn words_are_found_in_titles_and_bodies<W: KnowledgeWorld>(world: &W) {
    told(world, &[parking(), children(), wifi()]).await;
    let tenant = world.tenant();
    assert_eq!(finds(world, tenant, "Is there parking?").await, [(1, 1, 1)]);
    assert_eq!(finds(world, tenant, "what is the password").await, [(3, 0, 1)]);
    assert_eq!(finds(world, tenant, "wifi password?").await, [(3, 1, 2)]);
    assert_eq!(finds(world, tenant, "Do you do tattoos?").await, []);
    assert_eq!(finds(world, tenant, "").await, []);
}

async fn words_are_found_in_their_forms<W: KnowledgeWorld>(world: &W) {
    told(world, &[parking(), children(), wifi()]).await;
    let tenant = world.tenant();
    for question in ["naweza kuja na mtoto?", "are children allowed", "My kid?"] {
        assert_eq!(finds(world, tenant, question).await, [(2, 1, 1)], "{question}");
    }
    for question in ["naegesha gari wapi?", "je, kuna maegesho?", "where do I park"] {
        assert_eq!(finds(world, tenant, question).await, [(1, 1, 1)], "{question}");
    }
    assert_eq!(finds(world, tenant, "Wi-Fi iko?").await, [(3, 1, 1)]);
    assert_eq!(
        finds(world, tenant, "passwords").await,
        [(3, 0, 1)],
        "an English ending"
    );
}

async fn a_slip_of_the_pen_is_found_by_the_title<W: KnowledgeWorld>(world: &W) {
    told(world, &[parking(), children()]).await;
    let tenant = world.tenant();
    assert_eq!(finds(world, tenant, "is there parkng?").await, [(1, 1, 1)]);
    assert_eq!(
        finds(world, tenant, "is there a pool?").await,
        [],
        "something else"
    );
}

async fn nobody_finds_what_another_business_told<W: KnowledgeWorld>(world: &W) {
    told(world, &[parking()]).await;
    let (book, neighbour) = (world.book(), world.neighbour());
    assert_eq!(book.snippets(neighbour).await.unwrap(), []);
    assert_eq!(book.snippet(neighbour, parking().id).await.unwrap(), None);
    assert_eq!(finds(world, neighbour, "is there parking?").await, []);
    assert_eq!(finds(world, neighbour, "is there parkng?").await, []);
    let remove = KnowledgeStep::Remove {
        id: parking().id,
        version: 1,
    };
    assert_eq!(book.keep(neighbour, remove).await, Err(KnowledgeRefused::Unknown));
    assert_eq!(book.snippets(world.tenant()).await.unwrap().len(), 1);
}
