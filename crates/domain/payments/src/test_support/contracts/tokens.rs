//! The one access token of all processes.

use async_trait::async_trait;
use ratiba_kernel::{TenantId, TokenHash};

use crate::attempt::Provider;
use crate::ports::{AccessToken, Credential, RefreshLease, TokenStore};
use crate::test_support::builders::second;
use crate::test_support::together;

/// What the suite stands on.
#[async_trait]
pub trait TokenGround: Send + Sync {
    /// The store under test.
    fn store(&self) -> &dyn TokenStore;

    /// Two tenants that exist.
    fn tenants(&self) -> (TenantId, TenantId);

    /// Ends all leases, as time does.
    async fn let_leases_end(&self);
}

/// Runs every promise of the token store against fresh ground each.
pub async fn token_store_contract<G: TokenGround>(fresh: impl AsyncFn() -> G) {
    of_many_processes_one_refreshes(&fresh().await).await;
    a_lease_that_was_taken_over_changes_nothing(&fresh().await).await;
    tokens_of_tenants_and_credentials_are_apart(&fresh().await).await;
}

fn credential(name: &str) -> Credential {
    Credential {
        provider: Provider::Mpesa,
        hash: TokenHash::of(name),
    }
}

fn token(text: &str) -> AccessToken {
    AccessToken::new(text.to_owned(), second(3_600))
}

async fn leased(ground: &impl TokenGround, tenant: TenantId, credential: &Credential) -> RefreshLease {
    match ground.store().lease(tenant, credential).await {
        Ok(Some(lease)) => lease,
        other => panic!("no lease: {other:?}"),
    }
}

async fn of_many_processes_one_refreshes(ground: &impl TokenGround) {
    let (tenant, _) = ground.tenants();
    let app = credential("app");
    assert_eq!(ground.store().token(tenant, &app).await, Ok(None));
    let asked = together((0..10).map(|_| ground.store().lease(tenant, &app)).collect()).await;
    let leases: Vec<RefreshLease> = asked
        .into_iter()
        .filter_map(|lease| lease.ok().flatten())
        .collect();
    assert_eq!(leases.len(), 1);
    let put = ground
        .store()
        .put(tenant, &app, leases[0], Some(token("one")))
        .await;
    assert_eq!(put, Ok(true));
    assert_eq!(ground.store().token(tenant, &app).await, Ok(Some(token("one"))));
    // The lease ended with it.
    let next = leased(ground, tenant, &app).await;
    assert_eq!(
        ground.store().token(tenant, &app).await,
        Ok(Some(token("one"))),
        "still good for readers"
    );
    assert_eq!(ground.store().put(tenant, &app, next, None).await, Ok(true));
    assert_eq!(ground.store().token(tenant, &app).await, Ok(None));
}

async fn a_lease_that_was_taken_over_changes_nothing(ground: &impl TokenGround) {
    let (tenant, _) = ground.tenants();
    let app = credential("app");
    let slow = leased(ground, tenant, &app).await;
    ground.let_leases_end().await;
    let quick = leased(ground, tenant, &app).await;
    assert_eq!(
        ground.store().put(tenant, &app, slow, Some(token("old"))).await,
        Ok(false)
    );
    assert_eq!(
        ground.store().put(tenant, &app, quick, Some(token("new"))).await,
        Ok(true)
    );
    assert_eq!(
        ground.store().put(tenant, &app, quick, Some(token("old"))).await,
        Ok(false),
        "it ended"
    );
    assert_eq!(ground.store().token(tenant, &app).await, Ok(Some(token("new"))));
}

async fn tokens_of_tenants_and_credentials_are_apart(ground: &impl TokenGround) {
    let (tenant, other) = ground.tenants();
    let app = credential("app");
    let lease = leased(ground, tenant, &app).await;
    assert_eq!(
        ground.store().put(tenant, &app, lease, Some(token("mine"))).await,
        Ok(true)
    );
    assert_eq!(ground.store().token(other, &app).await, Ok(None));
    assert_eq!(
        ground.store().token(tenant, &credential("another")).await,
        Ok(None)
    );
    leased(ground, other, &app).await;
    leased(ground, tenant, &credential("another")).await;
}
