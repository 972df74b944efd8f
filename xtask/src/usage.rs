//! What may be asked of the chores.

/// The verbs, as a wrong one is answered.
pub(crate) const ALL: &str = "\
usage: cargo xtask VERB

  dev                   everything on loopback, with the console and the page of the phones, until Ctrl-C
  demo                  the main job, played and checked step by step
  test [unit|contract|integration|races|console] [-- ARGUMENTS]
                        tests, on a private PostgreSQL server; ARGUMENTS go to the test runner
  ci                    everything that decides whether a change is good
  fmt | lint            formatting; clippy with warnings as errors
  simulate-payments [--seed N] [--minutes M | --every-step]
                        hundreds of payments while providers, workers and the database fail, and a check of the books;
                        or a death at each statement of each kind of payment
  schemathesis [--examples N] [--seed N] [--bounds]
                        every role and nobody asks everything of the API: no failure, nothing undeclared; a part of
                        `test`; needs Python
  bench NAME…           booking, race, availability, callbacks, webhooks, jobs, conversation, close: beside the machine's
                        best; overload: beside the own peak; soak: memory after a long day; docs/benchmarks.md
  check-arch            layers, arrows, layout
  tidy                  module docs, links in docs, stray files
  slots FILE.json       the availability engine on facts and questions from a file, `-` for standard input;
                        the form of the file: docs/slots.md, docs/slots.schema.json
  commission FILE.json  a month of commission from rules and completed appointments in a file, `-` for standard input;
                        the form of the file: docs/commission.md, docs/commission.schema.json
  chat [--as customer|owner] [--lang en|sw] [--now TIME]
                        the machine at a terminal, without WhatsApp; docs/conversations.md
  understand [--now TIME] [--hours FROM-TO] --csv FILE | TEXT…
                        what the rules read in messages, a CSV row for each; docs/understanding.md
  calibrate [--record]  how well the rules read messages that people have labelled, and whether as well as before
  calibrate add FILE --id ID --consent REFERENCE --now TIME [--name NAME]…
                        brings in what a customer wrote who agreed, masked; docs/understanding.md
  fuzz [SECONDS]        bytes of all kinds at the reader of messages; needs nightly and cargo-fuzz
  real-issuer           installs an OpenID Connect issuer that is not ours, for the tests of signing in; needs Node
  db up|reset|print     a migrated database to look into; the SQL that makes one
  new-migration NAME    an empty migration with the next number
  new-adr TITLE         an empty decision record with the next number";

/// The chore was asked something that it does not know.
#[derive(Debug, thiserror::Error)]
#[error("usage: {0}")]
pub(crate) struct Usage(pub(crate) &'static str);
