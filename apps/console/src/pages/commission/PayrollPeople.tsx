// Who is whom at payroll: without a number nobody's earnings are handed over.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, got, type Schemas } from "../../api/client";
import { useChange, useStaff } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { TextField, useFaults } from "../../ui/fields";
import { FormEnd } from "../../ui/FormEnd";
import { Action } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";

const FAMILIES = ["payroll-links", "payroll-differences"] as const;

export function People() {
  const t = useText();
  const staff = useStaff();
  const links = useQuery({
    queryKey: ["payroll-links"],
    queryFn: async () => (await got(api.GET("/api/v1/payroll/links"))).items,
  });
  return (
    <section className="card stack">
      <h2>{t("payroll.people")}</h2>
      <Found query={links}>
        {(found) => {
          // Whoever left may still have earned something that is to be handed over.
          const people = (staff.data ?? [])
            .filter((one) => one.active || found.some((link) => link.staff_id === one.id))
            .sort((one, other) => one.name.localeCompare(other.name));
          if (people.length === 0) return <Empty>{t("calendar.noStaff")}</Empty>;
          return (
            <ul className="list">
              {people.map((one) => (
                <Person
                  key={one.id}
                  id={one.id}
                  name={one.name}
                  link={found.find((link) => link.staff_id === one.id)}
                />
              ))}
            </ul>
          );
        }}
      </Found>
    </section>
  );
}

function Person({ id, name, link }: { id: string; name: string; link: Schemas["PayrollLink"] | undefined }) {
  const t = useText();
  const { can } = useSession();
  const [editing, setEditing] = useState(false);
  const remove = useChange(
    () => got(api.DELETE("/api/v1/staff/{id}/payroll-link", { params: { path: { id } } })),
    FAMILIES,
  );
  return (
    <li className="stack">
      <div className="row row--between row--wrap">
        <strong>{name}</strong>
        <span className="row row--wrap">
          {link === undefined ? (
            <span className="badge badge--warn">{t("payroll.noNumber")}</span>
          ) : (
            <span>
              {link.staff_no}
              {link.external_id != null && <span className="muted"> · {link.external_id}</span>}
            </span>
          )}
          {can("payroll:write") && (
            <>
              <Action reads onClick={() => setEditing(!editing)}>
                {link === undefined ? t("payroll.setNumber") : t("payroll.changeNumber")}
                <span className="sr-only"> {name}</span>
              </Action>
              {link !== undefined && (
                <Action kind="quiet" busy={remove.isPending} onClick={() => remove.send(undefined)}>
                  {t("rule.remove")}
                  <span className="sr-only"> {name}</span>
                </Action>
              )}
            </>
          )}
        </span>
      </div>
      <Problem error={remove.error} />
      {editing && <Edit id={id} name={name} link={link} done={() => setEditing(false)} />}
    </li>
  );
}

function Edit({
  id,
  name,
  link,
  done,
}: {
  id: string;
  name: string;
  link: Schemas["PayrollLink"] | undefined;
  done: () => void;
}) {
  const t = useText();
  const [number, setNumber] = useState(link?.staff_no ?? "");
  const [own, setOwn] = useState(link?.external_id ?? "");
  const typed = number.trim();
  const save = useChange(
    (body: Schemas["LinkBody"]) =>
      got(api.PUT("/api/v1/staff/{id}/payroll-link", { params: { path: { id } }, body })),
    FAMILIES,
  );
  const fault = useFaults({}, save.error);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        // What is left out is taken away.
        const beside = own.trim() === "" ? {} : { external_id: own.trim() };
        if (typed !== "") save.send({ staff_no: typed, ...beside }, done);
      }}
    >
      <div className="pair">
        <TextField
          label={t("payroll.numberOf", { name })}
          error={fault("staff_no")}
          maxLength={40}
          value={number}
          change={setNumber}
        />
        <TextField
          label={t("payroll.idOf", { name })}
          hint={t("payroll.idHint")}
          error={fault("external_id")}
          maxLength={100}
          value={own}
          change={setOwn}
        />
      </div>
      <FormEnd error={save.error} busy={save.isPending} disabled={typed === ""} close={done} />
    </form>
  );
}
