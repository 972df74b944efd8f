// Addresses of other programs that hear of events, and what became of each message.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { momentInWords } from "../../lib/time";
import { Once } from "../../ui/Once";
import { Action } from "../../ui/parts";
import { Empty, Problem } from "../../ui/states";
import { Sure } from "../../ui/Sure";
import { Deliveries } from "./Deliveries";
import { FoundIfOn } from "./FoundIfOn";
import { HookForm } from "./HookForm";

type Endpoint = Schemas["WebhookEndpoint"];
type Told = Schemas["NewWebhookEndpoint"];

export default function WebhookSettings() {
  const t = useText();
  const { can } = useSession();
  // Null: a new one.
  const [open, setOpen] = useState<Endpoint | null>();
  const [told, setTold] = useState<Told>();
  const found = useQuery({
    queryKey: ["webhooks", "endpoints"],
    queryFn: () => got(api.GET("/api/v1/webhook-endpoints")),
  });
  return (
    <>
      <p className="muted">{t("hooks.lead")}</p>
      {typeof told?.secret === "string" && (
        <Once name={told.endpoint.url} secret={told.secret} done={() => setTold(undefined)} />
      )}
      <FoundIfOn query={found}>
        {({ items }) => (
          <>
            {can("integrations:write") && (
              <div className="toolbar">
                <Action kind="primary" onClick={() => setOpen(null)}>
                  {t("hooks.add")}
                </Action>
              </div>
            )}
            {items.length === 0 ? (
              <Empty>{t("hooks.empty")}</Empty>
            ) : (
              <ul className="stack">
                {items.map((one) => (
                  <Row key={one.id} endpoint={one} edit={() => setOpen(one)} told={setTold} />
                ))}
              </ul>
            )}
            <Deliveries endpoints={items} />
            {open !== undefined && (
              <HookForm
                endpoint={open ?? undefined}
                close={() => setOpen(undefined)}
                told={(answer) => {
                  setOpen(undefined);
                  if (answer !== undefined) setTold(answer);
                }}
              />
            )}
          </>
        )}
      </FoundIfOn>
    </>
  );
}

function Row({
  endpoint,
  edit,
  told,
}: {
  endpoint: Endpoint;
  edit: () => void;
  told: (answer: Told) => void;
}) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { can, zone } = useSession();
  const path = { id: endpoint.id };
  const header = { "If-Match": etag(endpoint.version) };
  const moment = (at: string): string => momentInWords(at, zone, language);
  const turn = useChange(
    (on: boolean) =>
      got(api.PATCH("/api/v1/webhook-endpoints/{id}", { params: { path, header }, body: { on } })),
    ["webhooks"],
  );
  const test = useChange(
    () => got(api.POST("/api/v1/webhook-endpoints/{id}/test", { params: { path } })),
    ["webhooks"],
  );
  const rotate = useChange(
    (_: undefined, key) =>
      got(
        api.POST("/api/v1/webhook-endpoints/{id}/rotate-secret", {
          params: { path, header: { ...header, "Idempotency-Key": key } },
        }),
      ),
    ["webhooks"],
  );
  const remove = useChange(
    () => got(api.DELETE("/api/v1/webhook-endpoints/{id}", { params: { path, header } })),
    ["webhooks"],
  );
  return (
    <li className="card stack" aria-label={endpoint.url}>
      <div className="row row--between row--wrap">
        <strong className="prose">{endpoint.url}</strong>
        <span className={endpoint.state === "on" ? "badge" : "badge badge--warn"}>
          {word("hooks.state", endpoint.state)}
        </span>
      </div>
      <p className="muted">
        {endpoint.description !== "" && `${endpoint.description} · `}
        {t("hooks.events", { count: endpoint.events.length })}
        {typeof endpoint.failing_since === "string" &&
          ` · ${t("hooks.failing", { time: moment(endpoint.failing_since) })}`}
        {typeof endpoint.old_secret_until === "string" &&
          ` · ${t("hooks.oldSecret", { time: moment(endpoint.old_secret_until) })}`}
      </p>
      {typeof endpoint.switched_off_because === "string" && (
        <p className="problem">{word("hooks.because", endpoint.switched_off_because)}</p>
      )}
      <Problem error={turn.error ?? test.error ?? rotate.error ?? remove.error} />
      {test.isSuccess && (
        <p role="status" className="saved">
          {t("hooks.tested")}
        </p>
      )}
      {can("integrations:write") && (
        <div className="row row--wrap">
          <Action kind="quiet" reads onClick={edit}>
            {t("app.change")}
          </Action>
          {endpoint.state === "on" && (
            <Action kind="quiet" busy={test.isPending} onClick={() => test.send(undefined)}>
              {t("hooks.test")}
            </Action>
          )}
          <Action kind="quiet" busy={turn.isPending} onClick={() => turn.send(endpoint.state !== "on")}>
            {t(endpoint.state === "on" ? "features.turnOff" : "features.turnOn")}
          </Action>
          <Sure
            kind="quiet"
            label={t("hooks.rotate")}
            question={t("hooks.rotateSure")}
            busy={rotate.isPending}
            act={() => rotate.send(undefined, told)}
          />
          <Sure
            kind="quiet"
            label={t("hooks.remove")}
            question={t("hooks.removeSure")}
            busy={remove.isPending}
            act={() => remove.send(undefined)}
          />
        </div>
      )}
    </li>
  );
}
