// Conversations that wait for a person, or have one: read, take over, answer, hand back.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link, NavLink, useParams } from "react-router";

import { api, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { money } from "../../lib/money";
import { momentInWords } from "../../lib/time";
import { AreaField } from "../../ui/fields";
import { Action, Page } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";

type Conversation = Schemas["Conversation"];
const FAMILIES = ["conversations", "conversation"] as const;

export default function InboxPage() {
  const t = useText();
  const { id } = useParams();
  const waiting = useQuery({
    queryKey: ["conversations"],
    queryFn: () => got(api.GET("/api/v1/conversations", { params: { query: { limit: 100 } } })),
  });
  return (
    <Page title={t("inbox.title")}>
      <div className={`inbox${id === undefined ? "" : " inbox--open"}`}>
        <div className="inbox__list">
          <Found query={waiting}>
            {(found) =>
              found.items.length === 0 ? (
                <Empty>{t("inbox.empty")}</Empty>
              ) : (
                <ul className="list card">
                  {found.items.map((one) => (
                    <Line key={one.id} one={one} />
                  ))}
                </ul>
              )
            }
          </Found>
        </div>
        <div className="inbox__thread">
          {id === undefined ? <Empty>{t("inbox.choose")}</Empty> : <Thread key={id} id={id} />}
        </div>
      </div>
    </Page>
  );
}

function Line({ one }: { one: Conversation }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  return (
    <li>
      <NavLink className="list__link" to={`/inbox/${one.id}`}>
        <span className="row row--between">
          <strong>{one.customer.name ?? one.customer.phone ?? t("calendar.someone")}</strong>
          <span className="muted">{momentInWords(one.last_activity_at, zone, language)}</span>
        </span>
        <span className="row row--between">
          <span className="muted">
            {one.handoff === null || one.handoff === undefined ? "" : word("handoff", one.handoff.reason)}
          </span>
          <Driver one={one} />
        </span>
      </NavLink>
    </li>
  );
}

function Driver({ one }: { one: Conversation }) {
  const t = useText();
  if (one.driver === "suspended") return <span className="badge badge--held">{t("inbox.waiting")}</span>;
  if (one.driver === "human") {
    return (
      <span className="badge badge--in_progress">
        {t("inbox.taken", { name: one.handoff?.by ?? t("inbox.person") })}
      </span>
    );
  }
  return <span className="badge">{t("inbox.assistant")}</span>;
}

function Thread({ id }: { id: string }) {
  const t = useText();
  const { language } = useLanguage();
  const { zone, can, me } = useSession();
  const path = { id };
  const thread = useQuery({
    queryKey: ["conversation", id],
    queryFn: () => got(api.GET("/api/v1/conversations/{id}", { params: { path } })),
  });
  const [text, setText] = useState("");
  const take = useChange(
    () =>
      got(
        api.POST("/api/v1/conversations/{id}/take-over", {
          params: { path },
          body: me.person === null ? {} : { name: me.person.name },
        }),
      ),
    FAMILIES,
  );
  const give = useChange(
    () => got(api.POST("/api/v1/conversations/{id}/hand-back", { params: { path } })),
    FAMILIES,
  );
  const say = useChange(
    (words: string, key) =>
      got(
        api.POST("/api/v1/conversations/{id}/messages", {
          params: { path, header: { "Idempotency-Key": key } },
          body: { text: words },
        }),
      ),
    FAMILIES,
  );
  const end = useRef<HTMLLIElement>(null);
  const turns = thread.data?.turns.length;
  useEffect(() => end.current?.scrollIntoView({ block: "nearest" }), [turns]);
  return (
    <Found query={thread}>
      {({ conversation, turns: said }) => (
        <div className="thread card">
          <header className="row row--between thread__head">
            <span>
              <Link className="inbox__back" to="/inbox">
                ‹ {t("app.back")}
              </Link>
              <Link to={`/customers/${conversation.customer.id}`}>
                <strong>
                  {conversation.customer.name ?? conversation.customer.phone ?? t("calendar.someone")}
                </strong>
              </Link>
            </span>
            <Driver one={conversation} />
          </header>
          <ol className="turns">
            {said.map((turn, index) => (
              <li key={`${turn.at}${index}`} className={`turn turn--${turn.by}`}>
                <span className="turn__text">{turn.text}</span>
                <span className="muted">
                  {turn.by === "customer"
                    ? t("inbox.customer")
                    : turn.by === "assistant"
                      ? t("inbox.machine")
                      : (turn.name ?? t("inbox.person"))}
                  {" · "}
                  {momentInWords(turn.at, zone, language)}
                </span>
              </li>
            ))}
            {conversation.handoff?.lines.map((one) => (
              <li key={one.payment_id} className="turn turn--note">
                {t("inbox.paid", { amount: money(one.amount) })}
              </li>
            ))}
            <li ref={end} aria-hidden="true" />
          </ol>
          {can("conversations:answer") && (
            <footer className="stack">
              <Problem error={take.error ?? give.error ?? say.error} />
              {conversation.driver === "human" ? (
                <form
                  className="stack"
                  onSubmit={(event) => {
                    event.preventDefault();
                    if (text.trim() !== "") say.send(text, () => setText(""));
                  }}
                >
                  <AreaField
                    label={t("inbox.write")}
                    hint={t("inbox.nextAnswer")}
                    value={text}
                    change={setText}
                  />
                  <div className="row">
                    <Action kind="primary" submit busy={say.isPending}>
                      {t("inbox.send")}
                    </Action>
                    <Action busy={give.isPending} onClick={() => give.send(undefined)}>
                      {t("inbox.handBack")}
                    </Action>
                  </div>
                </form>
              ) : (
                <div className="row row--between">
                  <span className="muted">{t("inbox.next")}</span>
                  <Action kind="primary" busy={take.isPending} onClick={() => take.send(undefined)}>
                    {t("inbox.takeOver")}
                  </Action>
                </div>
              )}
            </footer>
          )}
        </div>
      )}
    </Found>
  );
}
