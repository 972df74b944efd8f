//! What people of the business do beside serving customers: the drawer, the statement, and everything that waits for a
//! person.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::actors::People;
use super::books::Snapshot;
use super::manager;
use super::plan::Chore;
use super::stage::Stage;

/// What lies in the drawer in the morning, in cents.
const FLOAT: i64 = 500_000;
/// How often somebody goes through everything at the end; what one decision makes possible is decided with the next.
const PASSES_MOST: u32 = 12;

impl People {
    /// Opens the drawer with what lies in it.
    pub(super) async fn open_drawer(&mut self, stage: &Stage, key: &str) -> anyhow::Result<()> {
        if stage.in_drawer() == 0 {
            stage.put_into_drawer(FLOAT);
        }
        let float = json!({ "float": kes(stage.in_drawer()) });
        let path = "/api/v1/till/sessions";
        let (status, answer) = stage
            .order(&Method::POST, path, &format!("{key}-open"), &float)
            .await?;
        anyhow::ensure!(status == StatusCode::CREATED, "{status} {answer}");
        Ok(())
    }

    /// Does one of the chores.
    pub(super) async fn do_chore(&mut self, stage: &Stage, chore: Chore, key: &str) -> anyhow::Result<()> {
        match chore {
            Chore::Count => {
                self.close_drawer(stage, key).await?;
                self.open_drawer(stage, key).await
            }
            Chore::PayIn(shillings) => {
                self.move_cash(stage, "pay_in", i64::from(shillings) * 100, key)
                    .await
            }
            Chore::PayOut(shillings) => {
                self.move_cash(stage, "pay_out", i64::from(shillings) * -100, key)
                    .await
            }
            Chore::PayTips => self.pay_tips(stage, key).await,
            Chore::ToBank(shillings) => {
                // There may not be as much.
                let amount = json!({ "amount": shillings });
                let moved = stage.tell_simulator("/sim/mpesa/withdraw", &amount).await;
                self.count(
                    "move to the bank",
                    if moved.is_ok() { "done" } else { "too much" },
                );
                Ok(())
            }
            Chore::Statement => self.bring_in_statement(stage).await,
            Chore::Stranger(stranger) => self.estrange(stage, stranger).await,
        }
    }

    /// Counts what lies in the drawer and closes it. If the books expect another amount, that is a complaint.
    pub(super) async fn close_drawer(&mut self, stage: &Stage, key: &str) -> anyhow::Result<()> {
        let session = self.session(stage).await?;
        let path = format!("/api/v1/till/sessions/{session}/close");
        let mut body = json!({ "counted": kes(stage.in_drawer()) });
        let (status, answer) = stage
            .order(&Method::POST, &path, &format!("{key}-close"), &body)
            .await?;
        if !self.hear("count the drawer", status, &answer) {
            // With the reason it is closed all the same, and the checker finds the difference.
            body["reason"] = json!("nobody knows");
            let (status, answer) = stage
                .order(&Method::POST, &path, &format!("{key}-close-so"), &body)
                .await?;
            self.hear("count the drawer again", status, &answer);
        }
        Ok(())
    }

    async fn session(&self, stage: &Stage) -> anyhow::Result<String> {
        let path = "/api/v1/till/sessions/current";
        let (status, session) = stage.order(&Method::GET, path, "", &Value::Null).await?;
        let id = session["id"].as_str();
        Ok(id
            .ok_or_else(|| anyhow::anyhow!("no drawer is open: {status} {session}"))?
            .to_owned())
    }

    async fn move_cash(&mut self, stage: &Stage, kind: &str, cents: i64, key: &str) -> anyhow::Result<()> {
        let session = self.session(stage).await?;
        let path = format!("/api/v1/till/sessions/{session}/movements");
        let body = json!({ "kind": kind, "amount": kes(cents.abs()), "reason": "change" });
        let (status, answer) = stage.order(&Method::POST, &path, key, &body).await?;
        if self.hear(kind, status, &answer) {
            stage.put_into_drawer(cents);
        }
        Ok(())
    }

