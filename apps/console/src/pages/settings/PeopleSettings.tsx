// Who belongs to the business as what, and who was invited.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange, useStaff } from "../../api/queries";
import { useSession, type Role } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { momentInWords } from "../../lib/time";
import { SelectField } from "../../ui/fields";
import { FormEnd } from "../../ui/FormEnd";
import { Action } from "../../ui/parts";
import { StaffOptions } from "../../ui/StaffOptions";
import { Found, Problem } from "../../ui/states";
import { Sure } from "../../ui/Sure";
import { Invitations } from "./Invitations";
import { mayChange, rolesUpTo } from "./roles";

type Member = Schemas["Member"];

export default function PeopleSettings() {
  const t = useText();
  const members = useQuery({ queryKey: ["members"], queryFn: () => got(api.GET("/api/v1/members")) });
  return (
    <>
      <section className="card stack">
        <h2>{t("members.title")}</h2>
        <Found query={members}>
          {({ items }) => (
            <ul className="list">
              {items.map((one) => (
                <li key={one.id}>
                  <MemberRow member={one} />
                </li>
              ))}
            </ul>
          )}
        </Found>
      </section>
      <Invitations />
    </>
  );
}

function MemberRow({ member }: { member: Member }) {
  const t = useText();
  const { language } = useLanguage();
  const { can, me, membership, zone } = useSession();
  const staff = useStaff();
  const [editing, setEditing] = useState<{ role: Role; staffId: string; version: number }>();
  const params = { path: { id: member.id }, header: { "If-Match": etag(member.version) } };
  const act = useChange(
    (what: "suspend" | "resume" | "remove"): Promise<unknown> => {
      switch (what) {
        case "suspend":
          return got(api.POST("/api/v1/members/{id}/suspend", { params }));
        case "resume":
          return got(api.POST("/api/v1/members/{id}/resume", { params }));
        case "remove":
          return got(api.DELETE("/api/v1/members/{id}", { params }));
      }
    },
    ["members"],
  );
  const save = useChange(
    ({ role, staffId, version }: { role: Role; staffId: string; version: number }) =>
      got(
        api.PUT("/api/v1/members/{id}", {
          params: { path: { id: member.id }, header: { "If-Match": etag(version) } },
          body: { role, staff_id: staffId === "" ? null : staffId },
        }),
      ),
    ["members"],
  );
  const own = me.person?.id === member.id;
  const changes = can("team:write") && !own && mayChange(membership.role, member.role);
  const asStaff = staff.data?.find((one) => one.id === member.staff_id)?.name;
  return (
    <div className="stack">
      <div className="row row--between row--wrap">
        <span>
          <strong>{member.name === "" ? (member.email ?? "–") : member.name}</strong>{" "}
          {own && <span className="muted">({t("members.you")}) </span>}
          <span className="badge">{t(`role.${member.role}`)}</span>{" "}
          {typeof member.suspended_at === "string" && (
            <span className="badge badge--warn">
              {t("members.suspended", { time: momentInWords(member.suspended_at, zone, language) })}
            </span>
          )}
          <br />
          <span className="muted">
            {[member.email, asStaff].filter((one) => typeof one === "string").join(" · ")}
          </span>
        </span>
        {changes && editing === undefined && (
          <span className="row row--wrap">
            <Action
              kind="quiet"
              reads
              onClick={() =>
                setEditing({ role: member.role, staffId: member.staff_id ?? "", version: member.version })
              }
            >
              {t("app.change")}
            </Action>
            {typeof member.suspended_at === "string" ? (
              <Action kind="quiet" busy={act.isPending} onClick={() => act.send("resume")}>
                {t("members.resume")}
              </Action>
            ) : (
              <Sure
                kind="quiet"
                label={t("members.suspend")}
                question={t("members.suspendSure", { name: member.name })}
                busy={act.isPending}
                act={() => act.send("suspend")}
              />
            )}
            <Sure
              kind="quiet"
              label={t("members.remove")}
              question={t("members.removeSure", { name: member.name })}
              busy={act.isPending}
              act={() => act.send("remove")}
            />
          </span>
        )}
      </div>
      <Problem error={act.error} />
      {editing !== undefined && (
        <div className="card card--inner stack">
          <RoleFields value={editing} change={(next) => setEditing({ ...editing, ...next })} />
          <FormEnd
            error={save.error}
            busy={save.isPending}
            send={() => save.send(editing, () => setEditing(undefined))}
            close={() => setEditing(undefined)}
          />
        </div>
      )}
    </div>
  );
}

export interface RoleChoice {
  role: Role;
  /** Empty: nobody's day and earnings. */
  staffId: string;
}

/** A role that one may give, and the staff member whose day and earnings go with it. */
export function RoleFields({
  value,
  change,
  error,
}: {
  value: RoleChoice;
  change: (next: RoleChoice) => void;
  error?: string | undefined;
}) {
  const t = useText();
  const { membership } = useSession();
  const staff = useStaff();
  const roles = rolesUpTo(membership.role);
  return (
    <div className="pair">
      <SelectField
        label={t("members.role")}
        value={value.role}
        onChange={(event) =>
          change({ ...value, role: roles.find((one) => one === event.target.value) ?? value.role })
        }
      >
        {roles.map((one) => (
          <option key={one} value={one}>
            {t(`role.${one}`)}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={t("members.staff")}
        hint={t(value.role === "therapist" ? "members.staffNeeded" : "members.staffHint")}
        error={error}
        value={value.staffId}
        change={(text) => change({ ...value, staffId: text })}
      >
        <option value="">–</option>
        <StaffOptions of={staff.data} chosen={value.staffId} />
      </SelectField>
    </div>
  );
}
