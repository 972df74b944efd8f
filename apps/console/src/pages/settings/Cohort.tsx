// Whom the assistant serves while it is tried: invitations, and what was said to them.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { api, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { momentInWords } from "../../lib/time";
import { PhoneField, TextField, useFaults } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Problem } from "../../ui/states";
import { Sure } from "../../ui/Sure";
import { FoundIfOn } from "./FoundIfOn";

export function Cohort() {
  const t = useText();
  const found = useQuery({ queryKey: ["cohort"], queryFn: () => got(api.GET("/api/v1/cohort")) });
  return (
    <section className="card stack">
      <h2>{t("cohort.title")}</h2>
      <p className="muted">{t("cohort.lead")}</p>
      <FoundIfOn query={found}>{(cohort) => <Members cohort={cohort} />}</FoundIfOn>
    </section>
  );
}

function Members({ cohort }: { cohort: Schemas["Cohort"] }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { can, zone } = useSession();
  const [phone, setPhone] = useState("");
  const [name, setName] = useState("");
  const invite = useChange(
    (body: Schemas["InviteBody"]) => got(api.POST("/api/v1/cohort", { body })),
    ["cohort"],
  );
  const remove = useChange(
    (id: string) => got(api.DELETE("/api/v1/cohort/{id}", { params: { path: { id } } })),
    ["cohort"],
  );
  const fault = useFaults({}, invite.error);
  const writes = can("conversations:answer");
  return (
    <>
      <p>
        <strong>{t("cohort.places", { taken: cohort.taken, places: cohort.places })}</strong>
      </p>
      {writes && (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            invite.send({ phone: phone.trim(), ...(name.trim() !== "" && { name: name.trim() }) }, () => {
              setPhone("");
              setName("");
            });
          }}
        >
          <div className="pair">
            <PhoneField
              label={t("book.phone")}
              hint={t("book.phoneHint")}
              error={fault("phone")}
              value={phone}
              change={setPhone}
            />
            <TextField
              label={t("book.name")}
              hint={t("app.optional")}
              error={fault("name")}
              value={name}
              change={setName}
            />
          </div>
          <Problem error={invite.error} />
          <div className="row">
            <Action kind="primary" submit busy={invite.isPending} disabled={phone.trim() === ""}>
              {t("cohort.invite")}
            </Action>
          </div>
        </form>
      )}
      <Problem error={remove.error} />
      <ul className="list">
        {cohort.items.map((one) => (
          <li key={one.id} className="row row--between row--wrap">
            <span>
              <Link to={`/customers/${one.customer.id}`}>
                {one.customer.name ?? one.customer.phone ?? t("customers.noName")}
              </Link>{" "}
              <span className="muted">
                {word("cohort.state", one.state)} · {momentInWords(one.state_at, zone, language)}
              </span>
            </span>
            {writes && one.state !== "withdrawn" && (
              <Sure
                kind="quiet"
                label={t("cohort.remove")}
                question={t("cohort.removeSure")}
                busy={remove.isPending}
                act={() => remove.send(one.id)}
              />
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
