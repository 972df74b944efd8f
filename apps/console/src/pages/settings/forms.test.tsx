// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactElement } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import BookingSettings from "./BookingSettings";
import MoneySettings from "./MoneySettings";

// A slow machine is no failure.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });

const { GET, PUT } = vi.hoisted(() => ({ GET: vi.fn(), PUT: vi.fn() }));
vi.mock("../../api/client", async (original) => ({
  ...(await original<Record<string, unknown>>()),
  api: { GET, PUT },
}));
vi.mock("../../app/session", () => ({
  useSession: () => ({ can: () => true, currency: "KES", membership: { business_name: "Tulia" } }),
}));

const RULES = {
  approval: { chat: "asked", web: "not_needed", desk: "not_needed" },
  notice: { chat: 30, web: 120, desk: 0 },
  horizon_days: { chat: 60, web: 60, desk: 60 },
  grid_step: 15,
  grid_anchor: "clock",
  gap_fit: "offered",
  buffers: "stacked",
  cleanup_past_closing: "refused",
  wait_between_parts: 15,
  hold: { mobile_money: 5, card: 30 },
  request_lasts: 1440,
  waitlist_offer: 30,
  cancellation: { free_until_hours: 24, late_fee: 5000, no_show_fee: 10_000, no_show_grace: 15 },
  deposit_after_no_shows: [{ no_shows: 2, deposit: 3050 }],
  discount_limits: { therapist: 0, receptionist: 1000, manager: 2500 },
  rounding: "whole_units",
  price_floor: 10_000,
  cross_sell: { offer: "once", tolerance: 15 },
};
const COMMISSION = {
  close_mode: "review",
  no_show_base: "none",
  staff_before_category: true,
  clawback_floor_minor: null,
  guarantees: [{ staff_id: "njeri", per: "day", amount_minor: 50_000 }],
  payment_fees: [{ from_minor: 0, basis_points: 100, flat_minor: 0 }],
};

/** What is kept at each path; the settings of commission have their version in the answer's head alone. */
let kept: Record<string, Record<string, unknown>>;
let tag: number;

beforeEach(() => {
  tag = 7;
  PUT.mockClear();
  kept = {
    "/api/v1/settings/booking": { zone: "Africa/Nairobi", currency: "KES", version: 3, rules: RULES },
    "/api/v1/settings/payments": { given_back: "credit", credit_first: true, tip_offers: false, version: 5 },
    "/api/v1/settings/commission": COMMISSION,
    "/api/v1/staff": { items: [{ id: "njeri", name: "Njeri", active: true }] },
  };
  const told = (path: string) => {
    const headers: Record<string, string> = path.endsWith("commission") ? { ETag: `"${tag}"` } : {};
    return Promise.resolve({ data: structuredClone(kept[path]), response: new Response(null, { headers }) });
  };
  GET.mockImplementation(told);
  PUT.mockImplementation((path: string, { body }: { body: Record<string, unknown> }) => {
    const { version } = kept[path] ?? {};
    kept[path] = { ...kept[path], ...body, ...(typeof version === "number" && { version: version + 1 }) };
    if (version === undefined) tag += 1;
    return told(path);
  });
});
afterEach(cleanup);

function open(page: ReactElement): ReturnType<typeof userEvent.setup> {
  render(<QueryClientProvider client={new QueryClient()}>{page}</QueryClientProvider>);
  return userEvent.setup();
}
const field = (label: string): HTMLInputElement => screen.getByLabelText(label);
const sent = (call: number): { match: string; body: unknown } => {
  const [, order] = PUT.mock.calls[call] as [
    string,
    { params: { header: { "If-Match": string } }; body: unknown },
  ];
  return { match: order.params.header["If-Match"], body: order.body };
};

test("the rules of booking are saved whole, under the version that each save stands on", async () => {
  const user = open(<BookingSettings />);
  await screen.findByLabelText("For an offer to the waitlist");
  for (const [typed, version] of [
    ["25", '"3"'],
    ["20", '"4"'],
  ] as const) {
    await user.clear(field("For an offer to the waitlist"));
    await user.type(field("For an offer to the waitlist"), typed);
    expect(screen.queryByText("Saved.")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Save" }));
    await screen.findByText("Saved.");
    expect(sent(PUT.mock.calls.length - 1)).toEqual({
      match: version,
      body: { zone: "Africa/Nairobi", rules: { ...RULES, waitlist_offer: Number(typed) } },
    });
  }
});

test("who is guaranteed something is shown, and a version that stands in the answer's head alone is told", async () => {
  const user = open(<MoneySettings />);
  await screen.findByLabelText("A customer who did not come earns");
  await waitFor(() => expect(field("With").value).toBe("njeri"));
  await user.selectOptions(field("A customer who did not come earns"), "fee");
  const [, save] = screen.getAllByRole("button", { name: "Save" });
  if (save === undefined) throw new Error("there are two forms");
  await user.click(save);
  await screen.findByText("Saved.");
  expect(sent(0)).toEqual({ match: '"7"', body: { ...COMMISSION, no_show_base: "fee" } });
  await user.selectOptions(field("A customer who did not come earns"), "none");
  await user.click(save);
  await waitFor(() => expect(PUT.mock.calls).toHaveLength(2));
  expect(sent(1)).toEqual({ match: '"8"', body: COMMISSION });
});

test("a row that is taken out of a list is not sent", async () => {
  const user = open(<BookingSettings />);
  await user.click(await screen.findByRole("button", { name: "Remove step 1" }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Saved.");
  expect(sent(0).body).toMatchObject({ rules: { deposit_after_no_shows: [] } });
});
