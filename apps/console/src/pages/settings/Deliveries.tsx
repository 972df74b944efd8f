// What other programs were told, what did not arrive, and sending it once more.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { momentInWords } from "../../lib/time";
import { SelectField } from "../../ui/fields";
import { Action, Drawer, More } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";

type Delivery = Schemas["WebhookDelivery"];

const STATES = ["waiting", "delivered", "dead"] as const;
type State = (typeof STATES)[number];

export function Deliveries({ endpoints }: { endpoints: readonly Schemas["WebhookEndpoint"][] }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  const [endpoint, setEndpoint] = useState("");
  const [state, setState] = useState<State | "">("");
  const [open, setOpen] = useState<string>();
  const found = useInfiniteQuery({
    queryKey: ["webhooks", "deliveries", endpoint, state],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      got(
        api.GET("/api/v1/webhook-deliveries", {
          params: {
            query: {
              limit: 30,
              ...(endpoint !== "" && { endpoint_id: endpoint }),
              ...(state !== "" && { state }),
              ...(pageParam && { after: pageParam }),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const urlOf = (one: Delivery): string =>
    endpoints.find((other) => other.id === one.endpoint_id)?.url ?? "–";
  return (
    <section className="card stack">
      <h2>{t("deliveries.title")}</h2>
      <div className="pair">
        <SelectField label={t("hooks.url")} value={endpoint} change={setEndpoint}>
          <option value="">{t("deliveries.all")}</option>
          {endpoints.map((one) => (
            <option key={one.id} value={one.id}>
              {one.url}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={t("deliveries.state")}
          value={state}
          change={(text) => setState(STATES.find((one) => one === text) ?? "")}
        >
          <option value="">{t("deliveries.all")}</option>
          {STATES.map((one) => (
            <option key={one} value={one}>
              {word("deliveries.state", one)}
            </option>
          ))}
        </SelectField>
      </div>
      <Found query={found}>
        {({ pages }) => {
          const all = pages.flatMap((page) => page.items);
          if (all.length === 0) return <Empty>{t("deliveries.none")}</Empty>;
          return (
            <>
              <ul className="list">
                {all.map((one) => (
                  <li key={one.id} className="row row--between row--wrap">
                    <span className="prose">
                      <code>{one.event}</code>{" "}
                      <span className={one.state === "dead" ? "badge badge--warn" : "badge"}>
                        {word("deliveries.state", one.state)}
                      </span>
                      <br />
                      <span className="muted">
                        {momentInWords(one.occurred_at, zone, language)} · {urlOf(one)}
                      </span>
                    </span>
                    <Action kind="quiet" reads onClick={() => setOpen(one.id)}>
                      {t("deliveries.look")}
                    </Action>
                  </li>
                ))}
              </ul>
              <More of={found} />
            </>
          );
        }}
      </Found>
      {open !== undefined && <Delivered id={open} close={() => setOpen(undefined)} />}
    </section>
  );
}

function Delivered({ id, close }: { id: string; close: () => void }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { can, zone } = useSession();
  const path = { id };
  const found = useQuery({
    queryKey: ["webhooks", "delivery", id],
    queryFn: () => got(api.GET("/api/v1/webhook-deliveries/{id}", { params: { path } })),
  });
  const replay = useChange(
    () => got(api.POST("/api/v1/webhook-deliveries/{id}/replay", { params: { path } })),
    ["webhooks"],
  );
  return (
    <Drawer title={t("deliveries.one")} close={close}>
      <Found query={found}>
        {({ delivery, body }) => (
          <>
            <dl className="facts">
              <div>
                <dt>{t("deliveries.event")}</dt>
                <dd>
                  <code>{delivery.event}</code>
                </dd>
              </div>
              <div>
                <dt>{t("deliveries.state")}</dt>
                <dd>
                  {word("deliveries.state", delivery.state)}
                  {typeof delivery.dead_because === "string" &&
                    `: ${word("deliveries.because", delivery.dead_because)}`}
                </dd>
              </div>
              {typeof delivery.next_at === "string" && (
                <div>
                  <dt>{t("deliveries.next")}</dt>
                  <dd>{momentInWords(delivery.next_at, zone, language)}</dd>
                </div>
              )}
            </dl>
            <section className="stack">
              <h3>{t("deliveries.tries")}</h3>
              {delivery.tries.length === 0 ? (
                <Empty>{t("deliveries.noTries")}</Empty>
              ) : (
                <ul className="tries">
                  {delivery.tries.map((one) => (
                    <li key={one.at}>
                      <span>{momentInWords(one.at, zone, language)}</span>
                      <span>
                        {word("deliveries.outcome", one.outcome)}
                        {typeof one.status === "number" && ` (${one.status})`}
                      </span>
                    </li>
                  ))}
                </ul>
              )}
            </section>
            <Problem error={replay.error} />
            {can("integrations:write") && delivery.state !== "waiting" && (
              <Action kind="primary" busy={replay.isPending} onClick={() => replay.send(undefined)}>
                {t("deliveries.replay")}
              </Action>
            )}
            <details>
              <summary>{t("deliveries.body")}</summary>
              <pre className="body">{pretty(body)}</pre>
            </details>
          </>
        )}
      </Found>
    </Drawer>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}
