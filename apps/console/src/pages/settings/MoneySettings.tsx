// Rules about money: what customers get back, and how commission is reckoned.
import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useFieldArray, useForm } from "react-hook-form";
import { z } from "zod";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange, useStaff } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { moneyInField, percentInField } from "../../lib/money";
import { amount, maybeAmount, percent } from "../../lib/shapes";
import { CheckField, Group, NumberField, SelectField, useFaults } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Done, Found, Problem } from "../../ui/states";

export default function MoneySettings() {
  return (
    <div className="columns">
      <Payments />
      <Commission />
    </div>
  );
}

function Payments() {
  const found = useQuery({
    queryKey: ["settings", "payments"],
    queryFn: () => got(api.GET("/api/v1/settings/payments")),
  });
  const save = useChange(
    ({ version, body }: { version: number; body: Schemas["RulesBody"] }) =>
      got(api.PUT("/api/v1/settings/payments", { params: { header: { "If-Match": etag(version) } }, body })),
    ["settings"],
  );
  return (
    <Found query={found}>
      {(one) => (
        <PaymentsForm
          key={one.version}
          found={one}
          send={(body) => save.send({ version: one.version, body })}
          busy={save.isPending}
          error={save.error}
          saved={save.isSuccess}
        />
      )}
    </Found>
  );
}

interface FormProps<F, B> {
  found: F;
  send: (body: B) => void;
  busy: boolean;
  error: unknown;
  saved: boolean;
}

function PaymentsForm({
  found,
  send,
  busy,
  error,
  saved,
}: FormProps<Schemas["PaymentRules"], Schemas["RulesBody"]>) {
  const t = useText();
  const { can } = useSession();
  const form = useForm({
    defaultValues: {
      credit_first: found.credit_first,
      given_back: found.given_back,
      tip_offers: found.tip_offers,
    },
  });
  const writes = can("settings:write");
  return (
    <form className="card stack" onSubmit={(event) => void form.handleSubmit(send)(event)}>
      <h2>{t("money.payments")}</h2>
      <fieldset className="bare stack" disabled={!writes}>
        <SelectField label={t("money.givenBack")} {...form.register("given_back")}>
          <option value="credit">{t("money.givenBackCredit")}</option>
          <option value="origin">{t("money.givenBackOrigin")}</option>
        </SelectField>
        <CheckField label={t("money.creditFirst")} {...form.register("credit_first")} />
        <CheckField label={t("money.tipOffers")} {...form.register("tip_offers")} />
      </fieldset>
      <Problem error={error} />
      {writes && (
        <div className="row">
          <Action kind="primary" submit busy={busy}>
            {t("app.save")}
          </Action>
          <Done when={saved && !form.formState.isDirty} />
        </div>
      )}
    </form>
  );
}

function Commission() {
  // Their version is in the answer's head alone.
  const found = useQuery({
    queryKey: ["settings", "commission"],
    queryFn: async () => {
      const answer = await api.GET("/api/v1/settings/commission");
      return {
        settings: await got(Promise.resolve(answer)),
        tag: answer.response.headers.get("ETag") ?? "",
      };
    },
  });
  const save = useChange(
    ({ tag, body }: { tag: string; body: Schemas["CommissionSettings"] }) =>
      got(api.PUT("/api/v1/settings/commission", { params: { header: { "If-Match": tag } }, body })),
    ["settings", "commission"],
  );
  return (
    <Found query={found}>
      {({ settings, tag }) => (
        <CommissionForm
          key={tag}
          found={settings}
          send={(body) => save.send({ tag, body })}
          busy={save.isPending}
          error={save.error}
          saved={save.isSuccess}
        />
      )}
    </Found>
  );
}

const shapeOf = (currency: string) =>
  z.object({
    closeMode: z.enum(["automatic", "review"]),
    noShowBase: z.enum(["none", "fee", "price"]),
    staffFirst: z.boolean(),
    floor: maybeAmount(currency),
    guarantees: z.array(
      z.object({
        staff: z.string().min(1, "form.needed"),
        per: z.enum(["day", "period"]),
        amount: amount(currency),
      }),
    ),
    fees: z.array(z.object({ from: amount(currency), share: percent(), flat: amount(currency) })),
  });
type Shape = ReturnType<typeof shapeOf>;

