// One customer: visits, credit, consent, and how they are called.
import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { Link, useParams } from "react-router";
import { z } from "zod";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange, useCredit, useCustomer } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { money } from "../../lib/money";
import { dayInWords, dayOf, momentInWords } from "../../lib/time";
import { SelectField, TextField } from "../../ui/fields";
import { FormEnd } from "../../ui/FormEnd";
import { Action, Page } from "../../ui/parts";
import { Empty, Found } from "../../ui/states";
import { CustomerRequests } from "../privacy/CustomerRequests";

export default function CustomerPage() {
  const { id } = useParams();
  const customer = useCustomer(id);
  return <Found query={customer}>{(file) => <File file={file} />}</Found>;
}

function File({ file }: { file: Schemas["CustomerFile"] }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone, can } = useSession();
  const credit = useCredit(file.id, can("payments:read"));
  const [editing, setEditing] = useState(false);
  const { visits } = file;
  const moment = (at: string | null | undefined): string =>
    at === null || at === undefined ? "–" : momentInWords(at, zone, language);
  return (
    <Page
      title={file.name ?? t("customers.noName")}
      actions={
        <div className="toolbar">
          {can("appointments:book") && (
            <Link className="button button--primary" to={`/calendar?book=${file.id}`}>
              {t("customer.book")}
            </Link>
          )}
          {can("customers:write") && (
            <Action reads onClick={() => setEditing(!editing)}>
              {t("customer.edit")}
            </Action>
          )}
        </div>
      }
    >
      {file.opted_out_at !== null && file.opted_out_at !== undefined && (
        <p className="banner">
          {t("customer.optedOut", { time: momentInWords(file.opted_out_at, zone, language) })}
        </p>
      )}
      {editing && <Edit key={file.version} file={file} done={() => setEditing(false)} />}
      <div className="cards">
        <section className="card">
          <h2>{t("book.phone")}</h2>
          <p className="big">
            {file.phone === null || file.phone === undefined ? (
              t("customers.hidden")
            ) : (
              <a href={`tel:${file.phone}`}>{file.phone}</a>
            )}
          </p>
          <dl className="facts">
            <div>
              <dt>{t("customer.language")}</dt>
              <dd>{word("customer.language", file.language ?? "none")}</dd>
            </div>
            <div>
              <dt>{t("customer.since")}</dt>
              <dd>{dayInWords(dayOf(file.created_at, zone), language, "short")}</dd>
            </div>
            {credit.data !== undefined && (
              <div>
                <dt>{t("customer.credit")}</dt>
                <dd>{money(credit.data.credit)}</dd>
              </div>
            )}
          </dl>
        </section>
        <section className="card">
          <h2>{t("customer.visits")}</h2>
          <dl className="facts">
            <div>
              <dt>{t("customer.rendered")}</dt>
              <dd>{visits.rendered}</dd>
            </div>
            <div>
              <dt>{t("customer.upcoming")}</dt>
              <dd>{visits.upcoming}</dd>
            </div>
            <div className={visits.no_shows > 0 ? "facts__loud" : ""}>
              <dt>{t("customer.noShows")}</dt>
              <dd>{visits.no_shows}</dd>
            </div>
            <div>
              <dt>{t("customer.last")}</dt>
              <dd>{moment(visits.last_at)}</dd>
            </div>
            <div>
              <dt>{t("customer.next")}</dt>
              <dd>
                {visits.next_at === null || visits.next_at === undefined ? (
                  "–"
                ) : (
                  <Link to={`/calendar?day=${dayOf(visits.next_at, zone)}`}>{moment(visits.next_at)}</Link>
                )}
              </dd>
            </div>
          </dl>
        </section>
        <section className="card">
          <h2>{t("customer.consent")}</h2>
          {file.consents.length === 0 ? (
            <Empty>{t("customer.noConsent")}</Empty>
          ) : (
            <dl className="facts">
              {file.consents.map((consent) => (
                <div key={consent.purpose}>
                  <dt>{word("customer.consent", consent.purpose)}</dt>
                  <dd>
                    {consent.stand === "given"
                      ? t("customer.given", { time: moment(consent.at) })
                      : t("customer.withdrawn", { time: moment(consent.at) })}
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </section>
      </div>
      {can("privacy:work") && <CustomerRequests customerId={file.id} />}
    </Page>
  );
}

const SHAPE = z.object({
  name: z.string().trim().max(200),
  language: z.enum(["", "en", "sw", "mixed", "sheng"]),
});
type Changes = z.infer<typeof SHAPE>;

function Edit({ file, done }: { file: Schemas["CustomerFile"]; done: () => void }) {
  const t = useText();
  const word = useWord();
  const form = useForm<Changes>({
    resolver: zodResolver(SHAPE),
    defaultValues: { name: file.name ?? "", language: file.language ?? "" },
  });
  const save = useChange(
    ({ name, language }: Changes) =>
      got(
        api.PATCH("/api/v1/customers/{id}", {
          params: { path: { id: file.id }, header: { "If-Match": etag(file.version) } },
          body: { ...(name !== "" && { name }), ...(language !== "" && { language }) },
        }),
      ),
    ["customer", "customers"],
  );
  return (
    <form
      className="card stack"
      onSubmit={(event) => void form.handleSubmit((values) => save.send(values, done))(event)}
    >
      <div className="pair">
        <TextField label={t("book.name")} {...form.register("name")} />
        <SelectField label={t("customer.language")} {...form.register("language")}>
          {(["", "en", "sw", "mixed", "sheng"] as const).map((one) => (
            <option key={one} value={one}>
              {word("customer.language", one === "" ? "none" : one)}
            </option>
          ))}
        </SelectField>
      </div>
      <FormEnd error={save.error} busy={save.isPending} close={done} />
    </form>
  );
}
