//! Whether and when customers come: what is offered to them, to which time they move, what is kept of whoever does not come,
//! and what the desk says of it.

use reqwest::Method;
use serde_json::{Value, json};
use time::Date;

use super::super::plan::Journey;
use super::super::stage::Stage;
use super::{People, Wish};

impl People {
    /// Says of customers who do not come that they did not, as soon as their time has begun.
    pub(in super::super) async fn miss(&mut self, stage: &Stage) -> anyhow::Result<()> {
        for journey in std::mem::take(&mut self.absent) {
            let Some(visit) = &self.visits[journey] else {
                continue;
            };
            let Some(wish) = of_part(stage, &format!("/api/v1/visits/{visit}"), "no-show").await? else {
                continue;
            };
            let (status, answer) = stage.order(&Method::POST, &wish.path, "", &wish.body).await?;
            // Then it says from when on it can be said.
            if answer["from"].is_string() {
                self.absent.push(journey);
            } else {
                self.hear("mark as absent", status, &answer);
            }
        }
        Ok(())
    }

    /// The move of a visit to another of the times that its service could be had at.
    pub(super) async fn moving(
        &self,
        stage: &Stage,
        visit: &str,
        planned: &Journey,
        by: &str,
    ) -> anyhow::Result<Option<Wish>> {
        let (_, shown) = stage.order(&Method::GET, visit, "", &Value::Null).await?;
        let service = &shown["appointments"][0]["service_id"];
        let Some(offered) = self.offered.iter().find(|offered| *service == offered.id) else {
            return Ok(None);
        };
        let starts = if planned.today {
            &offered.today
        } else {
            &offered.later
        };
        let choice = usize::try_from(planned.choice >> 20).unwrap_or_default();
        let body = json!({ "start": starts[choice % starts.len()], "by": by });
        Ok(Some(Wish::new(format!("{visit}/move"), body)))
    }
}

/// When a service can be had.
pub(super) async fn times(
    stage: &Stage,
    service: &str,
    (from, to): (Date, Date),
) -> anyhow::Result<Vec<Value>> {
    let left = times_left(stage, service, (from, to)).await?;
    anyhow::ensure!(!left.is_empty(), "{service} cannot be had from {from} to {to}");
    Ok(left)
}

/// When a service can still be had, if at all.
pub(super) async fn times_left(
    stage: &Stage,
    service: &str,
    (from, to): (Date, Date),
) -> anyhow::Result<Vec<Value>> {
    let path = format!("/api/v1/availability?service_id={service}&from={from}&to={to}&limit=1000");
    let (status, found) = stage.order(&Method::GET, &path, "", &Value::Null).await?;
    let slots = found["slots"].as_array();
    let slots = slots.ok_or_else(|| anyhow::anyhow!("{status} {found}"))?;
    Ok(slots.iter().map(|slot| slot["start"].clone()).collect())
}

/// The business keeps so much of visits that are cancelled late, and of those that nobody comes to.
pub(super) async fn keep_fees(stage: &Stage, (late, no_show): (u32, u32)) -> anyhow::Result<()> {
    let path = "/api/v1/settings/booking";
    let (_, known) = stage.order(&Method::GET, path, "", &Value::Null).await?;
    let mut rules = known["rules"].clone();
    rules["cancellation"] = json!({
        "free_until_hours": 24, "late_fee": late, "no_show_grace": 0, "no_show_fee": no_show,
    });
    stage
        .replace(path, &json!({ "zone": known["zone"], "rules": rules }))
        .await
}

/// What is said of the first part of a visit.
pub(super) async fn of_part(stage: &Stage, visit: &str, verb: &str) -> anyhow::Result<Option<Wish>> {
    let (_, shown) = stage.order(&Method::GET, visit, "", &Value::Null).await?;
    let part = shown["appointments"][0]["id"].as_str();
    Ok(part.map(|part| Wish::new(format!("/api/v1/appointments/{part}/{verb}"), json!({}))))
}
