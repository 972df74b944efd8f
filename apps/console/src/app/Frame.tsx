// What stands around every page: the menu by role, the business, the language, and whether the line is up.
import { lazy, Suspense } from "react";
import { NavLink, Outlet } from "react-router";

import { line } from "../api/line";
import { useText } from "../i18n";
import { clock } from "../lib/time";
import { Icon } from "../ui/Icon";
import { Loading } from "../ui/states";
import { LanguageSwitch } from "./LanguageSwitch";
import { useLineDown } from "./line";
import { placesOf } from "./nav";
import { signOut, switchBusiness, useSession } from "./session";

const SheetKeeper = lazy(() => import("../pages/sheet/SheetKeeper"));

export function Frame() {
  const t = useText();
  const { me, membership, can } = useSession();
  const places = placesOf(membership.role, can);
  return (
    <div className="frame">
      <a className="skip" href="#content">
        {t("app.skip")}
      </a>
      <header className="frame__side">
        <div className="brand">
          <img src="/icon.svg" alt="" width="32" height="32" />
          <div>
            {me.memberships.length > 1 ? (
              <select
                className="brand__business"
                aria-label={t("app.business")}
                value={membership.tenant_id}
                onChange={(event) => switchBusiness(event.target.value)}
              >
                {me.memberships.map((one) => (
                  <option key={one.tenant_id} value={one.tenant_id}>
                    {one.business_name}
                  </option>
                ))}
              </select>
            ) : (
              <strong className="brand__business">{membership.business_name}</strong>
            )}
            <span className="brand__role">{t(`role.${membership.role}`)}</span>
          </div>
        </div>
        <nav className="menu" aria-label={t("app.menu")}>
          {places.map((place) => (
            <NavLink key={place.path} to={place.path} className="menu__link">
              <span className="menu__icon">
                <Icon name={place.icon} />
              </span>
              <span>{t(place.name)}</span>
            </NavLink>
          ))}
        </nav>
        <div className="frame__foot">
          <LanguageSwitch />
          <button type="button" className="button button--quiet" onClick={() => void signOut()}>
            {t("app.signOut")}
          </button>
        </div>
      </header>
      <main id="content" className="frame__main" tabIndex={-1}>
        <LineBanner />
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
        <Suspense fallback={null}>{can("appointments:read") && <SheetKeeper />}</Suspense>
      </main>
    </div>
  );
}

function LineBanner() {
  const t = useText();
  const down = useLineDown();
  if (!down) return null;
  const last = line.lastAnswer === undefined ? undefined : new Date(line.lastAnswer);
  return (
    <div className="banner" role="status">
      {t("app.lineDown", {
        time: last === undefined ? "–" : clock(last.getHours() * 60 + last.getMinutes()),
      })}
    </div>
  );
}
