//! No secret comes out: every secret there is carries a marker, the real programs go through a day on which much goes wrong,
//! and everything that came out is searched for the markers.

use std::collections::BTreeSet;

use ratiba_access::credentials::CredentialName;

use stage::Stage;

mod browser;
mod day;
mod relay;
mod rows;
mod search;
mod search_itself;
mod secrets;
mod sick;
mod stage;

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_comes_out_of_a_day_on_which_much_goes_wrong() {
    let stage = Box::pin(Stage::set()).await;
    let listener = stage.listen().await;
    Box::pin(day::let_others_hear(&stage)).await;
    Box::pin(browser::sign_in(&stage)).await;
    Box::pin(day::book_in_the_chat(&stage)).await;
    Box::pin(day::move_money(&stage)).await;
    Box::pin(day::ask_the_model(&stage)).await;
    Box::pin(day::upload_to_payroll(&stage)).await;
    Box::pin(sick::mistake_tokens(&stage)).await;
    Box::pin(sick::forge_callbacks(&stage)).await;
    Box::pin(browser::fail_to_sign_in(&stage)).await;
    Box::pin(sick::fall_ill(&stage)).await;
    day::operate(&stage, &secrets::credential(CredentialName::WhatsappAccessToken));
    sick::start_wrongly(&stage);
    Box::pin(sick::lose_redis(&stage)).await;
    Box::pin(day::read_everything(&stage)).await;
    stage.read_metrics().await;
    stage.stop();
    listener.abort();
    day::learn_what_came_about(&stage);

    let (secrets, came) = stage.harvest();
    let search = search::Search::new(&secrets);
    let mut used = BTreeSet::new();
    let mut leaks = BTreeSet::new();
    for found in came.iter().flat_map(|came| search.find(came)) {
        match secrets::belongs(&found.secret, &found.place) {
            Some(line) => used.extend([line]),
            None => leaks.extend([found]),
        }
    }
    assert!(leaks.is_empty(), "{} leaks: {leaks:#?}", leaks.len());
    let unused = secrets::BELONGS
        .iter()
        .enumerate()
        .filter(|(line, _)| !used.contains(line));
    let unused: Vec<_> = unused.map(|(_, line)| line).collect();
    assert!(unused.is_empty(), "never seen where they belong: {unused:#?}");
}
