// On which terms somebody is employed: for those who do the payroll. Payroll is the authority.
import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { money, moneyInField } from "../../lib/money";
import { maybe, maybeAmount, maybeDay } from "../../lib/shapes";
import { dayInWords } from "../../lib/time";
import { NumberField, SelectField, TextField, useFaults } from "../../ui/fields";
import { FormEnd } from "../../ui/FormEnd";
import { Action } from "../../ui/parts";
import { Found } from "../../ui/states";

const KINDS = ["permanent", "casual", "commission_only", "apprentice"] as const;

export function Employment({ staffId }: { staffId: string }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { can } = useSession();
  const [editing, setEditing] = useState(false);
  const terms = useQuery({
    queryKey: ["employment", staffId],
    queryFn: () => got(api.GET("/api/v1/staff/{id}/employment", { params: { path: { id: staffId } } })),
  });
  return (
    <section className="card stack">
      <div className="row row--between">
        <h2>{t("employment.title")}</h2>
        {can("payroll:write") && !editing && terms.data !== undefined && (
          <Action kind="quiet" reads onClick={() => setEditing(true)}>
            {t("app.change")}
          </Action>
        )}
      </div>
      <p className="muted">{t("employment.lead")}</p>
      <Found query={terms}>
        {(found) => {
          if (editing) return <Edit key={found.version} found={found} done={() => setEditing(false)} />;
          const rows: [string, string | null | undefined][] = [
            [t("employment.kind"), found.employment_type && word("employment.kind", found.employment_type)],
            [t("employment.hired"), found.hire_date && dayInWords(found.hire_date, language)],
            [t("employment.basePay"), found.base_pay && money(found.base_pay)],
            [t("employment.kra"), found.kra_pin],
            [t("employment.nssf"), found.nssf_number],
            [t("employment.shif"), found.shif_number],
          ];
          return (
            <dl className="facts">
              {rows.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value ?? t("app.unknown")}</dd>
                </div>
              ))}
            </dl>
          );
        }}
      </Found>
    </section>
  );
}

const SHAPE = z.object({
  kind: z.enum(["", ...KINDS]),
  hired: maybeDay,
  kra: z.union(
    [
      z.literal(""),
      z
        .string()
        .trim()
        .toUpperCase()
        .regex(/^[AP]\d{9}[A-Z]$/),
    ],
    "employment.kraHint",
  ),
  nssf: maybe(20),
  shif: maybe(40),
  // Payroll in Kenya is in shillings, whatever customers pay in.
  basePay: maybeAmount("KES"),
});
type Typed = z.input<typeof SHAPE>;
type Terms = z.output<typeof SHAPE>;

function Edit({ found, done }: { found: Schemas["Employment"]; done: () => void }) {
  const t = useText();
  const word = useWord();
  const form = useForm<Typed, unknown, Terms>({
    resolver: zodResolver(SHAPE),
    defaultValues: {
      kind: KINDS.find((one) => one === found.employment_type) ?? "",
      hired: found.hire_date ?? "",
      kra: found.kra_pin ?? "",
      nssf: found.nssf_number ?? "",
      shif: found.shif_number ?? "",
      basePay: found.base_pay === null || found.base_pay === undefined ? "" : moneyInField(found.base_pay),
    },
  });
  const save = useChange(
    ({ kind, hired, kra, nssf, shif, basePay }: Terms) =>
      got(
        api.PUT("/api/v1/staff/{id}/employment", {
          params: { path: { id: found.staff_id }, header: { "If-Match": etag(found.version) } },
          body: {
            ...(kind !== "" && { employment_type: kind }),
            ...(hired !== "" && { hire_date: hired }),
            ...(kra !== "" && { kra_pin: kra }),
            ...(nssf !== "" && { nssf_number: nssf }),
            ...(shif !== "" && { shif_number: shif }),
            ...(basePay !== undefined && { base_pay_kes_minor: basePay.amount_minor }),
          },
        }),
      ),
    ["employment", "staff"],
  );
  const fault = useFaults(form.formState.errors, save.error);
  return (
    <form
      className="stack"
      onSubmit={(event) => void form.handleSubmit((values) => save.send(values, done))(event)}
    >
      <div className="pair">
        <SelectField
          label={t("employment.kind")}
          error={fault("kind", "employment_type")}
          {...form.register("kind")}
        >
          <option value="">{t("app.unknown")}</option>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {word("employment.kind", one)}
            </option>
          ))}
        </SelectField>
        <TextField
          type="date"
          label={t("employment.hired")}
          error={fault("hired", "hire_date")}
          {...form.register("hired")}
        />
        <TextField
          label={t("employment.kra")}
          hint={t("employment.kraHint")}
          error={fault("kra", "kra_pin")}
          {...form.register("kra")}
        />
        <NumberField
          label={t("employment.basePayKes")}
          error={fault("basePay", "base_pay_kes_minor")}
          {...form.register("basePay")}
        />
        <TextField
          label={t("employment.nssf")}
          error={fault("nssf", "nssf_number")}
          {...form.register("nssf")}
        />
        <TextField
          label={t("employment.shif")}
          error={fault("shif", "shif_number")}
          {...form.register("shif")}
        />
      </div>
      <FormEnd error={save.error} busy={save.isPending} close={done} />
    </form>
  );
}
