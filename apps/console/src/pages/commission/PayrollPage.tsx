// The way to payroll: who is whom there, a month's hand-overs, and where both sides differ.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { api, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession, useToday } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { addMonths, monthInWords } from "../../lib/time";
import { CheckField, ChoiceField, SelectField } from "../../ui/fields";
import { Action, Page } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { Export } from "./Export";
import { MonthSwitch, Tabs, useStaffNames } from "./parts";
import { People } from "./PayrollPeople";

const WAYS = ["sheet", "system"] as const;
const PAYROLL = ["payroll-exports", "payroll-links", "periods", "document"] as const;

export default function PayrollPage() {
  const t = useText();
  const today = useToday();
  const { can } = useSession();
  const [search, setSearch] = useSearchParams();
  const month = search.get("month") ?? addMonths(today.slice(0, 7), -1);
  return (
    <Page
      title={t("payroll.title")}
      actions={<MonthSwitch month={month} choose={(next) => setSearch({ month: next }, { replace: true })} />}
    >
      <Tabs />
      <section className="card stack">
        <h2>{t("payroll.exports")}</h2>
        <Exports month={month} />
        {can("payroll:write") && <Order key={month} month={month} />}
      </section>
      <People />
      <Differences />
    </Page>
  );
}

function Exports({ month }: { month: string }) {
  const t = useText();
  const exports = useQuery({
    queryKey: ["payroll-exports", month],
    queryFn: async () =>
      (await got(api.GET("/api/v1/payroll/exports", { params: { query: { month } } }))).items,
  });
  return (
    <Found query={exports}>
      {(found) =>
        found.length === 0 ? (
          <Empty>{t("payroll.noExports")}</Empty>
        ) : (
          <div className="stack">
            {/* The latest is the one that somebody works on. */}
            {found.toReversed().map((one) => (
              <Export key={one.id} handOver={one} />
            ))}
          </div>
        )
      }
    </Found>
  );
}

function Order({ month }: { month: string }) {
  const t = useText();
  const { language } = useLanguage();
  const nameOf = useStaffNames();
  const [way, setWay] = useState<(typeof WAYS)[number]>("sheet");
  const [dry, setDry] = useState(false);
  const [paidIn, setPaidIn] = useState("");
  const order = useChange(
    (body: Schemas["OrderBody"]) => got(api.POST("/api/v1/payroll/exports", { body })),
    PAYROLL,
  );
  const later = [1, 2, 3].map((count) => addMonths(month, count));
  return (
    <form
      className="card card--inner stack"
      onSubmit={(event) => {
        event.preventDefault();
        order.send({
          month,
          way,
          dry_run: way === "system" && dry,
          ...(paidIn !== "" && { pay_period: paidIn }),
        });
      }}
    >
      <div className="pair">
        <ChoiceField
          label={t("payroll.way")}
          of={WAYS}
          named={(one) => t(`payroll.way.${one}`)}
          value={way}
          change={setWay}
        />
        <SelectField
          label={t("payroll.paidIn")}
          hint={t("payroll.paidInHint")}
          value={paidIn}
          change={setPaidIn}
        >
          <option value="">{monthInWords(month, language)}</option>
          {later.map((one) => (
            <option key={one} value={one}>
              {monthInWords(one, language)}
            </option>
          ))}
        </SelectField>
      </div>
      {way === "system" && (
        <CheckField
          label={t("payroll.dryRun")}
          checked={dry}
          onChange={(event) => setDry(event.target.checked)}
        />
      )}
      <Problem error={order.error} />
      {order.data !== undefined && order.data.unlinked_staff_ids.length > 0 && (
        <p className="banner" role="status">
          {t("payroll.unlinked", { names: order.data.unlinked_staff_ids.map(nameOf).join(", ") })}
        </p>
      )}
      {order.data !== undefined && order.data.unlinked_staff_ids.length === 0 && (
        <p role="status">{order.data.export == null ? t("payroll.nothingNew") : t("payroll.ordered")}</p>
      )}
      <div className="row row--wrap">
        <Action kind="primary" submit busy={order.isPending}>
          {t("payroll.order")}
        </Action>
        <span className="muted">{t("payroll.orderLead")}</span>
      </div>
    </form>
  );
}

function Differences() {
  const t = useText();
  const word = useWord();
  const nameOf = useStaffNames();
  const [asked, setAsked] = useState(false);
  // Payroll's own system is asked at this moment: nobody waits for it who did not want it.
  const found = useQuery({
    queryKey: ["payroll-differences"],
    enabled: asked,
    staleTime: 60_000,
    queryFn: async () => (await got(api.GET("/api/v1/payroll/differences"))).items,
  });
  return (
    <section className="card stack">
      <div className="row row--between row--wrap">
        <h2>{t("payroll.differences")}</h2>
        {!asked && (
          <Action reads onClick={() => setAsked(true)}>
            {t("payroll.compare")}
          </Action>
        )}
      </div>
      <p className="muted">{t("payroll.differencesLead")}</p>
      {asked && (
        <Found query={found}>
          {(items) =>
            items.length === 0 ? (
              <Empty>{t("payroll.same")}</Empty>
            ) : (
              <ul className="tries">
                {items.map((one) => (
                  <li key={`${one.what}${one.staff_id ?? ""}${one.staff_no ?? ""}`}>
                    <span>
                      {one.staff_id == null ? "" : nameOf(one.staff_id)} {one.staff_no ?? ""}
                    </span>
                    <span>{word("payroll.what", one.what)}</span>
                  </li>
                ))}
              </ul>
            )
          }
        </Found>
      )}
    </section>
  );
}
