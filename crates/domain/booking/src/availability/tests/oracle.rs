//! A naive engine that looks at every minute, and the law that the real one agrees with it.

use super::*;

/// Whether a subject is free for a need of a service that starts at a minute, looked at minute by minute.
struct Oracle<'a> {
    facts: &'a Facts,
    service: &'a crate::catalogue::Service,
}

impl Oracle<'_> {
    fn minute_is_open(&self, staff: &StaffFacts, minute: time::OffsetDateTime) -> bool {
        let zone = &self.facts.policy.zone;
        let local = zone.local(minute);
        let works = |hours: &Hours| {
            [0_i64, 1].into_iter().any(|days_ago| {
                let Some(date) = local.date().checked_sub(Duration::days(days_ago)) else {
                    return false;
                };
                let reading = i64::from(local.hour()) * 60 + i64::from(local.minute()) + days_ago * 1_440;
                let inside = |block: &DayBlock| {
                    i64::from(block.from_minute) <= reading && reading < i64::from(block.to_minute)
                };
                match hours.dated.get(&date) {
                    Some(blocks) => blocks.iter().any(inside),
                    None => {
                        let of_day = |block: &&WeeklyBlock| block.weekday == date.weekday();
                        hours
                            .weekly
                            .iter()
                            .filter(of_day)
                            .any(|block| inside(&block.block))
                    }
                }
            })
        };
        let business = self.facts.business.weekly.as_ref().is_none_or(|weekly| {
            works(&Hours {
                weekly: weekly.clone(),
                dated: BTreeMap::new(),
            })
        });
        works(&staff.hours) && business
    }

    /// Engagements of others in the way of `claim`, by the definition of a conflict.
    fn engaged(&self, claim: &crate::engagement::Claim, now: time::OffsetDateTime) -> bool {
        let counts = |engagement: &&Engagement| match engagement.engaged_as {
            EngagedAs::Held { until } => until > now,
            EngagedAs::Booked | EngagedAs::Blocked => true,
        };
        let mut others = self.facts.engagements.iter().filter(counts);
        others.any(|engagement| engagement.claim.conflicts(claim))
    }

    fn every_minute(range: TimeRange) -> impl Iterator<Item = time::OffsetDateTime> {
        let minutes = range.length().whole_minutes();
        (0..minutes).map(move |minute| range.start() + Duration::minutes(minute))
    }

    fn away(absences: &[TimeRange], range: TimeRange) -> bool {
        Self::every_minute(range).any(|minute| absences.iter().any(|absence| absence.holds(minute)))
    }

    fn widened(claim: &crate::engagement::Claim) -> TimeRange {
        let work = claim.work();
        let (before, after) = (claim.before.duration(), claim.after.duration());
        TimeRange::new(work.start() - before, work.end() + after).unwrap()
    }

    fn needs(&self, role: impl Fn(&crate::engagement::Role) -> bool) -> Vec<crate::engagement::Need> {
        self.service
            .recipe
            .needs()
            .into_iter()
            .filter(|need| role(&need.role))
            .collect()
    }

    fn staff_fits(&self, staff: &StaffFacts, start: time::OffsetDateTime, now: time::OffsetDateTime) -> bool {
        let rules = &self.facts.policy.rules;
        let client_left = start + self.service.recipe.client_leaves().duration();
        let needs = self.needs(|role| *role == crate::engagement::Role::Staff);
        needs.iter().all(|need| {
            let claim = need
                .claim(Subject::Staff(staff.id), start, rules.buffers)
                .unwrap();
            let whole = Self::widened(&claim);
            let at_work = match rules.cleanup_past_closing {
                CleanupPastClosing::Refused => Some(whole),
                CleanupPastClosing::Allowed => {
                    TimeRange::new(whole.start(), whole.end().min(client_left)).ok()
                }
            };
            let open = at_work.is_none_or(|range| {
                Self::every_minute(range).all(|minute| self.minute_is_open(staff, minute))
            });
            open && !Self::away(&staff.leave, whole) && !self.engaged(&claim, now)
        })
    }

    fn seat_fits(
        &self,
        need: &crate::engagement::Need,
        subject: Subject,
        start: time::OffsetDateTime,
        now: time::OffsetDateTime,
    ) -> bool {
        let Subject::Resource { id, .. } = subject else {
            return false;
        };
        let claim = need
            .claim(subject, start, self.facts.policy.rules.buffers)
            .unwrap();
        let of_resource = self.facts.resources.iter().filter(|resource| resource.id == id);
        let away = of_resource
            .flat_map(|resource| resource.out_of_service.clone())
            .collect::<Vec<_>>();
        !Self::away(&away, Self::widened(&claim)) && !self.engaged(&claim, now)
    }

    /// Everybody who could begin at `start`, if every pool has a seat for it then.
    fn who_fits(&self, start: time::OffsetDateTime, now: time::OffsetDateTime) -> BTreeSet<StaffId> {
        let pools = self.needs(|role| matches!(role, crate::engagement::Role::Resource(_)));
        let pools_fit = pools.iter().all(|need| {
            let seats = self
                .facts
                .resources
                .iter()
                .filter(|resource| need.role == crate::engagement::Role::Resource(resource.kind.clone()));
            let mut subjects = seats.flat_map(|resource| {
                (0..resource.capacity).map(|seat| Subject::Resource {
                    id: resource.id,
                    seat,
                })
            });
            subjects.any(|subject| self.seat_fits(need, subject, start, now))
        });
        let able = self
            .facts
            .staff
            .iter()
            .filter(|staff| self.service.staff.contains(&staff.id));
        let fitting = able.filter(|staff| pools_fit && self.staff_fits(staff, start, now));
        fitting.map(|staff| staff.id).collect()
    }
}

