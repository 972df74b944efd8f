// A service as its form has it, and as the API takes it.
import { z } from "zod";

import type { Schemas } from "../../api/client";
import type { Service } from "../../api/queries";
import { moneyInField, parsePercent, percentInField, parseMoney, type Money } from "../../lib/money";
import { amount, maybe, maybeAmount, maybeWhole, needed, percent, whole } from "../../lib/shapes";

const CHANNELS = z.object({
  chat: maybeWhole(0, 43_200),
  web: maybeWhole(0, 43_200),
  desk: maybeWhole(0, 43_200),
});

/** What the form checks. */
export const shapeOf = (currency: string) =>
  z
    .object({
      name: needed(80),
      nameSw: maybe(80),
      category: needed(40),
      aliases: maybe(500),
      price: amount(currency),
      deposit: z.object({ kind: z.enum(["none", "flat", "percent"]), value: z.string() }),
      segments: z
        .array(
          z.object({
            minutes: whole(1, 1440),
            staff: z.boolean(),
            client: z.boolean(),
            resource: maybe(40),
          }),
        )
        .min(1),
      before: whole(0, 240),
      after: whole(0, 240),
      tax: percent(),
      productCost: maybeAmount(currency),
      notice: CHANNELS,
      horizon: CHANNELS,
      staff: z.array(z.string()),
    })
    .superRefine(({ deposit }, context) => {
      const fits =
        deposit.kind === "none" ||
        (deposit.kind === "flat"
          ? parseMoney(deposit.value, currency) !== undefined
          : (parsePercent(deposit.value) ?? 0) > 0);
      if (!fits)
        context.addIssue({ code: "custom", message: "service.depositWrong", path: ["deposit", "value"] });
    });

type Shape = ReturnType<typeof shapeOf>;
export type TypedService = z.input<Shape>;
export type CheckedService = z.output<Shape>;

const numberText = (value: number | null | undefined) =>
  value === null || value === undefined ? "" : String(value);

const channelsText = (of: Schemas["ByChannel"] | undefined) => ({
  chat: numberText(of?.chat),
  web: numberText(of?.web),
  desk: numberText(of?.desk),
});

/** What the form begins with: a service that is there, or a plain one of an hour. */
export function typedOf(service: Service | undefined): TypedService {
  const deposit = service?.deposit ?? { kind: "none" };
  return {
    name: service?.name ?? "",
    nameSw: service?.name_sw ?? "",
    category: service?.category ?? "",
    aliases: service?.aliases.join(", ") ?? "",
    price: service === undefined ? "" : moneyInField(service.price),
    deposit: {
      kind: deposit.kind,
      value:
        deposit.kind === "flat"
          ? moneyInField(deposit.amount)
          : deposit.kind === "percent"
            ? percentInField(deposit.basis_points)
            : "",
    },
    segments: (service?.segments ?? [{ minutes: 60 }]).map((one) => ({
      minutes: String(one.minutes),
      staff: one.staff ?? true,
      client: one.client ?? true,
      resource: one.resource_kind ?? "",
    })),
    before: String(service?.buffer_before_minutes ?? 0),
    after: String(service?.buffer_after_minutes ?? 0),
    tax: percentInField(service?.tax_basis_points ?? 0),
    productCost:
      service === undefined || service.product_cost.amount_minor === 0
        ? ""
        : moneyInField(service.product_cost),
    notice: channelsText(service?.notice_minutes),
    horizon: channelsText(service?.horizon_days),
    staff: [...(service?.staff_ids ?? [])],
  };
}

function depositOf(typed: CheckedService["deposit"], currency: string): Schemas["Deposit"] {
  switch (typed.kind) {
    case "none":
      return { kind: "none" };
    case "flat":
      return { kind: "flat", amount: parseMoney(typed.value, currency) ?? nothing(currency) };
    case "percent":
      return { kind: "percent", basis_points: parsePercent(typed.value) ?? 0 };
  }
}

function nothing(currency: string): Money {
  return { amount_minor: 0, currency };
}

const channelsOf = (of: CheckedService["notice"]): Schemas["ByChannel"] => ({
  chat: of.chat ?? null,
  web: of.web ?? null,
  desk: of.desk ?? null,
});

/** What the API takes: the whole service. */
export function bodyOf(checked: CheckedService, currency: string): Schemas["ServiceBody"] {
  return {
    name: checked.name,
    ...(checked.nameSw !== "" && { name_sw: checked.nameSw }),
    category: checked.category.toLowerCase(),
    aliases: checked.aliases
      .split(/[,;]/)
      .map((one) => one.trim())
      .filter((one) => one !== ""),
    price: checked.price,
    deposit: depositOf(checked.deposit, currency),
    segments: checked.segments.map((one) => ({
      minutes: one.minutes,
      staff: one.staff,
      client: one.client,
      ...(one.resource !== "" && { resource_kind: one.resource }),
    })),
    buffer_before_minutes: checked.before,
    buffer_after_minutes: checked.after,
    tax_basis_points: checked.tax,
    ...(checked.productCost !== undefined && { product_cost: checked.productCost }),
    notice_minutes: channelsOf(checked.notice),
    horizon_days: channelsOf(checked.horizon),
    staff_ids: checked.staff,
  };
}
