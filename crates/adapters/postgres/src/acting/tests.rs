use super::{acting, announce};

async fn said() -> String {
    let mut begin = "BEGIN".to_owned();
    announce(&mut begin);
    begin
}

#[tokio::test]
async fn whoever_acts_is_told_with_the_beginning_of_the_transaction() {
    assert_eq!(said().await, "BEGIN");
    let told = acting(Some("token:7"), "api POST /x/{id}", said()).await;
    assert_eq!(
        told,
        "BEGIN; SET LOCAL ratiba.acting = 'token:7|api POST /x/{id}'"
    );
    assert_eq!(
        acting(None, "job a.b", said()).await,
        "BEGIN; SET LOCAL ratiba.acting = '|job a.b'"
    );
}

#[tokio::test]
async fn a_name_ends_no_quotes() {
    let told = acting(Some("x'; DROP TABLE y; --|z"), "a\\'b", said()).await;
    assert_eq!(
        told,
        "BEGIN; SET LOCAL ratiba.acting = 'x__ DROP TABLE y_ --_z|a__b'"
    );
}

#[tokio::test]
async fn who_acts_inside_is_who_is_named_last() {
    let inner = async { acting(Some("admin:7"), "whatsapp", said()).await };
    let told = acting(None, "job conversation.turn", inner).await;
    assert_eq!(told, "BEGIN; SET LOCAL ratiba.acting = 'admin:7|whatsapp'");
}
