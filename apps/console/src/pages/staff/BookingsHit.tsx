// Bookings that changes of the schedule met: kept as they are, until a person has seen to each.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { api, got } from "../../api/client";
import { useChange, whole } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { momentInWords } from "../../lib/time";
import { Action } from "../../ui/parts";
import { Found, Problem } from "../../ui/states";

export function BookingsHit() {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  const hits = useQuery({
    queryKey: ["bookings-hit"],
    queryFn: () =>
      whole((after) =>
        got(api.GET("/api/v1/bookings-hit", { params: { query: { limit: 100, ...(after && { after }) } } })),
      ),
  });
  const resolve = useChange(
    (id: string) => got(api.POST("/api/v1/bookings-hit/{id}/resolve", { params: { path: { id } } })),
    ["bookings-hit"],
  );
  // Nothing to be seen to is nothing to be shown; that it is not known is.
  if (hits.data === undefined ? hits.error === null : hits.data.length === 0) return null;
  return (
    <section className="card stack">
      <h2>{t("hits.title")}</h2>
      <p className="muted">{t("hits.lead")}</p>
      <Problem error={resolve.error} />
      <Found query={hits}>
        {(found) => (
          <ul className="list">
            {found.map((one) => (
              <li key={one.id} className="row row--between row--wrap">
                <span>
                  <Link to={`/calendar?appointment=${one.appointment_id}`}>{t("drawer.title")}</Link>
                  {" · "}
                  {word("hit", one.cause)}
                  <span className="muted"> · {momentInWords(one.found_at, zone, language)}</span>
                </span>
                <Action busy={resolve.isPending} onClick={() => resolve.send(one.id)}>
                  {t("hits.resolve")}
                </Action>
              </li>
            ))}
          </ul>
        )}
      </Found>
    </section>
  );
}
