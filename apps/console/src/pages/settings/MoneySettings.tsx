// Rules about money: what customers get back, and how commission is reckoned.
import { zodResolver } from "@hookform/resolvers/zod";
import { useMemo } from "react";
import { useFieldArray } from "react-hook-form";
import { z } from "zod";

import { api, type Schemas } from "../../api/client";
import { useStaff } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { moneyInField, percentInField } from "../../lib/money";
import { amount, maybeAmount, percent } from "../../lib/shapes";
import { CheckField, Group, NumberField, SelectField } from "../../ui/fields";
import { Rows } from "../../ui/Rows";
import { StaffOptions } from "../../ui/StaffOptions";
import { Found } from "../../ui/states";
import { KeptEnd, useKeptForm, useSettings, type KeptProps } from "./kept";

export default function MoneySettings() {
  return (
    <div className="columns">
      <PaymentsCard />
      <CommissionCard />
    </div>
  );
}

type Payments = Schemas["PaymentRules"];
type PaymentsOrder = Schemas["RulesBody"];

function PaymentsCard() {
  const { found, save } = useSettings<Payments, PaymentsOrder>(
    "payments",
    () => api.GET("/api/v1/settings/payments"),
    (tag, body) => api.PUT("/api/v1/settings/payments", { params: { header: { "If-Match": tag } }, body }),
    ["rules"],
  );
  return <Found query={found}>{(kept) => <PaymentsForm kept={kept} save={save} />}</Found>;
}

function PaymentsForm(props: KeptProps<Payments, PaymentsOrder>) {
  const t = useText();
  const { form, fault, submit, writes, end } = useKeptForm<
    Payments,
    PaymentsOrder,
    Omit<Payments, "version">
  >(props, {
    typed: ({ credit_first, given_back, tip_offers }) => ({ credit_first, given_back, tip_offers }),
    body: (rules) => rules,
  });
  return (
    <form className="card stack" onSubmit={submit}>
      <h2>{t("money.payments")}</h2>
      <fieldset className="bare stack" disabled={!writes}>
        <SelectField
          label={t("money.givenBack")}
          error={fault("given_back", "given_back")}
          {...form.register("given_back")}
        >
          <option value="credit">{t("money.givenBackCredit")}</option>
          <option value="origin">{t("money.givenBackOrigin")}</option>
        </SelectField>
        <CheckField label={t("money.creditFirst")} {...form.register("credit_first")} />
        <CheckField label={t("money.tipOffers")} {...form.register("tip_offers")} />
      </fieldset>
      <KeptEnd end={end} />
    </form>
  );
}

type Commission = Schemas["CommissionSettings"];

function CommissionCard() {
  const { found, save } = useSettings<Commission, Commission>(
    "commission",
    () => api.GET("/api/v1/settings/commission"),
    (tag, body) => api.PUT("/api/v1/settings/commission", { params: { header: { "If-Match": tag } }, body }),
    ["commission"],
  );
  return <Found query={found}>{(kept) => <CommissionForm kept={kept} save={save} />}</Found>;
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

function CommissionForm(props: KeptProps<Commission, Commission>) {
  const t = useText();
  const { currency } = useSession();
  const staff = useStaff();
  const shape = useMemo(() => shapeOf(currency), [currency]);
  const text = (minor: number): string => moneyInField({ amount_minor: minor, currency });
  const { form, fault, submit, writes, end } = useKeptForm<
    Commission,
    Commission,
    z.input<Shape>,
    z.output<Shape>
  >(props, {
    resolver: zodResolver(shape),
    typed: (found) => ({
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
    }),
    body: (checked) => ({
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
  });
  const guarantees = useFieldArray({ control: form.control, name: "guarantees" });
  const fees = useFieldArray({ control: form.control, name: "fees" });
  return (
    <form className="card stack" onSubmit={submit}>
      <h2>{t("money.commission")}</h2>
      <fieldset className="bare stack" disabled={!writes}>
        <SelectField
          label={t("money.closeMode")}
          error={fault("closeMode", "close_mode")}
          {...form.register("closeMode")}
        >
          <option value="review">{t("money.closeReview")}</option>
          <option value="automatic">{t("money.closeAutomatic")}</option>
        </SelectField>
        <SelectField
          label={t("money.noShowBase")}
          error={fault("noShowBase", "no_show_base")}
          {...form.register("noShowBase")}
        >
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
          <Found query={staff}>
            {(team) => (
              <Rows
                rows={guarantees.fields}
                removal={(number) => t("money.removeGuarantee", { number })}
                remove={guarantees.remove}
                addition={t("money.addGuarantee")}
                add={writes ? () => guarantees.append({ staff: "", per: "period", amount: "" }) : undefined}
              >
                {(field, index) => (
                  <div className="triple">
                    <SelectField
                      label={t("book.staff")}
                      error={fault(`guarantees.${index}.staff`)}
                      {...form.register(`guarantees.${index}.staff`)}
                    >
                      <option value="" />
                      <StaffOptions of={team} chosen={field.staff} />
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
                )}
              </Rows>
            )}
          </Found>
        </Group>
        <Group name={t("money.fees")}>
          <p className="hint">{t("money.feesHint")}</p>
          <Rows
            rows={fees.fields}
            removal={(number) => t("money.removeFee", { number })}
            remove={fees.remove}
            addition={t("money.addFee")}
            add={
              writes
                ? () => fees.append({ from: fees.fields.length === 0 ? "0" : "", share: "0", flat: "0" })
                : undefined
            }
          >
            {(_, index) => (
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
            )}
          </Rows>
        </Group>
      </fieldset>
      <KeptEnd end={end} />
    </form>
  );
}
