// Rules being drawn up: one or several forms, and what they come to beside them.
import { useState, type ReactNode } from "react";

import { faultsOf } from "../../api/faults";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { Action } from "../../ui/parts";
import { emptyDraft, orderOf, type Draft } from "./draft";
import type { RuleOrder } from "./figures";
import { RuleForm } from "./RuleForm";

interface Entry {
  key: number;
  draft: Draft;
}

/** What is being drawn up: the drafts, and their orders once all of them can be read. */
export function useBench(first: Draft) {
  const { currency } = useSession();
  const [entries, setEntries] = useState<Entry[]>([{ key: 0, draft: first }]);
  const read = entries.map(({ draft }) => orderOf(draft, currency));
  return {
    entries,
    setEntries,
    read,
    /** All of them, or none while one cannot be read. */
    orders: read.every((one) => one.order !== undefined) ? read.map((one): RuleOrder => one.order) : [],
  };
}

/** The forms. Faults of the page show once somebody tried to go on; those of the API at once. */
export function Forms({
  bench,
  tried,
  error,
  within = "",
  several = false,
  foot,
}: {
  bench: ReturnType<typeof useBench>;
  tried: boolean;
  /** What the API said of the orders. */
  error: unknown;
  /** Before the API's paths: where in its body a rule stands. */
  within?: string;
  several?: boolean;
  foot?: (draft: Draft) => ReactNode;
}) {
  const t = useText();
  const { entries, setEntries, read } = bench;
  return (
    <div className="stack">
      {entries.map(({ key, draft }, index) => {
        const told = faultsOf(error, within.replace("#", String(index)));
        const own = read[index]?.faults;
        return (
          <section key={key} className="card stack">
            {several && (
              <div className="row row--between">
                <h2>{t("whatIf.rule", { number: index + 1 })}</h2>
                {entries.length > 1 && (
                  <Action
                    kind="quiet"
                    reads
                    onClick={() => setEntries(entries.filter((one) => one.key !== key))}
                  >
                    {t("rule.remove")}
                  </Action>
                )}
              </div>
            )}
            <RuleForm
              draft={draft}
              change={(next) =>
                setEntries(entries.map((one) => (one.key === key ? { key, draft: next } : one)))
              }
              fault={(path) => {
                const text = own?.get(path);
                if (text !== undefined) return tried ? t(text) : undefined;
                return told.get(path);
              }}
            />
            {foot?.(draft)}
          </section>
        );
      })}
      {several && (
        <div className="row">
          <Action
            reads
            onClick={() => {
              const [first] = entries;
              const last = entries.at(-1);
              if (first === undefined || last === undefined) return;
              setEntries([...entries, { key: last.key + 1, draft: emptyDraft(first.draft.from) }]);
            }}
          >
            {t("whatIf.add")}
          </Action>
        </div>
      )}
    </div>
  );
}
