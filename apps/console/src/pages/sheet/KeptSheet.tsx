// What was kept of today and tomorrow, where the console was opened without the line. It can only be read.
import { useState, type ReactNode } from "react";

import { useText } from "../../i18n";
import { keptSheet } from "../../lib/sheet";
import { clock } from "../../lib/time";
import { Page } from "../../ui/parts";
import { SheetTable } from "./SheetTable";

/** The sheet that was kept; `otherwise` where there is none. */
export function KeptSheet({ otherwise }: { otherwise: ReactNode }) {
  const t = useText();
  const [sheet] = useState(() => keptSheet(Date.now()));
  if (sheet === undefined) return otherwise;
  const at = new Date(sheet.at);
  return (
    <main className="alone">
      <div className="banner" role="status">
        {t("app.lineDown", { time: clock(at.getHours() * 60 + at.getMinutes()) })}
      </div>
      <Page title={`${t("sheet.title")} · ${sheet.business}`}>
        {sheet.days.map((day) => (
          <SheetTable key={day} day={day} lines={sheet.lines} />
        ))}
      </Page>
    </main>
  );
}
