// Which pages there are for whom. A page is one line here and one route.
import type { TextKey } from "../i18n";
import type { IconName } from "../ui/Icon";
import type { Role } from "./session";

export interface Place {
  path: string;
  name: TextKey;
  icon: IconName;
}

interface Entry extends Place {
  /** The scope without which the page makes no sense. */
  scope: string;
  roles: readonly Role[];
}

const DESK = ["owner", "manager", "receptionist"] as const;
const LEADS = ["owner", "manager"] as const;

const ENTRIES: readonly Entry[] = [
  { path: "/calendar", name: "nav.calendar", icon: "calendar", scope: "appointments:book", roles: DESK },
  { path: "/day-sheet", name: "sheet.title", icon: "list", scope: "appointments:read", roles: DESK },
  { path: "/customers", name: "nav.customers", icon: "people", scope: "customers:read", roles: DESK },
  { path: "/inbox", name: "nav.inbox", icon: "chat", scope: "conversations:read", roles: DESK },
  { path: "/till", name: "nav.till", icon: "till", scope: "till:work", roles: DESK },
  { path: "/commission", name: "nav.commission", icon: "percent", scope: "commission:close", roles: LEADS },
  { path: "/reports", name: "nav.reports", icon: "chart", scope: "ledger:read", roles: LEADS },
  { path: "/set-up", name: "nav.setUp", icon: "steps", scope: "settings:write", roles: LEADS },
  { path: "/staff", name: "nav.staff", icon: "badge", scope: "schedule:read", roles: DESK },
  { path: "/catalogue", name: "nav.catalogue", icon: "tag", scope: "catalogue:read", roles: DESK },
  { path: "/settings", name: "nav.settings", icon: "dials", scope: "settings:write", roles: LEADS },
  { path: "/data-requests", name: "nav.dataRequests", icon: "shield", scope: "privacy:work", roles: LEADS },
  { path: "/my-day", name: "nav.myDay", icon: "list", scope: "appointments:render", roles: ["therapist"] },
  {
    path: "/earnings",
    name: "nav.earnings",
    icon: "percent",
    scope: "commission:read",
    roles: ["therapist"],
  },
];

/** The pages of somebody, in the order in which they stand in the menu; the first is where they begin. */
export function placesOf(role: Role, can: (scope: string) => boolean): Place[] {
  return ENTRIES.filter((entry) => entry.roles.includes(role) && can(entry.scope));
}
