// The assistant: how it sounds, what it was told, and whom it serves while it is tried.
import { useQuery } from "@tanstack/react-query";

import { api, got, type Schemas } from "../../api/client";
import { useSession } from "../../app/session";
import { useText, useWord } from "../../i18n";
import { SelectField } from "../../ui/fields";
import { Empty, Found } from "../../ui/states";
import { Cohort } from "./Cohort";
import { KeptEnd, useKeptForm, useSettings, type KeptProps } from "./kept";

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

type Dial = Schemas["PersonalityBody"];

function Personality() {
  const { found, save } = useSettings<Schemas["Personality"], Dial>(
    "personality",
    () => api.GET("/api/v1/settings/personality"),
    (tag, body) => api.PUT("/api/v1/settings/personality", { params: { header: { "If-Match": tag } }, body }),
  );
  return <Found query={found}>{(kept) => <Dials kept={kept} save={save} />}</Found>;
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

function Dials(props: KeptProps<Schemas["Personality"], Dial>) {
  const t = useText();
  const word = useWord();
  const { form, fault, submit, writes, end } = useKeptForm<Schemas["Personality"], Dial, Dial>(props, {
    typed: ({ tone, greeting, honorific, upsell, cross_sell, cancellation }) => ({
      tone,
      greeting,
      honorific,
      upsell,
      cross_sell,
      cancellation,
    }),
    body: (dials) => dials,
  });
  return (
    <form className="card stack" onSubmit={submit}>
      <h2>{t("dial.title")}</h2>
      <p className="muted">{t("dial.lead")}</p>
      <fieldset className="bare stack" disabled={!writes}>
        <div className="pair">
          {DIALS.map(([dial, settings]) => (
            <SelectField key={dial} label={word("dial", dial)} error={fault(dial)} {...form.register(dial)}>
              {settings.map((one) => (
                <option key={one} value={one}>
                  {word(`dial.${dial}`, one)}
                </option>
              ))}
            </SelectField>
          ))}
        </div>
      </fieldset>
      <KeptEnd end={end} />
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
            <Empty>{t("knowledge.none")}</Empty>
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
