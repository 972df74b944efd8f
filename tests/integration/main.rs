//! The product through its real doors: api, database, worker's step and simulated providers.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

mod api_edge;
mod booking;
mod by_hand;
mod cards;
mod chat_money;
mod chat_moves;
mod chat_together;
mod chat_words;
mod commission;
mod commission_told;
mod conversations;
mod dead_letters;
mod desk;
mod desk_payments;
mod events;
mod express;
mod fault_run;
mod handoff;
mod hooks;
mod imports;
mod ledger;
mod left_behind;
mod life;
mod main_job;
mod money;
mod money_back;
mod neighbours;
mod payroll;
mod races;
mod rail;
mod receipts;
mod same_mistake;
mod setup;
mod statements;
mod suspense;
mod templates;
mod till;
mod tips;
mod tips_gone;
mod tokens;
mod told;
mod visit_money;
mod webhooks;
mod worker;
