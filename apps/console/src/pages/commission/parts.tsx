// What the pages about commission share: choosing a month, and lines with their reasons.
import { useSession } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { money } from "../../lib/money";
import { addMonths, momentInWords, monthInWords } from "../../lib/time";
import { Action } from "../../ui/parts";
import type { Line } from "./figures";

export function MonthSwitch({ month, choose }: { month: string; choose: (month: string) => void }) {
  const t = useText();
  const { language } = useLanguage();
  return (
    <div className="toolbar">
      <Action reads onClick={() => choose(addMonths(month, -1))}>
        <span aria-hidden="true">‹</span>
        <span className="sr-only">{t("calendar.previous")}</span>
      </Action>
      <strong>{monthInWords(month, language)}</strong>
      <Action reads onClick={() => choose(addMonths(month, 1))}>
        <span aria-hidden="true">›</span>
        <span className="sr-only">{t("calendar.next")}</span>
      </Action>
    </div>
  );
}

/** Each line can be opened to say why. */
export function Lines({ lines }: { lines: readonly Line[] }) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  return (
    <ul className="list">
      {lines.map((line, index) => (
        <li key={`${line.appointment_id}${index}`}>
          <div className="earn__line">
            <span>
              {line.ended_at === undefined ? "" : momentInWords(line.ended_at, zone, language)}{" "}
              <span className="muted">{money(line.base)}</span>
            </span>
            <strong>{money(line.commission)}</strong>
          </div>
          {line.tip !== null && line.tip !== undefined && line.tip.amount_minor > 0 && (
            <div className="earn__line muted">
              <span>{t("drawer.tip")}</span>
              <span>{money(line.tip)}</span>
            </div>
          )}
          <details>
            <summary>{t("earnings.why")}</summary>
            <p className="muted">{language === "sw" ? line.reason_sw : line.reason}</p>
          </details>
        </li>
      ))}
    </ul>
  );
}
