// A day to be read: on paper, on a wall, or while the line is down.
import { useLanguage, useText, useWord } from "../../i18n";
import type { SheetLine } from "../../lib/sheet";
import { dayInWords, type Day } from "../../lib/time";
import { Empty } from "../../ui/states";

export function SheetTable({ day, lines }: { day: Day; lines: readonly SheetLine[] }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const own = lines.filter((one) => one.day === day);
  return (
    <section className="card stack sheet">
      <h2>{dayInWords(day, language)}</h2>
      {own.length === 0 ? (
        <Empty>{t("sheet.empty")}</Empty>
      ) : (
        <ul className="list">
          {own.map((one) => (
            <li key={one.id} className="sheet__line">
              <strong>
                {one.from} – {one.to}
              </strong>
              <span>
                {one.customer ?? t("calendar.someone")}
                <br />
                <span className="muted">
                  {language === "sw" ? one.serviceSw : one.service} · {one.staff}
                </span>
              </span>
              <span className={`badge badge--${one.state}`}>{word("state", one.state)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
