use std::sync::atomic::{AtomicU32, Ordering};

use ratiba_kernel::TokenHash;
use ratiba_kernel::test_support::{ManualClock, block_on, tenant};
use time::OffsetDateTime;

use super::*;
use crate::attempt::Provider;
use crate::test_support::fakes::InMemoryTokens;
use crate::test_support::{together, yield_once};

/// Hands out tokens t1, t2 …, or refuses.
struct Issuer {
    asked: AtomicU32,
    refuses: bool,
    until: OffsetDateTime,
}

#[async_trait]
impl TokenIssuer for Issuer {
    async fn issue(&self) -> Result<AccessToken, NoToken> {
        yield_once().await;
        let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        if self.refuses {
            return Err(NoToken::Refused { status: 401 });
        }
        Ok(AccessToken::new(format!("t{number}"), self.until))
    }
}

struct Bench {
    share: ShareToken,
    store: Arc<InMemoryTokens>,
    clock: Arc<ManualClock>,
}

impl Bench {
    fn new() -> Self {
        let (store, clock): (Arc<InMemoryTokens>, Arc<ManualClock>) = Default::default();
        let share = ShareToken {
            store: store.clone(),
            clock: clock.clone(),
            renew_before: Duration::seconds(60),
        };
        Self { share, store, clock }
    }

    fn issuer(&self, refuses: bool) -> Issuer {
        Issuer {
            asked: AtomicU32::new(0),
            refuses,
            until: self.clock.now() + Duration::minutes(5),
        }
    }
}

fn of() -> TokenOf {
    TokenOf {
        owner: tenant(1),
        credential: Credential {
            provider: Provider::Mpesa,
            hash: TokenHash::of("key"),
        },
    }
}

#[test]
fn whoever_looks_together_asks_once_and_finds_the_same() {
    let (bench, of) = (Bench::new(), of());
    let issuer = bench.issuer(false);
    let looks = (0..4).map(|_| bench.share.look(&of, None, &issuer)).collect();
    let found: Vec<Option<AccessToken>> = block_on(together(looks))
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(issuer.asked.load(Ordering::Relaxed), 1);
    let token = found.iter().flatten().next().unwrap();
    assert!(found.iter().flatten().all(|other| other == token));
    assert_eq!(
        block_on(bench.share.look(&of, None, &issuer)).unwrap().as_ref(),
        Some(token)
    );
    assert_eq!(issuer.asked.load(Ordering::Relaxed), 1, "it is good for all");
}

#[test]
fn a_token_is_renewed_before_its_end_and_when_it_was_refused_and_never_given_again_then() {
    let (bench, of) = (Bench::new(), of());
    let issuer = bench.issuer(false);
    let look = |refused: Option<&AccessToken>| {
        block_on(bench.share.look(&of, refused, &issuer))
            .unwrap()
            .unwrap()
    };
    let first = look(None);
    let second = look(Some(&first));
    assert_ne!(first, second);
    assert_eq!(look(Some(&first)), second, "the newer one is taken as it is");
    bench.clock.advance(Duration::minutes(4));
    assert_eq!(
        block_on(bench.share.stored(&of, None)),
        Ok(None),
        "a minute is left"
    );
}

#[test]
fn who_fails_lets_others_ask_and_whose_lease_was_lost_looks_again() {
    let (bench, of) = (Bench::new(), of());
    let refusing = bench.issuer(true);
    for _again in 0..2 {
        let refused = block_on(bench.share.look(&of, None, &refusing)).unwrap_err();
        assert_eq!(refused.reason(), FailureReason::Misconfigured);
    }
    assert_eq!(refusing.asked.load(Ordering::Relaxed), 2, "the lease went back");
    let late = block_on(bench.store.lease(of.owner, &of.credential))
        .unwrap()
        .unwrap();
    let issuer = bench.issuer(false);
    assert_eq!(
        block_on(bench.share.look(&of, None, &issuer)).unwrap(),
        None,
        "somebody else asks"
    );
    bench.store.let_leases_end();
    assert!(block_on(bench.share.look(&of, None, &issuer)).unwrap().is_some());
    let found = block_on(bench.share.renew(
        &of,
        block_on(bench.share.stored(&of, None)).unwrap().as_ref(),
        late,
        &issuer,
    ));
    assert_eq!(found.unwrap(), None, "a token of a lost lease is nobody's");
}
