// The pages about money at the desk, side by side: the drawer, statements of M-Pesa, and what providers said to nobody.
import { NavLink } from "react-router";

import { useOpenLetters, useUnmatched } from "../../api/money";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";

export function MoneyTabs() {
  const t = useText();
  const { can } = useSession();
  const decides = can("payments:resolve");
  const unmatched = useUnmatched(decides);
  const letters = useOpenLetters(decides);
  if (!decides) return null;
  const open = unmatched.data === undefined ? 0 : unmatched.data.lines_count + unmatched.data.absences_count;
  const more = letters.data?.next === null || letters.data?.next === undefined ? "" : "+";
  const waiting = letters.data?.dead_letters.length ?? 0;
  return (
    <nav className="tabs" aria-label={t("till.title")}>
      <NavLink to="/till" end>
        {t("till.drawer")}
      </NavLink>
      <NavLink to="/till/statements">
        {t("statement.title")} {open > 0 && <span className="badge badge--count">{open}</span>}
      </NavLink>
      <NavLink to="/till/letters">
        {t("letter.title")}{" "}
        {waiting > 0 && (
          <span className="badge badge--count">
            {waiting}
            {more}
          </span>
        )}
      </NavLink>
    </nav>
  );
}
