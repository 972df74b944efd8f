// Commission of a month: what it comes to and why, closing it, and the rules that hold.
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { z } from "zod";

import { api, got } from "../../api/client";
import { useChange, useStaff } from "../../api/queries";
import { useSession, useToday } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { money } from "../../lib/money";
import { dayInWords } from "../../lib/time";
import { Action, Page } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { usePeriods, usePreview } from "./figures";
import { Lines, MonthSwitch } from "./parts";

export default function CommissionPage() {
  const t = useText();
  const today = useToday();
  const { can } = useSession();
  const staff = useStaff();
  const [search, setSearch] = useSearchParams();
  const month = search.get("month") ?? today.slice(0, 7);
  const preview = usePreview(month);
  const periods = usePeriods(month);
  const frozen = periods.data !== undefined && periods.data.length > 0;
  const close = useChange(
    (chosen: string) => got(api.POST("/api/v1/commission/closes", { body: { month: chosen } })),
    ["periods", "preview", "till"],
  );
  const over = month < today.slice(0, 7);
  const name = (id: string): string => staff.data?.find((one) => one.id === id)?.name ?? "…";
  return (
    <Page
      title={t("commission.title")}
      actions={<MonthSwitch month={month} choose={(next) => setSearch({ month: next }, { replace: true })} />}
    >
      <section className="card stack">
        <div className="row row--between">
          <h2>{t("commission.preview")}</h2>
          <span className={`badge${frozen ? " badge--confirmed" : ""}`}>
            {frozen ? t("commission.frozen") : t("commission.open")}
          </span>
        </div>
        <Found query={preview}>
          {(found) =>
            found.staff.every((one) => one.lines.length === 0) ? (
              <Empty>{t("commission.empty")}</Empty>
            ) : (
              <div className="stack">
                {found.staff
                  .filter((one) => one.lines.length > 0)
                  .map((one) => (
                    <details key={one.staff_id} className="card card--inner">
                      <summary>
                        <span className="earn__line">
                          <span>
                            {name(one.staff_id)}{" "}
                            <span className="muted">
                              {one.services_rendered_count} {t("commission.services")}
                            </span>
                          </span>
                          <span>
                            {money(one.commission)}{" "}
                            {one.tip.amount_minor > 0 && (
                              <span className="muted">
                                + {t("drawer.tip")} {money(one.tip)}
                              </span>
                            )}
                          </span>
                        </span>
                      </summary>
                      <Lines lines={one.lines} />
                    </details>
                  ))}
              </div>
            )
          }
        </Found>
        <Problem error={close.error} />
        {close.isSuccess && <p role="status">{t("commission.closed")}</p>}
        {can("commission:close") && over && !frozen && (
          <div className="row row--wrap">
            <Action kind="primary" busy={close.isPending} onClick={() => close.send(month)}>
              {t("commission.close")}
            </Action>
            <span className="muted">{t("commission.closeLead")}</span>
          </div>
        )}
      </section>
      <Rules nameOf={name} />
    </Page>
  );
}

function Rules({ nameOf }: { nameOf: (id: string) => string }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const rules = useQuery({ queryKey: ["rules"], queryFn: () => got(api.GET("/api/v1/commission/rules")) });
  return (
    <section className="card stack">
      <h2>{t("commission.rules")}</h2>
      <Found query={rules}>
        {(found) =>
          found.rules.length === 0 ? (
            <Empty>{t("commission.noRules")}</Empty>
          ) : (
            <ul className="list">
              {found.rules.map((rule) => (
                <li key={rule.id} className="row row--between row--wrap">
                  <span>
                    <strong>
                      {rule.staff_id === null || rule.staff_id === undefined
                        ? (rule.service_category ?? "")
                        : nameOf(rule.staff_id)}
                    </strong>{" "}
                    {word("commission.rule", rule.rule_type)}{" "}
                    <span className="muted">{ruleInWords(rule.value)}</span>
                  </span>
                  <span className="muted">
                    {t("commission.from", { day: dayInWords(rule.valid_from, language) })}{" "}
                    {rule.valid_to !== null &&
                      rule.valid_to !== undefined &&
                      t("commission.to", { day: dayInWords(rule.valid_to, language) })}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Found>
    </section>
  );
}

const RATE = z.object({ rate_basis_points: z.int() });
const SUM = z.object({ amount_minor: z.int(), currency: z.string() });
const LADDER = z.object({ tiers: z.array(z.object({ floor: z.int(), rate_basis_points: z.int() })) });

/** What a rule pays, in figures. Its form follows its type; a form that is not known here is left out. */
function ruleInWords(value: unknown): string {
  const rate = RATE.safeParse(value);
  if (rate.success) return percent(rate.data.rate_basis_points);
  const sum = SUM.safeParse(value);
  if (sum.success) return money(sum.data);
  const ladder = LADDER.safeParse(value);
  return ladder.success ? ladder.data.tiers.map((tier) => percent(tier.rate_basis_points)).join(" → ") : "";
}

function percent(basisPoints: number): string {
  const rest = basisPoints % 100;
  return `${Math.floor(basisPoints / 100)}${rest === 0 ? "" : `.${String(rest).padStart(2, "0")}`} %`;
}
