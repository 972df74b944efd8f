// The assistant: how it sounds, what it was told, and whom it serves while it is tried.
import { useQuery } from "@tanstack/react-query";
import { useForm } from "react-hook-form";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText, useWord } from "../../i18n";
import { SelectField } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Done, Found, Problem } from "../../ui/states";
import { Cohort } from "./Cohort";

export default function AssistantSettings() {
  const { can } = useSession();
  return (
    <div className="columns">
      <div className="stack stack--wide">
        <Personality />
        {can("conversations:read") && <Cohort />}
      </div>
      <Knowledge />
    </div>
  );
}

function Personality() {
  const found = useQuery({
    queryKey: ["settings", "personality"],
    queryFn: () => got(api.GET("/api/v1/settings/personality")),
  });
  const save = useChange(
    ({ version, body }: { version: number; body: Schemas["PersonalityBody"] }) =>
      got(
        api.PUT("/api/v1/settings/personality", { params: { header: { "If-Match": etag(version) } }, body }),
      ),
    ["settings"],
  );
  return (
    <Found query={found}>
      {(one) => (
        <Dials
          key={one.version}
          found={one}
          send={(body) => save.send({ version: one.version, body })}
          busy={save.isPending}
          error={save.error}
          saved={save.isSuccess}
        />
      )}
    </Found>
  );
}

/** Each dial with its settings, the usual one first. */
const DIALS = [
  ["tone", ["friendly", "formal", "brief"]],
  ["greeting", ["asking", "explaining"]],
  ["honorific", ["none", "guest"]],
  ["upsell", ["plain", "recommending"]],
  ["cross_sell", ["once", "never"]],
  ["cancellation", ["plain", "regretful"]],
] as const;

function Dials({
  found,
  send,
  busy,
  error,
  saved,
}: {
  found: Schemas["Personality"];
  send: (body: Schemas["PersonalityBody"]) => void;
  busy: boolean;
  error: unknown;
  saved: boolean;
}) {
  const t = useText();
  const word = useWord();
  const { can } = useSession();
  const form = useForm<Schemas["PersonalityBody"]>({
    defaultValues: {
      tone: found.tone,
      greeting: found.greeting,
      honorific: found.honorific,
      upsell: found.upsell,
      cross_sell: found.cross_sell,
      cancellation: found.cancellation,
    },
  });
  const writes = can("settings:write");
  return (
    <form className="card stack" onSubmit={(event) => void form.handleSubmit(send)(event)}>
      <h2>{t("dial.title")}</h2>
      <p className="muted">{t("dial.lead")}</p>
      <fieldset className="bare stack" disabled={!writes}>
        <div className="pair">
          {DIALS.map(([dial, settings]) => (
            <SelectField key={dial} label={word("dial", dial)} {...form.register(dial)}>
              {settings.map((one) => (
                <option key={one} value={one}>
                  {word(`dial.${dial}`, one)}
                </option>
              ))}
            </SelectField>
          ))}
        </div>
      </fieldset>
      <Problem error={error} />
      {writes && (
        <div className="row">
          <Action kind="primary" submit busy={busy}>
            {t("app.save")}
          </Action>
          <Done when={saved && !form.formState.isDirty} />
        </div>
      )}
    </form>
  );
}

function Knowledge() {
  const t = useText();
  const word = useWord();
  const found = useQuery({
    queryKey: ["knowledge"],
    queryFn: () => got(api.GET("/api/v1/knowledge")),
  });
  return (
    <section className="card stack">
      <h2>{t("knowledge.title")}</h2>
      <p className="muted">{t("knowledge.lead")}</p>
      <ul className="reasons">
        <li>
          <code>/add-faq Parking: free behind the house</code>
        </li>
        <li>
          <code>/list-faqs</code>
        </li>
        <li>
          <code>/remove-faq Parking</code>
        </li>
      </ul>
      <Found query={found}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{t("knowledge.none")}</p>
          ) : (
            <ul className="list">
              {items.map((one) => (
                <li key={one.id} className="stack">
                  <span>
                    <strong>{one.title}</strong>{" "}
                    <span className="muted">
                      {word("knowledge.category", one.category)} · {word("customer.language", one.language)}
                    </span>
                  </span>
                  <span className="prose">{one.body}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Found>
    </section>
  );
}
