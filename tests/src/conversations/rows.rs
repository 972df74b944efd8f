//! Rows as one line each, for transcripts and for a person at a terminal.

use super::script::Row;
use super::stage::Stage;

/// The demo's past visits end before it; what is later was made in the transcript.
const NEW: &str = "start_at >= '2026-05-12'";

impl Stage {
    /// What rows say now; `none` if there are none.
    pub fn row(&self, row: Row) -> String {
        let number = self.speaker.number();
        let name = self.profile();
        let who = if self.speaker.hides_number() {
            format!("(SELECT id FROM customers WHERE phone IS NULL AND name = '{name}')")
        } else {
            format!("(SELECT id FROM customers WHERE phone = '+{number}')")
        };
        let sql = match row {
            Row::Thread => format!(
                "SELECT concat_ws(', ', state->'stage'->>'stage', driver, \
                 (SELECT h.reason FROM handoffs h WHERE h.thread_id = conversation_threads.id AND h.ended_at IS NULL), \
                 CASE WHEN closed_at IS NOT NULL THEN 'closed' END) AS text \
                 FROM conversation_threads WHERE customer_id IN {who} ORDER BY id DESC LIMIT 1"
            ),
            Row::Visits => format!(
                "SELECT string_agg(concat(to_char(a.start_at AT TIME ZONE 'Africa/Nairobi', 'Dy FMDD Mon HH24:MI'), ' ', \
                 s.name, ', ', t.name, ', ', a.state), '; ' ORDER BY a.start_at, s.name, t.name, a.state) AS text \
                 FROM appointments a JOIN services s ON s.id = a.service_id JOIN staff t ON t.id = a.staff_id WHERE {NEW}"
            ),
            Row::Payments => {
                "SELECT string_agg(concat(purpose, ' ', due_minor / 100, ' ', state, ', paid ', \
                 paid_minor / 100), '; ' ORDER BY created_at, id) AS text FROM payments"
                    .to_owned()
            }
            Row::Attempts => "SELECT string_agg(concat(provider, ' ', amount_minor / 100, ' ', state, \
                 ' ' || reason), '; ' ORDER BY created_at, id) AS text FROM payment_attempts"
                .to_owned(),
            Row::Refunds => "SELECT string_agg(concat(way, ' ', amount_minor / 100, ' ', state), '; ' \
                 ORDER BY created_at, id) AS text FROM payment_refunds"
                .to_owned(),
            Row::Consents => format!(
                "SELECT string_agg(concat(purpose, ' ', action), '; ' ORDER BY at, id) AS text FROM consents \
                 WHERE customer_id IN {who}"
            ),
            Row::Cohort => {
                "SELECT string_agg(concat(coalesce(c.name, c.phone), ' ', i.state), '; ' ORDER BY i.invited_at, i.id) \
                 AS text FROM cohort_invitations i JOIN customers c ON c.id = i.customer_id"
                    .to_owned()
            }
            Row::Customer => format!(
                "SELECT concat_ws(', ', name, coalesce(phone, 'no number'), language, \
                 CASE WHEN opted_out_at IS NOT NULL THEN 'opted out' END) AS text FROM customers WHERE id IN {who}"
            ),
            Row::Prompts => "SELECT string_agg(concat(payer_phone, ' ', amount_minor / 100), '; ' \
                 ORDER BY created_at, id) AS text FROM payment_attempts \
                 WHERE provider = 'mpesa' AND state = 'awaiting_customer'"
                .to_owned(),
            Row::Jobs => {
                "SELECT string_agg(DISTINCT concat(kind, CASE WHEN state = 'dead' THEN ' (dead)' END), '; ') \
                 AS text FROM jobs"
                    .to_owned()
            }
            Row::Unsent => {
                "SELECT string_agg(concat(purpose, ' ', state, ' ' || reason), '; ' ORDER BY queued_at, id) \
                 AS text FROM outgoing_messages WHERE state <> 'sent'"
                    .to_owned()
            }
        };
        let said = self.world.text(&format!(
            "SELECT coalesce(max(text), '') AS text FROM ({sql}) AS said"
        ));
        if said.is_empty() { "none".to_owned() } else { said }
    }
}
