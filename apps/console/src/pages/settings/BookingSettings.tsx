// The rules of booking: how far ahead, on which grid, what is held for how long, what cancelling costs.
import { zodResolver } from "@hookform/resolvers/zod";
import { useMemo } from "react";
import { useFieldArray } from "react-hook-form";

import { api, type Schemas } from "../../api/client";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { Group, NumberField, SelectField, TextField } from "../../ui/fields";
import { Rows } from "../../ui/Rows";
import { Found } from "../../ui/states";
import { KeptEnd, useKeptForm, useSettings, type KeptProps } from "./kept";
import { CHANNELS, ROLES, rulesOf, shapeOf, typedOf, type CheckedRules, type TypedRules } from "./rules";

type Rules = Schemas["BookingSettings"];
type Order = Schemas["SettingsBody"];

export default function BookingSettings() {
  const { found, save } = useSettings<Rules, Order>(
    "booking",
    () => api.GET("/api/v1/settings/booking"),
    (tag, body) => api.PUT("/api/v1/settings/booking", { params: { header: { "If-Match": tag } }, body }),
    ["business", "rules"],
  );
  return <Found query={found}>{(kept) => <Form kept={kept} save={save} />}</Found>;
}

function Form(props: KeptProps<Rules, Order>) {
  const t = useText();
  const { membership } = useSession();
  const { currency } = props.kept.settings;
  const shape = useMemo(() => shapeOf(currency), [currency]);
  const { form, fault, submit, writes, end } = useKeptForm<Rules, Order, TypedRules, CheckedRules>(props, {
    typed: ({ rules, zone }) => typedOf(rules, zone, currency),
    body: (checked) => ({ zone: checked.zone, rules: rulesOf(checked) }),
    resolver: zodResolver(shape),
  });
  const ladder = useFieldArray({ control: form.control, name: "ladder" });
  return (
    <form className="stack narrow" onSubmit={submit}>
      <fieldset className="bare stack" disabled={!writes}>
        <section className="card stack">
          <h2>{membership.business_name}</h2>
          <div className="pair">
            <TextField
              label={t("rules.zone")}
              hint={t("rules.zoneHint")}
              error={fault("zone")}
              list="zones"
              {...form.register("zone")}
            />
            <TextField label={t("rules.currency")} hint={t("rules.currencyHint")} value={currency} readOnly />
          </div>
          <datalist id="zones">
            {Intl.supportedValuesOf("timeZone").map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </section>
        <section className="card stack">
          <h2>{t("rules.when")}</h2>
          <Group name={t("rules.notice")}>
            <div className="triple">
              {CHANNELS.map((one) => (
                <NumberField
                  key={one}
                  label={t(`channel.${one}`)}
                  error={fault(`notice.${one}`, `rules.notice.${one}`)}
                  {...form.register(`notice.${one}`)}
                />
              ))}
            </div>
          </Group>
          <Group name={t("rules.horizon")}>
            <div className="triple">
              {CHANNELS.map((one) => (
                <NumberField
                  key={one}
                  label={t(`channel.${one}`)}
                  error={fault(`horizon.${one}`, `rules.horizon_days.${one}`)}
                  {...form.register(`horizon.${one}`)}
                />
              ))}
            </div>
          </Group>
          <Group name={t("rules.approval")}>
            <div className="triple">
              {CHANNELS.map((one) => (
                <SelectField
                  key={one}
                  label={t(`channel.${one}`)}
                  error={fault(`approval.${one}`, `rules.approval.${one}`)}
                  {...form.register(`approval.${one}`)}
                >
                  <option value="not_needed">{t("rules.approvalNo")}</option>
                  <option value="asked">{t("rules.approvalYes")}</option>
                </SelectField>
              ))}
            </div>
          </Group>
          <div className="pair">
            <NumberField
              label={t("rules.gridStep")}
              error={fault("gridStep", "rules.grid_step")}
              {...form.register("gridStep")}
            />
            <SelectField
              label={t("rules.gridAnchor")}
              error={fault("gridAnchor", "rules.grid_anchor")}
              {...form.register("gridAnchor")}
            >
              <option value="clock">{t("rules.anchorClock")}</option>
              <option value="opening">{t("rules.anchorOpening")}</option>
            </SelectField>
            <SelectField
              label={t("rules.gapFit")}
              error={fault("gapFit", "rules.gap_fit")}
              {...form.register("gapFit")}
            >
              <option value="offered">{t("rules.gapFitYes")}</option>
              <option value="grid_only">{t("rules.gapFitNo")}</option>
            </SelectField>
            <SelectField
              label={t("rules.cleanup")}
              error={fault("cleanup", "rules.cleanup_past_closing")}
              {...form.register("cleanup")}
            >
              <option value="refused">{t("rules.cleanupNo")}</option>
              <option value="allowed">{t("rules.cleanupYes")}</option>
            </SelectField>
            <SelectField
              label={t("rules.buffers")}
              error={fault("buffers", "rules.buffers")}
              {...form.register("buffers")}
            >
              <option value="stacked">{t("rules.buffersStacked")}</option>
              <option value="shared">{t("rules.buffersShared")}</option>
            </SelectField>
            <NumberField
              label={t("rules.wait")}
              error={fault("wait", "rules.wait_between_parts")}
              {...form.register("wait")}
            />
          </div>
        </section>
        <section className="card stack">
          <h2>{t("rules.holds")}</h2>
          <div className="pair">
            <NumberField
              label={t("rules.holdMobile")}
              error={fault("holdMobile", "rules.hold.mobile_money")}
              {...form.register("holdMobile")}
            />
            <NumberField
              label={t("rules.holdCard")}
              error={fault("holdCard", "rules.hold.card")}
              {...form.register("holdCard")}
            />
            <NumberField
              label={t("rules.requestLasts")}
              error={fault("requestLasts", "rules.request_lasts")}
              {...form.register("requestLasts")}
            />
            <NumberField
              label={t("rules.waitlistOffer")}
              error={fault("waitlistOffer", "rules.waitlist_offer")}
              {...form.register("waitlistOffer")}
            />
          </div>
        </section>
        <section className="card stack">
          <h2>{t("rules.cancelling")}</h2>
          <div className="pair">
            <NumberField
              label={t("rules.freeUntil")}
              error={fault("freeUntil", "rules.cancellation.free_until_hours")}
              {...form.register("freeUntil")}
            />
            <NumberField
              label={t("rules.lateFee")}
              error={fault("lateFee", "rules.cancellation.late_fee")}
              {...form.register("lateFee")}
            />
            <NumberField
              label={t("rules.noShowGrace")}
              error={fault("noShowGrace", "rules.cancellation.no_show_grace")}
              {...form.register("noShowGrace")}
            />
            <NumberField
              label={t("rules.noShowFee")}
              error={fault("noShowFee", "rules.cancellation.no_show_fee")}
              {...form.register("noShowFee")}
            />
          </div>
          <Group name={t("rules.ladder")}>
            <Rows
              rows={ladder.fields}
              removal={(number) => t("rules.ladderRemove", { number })}
              remove={ladder.remove}
              addition={t("rules.ladderAdd")}
              add={writes ? () => ladder.append({ noShows: "", deposit: "" }) : undefined}
            >
              {(_, index) => (
                <div className="pair">
                  <NumberField
                    label={t("rules.ladderFrom")}
                    error={fault(`ladder.${index}.noShows`)}
                    {...form.register(`ladder.${index}.noShows`)}
                  />
                  <NumberField
                    label={t("rules.ladderDeposit")}
                    error={fault(`ladder.${index}.deposit`)}
                    {...form.register(`ladder.${index}.deposit`)}
                  />
                </div>
              )}
            </Rows>
          </Group>
        </section>
        <section className="card stack">
          <h2>{t("rules.prices")}</h2>
          <Group name={t("rules.discounts")}>
            <div className="triple">
              {ROLES.map((one) => (
                <NumberField
                  key={one}
                  label={t(`role.${one}`)}
                  error={fault(`discounts.${one}`, `rules.discount_limits.${one}`)}
                  {...form.register(`discounts.${one}`)}
                />
              ))}
            </div>
          </Group>
          <div className="pair">
            <SelectField
              label={t("rules.rounding")}
              error={fault("rounding", "rules.rounding")}
              {...form.register("rounding")}
            >
              <option value="whole_units">{t("rules.roundingWhole")}</option>
              <option value="exact">{t("rules.roundingExact")}</option>
            </SelectField>
            <NumberField
              label={t("rules.priceFloor", { currency })}
              hint={t("rules.priceFloorHint")}
              error={fault("priceFloor", "rules.price_floor")}
              {...form.register("priceFloor")}
            />
            <SelectField
              label={t("rules.crossSell")}
              error={fault("crossSell", "rules.cross_sell.offer")}
              {...form.register("crossSell")}
            >
              <option value="once">{t("rules.crossSellOnce")}</option>
              <option value="never">{t("rules.crossSellNever")}</option>
            </SelectField>
            <NumberField
              label={t("rules.crossSellWithin")}
              error={fault("crossSellWithin", "rules.cross_sell.tolerance")}
              {...form.register("crossSellWithin")}
            />
          </div>
        </section>
      </fieldset>
      <KeptEnd end={end} bar />
    </form>
  );
}
