// What an appointment went through, when it is asked for.
import { useState } from "react";

import { useHistory } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { momentInWords } from "../../lib/time";
import { Found } from "../../ui/states";

export function History({ id }: { id: string }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  const [open, setOpen] = useState(false);
  const history = useHistory(id, open);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("drawer.history")}</summary>
      {open && (
        <Found query={history}>
          {(found) =>
            found.items.length === 0 ? (
              <p className="muted">{t("drawer.noHistory")}</p>
            ) : (
              <ol className="history">
                {found.items.map((entry, index) => (
                  <li key={`${entry.at}${index}`}>
                    <span>
                      {entry.what === "became"
                        ? t("drawer.what.became", { state: word("state", entry.state) })
                        : entry.what === "moved"
                          ? t("drawer.what.moved", { time: momentInWords(entry.start, zone, language) })
                          : word("drawer.what", entry.what)}
                    </span>
                    <span className="muted">
                      {momentInWords(entry.at, zone, language)}
                      {entry.by !== null && entry.by !== undefined && ` · ${word("drawer.by", entry.by)}`}
                    </span>
                  </li>
                ))}
              </ol>
            )
          }
        </Found>
      )}
    </details>
  );
}
