// From an empty business to the first booking: what is there, what is missing, and a booking to try it all.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { api, got } from "../../api/client";
import { useOpeningHours, useResources, useServices, useStaff } from "../../api/queries";
import { placesOf } from "../../app/nav";
import { useSession } from "../../app/session";
import { isKey, useText } from "../../i18n";
import { Page } from "../../ui/parts";
import { Found, NotAllowed } from "../../ui/states";
import { canBook, stepsOf, type Facts, type Step, type StepKey } from "./steps";
import { TryByWhatsApp, TryHere } from "./Try";

/** Where each step is done. */
const WHERE: Record<StepKey, string> = {
  hours: "/settings",
  services: "/catalogue",
  rooms: "/catalogue",
  team: "/staff",
  commission: "/commission",
  money: "/settings",
  templates: "/settings",
  knowledge: "/settings",
  people: "/settings",
};

export default function SetUpPage() {
  const { can } = useSession();
  return can("settings:write") ? <Guide /> : <NotAllowed />;
}

function Guide() {
  const t = useText();
  const { zone, currency } = useSession();
  const facts = useFacts();
  return (
    <Page title={t("setup.title")}>
      <p className="muted">{t("setup.lead", { zone, currency })}</p>
      <Found query={facts}>
        {(found) => {
          const steps = stepsOf(found);
          const open = steps.filter((one) => one.state === "todo").length;
          return (
            <>
              <p className="big" role="status">
                {open === 0 ? t("setup.ready") : t("setup.open", { count: open })}
              </p>
              <ol className="steps">
                {steps.map((step) => (
                  <StepCard key={step.key} step={step} />
                ))}
              </ol>
              <section className="card stack">
                <h2>{t("setup.try")}</h2>
                {canBook(steps) ? (
                  <div className="cards">
                    <TryHere />
                    <TryByWhatsApp />
                  </div>
                ) : (
                  <p className="muted">{t("setup.notYet")}</p>
                )}
              </section>
            </>
          );
        }}
      </Found>
    </Page>
  );
}

function StepCard({ step }: { step: Step }) {
  const t = useText();
  const { membership, can } = useSession();
  const told = `setup.${step.key}.${step.state}`;
  // A page that is not in somebody's menu is not linked.
  const place = placesOf(membership.role, can).find((one) => one.path === WHERE[step.key]);
  return (
    <li className={`card steps__one steps__one--${step.state}`}>
      <span className="steps__sign" aria-hidden="true">
        {step.state === "done" ? "✓" : step.state === "look" ? "?" : "!"}
      </span>
      <div className="stack">
        <strong>
          {t(`setup.${step.key}`)} <span className="sr-only">{t(`setup.state.${step.state}`)}</span>
        </strong>
        {isKey(told) && <span className="muted">{t(told, { count: step.count })}</span>}
        {step.names.length > 0 && <span>{step.names.join(", ")}</span>}
        {place !== undefined && <Link to={place.path}>{t(place.name)}</Link>}
      </div>
    </li>
  );
}

/** All that the steps are judged by. */
function useFacts() {
  const { can } = useSession();
  const hours = useOpeningHours();
  const services = useServices();
  const resources = useResources(true);
  const staff = useStaff();
  const rest = useQuery({
    queryKey: ["setup"],
    queryFn: async () => {
      const [rules, templates, knowledge, members, invitations, credentials] = await Promise.all([
        got(api.GET("/api/v1/commission/rules")),
        got(api.GET("/api/v1/message-templates")),
        got(api.GET("/api/v1/knowledge")),
        got(api.GET("/api/v1/members")),
        got(api.GET("/api/v1/invitations")),
        can("credentials:write") ? got(api.GET("/api/v1/provider-credentials")) : undefined,
      ]);
      return {
        commissionRules: rules.rules.length,
        templates: templates.items,
        knowledge: knowledge.items.length,
        members: members.items.length,
        invited: invitations.items.filter((one) => one.state === "open").length,
        credentials: credentials?.items,
      };
    },
  });
  const all = [hours, services, resources, staff, rest];
  const data: Facts | undefined =
    hours.data && services.data && resources.data && staff.data && rest.data
      ? {
          hours: hours.data,
          services: services.data,
          resources: resources.data,
          staff: staff.data,
          ...rest.data,
        }
      : undefined;
  return {
    data,
    error: all.find((one) => one.error !== null)?.error ?? null,
    isPending: all.some((one) => one.isPending),
    refetch: () => all.forEach((one) => void one.refetch()),
  };
}