function CommissionForm({
  found,
  send,
  busy,
  error,
  saved,
}: FormProps<Schemas["CommissionSettings"], Schemas["CommissionSettings"]>) {
  const t = useText();
  const { can, currency } = useSession();
  const staff = useStaff();
  const shape = useMemo(() => shapeOf(currency), [currency]);
  const text = (minor: number): string => moneyInField({ amount_minor: minor, currency });
  const form = useForm<z.input<Shape>, unknown, z.output<Shape>>({
    resolver: zodResolver(shape),
    defaultValues: {
      closeMode: found.close_mode,
      noShowBase: found.no_show_base,
      staffFirst: found.staff_before_category,
      floor: typeof found.clawback_floor_minor === "number" ? text(found.clawback_floor_minor) : "",
      guarantees: found.guarantees.map((one) => ({
        staff: one.staff_id,
        per: one.per,
        amount: text(one.amount_minor),
      })),
      fees: found.payment_fees.map((one) => ({
        from: text(one.from_minor),
        share: percentInField(one.basis_points ?? 0),
        flat: text(one.flat_minor ?? 0),
      })),
    },
  });
  const guarantees = useFieldArray({ control: form.control, name: "guarantees" });
  const fees = useFieldArray({ control: form.control, name: "fees" });
  const fault = useFaults(form.formState.errors, error);
  const submit = form.handleSubmit((checked) =>
    send({
      close_mode: checked.closeMode,
      no_show_base: checked.noShowBase,
      staff_before_category: checked.staffFirst,
      clawback_floor_minor: checked.floor?.amount_minor ?? null,
      guarantees: checked.guarantees.map((one) => ({
        staff_id: one.staff,
        per: one.per,
        amount_minor: one.amount.amount_minor,
      })),
      payment_fees: checked.fees.map((one) => ({
        from_minor: one.from.amount_minor,
        basis_points: one.share,
        flat_minor: one.flat.amount_minor,
      })),
    }),
  );
  const writes = can("settings:write");
  return (
    <form className="card stack" onSubmit={(event) => void submit(event)}>
      <h2>{t("money.commission")}</h2>
      <fieldset className="bare stack" disabled={!writes}>
        <SelectField label={t("money.closeMode")} {...form.register("closeMode")}>
          <option value="review">{t("money.closeReview")}</option>
          <option value="automatic">{t("money.closeAutomatic")}</option>
        </SelectField>
        <SelectField label={t("money.noShowBase")} {...form.register("noShowBase")}>
          <option value="none">{t("money.noShowNone")}</option>
          <option value="fee">{t("money.noShowFee")}</option>
          <option value="price">{t("money.noShowPrice")}</option>
        </SelectField>
        <NumberField
          label={t("money.floor", { currency })}
          hint={t("money.floorHint")}
          error={fault("floor", "clawback_floor_minor")}
          {...form.register("floor")}
        />
        <CheckField label={t("money.staffFirst")} {...form.register("staffFirst")} />
        <Group name={t("money.guarantees")}>
          <p className="hint">{t("money.guaranteesHint")}</p>
          {guarantees.fields.map((field, index) => (
            <div key={field.id} className="with-end">
              <div className="triple">
                <SelectField
                  label={t("book.staff")}
                  error={fault(`guarantees.${index}.staff`)}
                  {...form.register(`guarantees.${index}.staff`)}
                >
                  <option value="" />
                  {staff.data
                    ?.filter((one) => one.active || one.id === field.staff)
                    .map((one) => (
                      <option key={one.id} value={one.id}>
                        {one.name}
                      </option>
                    ))}
                </SelectField>
                <NumberField
                  label={t("pay.amount")}
                  error={fault(`guarantees.${index}.amount`)}
                  {...form.register(`guarantees.${index}.amount`)}
                />
                <SelectField label={t("money.per")} {...form.register(`guarantees.${index}.per`)}>
                  <option value="day">{t("money.perDay")}</option>
                  <option value="period">{t("money.perMonth")}</option>
                </SelectField>
              </div>
              <button
                type="button"
                className="button button--quiet icon"
                aria-label={t("money.removeGuarantee", { number: index + 1 })}
                onClick={() => guarantees.remove(index)}
              >
                ✕
              </button>
            </div>
          ))}
          {writes && (
            <div className="row">
              <Action
                reads
                kind="quiet"
                onClick={() => guarantees.append({ staff: "", per: "period", amount: "" })}
              >
                + {t("money.addGuarantee")}
              </Action>
            </div>
          )}
        </Group>
        <Group name={t("money.fees")}>
          <p className="hint">{t("money.feesHint")}</p>
          {fees.fields.map((field, index) => (
            <div key={field.id} className="with-end">
              <div className="triple">
                <NumberField
                  label={t("money.feeFrom")}
                  error={fault(`fees.${index}.from`)}
                  {...form.register(`fees.${index}.from`)}
                />
                <NumberField
                  label={t("service.depositPercent")}
                  error={fault(`fees.${index}.share`)}
                  {...form.register(`fees.${index}.share`)}
                />
                <NumberField
                  label={t("money.feeFlat")}
                  error={fault(`fees.${index}.flat`)}
                  {...form.register(`fees.${index}.flat`)}
                />
              </div>
              <button
                type="button"
                className="button button--quiet icon"
                aria-label={t("money.removeFee", { number: index + 1 })}
                onClick={() => fees.remove(index)}
              >
                ✕
              </button>
            </div>
          ))}
          {writes && (
            <div className="row">
              <Action
                reads
                kind="quiet"
                onClick={() =>
                  fees.append({ from: fees.fields.length === 0 ? "0" : "", share: "0", flat: "0" })
                }
              >
                + {t("money.addFee")}
              </Action>
            </div>
          )}
        </Group>
      </fieldset>
      <Problem error={error} />
      {writes && (
        <div className="row">
          <Action kind="primary" submit busy={busy}>
            {t("app.save")}
          </Action>
          <Done when={saved && !form.formState.isDirty} />
        </div>
      )}
    </form>
  );
}
