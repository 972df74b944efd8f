// Who uses the console, for which business, and what they may do there.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, type ReactNode } from "react";

import { api, got, speakFor } from "../api/client";
import { follow, POLL_MS } from "../api/events";
import { LineDown } from "../api/problem";
import { dayOf, type Day } from "../lib/time";
import { useText } from "../i18n";
import { forgetSheet } from "../lib/sheet";
import { KeptSheet } from "../pages/sheet/KeptSheet";
import { Failed, Loading } from "../ui/states";
import { useNow } from "./clock";
import { SignIn } from "./SignIn";

export type Role = "owner" | "manager" | "receptionist" | "therapist";

export interface Membership {
  tenant_id: string;
  business_name: string;
  role: Role;
  staff_id: string | null;
}

/** What `GET /api/v1/me` says. */
interface Me {
  person: { id: string; name: string; email: string } | null;
  memberships: Membership[];
  tenant_id: string | null;
  scopes: string[];
}

export interface Session {
  me: Me;
  membership: Membership;
  can: (scope: string) => boolean;
  /** The business's IANA zone. */
  zone: string;
  currency: string;
  /** The distance between starts, in minutes. */
  step: number;
}

const KEPT = "ratiba.tenant";
const Context = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(Context);
  if (session === undefined) throw new Error("there is no session outside of the frame");
  return session;
}

/** The business's present local day; it changes as midnight passes. */
export function useToday(): Day {
  return dayOf(new Date(useNow()).toISOString(), useSession().zone);
}

/** Leaves for the sign-in, which comes back to where one was. */
export function signInAddress(): string {
  return `/auth/login?return_to=${encodeURIComponent(window.location.pathname + window.location.search)}`;
}

export async function signOut(): Promise<void> {
  forgetSheet();
  await fetch("/auth/logout", { method: "POST" });
  window.location.assign("/");
}

export function switchBusiness(tenantId: string): void {
  forgetSheet();
  localStorage.setItem(KEPT, tenantId);
  // Everything that is shown belongs to the business of before.
  window.location.assign("/");
}

class SignedOut extends Error {}

async function whoAmI(): Promise<Me> {
  const headers = new Headers();
  const kept = localStorage.getItem(KEPT);
  if (kept !== null) headers.set("Ratiba-Tenant", kept);
  const answer = await fetch("/api/v1/me", { headers }).catch(() => {
    throw new LineDown();
  });
  if (answer.status === 401) {
    forgetSheet();
    throw new SignedOut();
  }
  if (answer.status === 404 && kept !== null) {
    // They belong to that business no more.
    localStorage.removeItem(KEPT);
    return whoAmI();
  }
  if (!answer.ok) throw new LineDown();
  return (await answer.json()) as Me;
}

/** Asks who is there; shows the sign-in, or what is within. */
export function SessionGate({ children }: { children: ReactNode }) {
  const t = useText();
  const me = useQuery({
    queryKey: ["me"],
    queryFn: whoAmI,
    retry: false,
    staleTime: 60_000,
    // Nobody should have to press a button because a server was started again.
    refetchInterval: (query) => (query.state.error instanceof LineDown ? POLL_MS / 3 : false),
  });
  if (me.data === undefined) {
    if (me.isPending) return <Loading />;
    if (me.error instanceof SignedOut) return <SignIn />;
    return <Unreached error={me.error} retry={() => void me.refetch()} />;
  }
  if (me.error instanceof SignedOut) return <SignIn />;
  const membership =
    me.data.memberships.find((one) => one.tenant_id === me.data.tenant_id) ?? me.data.memberships[0];
  if (membership === undefined) return <SignIn reason={t("session.nowhere")} />;
  return (
    <WithBusiness key={membership.tenant_id} me={me.data} membership={membership}>
      {children}
    </WithBusiness>
  );
}

/** Nothing can be asked: without the line the sheet that was kept is shown, if there is one. */
function Unreached({ error, retry }: { error: unknown; retry: () => void }) {
  const failed = <Failed error={error} retry={retry} />;
  return error instanceof LineDown ? <KeptSheet otherwise={failed} /> : failed;
}

function WithBusiness({ me, membership, children }: { me: Me; membership: Membership; children: ReactNode }) {
  const queries = useQueryClient();
  const severalOf = me.memberships.length > 1;
  // Before the first request of the pages within, which are not rendered yet.
  useMemo(() => speakFor(severalOf ? membership.tenant_id : undefined), [severalOf, membership.tenant_id]);
  const can = useMemo(() => {
    const scopes = new Set(me.scopes);
    return (scope: string) => scopes.has(scope);
  }, [me.scopes]);
  const business = useQuery({
    queryKey: ["business"],
    staleTime: Infinity,
    queryFn: async () => {
      if (can("settings:read")) {
        const found = await got(api.GET("/api/v1/settings/booking"));
        return { zone: found.zone, currency: found.currency, step: found.rules.grid_step };
      }
      // Therapists may not read the settings; the list of a day names the zone as well.
      const date = new Date().toISOString().slice(0, 10);
      const day = await got(api.GET("/api/v1/appointments", { params: { query: { date, limit: 1 } } }));
      return { zone: day.zone, currency: day.appointments[0]?.charged.currency ?? "KES", step: 15 };
    },
  });
  useEffect(() => follow(queries), [queries]);
  const session = useMemo(
    () => (business.data === undefined ? undefined : { me, membership, can, ...business.data }),
    [business.data, me, membership, can],
  );
  if (session === undefined) {
    return business.error ? (
      <Unreached error={business.error} retry={() => void business.refetch()} />
    ) : (
      <Loading />
    );
  }
  return <Context.Provider value={session}>{children}</Context.Provider>;
}
