// A day on one sheet: to be read from afar, or printed.
import { useSearchParams } from "react-router";

import { useToday } from "../../app/session";
import { useText } from "../../i18n";
import { addDays } from "../../lib/time";
import { Action, BackAndForth, Page } from "../../ui/parts";
import { Found } from "../../ui/states";
import { SheetTable } from "./SheetTable";
import { useSheet } from "./useSheet";

export default function SheetPage() {
  const t = useText();
  const today = useToday();
  const [search, setSearch] = useSearchParams();
  const day = search.get("day") ?? today;
  const sheet = useSheet([day]);
  const show = (next: string): void => setSearch(next === today ? {} : { day: next }, { replace: true });
  return (
    <Page
      title={t("sheet.title")}
      actions={
        <div className="toolbar no-print">
          <BackAndForth go={(by) => show(addDays(day, by))}>
            <Action reads onClick={() => show(today)}>
              {t("calendar.today")}
            </Action>
          </BackAndForth>
          <Action reads onClick={() => window.print()}>
            {t("sheet.print")}
          </Action>
        </div>
      }
    >
      <p className="muted no-print">{t("sheet.lead")}</p>
      <Found query={sheet}>{(lines) => <SheetTable day={day} lines={lines} />}</Found>
    </Page>
  );
}