    /// Pays out what of tips is owed, to each as far as the drawer goes.
    async fn pay_tips(&mut self, stage: &Stage, key: &str) -> anyhow::Result<()> {
        let (_, owed) = stage
            .order(&Method::GET, "/api/v1/till/tips", "", &Value::Null)
            .await?;
        let session = self.session(stage).await?;
        let path = format!("/api/v1/till/sessions/{session}/tip-payouts");
        for line in owed["items"].as_array().into_iter().flatten() {
            let cents = line["amount"]["amount_minor"].as_i64().unwrap_or_default();
            if cents <= 0 {
                continue;
            }
            let staff = line["staff_id"].as_str().unwrap_or_default();
            let body = json!({ "staff_id": staff, "amount": kes(cents), "reason": "tips" });
            let (status, answer) = stage
                .order(&Method::POST, &path, &format!("{key}-{staff}"), &body)
                .await?;
            if self.hear("pay tips out", status, &answer) {
                stage.put_into_drawer(-cents);
            }
        }
        Ok(())
    }

    /// Brings in M-Pesa's statement of everything so far, and says what is wrong where books and statement differ in an
    /// amount. Lines are decided on with everything else.
    pub(super) async fn bring_in_statement(&mut self, stage: &Stage) -> anyhow::Result<()> {
        let csv = stage.read_from_simulator("/sim/mpesa/statement.csv").await?;
        let (status, answer) = stage
            .order(
                &Method::POST,
                "/api/v1/till/statements",
                "",
                &json!({ "csv": csv }),
            )
            .await?;
        self.hear("bring in a statement", status, &answer);
        let path = "/api/v1/till/statements/unmatched";
        let (_, open) = stage.order(&Method::GET, path, "", &Value::Null).await?;
        let seen = self.look(stage).await?;
        for absent in open["absences"].as_array().into_iter().flatten() {
            let attempt = absent["attempt_id"].as_str().unwrap_or_default();
            if let Some(decision) = manager::absence(&seen, attempt) {
                self.carry_out(stage, decision).await?;
            }
        }
        Ok(())
    }

    /// Decides now and then on something that waits for a person, while everything else goes on.
    pub(super) async fn manage(&mut self, stage: &Stage) -> anyhow::Result<()> {
        if !self.dice.chance(25) {
            return Ok(());
        }
        self.operate(stage).await?;
        let seen = self.look(stage).await?;
        for decision in manager::decisions(&seen, &mut self.dice) {
            if self.dice.chance(40) {
                self.carry_out(stage, decision).await?;
            }
        }
        Ok(())
    }

    /// Works through all of it until nothing more can be decided. True if anything was.
    pub(super) async fn work_through(&mut self, stage: &Stage) -> anyhow::Result<bool> {
        let mut any = false;
        for _pass in 0..PASSES_MOST {
            self.bring_in_statement(stage).await?;
            let mut done = self.operate(stage).await?;
            let seen = self.look(stage).await?;
            for decision in manager::decisions(&seen, &mut self.dice) {
                done |= self.carry_out(stage, decision).await?;
            }
            any |= done;
            if !done {
                break;
            }
        }
        Ok(any)
    }

    async fn look(&self, stage: &Stage) -> anyhow::Result<Snapshot> {
        let books = stage.books().await?;
        Snapshot::take(&mut stage.database.connect_as_administrator(), &books)
    }

    /// True if it is done.
    async fn carry_out(&mut self, stage: &Stage, decision: manager::Decision) -> anyhow::Result<bool> {
        let mut body = decision.body;
        if let Some((path, order)) = decision.at_provider {
            match stage.tell_simulator(&path, &order).await {
                Ok(answer) if answer["receipt"].is_string() => body["receipt"] = answer["receipt"].clone(),
                Ok(_) => {}
                Err(_) => {
                    self.count(decision.what, "refused by the provider");
                    return Ok(false);
                }
            }
        }
        let (status, answer) = stage.order(&Method::POST, &decision.path, "", &body).await?;
        Ok(self.hear(decision.what, status, &answer))
    }
}

fn kes(minor: i64) -> Value {
    json!({ "amount_minor": minor, "currency": "KES" })
}
