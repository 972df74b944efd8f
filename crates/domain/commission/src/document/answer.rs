//! Figures as they are told: in the words of the case.

use ratiba_kernel::casefile::folded;
use serde::Serialize;
use time::format_description::well_known::Rfc3339;

use super::Case;
use crate::amend::{Chain, DeltaCause, ProposedAmendment};
use crate::base::StepKind;
use crate::engine::{Line, Rounding, StaffFigure, Verdict};
use crate::explain::{Language, Recorded, explain_amended};
use crate::resolve::Place;
use crate::work::EndSource;

/// What a case comes to. All amounts are in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseAnswer {
    /// The month.
    pub month: String,
    /// The zone that days and months were counted in.
    pub zone: String,
    /// The currency of all amounts.
    pub currency: &'static str,
    /// Which arithmetic it was.
    pub engine_version: &'static str,
    /// Everybody together.
    pub totals: Totals,
    /// Everybody, by word.
    pub staff: Vec<ShownStaff>,
    /// What closing the month again came to, for each later step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<ShownLater>,
}

impl CaseAnswer {
    /// As JSON, with each list and object that fits on one line in one line, and a line break at the end.
    ///
    /// # Errors
    /// None that anybody has seen: an answer has no part that JSON cannot write.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(folded(&serde_json::to_string_pretty(self)?) + "\n")
    }
}

/// Sums over people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Commission.
    pub commission_minor: i64,
    /// Top-ups of guarantees.
    pub top_up_minor: i64,
    /// Tips.
    pub tip_minor: i64,
    /// All that is to be paid.
    pub total_minor: i64,
    /// Rendered services; one that two rendered counts for both.
    pub services_rendered: u32,
    /// Lines that no rule covered.
    pub gaps: usize,
}

impl Totals {
    pub(super) fn of(staff: &[ShownStaff]) -> Self {
        staff.iter().fold(Self::default(), |sum, one| Self {
            commission_minor: sum.commission_minor.saturating_add(one.commission_minor),
            top_up_minor: sum.top_up_minor.saturating_add(one.top_up_minor),
            tip_minor: sum.tip_minor.saturating_add(one.tip_minor),
            total_minor: sum.total_minor.saturating_add(one.total_minor),
            services_rendered: sum.services_rendered.saturating_add(one.services_rendered),
            gaps: sum.gaps + one.gaps,
        })
    }
}

/// One person's month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownStaff {
    /// Who.
    pub staff: String,
    /// The sum of the groups, and of the lines.
    pub commission_minor: i64,
    /// What a guarantee adds.
    pub top_up_minor: i64,
    /// What of earlier clawbacks is taken in; not above nothing.
    pub carried_minor: i64,
    /// Tips.
    pub tip_minor: i64,
    /// All of these together.
    pub total_minor: i64,
    /// Hours of rendered services, with two decimals.
    pub hours: String,
    /// Rendered services.
    pub services_rendered: u32,
    /// Lines that no rule covered.
    pub gaps: usize,
    /// The fingerprint of what went into it.
    pub content_hash: String,
    /// What each rule that won anything paid.
    pub groups: Vec<ShownGroup>,
    /// Every piece of work, by end and id.
    pub lines: Vec<ShownLine>,
}

/// What one rule paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownGroup {
    /// Which rule.
    pub rule: String,
    /// How many lines it won.
    pub lines: u32,
    /// Their bases.
    pub base_minor: i64,
    /// What its ladder measured, in minor units or services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<i64>,
    /// How much of the base earned at which rate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<ShownTier>,
    /// The figure.
    pub commission_minor: i64,
    /// Which way it was rounded, once.
    pub rounding: Rounding,
}

/// A step of a ladder and what earned on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ShownTier {
    /// Where the step begins, as the ladder measures.
    pub floor: i64,
    /// Its rate.
    pub rate_basis_points: u32,
    /// How much of the base.
    pub part_minor: i64,
}

