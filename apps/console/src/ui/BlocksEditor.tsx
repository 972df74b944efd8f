// Hours as they are typed: the blocks of a day, or of each day of the week.
import { useText, useLanguage } from "../i18n";
import { blockOf, blocksOf, overlapIn, type Typed, type TypedWeek } from "../lib/blocks";
import { weekdayInWords } from "../lib/time";
import { Action, Cross } from "./parts";

/** Whether what is typed can be sent. */
export function isSound(typed: readonly Typed[]): boolean {
  const blocks = blocksOf(typed);
  return blocks !== undefined && overlapIn(blocks) === -1;
}

export function BlocksEditor({
  name,
  none,
  typed,
  change,
}: {
  /** Of what, for those who do not see where it stands. */
  name: string;
  /** What it means that there is none. */
  none: string;
  typed: readonly Typed[];
  change: (typed: Typed[]) => void;
}) {
  const t = useText();
  const blocks = typed.map(blockOf);
  const overlap = blocks.every((one) => one !== undefined) ? overlapIn(blocks) : -1;
  const set = (index: number, next: Partial<Typed>) =>
    change(typed.map((one, at) => (at === index ? { ...one, ...next } : one)));
  return (
    <div className="blocks">
      {typed.length === 0 && <span className="muted blocks__none">{none}</span>}
      {typed.map((one, index) => {
        const wrong = blocks[index] === undefined;
        const nextDay = (blocks[index]?.to_minute ?? 0) > 1440;
        return (
          <div key={index} className="blocks__row" role="group" aria-label={`${name} ${index + 1}`}>
            <input
              aria-label={`${name}: ${t("block.from")}`}
              aria-invalid={wrong || overlap === index}
              inputMode="numeric"
              placeholder="09:00"
              value={one.from}
              onChange={(event) => set(index, { from: event.target.value })}
            />
            <span aria-hidden="true">–</span>
            <input
              aria-label={`${name}: ${t("block.to")}`}
              aria-invalid={wrong || overlap === index}
              inputMode="numeric"
              placeholder="18:00"
              value={one.to}
              onChange={(event) => set(index, { to: event.target.value })}
            />
            <Cross
              label={t("week.remove", { name, number: index + 1 })}
              act={() => change(typed.filter((_, at) => at !== index))}
            />
            {overlap === index && <span className="hint hint--wrong">{t("week.overlap")}</span>}
            {nextDay && overlap !== index && <span className="hint">{t("week.nextDay")}</span>}
          </div>
        );
      })}
      <button
        type="button"
        className="button button--quiet blocks__add"
        aria-label={t("week.addTo", { name })}
        onClick={() =>
          change([...typed, typed.length === 0 ? { from: "09:00", to: "18:00" } : { from: "", to: "" }])
        }
      >
        + {t("week.add")}
      </button>
    </div>
  );
}

export function WeekEditor({
  week,
  none,
  change,
}: {
  week: TypedWeek;
  none: string;
  change: (week: TypedWeek) => void;
}) {
  const t = useText();
  const { language } = useLanguage();
  const set = (index: number, rows: readonly Typed[]) =>
    change(week.map((one, at) => (at === index ? rows : one)));
  return (
    <div className="week">
      {week.map((rows, index) => {
        const name = weekdayInWords(index + 1, language);
        const before = week[index - 1];
        return (
          <div key={index} className="week__day">
            <strong>{name}</strong>
            <BlocksEditor name={name} none={none} typed={rows} change={(next) => set(index, next)} />
            {before !== undefined && JSON.stringify(before) !== JSON.stringify(rows) && (
              <Action kind="quiet" reads onClick={() => set(index, before)}>
                {t("week.same")}
              </Action>
            )}
          </div>
        );
      })}
    </div>
  );
}