fn any_range() -> impl Strategy<Value = TimeRange> {
    // On a grid of five minutes from 06:00 to 22:00.
    (72_i64..264, 1_i64..30).prop_map(|(start, length)| {
        let start = at(0, start * 5);
        TimeRange::starting(start, Duration::minutes(length * 5)).unwrap()
    })
}

fn any_engagement() -> impl Strategy<Value = (Subject, TimeRange, EngagedAs, u32, u32)> {
    let subjects = vec![
        Subject::Staff(staff(1)),
        Subject::Staff(staff(2)),
        seat(1),
        seat(2),
        Subject::Resource {
            id: resource(2),
            seat: 1,
        },
    ];
    let kinds = vec![
        EngagedAs::Booked,
        EngagedAs::Blocked,
        EngagedAs::Held { until: NOW },
        EngagedAs::Held {
            until: NOW + Duration::MINUTE,
        },
    ];
    (
        prop::sample::select(subjects),
        any_range(),
        prop::sample::select(kinds),
        0_u32..4,
        0_u32..4,
    )
        .prop_map(|(subject, range, kind, before, after)| (subject, range, kind, before * 5, after * 5))
}

fn any_segments() -> impl Strategy<Value = Vec<Segment>> {
    let segment =
        (1_u32..8, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(fives, staff, room, client)| {
            Segment {
                minutes: Minutes::new(fives * 5),
                staff: StaffNeed::from(staff),
                resource_kind: room.then(|| kind("room")),
                client: ClientPresence::from(client),
            }
        });
    prop::collection::vec(segment, 1..4).prop_filter("nobody could sell it", |segments| {
        segments.iter().any(|s| s.staff == StaffNeed::Needed)
            && segments.iter().any(|s| s.client == ClientPresence::Present)
    })
}

fn any_blocks() -> impl Strategy<Value = Vec<WeeklyBlock>> {
    let block = (72_u16..240, 6_u16..120).prop_map(|(from, length)| every_day(from * 5, (from + length) * 5));
    prop::collection::vec(block, 0..3).prop_map(|blocks| blocks.concat())
}

prop_compose! {
    fn any_salon()(
        shifts in (any_blocks(), any_blocks()),
        business in prop::option::of(any_blocks()),
        engagements in prop::collection::vec(any_engagement(), 0..10),
        leave in prop::collection::vec(any_range(), 0..2),
        outage in prop::collection::vec(any_range(), 0..2),
        segments in any_segments(),
        buffers in (0_u32..4, 0_u32..4),
        shared in any::<bool>(),
        cleanup in any::<bool>(),
        zone_name in prop::sample::select(vec!["Africa/Nairobi", "Asia/Kolkata", "Africa/Lagos"]),
    ) -> Facts {
        let recipe = recipe(segments, buffers.0 * 5, buffers.1 * 5);
        let sold = crate::catalogue::Service { recipe, ..a_service(1, 60) };
        let rule = if shared { BufferRule::Shared } else { BufferRule::Stacked };
        SalonBuilder::default()
            .service(sold)
            .staff(1, shifts.0)
            .staff(2, shifts.1)
            .resource(1, "room", 1)
            .resource(2, "room", 2)
            .rules(|rules| {
                rules.buffers = rule;
                rules.cleanup_past_closing =
                    if cleanup { CleanupPastClosing::Allowed } else { CleanupPastClosing::Refused };
            })
            .with(|facts| {
                facts.policy.zone = zone(zone_name);
                // Segments may leave the business without staff, which it must be open for all the same;
                // the oracle knows opening hours by way of staff only.
                facts.business.weekly = business.filter(|_| {
                    facts.services[0].recipe.segments().iter().all(|s| s.staff == StaffNeed::Needed)
                });
                facts.staff[0].leave = leave;
                facts.resources[0].out_of_service = outage;
                facts.engagements = engagements.into_iter().map(|(subject, range, engaged_as, before, after)| {
                    let (before, after) = (Minutes::new(before), Minutes::new(after));
                    let claim = crate::engagement::Claim::of_work(subject, range, before, after, rule);
                    Engagement { claim: claim.unwrap(), engaged_as }
                }).collect();
            })
            .build()
    }
}

