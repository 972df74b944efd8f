//! People and members on PostgreSQL: the contract that the fake keeps too, and the races that only a database has.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::{Arc, Mutex};

use diesel::connection::SimpleConnection as _;
use ratiba_access::invitation::{Acceptance, Accepted, InviteOutcome};
use ratiba_access::members::{Admitted, MemberChange, MemberStep, MemberStepError, NewMember, Standing};
use ratiba_access::test_support::{
    an_invitation, an_invitation_secret, arrive, features_contract, invitations_contract, people_contract,
    signed_in, staff_of_tenant_1,
};
use ratiba_access::{InvitationBook as _, MemberBook as _, PersonId, Role};
use ratiba_kernel::test_support::{EPOCH, SeededIds, tenant};
use ratiba_postgres::features::PgFeatures;
use ratiba_postgres::people::PgPeople;
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;

fn open(server: &TestDatabase, lane: u64) -> PgPeople {
    let settings = DatabaseSettings::new(server.app_url());
    PgPeople::new(Database::new(&settings, Arc::new(SeededIds::lane(lane))).unwrap())
}

/// Two businesses, the first with a staff member.
fn fresh() -> TestDatabase {
    let server = TestDatabase::create();
    let mut connection = server.connect_as_app();
    for number in [1, 2] {
        let id = tenant(number);
        let staff = match number {
            1 => format!(
                "INSERT INTO staff (tenant_id, id, name) VALUES ('{id}', '{}', 'Wanjiru');",
                staff_of_tenant_1()
            ),
            _other => String::new(),
        };
        connection
            .batch_execute(&format!(
                "SELECT set_config('ratiba.current_tenant', '{id}', false);
                 INSERT INTO tenants (id, created_at) VALUES ('{id}', '2026-05-12Z');
                 INSERT INTO tenant_settings (tenant_id, business_name, zone, currency)
                     VALUES ('{id}', 'Business {number}', 'Africa/Nairobi', 'KES');
                 {staff}"
            ))
            .unwrap();
    }
    server
}

#[tokio::test]
async fn postgres_keeps_the_contract() {
    let servers = Mutex::new(Vec::new());
    people_contract(async || {
        let server = fresh();
        let book = open(&server, 0xdb);
        servers.lock().unwrap().push(server);
        book
    })
    .await;
}

#[tokio::test]
async fn a_suspended_business_counts_for_nobody() {
    let server = fresh();
    let book = open(&server, 1);
    let person = owner(&book, 1).await;
    server
        .connect_as_app()
        .batch_execute("UPDATE tenants SET state = 'suspended'")
        .unwrap();
    let hash = ratiba_access::test_support::session_secret(1).hash();
    let session = ratiba_access::PeopleBook::find_session(&book, hash)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((session.person, session.memberships), (person, Vec::new()));
}

async fn owner(book: &PgPeople, number: u8) -> PersonId {
    let person = arrive(book, number).await;
    let newcomer = NewMember {
        person,
        role: Role::Owner,
        staff: None,
        profile: signed_in(number).profile,
        joined_at: EPOCH,
    };
    assert_eq!(book.admit(tenant(1), newcomer).await, Ok(Admitted::New));
    person
}