/// One person's part of one appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownLine {
    /// Which appointment.
    pub appointment: String,
    /// Which service.
    pub service: String,
    /// When it ended, on the wall clock of the zone.
    pub ended_at: String,
    /// Whether that was recorded, or only planned.
    pub end: EndSource,
    /// How long it was rendered.
    pub minutes: i64,
    /// `won`, `gap` (no rule covers it) or `no_show` (which earns nothing here).
    pub verdict: &'static str,
    /// Which rule won.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// From which place it spoke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What it beat, next best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beats: Vec<ShownBeaten>,
    /// From the start amount to the base.
    pub base_steps: Vec<ShownStep>,
    /// The person's base.
    pub base_minor: i64,
    /// The recorded rate: commission by base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_basis_points: Option<i64>,
    /// What it earned.
    pub commission_minor: i64,
    /// The person's part of the tip.
    pub tip_minor: i64,
    /// The reasons in words.
    pub reasons: ShownReasons,
}

/// A rule that lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownBeaten {
    /// Which one.
    pub rule: String,
    /// From which place it spoke.
    pub place: Place,
}

/// A step to the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ShownStep {
    /// What was done.
    pub what: StepKind,
    /// By how much.
    pub amount_minor: i64,
}

/// Reasons in both languages, one sentence each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownReasons {
    /// English.
    pub en: Vec<String>,
    /// Swahili.
    pub sw: Vec<String>,
}

/// What closing the month again came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownLater {
    /// `already_frozen`: nothing of what is frozen changed.
    pub outcome: &'static str,
    /// Whether everybody's fingerprint is the frozen one.
    pub same: bool,
    /// Everybody.
    pub staff: Vec<ShownLaterStaff>,
}

/// One person's frozen month beside what is known now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownLaterStaff {
    /// Who.
    pub staff: String,
    /// Whether the fingerprints are equal.
    pub same: bool,
    /// The commission that is frozen, amendments included. Nothing changes it.
    pub frozen_commission_minor: i64,
    /// The fingerprint of the latest frozen document.
    pub frozen_hash: String,
    /// The fingerprint now.
    pub hash_now: String,
    /// What is proposed, at the recorded rates; none where no line differs.
    pub amendment: Option<ShownAmendment>,
    /// What computing the month anew would come to, which is an act of its own; none where no line differs.
    pub retier: Option<ShownAmendment>,
}

/// Differences to what is frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownAmendment {
    /// Of the commission.
    pub commission_minor: i64,
    /// Of the top-up.
    pub top_up_minor: i64,
    /// What of it is not taken because of the floor, and carried.
    pub carried_minor: i64,
    /// Of the tips.
    pub tip_minor: i64,
    /// Commission, top-up, what is carried, and tips.
    pub total_minor: i64,
    /// Of the hours.
    pub hours: String,
    /// Of the services.
    pub services_rendered: i64,
    /// By appointment.
    pub lines: Vec<ShownDelta>,
}

/// The difference of one appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownDelta {
    /// Which one.
    pub appointment: String,
    /// In which way it is not as it was.
    pub cause: DeltaCause,
    /// Of its base.
    pub base_minor: i64,
    /// Of its commission.
    pub commission_minor: i64,
    /// Of its tip.
    pub tip_minor: i64,
    /// Of its time.
    pub minutes: i64,
    /// In words.
    pub reasons: ShownReasons,
}

/// Tells figures in the words of a case.
pub(super) struct Told<'a>(&'a Case);

impl<'a> Told<'a> {
    pub(super) const fn new(case: &'a Case) -> Self {
        Self(case)
    }

    /// A figure of which `taken` goes to earlier clawbacks.
    pub(super) fn staff(&self, figure: &StaffFigure, taken: i64) -> ShownStaff {
        let words = &self.0.vocabulary;
        let commission = figure.commission.amount_minor();
        let (top_up, tip) = (figure.top_up.amount_minor(), figure.tip.amount_minor());
        let total = commission
            .saturating_add(top_up)
            .saturating_add(tip)
            .saturating_sub(taken);
        let groups = figure.groups.iter().map(|group| ShownGroup {
            rule: words.rule(group.rule.id),
            lines: group.lines,
            base_minor: group.base_minor,
            measured: group.measured,
            tiers: group
                .tier_parts
                .iter()
                .map(|part| ShownTier {
                    floor: part.floor,
                    rate_basis_points: part.rate.value(),
                    part_minor: part.part_minor,
                })
                .collect(),
            commission_minor: group.figure.amount_minor(),
            rounding: group.rounding,
        });
        ShownStaff {
            staff: words.staff(figure.staff),
            commission_minor: commission,
            top_up_minor: top_up,
            carried_minor: taken.saturating_neg(),
            tip_minor: tip,
            total_minor: total,
            hours: figure.hours.to_string(),
            services_rendered: figure.services_rendered,
            gaps: figure.gaps(),
            content_hash: figure.content_hash.to_string(),
            groups: groups.collect(),
            lines: figure.lines.iter().map(|line| self.line(figure, line)).collect(),
        }
    }

