import { expect, test } from "vitest";

import { money } from "../../lib/money";
import { hours, shareOf, tellConversations, tellNoShows, tellTenders, tellUtilisation } from "./told";

const words = { day: (day: string) => day, money, tender: (tender: string) => tender };
const kes = (minor: number) => ({ amount_minor: minor, currency: "KES" });
const days = { from: "2026-05-01", to: "2026-05-31" };

test("somebody's share is of all their open minutes, not a mean of days", () => {
  const row = { staff_id: "1", staff: "Amina", rendered_minutes: 0 };
  const [people, byDay] = tellUtilisation(
    {
      ...days,
      by: "day",
      items: [
        { ...row, day: "2026-05-12", open_minutes: 60, booked_minutes: 60, share_basis_points: 10_000 },
        { ...row, day: "2026-05-13", open_minutes: 180, booked_minutes: 0, share_basis_points: 0 },
        { ...row, day: "2026-05-14", open_minutes: 0, booked_minutes: 30, share_basis_points: null },
      ],
    },
    words,
  );
  expect(people?.rows).toEqual([["Amina", "4:00", "1:30", "0:00", "37.5 %"]]);
  expect(byDay?.rows[2]?.[5]).toBe("–");
});

test("what goes back is taken off its tender, which may be below nothing", () => {
  const row = { tender: "mpesa", tips: kes(0) };
  const [tenders] = tellTenders(
    {
      ...days,
      items: [
        { ...row, day: "2026-05-12", taken: kes(100_000), given_back: kes(0), net: kes(100_000) },
        { ...row, day: "2026-05-13", taken: kes(0), given_back: kes(120_000), net: kes(-120_000) },
      ],
    },
    words,
  );
  expect(tenders?.chart?.rows).toEqual([{ label: "mpesa", value: -20_000, told: "−KES 200" }]);
  expect(tenders?.rows).toEqual([["mpesa", "KES 1,000", "KES 0", "KES 1,200", "−KES 200"]]);
});

test("who did not come is a share of what was due, over all services of somebody", () => {
  const row = { staff_id: "1", staff: "Amina", fees: kes(0), fees_kept: kes(0) };
  const [people] = tellNoShows(
    {
      ...days,
      items: [
        { ...row, service_id: "1", service: "Massage", due: 3, no_shows: 1, late_cancellations: 0 },
        { ...row, service_id: "2", service: "Facial", due: 1, no_shows: 0, late_cancellations: 0 },
      ],
    },
    words,
  );
  expect(people?.rows).toEqual([["Amina", "25 %"]]);
});

test("where there were no conversations nothing is told of them", () => {
  const parts = tellConversations({ ...days, items: [] }, words, (key) => key);
  expect(parts.flatMap((part) => part.rows)).toEqual([]);
});

test("a share is rounded, and there is none of nothing", () => {
  expect(shareOf(2, 3)).toBe(6_667);
  expect(shareOf(1, 0)).toBeUndefined();
  expect(hours(65)).toBe("1:05");
});
