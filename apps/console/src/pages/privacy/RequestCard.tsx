// One request: by when it is due, how it is answered, and the proof once it is.
import { useState } from "react";
import { Link } from "react-router";

import { api, got } from "../../api/client";
import { useChange } from "../../api/queries";
import { useNow } from "../../app/clock";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { dayInWords, dayOf, momentInWords } from "../../lib/time";
import { CheckField } from "../../ui/fields";
import { FormEnd } from "../../ui/FormEnd";
import { Action } from "../../ui/parts";
import { ReasonForm } from "../../ui/Reason";
import { Problem } from "../../ui/states";
import { dueIn, handOver, REQUESTS, rowsOf, type DataRequest } from "./requests";

export function RequestCard({
  request,
  name,
  onPageOf = false,
}: {
  request: DataRequest;
  /** Whose it is; nobody's any more once they are forgotten. */
  name?: string | undefined;
  /** Whether the page says whose it is. */
  onPageOf?: boolean;
}) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  const due = dueIn(request, useNow());
  const open = request.state === "open";
  const on = dayInWords(dayOf(request.due_at, zone), language, "short");
  return (
    <li className="stack request">
      <div className="row row--between row--wrap">
        <span>
          <strong>{word("privacy.wish", request.wish)}</strong>{" "}
          {!onPageOf &&
            (name === undefined ? (
              <span className="muted">{t("privacy.nobody")}</span>
            ) : (
              <Link to={`/customers/${request.customer_id}`}>{name}</Link>
            ))}
        </span>
        {open ? (
          <span
            className={`badge${due === "over" ? " badge--danger" : due === "soon" ? " badge--warn" : ""}`}
          >
            {due === "over" ? t("privacy.overdue", { day: on }) : t("privacy.due", { day: on })}
          </span>
        ) : (
          <span className="badge">{word("privacy.state", request.state)}</span>
        )}
      </div>
      <p className="muted">
        {t("privacy.asked", { time: momentInWords(request.asked_at, zone, language) })}
        {request.ended_at != null &&
          ` ${t("privacy.ended", { time: momentInWords(request.ended_at, zone, language) })}`}
      </p>
      {request.reason != null && <p>“{request.reason}”</p>}
      {request.state === "done" && request.rows != null && (
        <p className="muted fingerprint">
          {request.wish === "erasure"
            ? t("privacy.forgotten", { count: rowsOf(request) })
            : t("privacy.handedOver", { count: rowsOf(request) })}{" "}
          {request.document_sha256 != null && <code>{request.document_sha256}</code>}
        </p>
      )}
      {open && <Answer request={request} />}
    </li>
  );
}

function Answer({ request }: { request: DataRequest }) {
  const t = useText();
  const [asking, setAsking] = useState<"erase" | "refuse">();
  const path = { id: request.id };
  const hand = useChange(() => handOver(request), REQUESTS);
  const corrected = useChange(
    () => got(api.POST("/api/v1/data-requests/{id}/corrected", { params: { path } })),
    REQUESTS,
  );
  return (
    <>
      <Problem error={hand.error ?? corrected.error} />
      <div className="row row--wrap">
        {(request.wish === "export" || request.wish === "copy") && (
          <Action kind="primary" busy={hand.isPending} onClick={() => hand.send(undefined)}>
            {t("privacy.handOver")}
          </Action>
        )}
        {request.wish === "correction" && (
          <>
            <Link className="button" to={`/customers/${request.customer_id}`}>
              {t("privacy.toCustomer")}
            </Link>
            <Action kind="primary" busy={corrected.isPending} onClick={() => corrected.send(undefined)}>
              {t("privacy.corrected")}
            </Action>
          </>
        )}
        {request.wish === "erasure" && (
          <Action kind="danger" reads onClick={() => setAsking(asking === "erase" ? undefined : "erase")}>
            {t("privacy.erase")}
          </Action>
        )}
        <Action kind="quiet" reads onClick={() => setAsking(asking === "refuse" ? undefined : "refuse")}>
          {t("privacy.refuse")}
        </Action>
      </div>
      {asking === "erase" && <Erase request={request} done={() => setAsking(undefined)} />}
      {asking === "refuse" && <Refuse request={request} done={() => setAsking(undefined)} />}
    </>
  );
}

/** It cannot be taken back: so it is said once more what goes. */
function Erase({ request, done }: { request: DataRequest; done: () => void }) {
  const t = useText();
  const [sure, setSure] = useState(false);
  const erase = useChange(
    () => got(api.POST("/api/v1/data-requests/{id}/erase", { params: { path: { id: request.id } } })),
    REQUESTS,
  );
  return (
    <div className="card card--inner stack">
      <p>{t("privacy.eraseLead")}</p>
      <CheckField
        label={t("privacy.sure")}
        checked={sure}
        onChange={(event) => setSure(event.target.checked)}
      />
      <FormEnd
        label={t("privacy.eraseNow")}
        kind="danger"
        error={erase.error}
        disabled={!sure}
        busy={erase.isPending}
        send={() => erase.send(undefined, done)}
        close={done}
      />
    </div>
  );
}

function Refuse({ request, done }: { request: DataRequest; done: () => void }) {
  const t = useText();
  const refuse = useChange(
    (why: string) =>
      got(
        api.POST("/api/v1/data-requests/{id}/refuse", {
          params: { path: { id: request.id } },
          body: { reason: why },
        }),
      ),
    REQUESTS,
  );
  return (
    <ReasonForm
      label={t("privacy.reason")}
      hint={t("privacy.reasonHint")}
      most={500}
      long
      inner
      button={t("privacy.refuse")}
      kind="danger"
      busy={refuse.isPending}
      error={refuse.error}
      send={(why) => refuse.send(why, done)}
      close={done}
    />
  );
}
