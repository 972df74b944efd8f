// How the business does: a report, its days, what is drawn of it and the table that says the same, and the file.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useToday } from "../../app/session";
import { useLanguage, useText, useWord, type Say } from "../../i18n";
import { money } from "../../lib/money";
import { dayInWords } from "../../lib/time";
import { SelectField, TextField } from "../../ui/fields";
import { Action, Page } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { Wide } from "../../ui/Wide";
import { ask, download, REPORTS, type Report, type ReportName } from "./ask";
import { Bars, Columns } from "./Chart";
import { CHOICES, isRange, rangeOf, type Choice, type Range } from "./range";
import {
  tellConversations,
  tellNoShows,
  tellRevenue,
  tellTenders,
  tellUtilisation,
  type Part,
  type Words,
} from "./told";

export default function ReportsPage() {
  const t = useText();
  const word = useWord();
  const today = useToday();
  const [name, setName] = useState<ReportName>("revenue");
  const [choice, setChoice] = useState<Choice>("thisMonth");
  const [typed, setTyped] = useState<Range>(rangeOf("free", today));
  const range = choice === "free" ? typed : rangeOf(choice, today);
  const fits = isRange(range);
  const found = useQuery({
    queryKey: ["reports", name, range.from, range.to],
    enabled: fits,
    queryFn: () => ask(name, range),
  });
  const file = useMutation({ mutationFn: () => download(name, range) });
  return (
    <Page title={t("nav.reports")}>
      <section className="card stack">
        <div className="quad">
          <SelectField
            label={t("reports.which")}
            value={name}
            onChange={(event) => setName(REPORTS.find((one) => one === event.target.value) ?? "revenue")}
          >
            {REPORTS.map((one) => (
              <option key={one} value={one}>
                {word("reports.kind", one)}
              </option>
            ))}
          </SelectField>
          <SelectField
            label={t("reports.days")}
            value={choice}
            onChange={(event) => {
              const next = CHOICES.find((one) => one === event.target.value) ?? "thisMonth";
              if (next === "free") setTyped(range);
              setChoice(next);
            }}
          >
            {CHOICES.map((one) => (
              <option key={one} value={one}>
                {word("reports.range", one)}
              </option>
            ))}
          </SelectField>
          {choice === "free" && (
            <>
              <TextField
                type="date"
                label={t("reports.from")}
                value={typed.from}
                onChange={(event) => setTyped({ ...typed, from: event.target.value })}
              />
              <TextField
                type="date"
                label={t("reports.to")}
                value={typed.to}
                error={fits ? undefined : t("reports.wrongDays")}
                onChange={(event) => setTyped({ ...typed, to: event.target.value })}
              />
            </>
          )}
        </div>
        <p className="muted prose">{word("reports.hint", name)}</p>
        <Problem error={file.error} />
        <div className="row">
          <Action busy={file.isPending} disabled={!fits} onClick={() => file.mutate()}>
            {t("reports.csv")}
          </Action>
        </div>
      </section>
      {fits && <Found query={found}>{(report) => <Told report={report} />}</Found>}
    </Page>
  );
}

function partsOf(report: Report, words: Words, say: Say): Part[] {
  switch (report.name) {
    case "revenue":
      return tellRevenue(report.found, words);
    case "utilisation":
      return tellUtilisation(report.found, words);
    case "tenders":
      return tellTenders(report.found, words);
    case "no-shows":
      return tellNoShows(report.found, words);
    case "conversations":
      return tellConversations(report.found, words, say);
  }
}

function Told({ report }: { report: Report }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const words: Words = {
    day: (day) => dayInWords(day, language, "short"),
    money,
    tender: (tender) => word("reports.tender", tender),
  };
  const parts = partsOf(report, words, t).filter((part) => part.rows.length > 0);
  if (parts.length === 0) return <Empty>{t("reports.none")}</Empty>;
  return (
    <>
      {parts.map((part) => (
        <section key={part.title} className="card stack">
          <h2>{t(part.title)}</h2>
          {part.chart?.kind === "bars" && <Bars rows={part.chart.rows} />}
          {part.chart?.kind === "columns" && <Columns rows={part.chart.rows} />}
          <Wide label={t(part.title)}>
            <table className="table">
              <thead>
                <tr>
                  {part.head.map((column) => (
                    <th key={column.name} scope="col" className={column.number ? "num" : undefined}>
                      {t(column.name)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {part.rows.map((row, place) => (
                  <tr key={place}>
                    {row.map((cell, at) => (
                      <td key={at} className={part.head[at]?.number === true ? "num" : undefined}>
                        {cell}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
        </section>
      ))}
    </>
  );
}
