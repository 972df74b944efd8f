import { Link } from "react-router";

import type { Schemas } from "../api/client";
import { useText } from "../i18n";
import { Done } from "./states";

/** What a change of the schedule came to: saved, and the bookings that no longer fit, which a person must look at. */
export function Hits({ hits }: { hits: readonly Schemas["BookingHit"][] | undefined }) {
  const t = useText();
  if (hits === undefined) return null;
  if (hits.length === 0) return <Done when />;
  return (
    <div className="banner" role="status">
      <p>{t("hits.found", { count: hits.length })}</p>
      <p className="row row--wrap">
        {hits.map((one, index) => (
          <Link key={one.hit_id} to={`/calendar?appointment=${one.appointment_id}`}>
            {t("hits.booking", { number: index + 1 })}
          </Link>
        ))}
        <Link to="/staff">{t("hits.all")}</Link>
      </p>
    </div>
  );
}