fn window() -> TimeRange {
    from_to((5, 0), (26, 0))
}

fn request() -> SlotRequest {
    SlotRequest {
        window: window(),
        ..all_day()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// On a grid of five minutes every moment at which anything can change is a start, so the two must
    /// agree on each.
    #[test]
    fn the_engine_agrees_with_looking_at_every_minute(mut facts in any_salon()) {
        facts.policy.rules.grid_step = Minutes::new(5);
        facts.policy.rules.gap_fit = GapFit::GridOnly;
        let oracle = Oracle { facts: &facts, service: &facts.services[0] };
        let found: BTreeMap<_, _> =
            find(&facts, &request()).unwrap().into_iter().map(|slot| (slot.time.start(), slot)).collect();
        for start in Oracle::every_minute(window()).step_by(5) {
            let fitting = oracle.who_fits(start, NOW);
            match found.get(&start) {
                Some(slot) => prop_assert!(fitting.contains(&slot.parts[0].staff), "{start}: {slot:?}"),
                None => prop_assert!(fitting.is_empty(), "{start}: {fitting:?} would fit"),
            }
        }
    }

    /// Whatever is offered beside the grid fits as well, and somebody's free time begins there.
    #[test]
    fn gap_fit_adds_only_starts_that_fit(mut facts in any_salon()) {
        facts.policy.rules.grid_step = Minutes::new(60);
        let oracle = Oracle { facts: &facts, service: &facts.services[0] };
        let both = find(&facts, &request()).unwrap();
        let grid_only = {
            let mut facts = facts.clone();
            facts.policy.rules.gap_fit = GapFit::GridOnly;
            find(&facts, &request()).unwrap()
        };
        let starts: BTreeSet<_> = both.iter().map(|slot| slot.time.start()).collect();
        prop_assert!(grid_only.iter().all(|slot| starts.contains(&slot.time.start())));
        for slot in &both {
            prop_assert!(oracle.who_fits(slot.time.start(), NOW).contains(&slot.parts[0].staff), "{slot:?}");
        }
    }

    /// A slot can be claimed: it meets no engagement, and its own claims do not meet each other.
    #[test]
    fn a_slot_meets_nobody(facts in any_salon()) {
        for slot in find(&facts, &request()).unwrap() {
            let claims = &slot.parts[0].claims;
            prop_assert!(claims.is_sorted());
            for (index, claim) in claims.iter().enumerate() {
                prop_assert!(claims[index + 1..].iter().all(|other| !other.conflicts(claim)));
                for engagement in &facts.engagements {
                    let expired = matches!(engagement.engaged_as, EngagedAs::Held { until } if until <= NOW);
                    prop_assert!(expired || !engagement.claim.conflicts(claim));
                }
            }
        }
    }

    /// Asking for one start, asking for all, and asking why not tell the same story.
    #[test]
    fn slots_and_refusals_part_the_grid(facts in any_salon()) {
        let slots: BTreeSet<_> =
            find(&facts, &request()).unwrap().into_iter().map(|slot| slot.time.start()).collect();
        let refused = explain(&facts, &request()).unwrap();
        for refused in &refused {
            prop_assert!(!slots.contains(&refused.start) && !refused.refusals.is_empty());
            let checked = check(&facts, &request(), refused.start).unwrap();
            prop_assert_eq!(checked.unwrap_err().reasons(), refused.reasons());
        }
        let on_grid = Oracle::every_minute(window()).step_by(15).filter(|start| slots.contains(start)).count();
        prop_assert_eq!(on_grid + refused.len(), 21 * 4);
        for start in slots {
            prop_assert!(check(&facts, &request(), start).unwrap().is_ok());
        }
    }
}
