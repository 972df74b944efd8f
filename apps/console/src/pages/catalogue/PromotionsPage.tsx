// What everybody gets off certain services on certain days.
import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useForm, useWatch } from "react-hook-form";
import { z } from "zod";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange, useServices, whole } from "../../api/queries";
import { useSession, useToday } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { money, moneyInField, parseMoney, parsePercent, percent, percentInField } from "../../lib/money";
import { day, maybeAmount, needed } from "../../lib/shapes";
import { dayInWords, weekdayInWords } from "../../lib/time";
import { CheckField, Group, NumberField, SelectField, TextField, useFaults } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Problem } from "../../ui/states";
import { Offers, type OfferFormProps } from "./Offers";

type Promotion = Schemas["Promotion"];

/** As the API names the days of the week, Monday first. */
const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

export default function PromotionsPage() {
  const t = useText();
  const { language } = useLanguage();
  const today = useToday();
  const services = useServices();
  const promotions = useQuery({
    queryKey: ["promotions"],
    queryFn: () =>
      whole((after) =>
        got(api.GET("/api/v1/promotions", { params: { query: { limit: 100, ...(after && { after }) } } })),
      ),
  });
  const on = (one: Promotion): string => {
    const named = one.service_ids.map(
      (id) => services.data?.find((service) => service.id === id)?.name ?? "–",
    );
    const all = [...one.categories, ...named];
    return all.length === 0 ? t("promotion.everything") : all.join(", ");
  };
  return (
    <Offers
      query={promotions}
      texts={{
        add: t("promotion.add"),
        empty: t("promotion.empty"),
        retireSure: (name) => t("promotion.retireSure", { name }),
      }}
      family="promotions"
      retire={(one) =>
        got(
          api.DELETE("/api/v1/promotions/{id}", {
            params: { path: { id: one.id }, header: { "If-Match": etag(one.version) } },
          }),
        )
      }
      badge={(one) => (one.last_day < today ? t("promotion.over") : undefined)}
      form={PromotionForm}
    >
      {(one) => (
        <>
          <p className="figure">
            {typeof one.off.percent_basis_points === "number"
              ? `−${percent(one.off.percent_basis_points)}`
              : one.off.amount && `−${money(one.off.amount)}`}
          </p>
          <p>
            {dayInWords(one.first_day, language, "short")} – {dayInWords(one.last_day, language, "short")}
            {one.weekdays.length > 0 && one.weekdays.length < 7 && (
              <span className="muted">
                {" · "}
                {one.weekdays
                  .map((name) => weekdayInWords(DAYS.indexOf(name) + 1, language, "short"))
                  .join(" ")}
              </span>
            )}
          </p>
          <p className="muted">
            {on(one)}
            {one.cap && ` · ${t("promotion.capIs", { amount: money(one.cap) })}`}
          </p>
        </>
      )}
    </Offers>
  );
}

const shapeOf = (currency: string) =>
  z
    .object({
      name: needed(80),
      kind: z.enum(["percent", "amount"]),
      off: z.string(),
      cap: maybeAmount(currency),
      first: day,
      last: day,
      weekdays: z.array(z.enum(DAYS)),
      categories: z.array(z.string()),
      services: z.array(z.string()),
    })
    .superRefine(({ kind, off, first, last }, context) => {
      const fits =
        kind === "percent"
          ? (parsePercent(off) ?? 0) > 0 && (parsePercent(off) ?? 0) <= 10_000
          : (parseMoney(off, currency)?.amount_minor ?? 0) > 0;
      if (!fits)
        context.addIssue({
          code: "custom",
          path: ["off"],
          message: kind === "percent" ? "form.percent" : "pay.wrongAmount",
        });
      if (last < first) context.addIssue({ code: "custom", path: ["last"], message: "block.order" });
    });
type Shape = ReturnType<typeof shapeOf>;

