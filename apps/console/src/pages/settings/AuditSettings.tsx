// Who changed what, and whether the record of it is still what it was.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { api, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { addDays, instantOf, momentInWords } from "../../lib/time";
import { TextField } from "../../ui/fields";
import { Action, More } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { changesOf } from "./changes";

interface Narrowed {
  verb: string;
  actor: string;
  from: string;
  until: string;
}
const ALL: Narrowed = { verb: "", actor: "", from: "", until: "" };

export default function AuditSettings() {
  const t = useText();
  const { zone } = useSession();
  const [typed, setTyped] = useState(ALL);
  const [asked, setAsked] = useState(ALL);
  const found = useInfiniteQuery({
    queryKey: ["audit", asked],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) =>
      got(
        api.GET("/api/v1/audit", {
          params: {
            query: {
              limit: 50,
              ...(asked.verb !== "" && { verb: asked.verb }),
              ...(asked.actor !== "" && { actor: asked.actor }),
              ...(asked.from !== "" && { from: instantOf(asked.from, 0, zone) }),
              // The last day counts, whole.
              ...(asked.until !== "" && { until: instantOf(addDays(asked.until, 1), 0, zone) }),
              ...(pageParam !== undefined && { before: pageParam }),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const field = (name: keyof Narrowed) => ({
    value: typed[name],
    change: (text: string) => setTyped({ ...typed, [name]: text }),
  });
  return (
    <>
      <Verification />
      <form
        className="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked({ ...typed, verb: typed.verb.trim(), actor: typed.actor.trim() });
        }}
      >
        <h2>{t("audit.title")}</h2>
        <div className="quad">
          <TextField type="date" label={t("audit.from")} {...field("from")} />
          <TextField type="date" label={t("audit.until")} {...field("until")} />
          <TextField label={t("audit.verb")} hint={t("audit.verbHint")} {...field("verb")} />
          <TextField label={t("audit.actor")} hint={t("audit.actorHint")} {...field("actor")} />
        </div>
        <div className="row">
          <Action kind="primary" submit reads>
            {t("audit.look")}
          </Action>
        </div>
      </form>
      <Found query={found}>
        {({ pages }) => {
          const all = pages.flatMap((page) => page.items);
          if (all.length === 0) return <Empty>{t("audit.none")}</Empty>;
          return (
            <>
              <ul className="list card">
                {all.map((one) => (
                  <Entry key={one.number} entry={one} />
                ))}
              </ul>
              <More of={found} />
            </>
          );
        }}
      </Found>
    </>
  );
}

function Entry({ entry }: { entry: Schemas["AuditEntry"] }) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const personal = Object.entries((entry.personal ?? {}) as Record<string, unknown>);
  return (
    <li className="padded">
      <details>
        <summary className="audit">
          <span>
            <code>{entry.verb}</code>{" "}
            {entry.by_hand && <span className="badge badge--warn">{t("audit.byHand")}</span>}
          </span>
          <span className="muted">
            {momentInWords(entry.at, zone, language)} · {entry.actor}
          </span>
        </summary>
        <div className="stack">
          <p className="muted prose">
            {entry.subject.kind} {entry.subject.id ?? ""}
            {typeof entry.origin === "string" && ` · ${entry.origin}`} ·{" "}
            {typeof entry.position === "number"
              ? t("audit.sealed", { position: entry.position })
              : t("audit.unsealed")}
          </p>
          {typeof entry.customer_id === "string" && (
            <Link to={`/customers/${entry.customer_id}`}>{t("book.customer")}</Link>
          )}
          <dl className="facts">
            {changesOf(entry.before, entry.after).map((one) => (
              <div key={one.name}>
                <dt>{one.name}</dt>
                <dd className="prose">
                  {one.before !== undefined && <del>{one.before}</del>} {one.after}
                </dd>
              </div>
            ))}
            {personal.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd className="prose">{JSON.stringify(value)}</dd>
              </div>
            ))}
          </dl>
          {entry.hidden.length > 0 && personal.length === 0 && (
            <p className="muted">{t("audit.hidden", { names: entry.hidden.join(", ") })}</p>
          )}
        </div>
      </details>
    </li>
  );
}

function Verification() {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  const last = useQuery({
    queryKey: ["audit-verification"],
    queryFn: () => got(api.GET("/api/v1/audit/verification")),
  });
  const verify = useChange(() => got(api.POST("/api/v1/audit/verification")), ["audit-verification"]);
  return (
    <section className="card stack">
      <h2>{t("audit.verification")}</h2>
      <Found query={last}>
        {({ last: told }) => {
          const found = verify.data ?? told;
          if (found === null || found === undefined) return <Empty>{t("audit.notYet")}</Empty>;
          return (
            <>
              <p className={found.sound ? "saved" : "problem"} role="status">
                {t(found.sound ? "audit.sound" : "audit.unsound", {
                  time: momentInWords(found.at, zone, language),
                })}
              </p>
              {found.findings.length > 0 && (
                <ul className="reasons">
                  {found.findings.map((one) => (
                    <li key={`${one.kind}${one.place}`}>
                      {word("audit.finding", one.kind)} ({one.place})
                    </li>
                  ))}
                </ul>
              )}
              <p className="muted prose">
                {t("audit.links", { count: found.head_position, unsealed: found.unsealed })}
                <br />
                <code>{found.head_hash}</code>
              </p>
            </>
          );
        }}
      </Found>
      <Problem error={verify.error} />
      <div className="row">
        <Action busy={verify.isPending} onClick={() => verify.send(undefined)}>
          {t("audit.verify")}
        </Action>
      </div>
    </section>
  );
}