    fn line(&self, figure: &StaffFigure, line: &Line) -> ShownLine {
        let words = &self.0.vocabulary;
        let reason = &line.reason;
        let zone = &self.0.closed.settings.zone;
        let (verdict, rule, place, beats) = match &reason.verdict {
            Verdict::Gap => ("gap", None, None, Vec::new()),
            Verdict::NoShow => ("no_show", None, None, Vec::new()),
            Verdict::Won {
                rule, place, beaten, ..
            } => {
                let beats = beaten.iter().map(|loser| ShownBeaten {
                    rule: words.rule(loser.rule),
                    place: loser.place,
                });
                ("won", Some(words.rule(*rule)), Some(*place), beats.collect())
            }
        };
        let steps = reason.base_steps.iter().map(|step| ShownStep {
            what: step.what,
            amount_minor: step.amount_minor,
        });
        ShownLine {
            appointment: words.appointment(line.appointment),
            service: words.service(reason.service),
            ended_at: zone
                .with_offset(reason.ended_at)
                .format(&Rfc3339)
                .unwrap_or_else(|_| reason.ended_at.to_string()),
            end: reason.end_source,
            minutes: reason.rendered_seconds / 60,
            verdict,
            rule,
            place,
            beats,
            base_steps: steps.collect(),
            base_minor: line.base.amount_minor(),
            rate_basis_points: line.recorded_rate_basis_points(),
            commission_minor: line.commission.amount_minor(),
            tip_minor: line.tip.amount_minor(),
            reasons: self.reasons(figure, line, None),
        }
    }

    fn reasons(&self, figure: &StaffFigure, line: &Line, recorded: Option<Recorded>) -> ShownReasons {
        let zone = &self.0.closed.settings.zone;
        let said = |language| explain_amended(line, figure.group_of(line), recorded, zone, language);
        ShownReasons {
            en: said(Language::English),
            sw: said(Language::Swahili),
        }
    }

    pub(super) fn later(
        &self,
        chain: &Chain,
        now: &StaffFigure,
        amendment: Option<&ProposedAmendment>,
        retier: Option<&ProposedAmendment>,
    ) -> ShownLaterStaff {
        let frozen = chain
            .documents()
            .map(|document| document.period().commission.amount_minor());
        ShownLaterStaff {
            staff: self.0.vocabulary.staff(now.staff),
            same: chain.content_hash() == now.content_hash,
            frozen_commission_minor: frozen.fold(0, i64::saturating_add),
            frozen_hash: chain.content_hash().to_string(),
            hash_now: now.content_hash.to_string(),
            amendment: amendment.map(|proposal| self.amendment(chain, now, proposal)),
            retier: retier.map(|proposal| self.amendment(chain, now, proposal)),
        }
    }

    fn amendment(&self, chain: &Chain, now: &StaffFigure, proposal: &ProposedAmendment) -> ShownAmendment {
        let (commission, top_up) = (proposal.commission.amount_minor(), proposal.top_up.amount_minor());
        let (carried, tip) = (proposal.carried.amount_minor(), proposal.tip.amount_minor());
        let lines = proposal.lines.iter().map(|delta| ShownDelta {
            appointment: self.0.vocabulary.appointment(delta.appointment),
            cause: delta.cause,
            base_minor: delta.base.amount_minor(),
            commission_minor: delta.commission.amount_minor(),
            tip_minor: delta.tip.amount_minor(),
            minutes: delta.rendered_seconds / 60,
            reasons: self.reasons(
                now,
                &delta.clone().into_line(),
                Recorded::of(chain, delta.appointment, None),
            ),
        });
        ShownAmendment {
            commission_minor: commission,
            top_up_minor: top_up,
            carried_minor: carried,
            tip_minor: tip,
            total_minor: [top_up, carried, tip]
                .into_iter()
                .fold(commission, i64::saturating_add),
            hours: proposal.hours.to_string(),
            services_rendered: proposal.services_rendered,
            lines: lines.collect(),
        }
    }
}
