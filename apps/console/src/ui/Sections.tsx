import { Suspense } from "react";
import { NavLink, Outlet } from "react-router";

import { Loading } from "./states";
import { Page } from "./parts";

export interface Section {
  path: string;
  name: string;
}

/** A page of several parts, each with an address of its own. */
export function Sections({
  title,
  base,
  sections,
}: {
  title: string;
  base: string;
  sections: readonly Section[];
}) {
  return (
    <Page title={title}>
      <nav className="tabs" aria-label={title}>
        {sections.map((one) => (
          <NavLink key={one.path} className="tabs__link" to={`${base}/${one.path}`}>
            {one.name}
          </NavLink>
        ))}
      </nav>
      <Suspense fallback={<Loading />}>
        <Outlet />
      </Suspense>
    </Page>
  );
}
