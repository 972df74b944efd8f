// Inviting somebody to the team by WhatsApp, and what became of it.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { momentInWords } from "../../lib/time";
import { PhoneField, TextField, useFaults } from "../../ui/fields";
import { FormEnd } from "../../ui/FormEnd";
import { Action, More } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { Sure } from "../../ui/Sure";
import { RoleFields, type RoleChoice } from "./PeopleSettings";

type Invitation = Schemas["Invitation"];

export function Invitations() {
  const t = useText();
  const { can } = useSession();
  const [adding, setAdding] = useState(false);
  const found = useInfiniteQuery({
    queryKey: ["invitations"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      got(
        api.GET("/api/v1/invitations", {
          params: { query: { limit: 30, ...(pageParam && { before: pageParam }) } },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  return (
    <section className="card stack">
      <div className="row row--between">
        <h2>{t("invite.title")}</h2>
        {can("team:write") && !adding && (
          <Action kind="primary" onClick={() => setAdding(true)}>
            {t("invite.add")}
          </Action>
        )}
      </div>
      {adding && <Invite close={() => setAdding(false)} />}
      <Found query={found}>
        {({ pages }) => {
          const all = pages.flatMap((page) => page.items);
          if (all.length === 0) return <Empty>{t("invite.none")}</Empty>;
          return (
            <>
              <ul className="list">
                {all.map((one) => (
                  <li key={one.id}>
                    <Row invitation={one} />
                  </li>
                ))}
              </ul>
              <More of={found} />
            </>
          );
        }}
      </Found>
    </section>
  );
}

function Row({ invitation }: { invitation: Invitation }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { can, zone } = useSession();
  const path = { id: invitation.id };
  const resend = useChange(
    () =>
      got(
        api.POST("/api/v1/invitations/{id}/resend", {
          params: { path, header: { "If-Match": etag(invitation.version) } },
        }),
      ),
    ["invitations"],
  );
  const revoke = useChange(
    () => got(api.DELETE("/api/v1/invitations/{id}", { params: { path } })),
    ["invitations"],
  );
  const waits = invitation.state === "open" || invitation.state === "expired";
  return (
    <div className="stack">
      <div className="row row--between row--wrap">
        <span>
          <strong>{invitation.name}</strong> <span className="badge">{t(`role.${invitation.role}`)}</span>{" "}
          <span className="muted">
            {invitation.phone} · {word("invite.state", invitation.state)}
            {invitation.state === "open" &&
              ` · ${t("invite.until", { time: momentInWords(invitation.expires_at, zone, language) })}`}
          </span>
        </span>
        {can("team:write") && waits && (
          <span className="row row--wrap">
            <Action kind="quiet" busy={resend.isPending} onClick={() => resend.send(undefined)}>
              {t("invite.resend")}
            </Action>
            <Sure
              kind="quiet"
              label={t("invite.revoke")}
              question={t("invite.revokeSure")}
              busy={revoke.isPending}
              act={() => revoke.send(undefined)}
            />
          </span>
        )}
      </div>
      <Problem error={resend.error ?? revoke.error} />
    </div>
  );
}

function Invite({ close }: { close: () => void }) {
  const t = useText();
  const [name, setName] = useState("");
  const [phone, setPhone] = useState("");
  const [as, setAs] = useState<RoleChoice>({ role: "receptionist", staffId: "" });
  const invite = useChange(
    (body: Schemas["InvitationBody"], key) =>
      got(api.POST("/api/v1/invitations", { params: { header: { "Idempotency-Key": key } }, body })),
    ["invitations"],
  );
  const fault = useFaults({}, invite.error);
  return (
    <form
      className="card card--inner stack"
      onSubmit={(event) => {
        event.preventDefault();
        invite.send(
          {
            name: name.trim(),
            phone: phone.trim(),
            role: as.role,
            ...(as.staffId !== "" && { staff_id: as.staffId }),
          },
          close,
        );
      }}
    >
      <p className="muted">{t("invite.lead")}</p>
      <div className="pair">
        <TextField label={t("book.name")} error={fault("name")} value={name} change={setName} />
        <PhoneField
          label={t("book.phone")}
          hint={t("book.phoneHint")}
          error={fault("phone")}
          value={phone}
          change={setPhone}
        />
      </div>
      <RoleFields value={as} change={setAs} error={fault("staff_id")} />
      <FormEnd
        label={t("invite.send")}
        error={invite.error}
        busy={invite.isPending}
        disabled={name.trim() === "" || phone.trim() === "" || (as.role === "therapist" && as.staffId === "")}
        close={close}
      />
    </form>
  );
}