/// Two owners make each other managers, leave, or are suspended at the same moment, each through a process of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_owners_who_go_at_once_one_stays() {
    let server = fresh();
    let books = [open(&server, 1), open(&server, 2)];
    let people = [owner(&books[0], 1).await, owner(&books[0], 2).await];
    let manager = MemberChange::Become {
        role: Role::Manager,
        staff: None,
    };
    let owners = async || {
        let members = books[0].members(tenant(1)).await.unwrap();
        let owns = |one: &&ratiba_access::members::Member| {
            one.role == Role::Owner && one.standing == Standing::Active
        };
        members.iter().filter(owns).count()
    };
    for round in 0..20 {
        let seen = books[0].members(tenant(1)).await.unwrap();
        let version_of = |person| seen.iter().find(|one| one.person == person).unwrap().version;
        let change = if round % 2 == 0 {
            manager
        } else {
            MemberChange::Suspend
        };
        let step = |person| MemberStep {
            person,
            seen: version_of(person),
            change,
            at: EPOCH,
        };
        let (one, two) = tokio::join!(
            books[0].change(tenant(1), step(people[0])),
            books[1].change(tenant(1), step(people[1])),
        );
        let outcomes = [one, two];
        let gone = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(gone, 1, "{outcomes:?}");
        assert!(
            outcomes.contains(&Err(MemberStepError::LastOwner)),
            "{outcomes:?}"
        );
        assert_eq!(owners().await, 1);
        // Both own it again for the next round.
        for member in books[0].members(tenant(1)).await.unwrap() {
            let back = |seen, change| MemberStep {
                person: member.person,
                seen,
                change,
                at: EPOCH,
            };
            let owner = MemberChange::Become {
                role: Role::Owner,
                staff: None,
            };
            books[0]
                .change(tenant(1), back(member.version, MemberChange::Resume))
                .await
                .unwrap();
            books[0]
                .change(tenant(1), back(member.version + 1, owner))
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn postgres_keeps_the_contract_of_features() {
    let servers = Mutex::new(Vec::new());
    features_contract(async || {
        let server = fresh();
        let settings = DatabaseSettings::new(server.app_url());
        let database = Database::new(&settings, Arc::new(SeededIds::lane(0xf))).unwrap();
        servers.lock().unwrap().push(server);
        PgFeatures::new(database)
    })
    .await;
}

#[tokio::test]
async fn postgres_keeps_the_contract_of_invitations() {
    let servers = Mutex::new(Vec::new());
    invitations_contract(async || {
        let server = fresh();
        let book = open(&server, 0xdb);
        servers.lock().unwrap().push(server);
        book
    })
    .await;
}

/// Two people, and the same one twice, bring one secret at the same moment, each through a process of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_bring_one_secret_at_once_one_belongs_to_the_business() {
    let server = fresh();
    let books = [open(&server, 1), open(&server, 2)];
    for round in 1..=10 {
        let people = [
            arrive(&books[0], 2 * round).await,
            arrive(&books[0], 2 * round + 1).await,
        ];
        let new = an_invitation(round);
        let id = new.id;
        assert_eq!(books[0].invite(tenant(1), new).await, Ok(InviteOutcome::Invited));
        let hash = an_invitation_secret(round).hash();
        assert_eq!(books[0].add_secret(tenant(1), id, hash, EPOCH).await, Ok(true));
        let by = |person| Acceptance {
            hash,
            person,
            at: EPOCH,
        };
        let (one, two, again) = tokio::join!(
            books[0].accept(by(people[0])),
            books[1].accept(by(people[1])),
            books[1].accept(by(people[0])),
        );
        let joined = |answer: &Accepted| matches!(answer, Accepted::Joined { .. });
        let (one, two, again) = (one.unwrap(), two.unwrap(), again.unwrap());
        assert_eq!(joined(&one), joined(&again), "the same person is told the same");
        assert_ne!(joined(&one), joined(&two), "{one:?} {two:?}");
        for refused in [one, two].into_iter().filter(|answer| !joined(answer)) {
            assert_eq!(refused, Accepted::Invalid);
        }
        let members = books[0].members(tenant(1)).await.unwrap();
        assert_eq!(members.len(), usize::from(round));
    }
}

#[derive(diesel::QueryableByName)]
struct Jobs {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// Told in the same transaction: whoever is invited has a task, and each sending one more.
#[tokio::test]
async fn every_sending_is_a_job_of_its_own() {
    let server = fresh();
    let book = open(&server, 1);
    let new = an_invitation(1);
    let id = new.id;
    assert_eq!(book.invite(tenant(1), new).await, Ok(InviteOutcome::Invited));
    assert_eq!(book.resend(tenant(1), id, 1, EPOCH).await, Ok(()));
    let jobs = diesel::sql_query(
        "SELECT count(DISTINCT payload) AS count FROM jobs WHERE kind = 'access.tell_invited'",
    );
    let jobs: Jobs = diesel::RunQueryDsl::get_result(jobs, &mut server.connect_as_app()).unwrap();
    assert_eq!(jobs.count, 2);
}
