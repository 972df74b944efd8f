//! Salons by chance: everything that the engine knows about takes part now and then.

use super::*;

/// Days and zones: plain ones, half hours and quarters, and days on which the clock changes.
const DAYS: [(&str, time::Date); 9] = [
    ("Africa/Nairobi", date!(2026 - 05 - 13)),
    ("Asia/Kolkata", date!(2026 - 05 - 13)),
    ("Asia/Kathmandu", date!(2026 - 05 - 13)),
    ("America/New_York", date!(2026 - 03 - 08)),
    ("America/New_York", date!(2026 - 11 - 01)),
    ("Australia/Lord_Howe", date!(2026 - 04 - 05)),
    ("Australia/Lord_Howe", date!(2026 - 10 - 04)),
    ("Africa/Cairo", date!(2026 - 04 - 24)),
    ("Europe/Lisbon", date!(2026 - 10 - 25)),
];

fn any_range() -> impl Strategy<Value = (i64, i64)> {
    (-30_i64..312, 1_i64..40).prop_map(|(start, length)| (start * 5, length * 5))
}

/// Who, when in minutes of the day, how, and the buffers.
type AnyEngagement = (Subject, (i64, i64), u8, (u32, u32));

fn any_engagement() -> impl Strategy<Value = AnyEngagement> {
    let mut subjects: Vec<Subject> = (1..=3).map(|number| Subject::Staff(staff(number))).collect();
    subjects.extend([seat(1), seat(2)]);
    let second = Subject::Resource {
        id: resource(2),
        seat: 1,
    };
    subjects.push(second);
    let buffers = (0_u32..4, 0_u32..4).prop_map(|(before, after)| (before * 5, after * 5));
    (prop::sample::select(subjects), any_range(), 0_u8..4, buffers)
}

fn any_segments() -> impl Strategy<Value = Vec<Segment>> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let segment = (1_u32..8, flags).prop_map(|(fives, (staff, room, client))| Segment {
        minutes: Minutes::new(fives * 5),
        staff: StaffNeed::from(staff),
        resource_kind: room.then(|| kind("room")),
        client: ClientPresence::from(client),
    });
    prop::collection::vec(segment, 1..4).prop_filter("nobody could sell it", |segments| {
        segments.iter().any(|s| s.staff == StaffNeed::Needed)
            && segments.iter().any(|s| s.client == ClientPresence::Present)
    })
}

fn any_block() -> impl Strategy<Value = DayBlock> {
    (0_u16..288, 6_u16..150).prop_map(|(from, length)| DayBlock {
        from_minute: from * 5,
        to_minute: ((from + length) * 5).min(2_880),
    })
}

fn any_blocks() -> impl Strategy<Value = Vec<WeeklyBlock>> {
    prop::collection::vec(any_block(), 1..3).prop_map(|blocks| {
        let every_day = |block: DayBlock| every_day(block.from_minute, block.to_minute);
        blocks.into_iter().flat_map(every_day).collect()
    })
}

fn any_dated() -> impl Strategy<Value = Option<(i64, Vec<DayBlock>)>> {
    prop::option::weighted(0.3, (-1_i64..2, prop::collection::vec(any_block(), 0..3)))
}

type AnyService = (Vec<Segment>, (u32, u32), Vec<u64>);

fn any_service() -> impl Strategy<Value = AnyService> {
    let who = prop::sample::subsequence(vec![1_u64, 2, 3], 1..=3);
    (any_segments(), (0_u32..4, 0_u32..4), who)
}

fn sold(number: u64, (segments, buffers, who): AnyService) -> Service {
    Service {
        recipe: recipe(segments, buffers.0 * 5, buffers.1 * 5),
        staff: who.into_iter().map(staff).collect(),
        ..a_service(number, 60)
    }
}

prop_compose! {
    fn any_rules()(
        shared in any::<bool>(),
        cleanup in any::<bool>(),
        step in prop::sample::select(vec![5_u32, 10, 15, 15, 20, 25, 45]),
        wait in prop::sample::select(vec![0_u32, 5, 15, 15, 30]),
    ) -> (BufferRule, CleanupPastClosing, u32, u32) {
        let rule = if shared { BufferRule::Shared } else { BufferRule::Stacked };
        let cleanup = if cleanup { CleanupPastClosing::Allowed } else { CleanupPastClosing::Refused };
        (rule, cleanup, step, wait)
    }
}

prop_compose! {
    /// Three staff members, a room and one with two places, services 1 to 3.
    pub(super) fn any_salon()(
        shifts in (any_blocks(), any_blocks(), any_blocks()),
        dated in (any_dated(), any_dated()),
        business in prop::option::weighted(0.4, any_blocks()),
        engagements in prop::collection::vec(any_engagement(), 0..14),
        leave in prop::collection::vec(any_range(), 0..2),
        outage in prop::collection::vec(any_range(), 0..2),
        services in (any_service(), any_service(), any_service()),
        rules in any_rules(),
        (zone_name, date) in prop::sample::select(DAYS.to_vec()),
    ) -> Salon {
        let zone = zone(zone_name);
        let day = zone.day_start(date);
        let range = |(from, length): (i64, i64)| {
            TimeRange::starting(day + Duration::minutes(from), Duration::minutes(length)).unwrap()
        };
        let (rule, cleanup, step, wait) = rules;
        let salon = SalonBuilder::default()
            .service(sold(1, services.0))
            .service(sold(2, services.1))
            .service(sold(3, services.2))
            .staff(1, shifts.0)
            .staff(2, shifts.1)
            .staff(3, shifts.2)
            .resource(1, "room", 1)
            .resource(2, "room", 2)
            .rules(|rules| {
                (rules.buffers, rules.cleanup_past_closing) = (rule, cleanup);
                (rules.grid_step, rules.wait_between_parts) = (Minutes::new(step), Minutes::new(wait));
            });
        let facts = salon.with(|facts| {
            facts.policy.zone = zone;
            facts.business.weekly = business;
            if let Some((days, blocks)) = dated.0 {
                facts.business.dated.insert(date + Duration::days(days), blocks);
            }
            if let Some((days, blocks)) = dated.1 {
                facts.staff[1].hours.dated.insert(date + Duration::days(days), blocks);
            }
            facts.staff[0].leave = leave.into_iter().map(range).collect();
            facts.resources[0].out_of_service = outage.into_iter().map(range).collect();
            facts.engagements = engagements.into_iter().map(|(subject, at, how, (before, after))| {
                let (before, after) = (Minutes::new(before), Minutes::new(after));
                let claim = Claim::of_work(subject, range(at), before, after, rule).unwrap();
                let now = day - Duration::DAY;
                let engaged_as = match how {
                    0 => EngagedAs::Blocked,
                    1 => EngagedAs::Held { until: now },
                    2 => EngagedAs::Held { until: now + Duration::MINUTE },
                    _ => EngagedAs::Booked,
                };
                Engagement { claim, engaged_as }
            }).collect();
        });
        Salon { facts: facts.build(), day }
    }
}
