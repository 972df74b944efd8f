// Beside how many of the last months something is looked at.
import { useState } from "react";

import { useToday } from "../../app/session";
import { useText } from "../../i18n";
import { monthsUntil } from "./sides";

const COUNTS = [1, 3, 6, 12] as const;

/** The month that runs and those before it, and a way to choose how many. */
export function useMonths(): [string[], (count: number) => void] {
  const today = useToday();
  const [count, setCount] = useState(3);
  return [monthsUntil(today.slice(0, 7), count), setCount];
}

export function MonthsChoice({ count, choose }: { count: number; choose: (count: number) => void }) {
  const t = useText();
  return (
    <div className="switch" role="group" aria-label={t("whatIf.months")}>
      {COUNTS.map((one) => (
        <button key={one} type="button" aria-pressed={one === count} onClick={() => choose(one)}>
          {one === 1 ? t("whatIf.thisMonth") : t("whatIf.last", { count: one })}
        </button>
      ))}
    </div>
  );
}