function PromotionForm({ found, services, done }: OfferFormProps<Promotion>) {
  const t = useText();
  const { language } = useLanguage();
  const { currency } = useSession();
  const today = useToday();
  const shape = useMemo(() => shapeOf(currency), [currency]);
  const form = useForm<z.input<Shape>, unknown, z.output<Shape>>({
    resolver: zodResolver(shape),
    defaultValues: {
      name: found?.name ?? "",
      kind: found?.off.amount ? "amount" : "percent",
      off: found?.off.amount
        ? moneyInField(found.off.amount)
        : typeof found?.off.percent_basis_points === "number"
          ? percentInField(found.off.percent_basis_points)
          : "",
      cap: found?.cap ? moneyInField(found.cap) : "",
      first: found?.first_day ?? today,
      last: found?.last_day ?? today,
      weekdays: found?.weekdays ?? [...DAYS],
      categories: found?.categories ?? [],
      services: found?.service_ids ?? [],
    },
  });
  const kind = useWatch({ control: form.control, name: "kind" });
  const save = useChange(
    (checked: z.output<Shape>) => {
      const body: Schemas["PromotionBody"] = {
        name: checked.name,
        off:
          checked.kind === "percent"
            ? { percent_basis_points: parsePercent(checked.off) ?? 0 }
            : { amount: parseMoney(checked.off, currency) ?? null },
        ...(checked.cap !== undefined && { cap: checked.cap }),
        first_day: checked.first,
        last_day: checked.last,
        weekdays: checked.weekdays,
        categories: checked.categories,
        service_ids: checked.services,
        // Changing a retired one makes it count again.
        active: true,
      };
      return found === undefined
        ? got(api.POST("/api/v1/promotions", { body }))
        : got(
            api.PUT("/api/v1/promotions/{id}", {
              params: { path: { id: found.id }, header: { "If-Match": etag(found.version) } },
              body,
            }),
          );
    },
    ["promotions"],
  );
  const fault = useFaults(form.formState.errors, save.error);
  const categories = [...new Set(services.map((one) => one.category))].sort();
  return (
    <form
      className="stack"
      onSubmit={(event) => void form.handleSubmit((values) => save.send(values, done))(event)}
    >
      <TextField
        label={t("book.name")}
        hint={t("promotion.nameHint")}
        error={fault("name")}
        {...form.register("name")}
      />
      <div className="pair">
        <SelectField label={t("promotion.kind")} {...form.register("kind")}>
          <option value="percent">{t("service.depositPercent")}</option>
          <option value="amount">{t("service.depositFlat", { currency })}</option>
        </SelectField>
        <NumberField label={t("promotion.off")} error={fault("off")} {...form.register("off")} />
      </div>
      {kind === "percent" && (
        <NumberField
          label={t("promotion.cap", { currency })}
          hint={t("app.optional")}
          error={fault("cap")}
          {...form.register("cap")}
        />
      )}
      <div className="pair">
        <TextField
          type="date"
          label={t("absence.first")}
          error={fault("first", "first_day")}
          {...form.register("first")}
        />
        <TextField
          type="date"
          label={t("absence.last")}
          error={fault("last", "last_day")}
          {...form.register("last")}
        />
      </div>
      <Group name={t("promotion.weekdays")}>
        <div className="checks">
          {DAYS.map((one, index) => (
            <CheckField
              key={one}
              label={weekdayInWords(index + 1, language)}
              value={one}
              {...form.register("weekdays")}
            />
          ))}
        </div>
      </Group>
      <Group name={t("promotion.on")}>
        <p className="hint">{t("promotion.onHint")}</p>
        <div className="checks">
          {categories.map((one) => (
            <CheckField
              key={one}
              label={t("promotion.category", { name: one })}
              value={one}
              {...form.register("categories")}
            />
          ))}
          {services
            .filter((one) => one.active)
            .map((one) => (
              <CheckField key={one.id} label={one.name} value={one.id} {...form.register("services")} />
            ))}
        </div>
      </Group>
      <Problem error={save.error} />
      <Action kind="primary" submit busy={save.isPending}>
        {t("app.save")}
      </Action>
    </form>
  );
}
