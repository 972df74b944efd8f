// The rules of booking as their form has them, and as the API takes them.
import { z } from "zod";

import type { Schemas } from "../../api/client";
import { moneyInField, percentInField, type Money } from "../../lib/money";
import { amount, needed, percent, whole } from "../../lib/shapes";

type Rules = Schemas["BookingRules"];

export const CHANNELS = ["chat", "web", "desk"] as const;
export const ROLES = ["therapist", "receptionist", "manager"] as const;

const each = <T extends z.ZodType>(shape: T) => z.object({ chat: shape, web: shape, desk: shape });

export const shapeOf = (currency: string) =>
  z.object({
    zone: needed(64),
    approval: each(z.enum(["not_needed", "asked"])),
    notice: each(whole(0, 43_200)),
    horizon: each(whole(0, 730)),
    gridStep: whole(1, 1440),
    gridAnchor: z.enum(["clock", "opening"]),
    gapFit: z.enum(["offered", "grid_only"]),
    buffers: z.enum(["stacked", "shared"]),
    cleanup: z.enum(["refused", "allowed"]),
    wait: whole(0, 240),
    holdMobile: whole(1, 60),
    holdCard: whole(1, 240),
    requestLasts: whole(1, 1440),
    waitlistOffer: whole(1, 1440),
    freeUntil: whole(0, 720),
    lateFee: percent(),
    noShowFee: percent(),
    noShowGrace: whole(0, 240),
    ladder: z.array(z.object({ noShows: whole(1, 1000), deposit: percent(1) })),
    discounts: z.object({ therapist: percent(), receptionist: percent(), manager: percent() }),
    rounding: z.enum(["whole_units", "exact"]),
    priceFloor: amount(currency),
    crossSell: z.enum(["once", "never"]),
    crossSellWithin: whole(0, 240),
  });

type Shape = ReturnType<typeof shapeOf>;
export type TypedRules = z.input<Shape>;
export type CheckedRules = z.output<Shape>;

const texts = (of: { chat: number; web: number; desk: number }) => ({
  chat: String(of.chat),
  web: String(of.web),
  desk: String(of.desk),
});

export function typedOf(rules: Rules, zone: string, currency: string): TypedRules {
  const floor: Money = { amount_minor: rules.price_floor, currency };
  return {
    zone,
    approval: { ...rules.approval },
    notice: texts(rules.notice),
    horizon: texts(rules.horizon_days),
    gridStep: String(rules.grid_step),
    gridAnchor: rules.grid_anchor,
    gapFit: rules.gap_fit,
    buffers: rules.buffers,
    cleanup: rules.cleanup_past_closing,
    wait: String(rules.wait_between_parts),
    holdMobile: String(rules.hold.mobile_money),
    holdCard: String(rules.hold.card),
    requestLasts: String(rules.request_lasts),
    waitlistOffer: String(rules.waitlist_offer),
    freeUntil: String(rules.cancellation.free_until_hours),
    lateFee: percentInField(rules.cancellation.late_fee),
    noShowFee: percentInField(rules.cancellation.no_show_fee),
    noShowGrace: String(rules.cancellation.no_show_grace),
    ladder: rules.deposit_after_no_shows.map((rung) => ({
      noShows: String(rung.no_shows),
      deposit: percentInField(rung.deposit),
    })),
    discounts: {
      therapist: percentInField(rules.discount_limits.therapist),
      receptionist: percentInField(rules.discount_limits.receptionist),
      manager: percentInField(rules.discount_limits.manager),
    },
    rounding: rules.rounding,
    priceFloor: moneyInField(floor),
    crossSell: rules.cross_sell.offer,
    crossSellWithin: String(rules.cross_sell.tolerance),
  };
}

export function rulesOf(checked: CheckedRules): Rules {
  return {
    approval: checked.approval,
    notice: checked.notice,
    horizon_days: checked.horizon,
    grid_step: checked.gridStep,
    grid_anchor: checked.gridAnchor,
    gap_fit: checked.gapFit,
    buffers: checked.buffers,
    cleanup_past_closing: checked.cleanup,
    wait_between_parts: checked.wait,
    hold: { mobile_money: checked.holdMobile, card: checked.holdCard },
    request_lasts: checked.requestLasts,
    waitlist_offer: checked.waitlistOffer,
    cancellation: {
      free_until_hours: checked.freeUntil,
      late_fee: checked.lateFee,
      no_show_fee: checked.noShowFee,
      no_show_grace: checked.noShowGrace,
    },
    deposit_after_no_shows: checked.ladder.map((rung) => ({ no_shows: rung.noShows, deposit: rung.deposit })),
    discount_limits: checked.discounts,
    rounding: checked.rounding,
    price_floor: checked.priceFloor.amount_minor,
    cross_sell: { offer: checked.crossSell, tolerance: checked.crossSellWithin },
  };
}
