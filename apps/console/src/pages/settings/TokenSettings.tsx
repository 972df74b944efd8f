// Tokens for programs: shown once, with what they may do, and taken back.
import { zodResolver } from "@hookform/resolvers/zod";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";

import { api, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useNow } from "../../app/clock";
import { useSession, useToday } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { maybeDay, needed } from "../../lib/shapes";
import { addDays, instantOf, momentInWords } from "../../lib/time";
import { CheckField, Group, TextField, useFaults } from "../../ui/fields";
import { FormEnd } from "../../ui/FormEnd";
import { Once } from "../../ui/Once";
import { Action, More } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { Sure } from "../../ui/Sure";
import { RoleFields, type RoleChoice } from "./PeopleSettings";

export default function TokenSettings() {
  const t = useText();
  const [minting, setMinting] = useState(false);
  const [secret, setSecret] = useState<{ name: string; secret: string }>();
  const tokens = useInfiniteQuery({
    queryKey: ["tokens"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      got(
        api.GET("/api/v1/tokens", {
          params: { query: { limit: 50, ...(pageParam && { after: pageParam }) } },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  return (
    <>
      <p className="muted">{t("tokens.lead")}</p>
      {secret !== undefined && <Once {...secret} done={() => setSecret(undefined)} />}
      {minting ? (
        <Mint
          close={() => setMinting(false)}
          minted={({ token, secret: text }) => {
            setMinting(false);
            if (typeof text === "string") setSecret({ name: token.name, secret: text });
          }}
        />
      ) : (
        <div className="toolbar">
          <Action kind="primary" onClick={() => setMinting(true)}>
            {t("tokens.add")}
          </Action>
        </div>
      )}
      <Found query={tokens}>
        {({ pages }) => {
          const all = pages.flatMap((page) => page.items);
          if (all.length === 0) return <Empty>{t("tokens.empty")}</Empty>;
          return (
            <>
              <ul className="list card">
                {all.map((one) => (
                  <Row key={one.id} token={one} />
                ))}
              </ul>
              <More of={tokens} />
            </>
          );
        }}
      </Found>
    </>
  );
}

function Row({ token }: { token: Schemas["Token"] }) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const now = useNow();
  const revoke = useChange(
    () => got(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id: token.id } } })),
    ["tokens"],
  );
  const moment = (at: string): string => momentInWords(at, zone, language);
  const { revoked_at: revoked, expires_at: expires, last_used_at: used } = token;
  const ended = typeof expires === "string" && Date.parse(expires) <= now;
  const counts = typeof revoked !== "string" && !ended;
  return (
    <li className="padded stack" aria-label={token.name}>
      <div className="row row--between row--wrap">
        <span>
          <strong>{token.name}</strong> <span className="badge">{t(`role.${token.role}`)}</span>{" "}
          {typeof revoked === "string" && <span className="badge">{t("tokens.revoked")}</span>}{" "}
          {ended && <span className="badge">{t("tokens.ended")}</span>}
        </span>
        {counts && (
          <Sure
            kind="quiet"
            label={t("tokens.revoke")}
            question={t("tokens.revokeSure", { name: token.name })}
            busy={revoke.isPending}
            act={() => revoke.send(undefined)}
          />
        )}
      </div>
      <p className="muted">
        {t("tokens.made", { time: moment(token.created_at) })} ·{" "}
        {typeof used === "string" ? t("tokens.used", { time: moment(used) }) : t("tokens.neverUsed")}
        {counts &&
          ` · ${typeof expires === "string" ? t("tokens.until", { time: moment(expires) }) : t("tokens.endless")}`}
      </p>
      <details>
        <summary>{t("tokens.scopes", { count: token.scopes.length })}</summary>
        <p className="prose">
          <code>{token.scopes.join(" ")}</code>
        </p>
      </details>
      <Problem error={revoke.error} />
    </li>
  );
}

const SHAPE = z.object({
  name: needed(80),
  until: maybeDay,
  scopes: z.array(z.string()).min(1, "tokens.someScope"),
});
type Order = z.infer<typeof SHAPE>;

/** For how long a token counts if nobody says otherwise. */
const USUAL_DAYS = 365;

function Mint({ close, minted }: { close: () => void; minted: (answer: Schemas["NewToken"]) => void }) {
  const t = useText();
  const { me, zone } = useSession();
  const today = useToday();
  const [as, setAs] = useState<RoleChoice>({ role: "receptionist", staffId: "" });
  const form = useForm<Order>({
    resolver: zodResolver(SHAPE),
    defaultValues: { name: "", until: addDays(today, USUAL_DAYS), scopes: [] },
  });
  const mint = useChange(
    ({ name, until, scopes }: Order, key) =>
      got(
        api.POST("/api/v1/tokens", {
          params: { header: { "Idempotency-Key": key } },
          body: {
            name,
            scopes,
            role: as.role,
            ...(as.staffId !== "" && { staff_id: as.staffId }),
            // Up to the end of that day.
            ...(until !== "" && { expires_at: instantOf(until, 1440, zone) }),
          },
        }),
      ),
    ["tokens"],
  );
  const fault = useFaults(form.formState.errors, mint.error);
  const wrongScopes = fault("scopes");
  return (
    <form
      className="card stack narrow"
      onSubmit={(event) => void form.handleSubmit((order) => mint.send(order, minted))(event)}
    >
      <h2>{t("tokens.add")}</h2>
      <div className="pair">
        <TextField
          label={t("tokens.name")}
          hint={t("tokens.nameHint")}
          error={fault("name")}
          {...form.register("name")}
        />
        <TextField
          type="date"
          label={t("tokens.untilDay")}
          hint={t("tokens.untilHint")}
          error={fault("until", "expires_at")}
          {...form.register("until")}
        />
      </div>
      <RoleFields value={as} change={setAs} error={fault("staffId", "staff_id")} />
      <Group name={t("tokens.mayDo")}>
        <p className={wrongScopes === undefined ? "hint" : "hint hint--wrong"}>
          {wrongScopes ?? t("tokens.mayDoHint")}
        </p>
        <div className="checks">
          {[...me.scopes].sort().map((one) => (
            <CheckField key={one} label={<code>{one}</code>} value={one} {...form.register("scopes")} />
          ))}
        </div>
      </Group>
      <FormEnd label={t("tokens.mint")} error={mint.error} busy={mint.isPending} close={close} />
    </form>
  );
}
