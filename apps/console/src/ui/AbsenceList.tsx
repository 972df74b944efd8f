// Stretches of time in which somebody is away or something cannot be used: listed, added, taken back.
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";

import type { Schemas } from "../api/client";
import { useSession, useToday } from "../app/session";
import { useLanguage, useText } from "../i18n";
import { day, maybe } from "../lib/shapes";
import { instantOf, minutesOfClock, momentInWords } from "../lib/time";
import { TextField, useFaults } from "./fields";
import { FormEnd } from "./FormEnd";
import { Empty } from "./states";
import { Sure } from "./Sure";

const TIME = z.string().refine((text) => text === "" || minutesOfClock(text) !== undefined, "book.time");
const SHAPE = z
  .object({ first: day, from: TIME, last: day, to: TIME, reason: maybe(200) })
  .refine(
    (one) =>
      one.first < one.last ||
      (one.first === one.last &&
        (minutesOfClock(one.from) ?? 0) < (one.to === "" ? 1440 : (minutesOfClock(one.to) ?? 0))),
    { path: ["last"], message: "block.order" },
  );
type Order = z.infer<typeof SHAPE>;

export function AbsenceForm({
  button,
  send,
  busy,
  error,
  close,
}: {
  button: string;
  send: (body: Schemas["AbsenceBody"]) => void;
  busy: boolean;
  error: unknown;
  close: () => void;
}) {
  const t = useText();
  const { zone } = useSession();
  const today = useToday();
  const form = useForm<Order>({
    resolver: zodResolver(SHAPE),
    defaultValues: { first: today, from: "", last: today, to: "", reason: "" },
  });
  const fault = useFaults(form.formState.errors, error);
  const submit = form.handleSubmit((order) =>
    send({
      start: instantOf(order.first, minutesOfClock(order.from) ?? 0, zone),
      // Without an hour the last day belongs to it, whole.
      end: instantOf(order.last, order.to === "" ? 1440 : (minutesOfClock(order.to) ?? 0), zone),
      ...(order.reason !== "" && { reason: order.reason }),
    }),
  );
  return (
    <form className="card card--inner stack" onSubmit={(event) => void submit(event)}>
      <div className="pair">
        <TextField
          type="date"
          label={t("absence.first")}
          error={fault("first", "start")}
          {...form.register("first")}
        />
        <TextField
          label={t("absence.from")}
          hint={t("absence.fromHint")}
          error={fault("from")}
          {...form.register("from")}
        />
        <TextField
          type="date"
          label={t("absence.last")}
          error={fault("last", "end")}
          {...form.register("last")}
        />
        <TextField
          label={t("absence.to")}
          hint={t("absence.toHint")}
          error={fault("to")}
          {...form.register("to")}
        />
      </div>
      <TextField
        label={t("absence.reason")}
        hint={t("app.optional")}
        error={fault("reason")}
        {...form.register("reason")}
      />
      <FormEnd label={button} error={error} busy={busy} close={close} />
    </form>
  );
}

interface Absence {
  id: string;
  start: string;
  end: string;
  reason?: string | null;
}

export function AbsenceList({
  items,
  empty,
  remove,
  busy,
}: {
  items: readonly Absence[];
  empty: string;
  /** Missing for those who may only look. */
  remove: ((id: string) => void) | undefined;
  busy: boolean;
}) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  if (items.length === 0) return <Empty>{empty}</Empty>;
  return (
    <ul className="list">
      {items.map((one) => (
        <li key={one.id} className="row row--between row--wrap">
          <span>
            {momentInWords(one.start, zone, language)} – {momentInWords(one.end, zone, language)}
            {one.reason !== null && one.reason !== undefined && (
              <span className="muted"> · {one.reason}</span>
            )}
          </span>
          {remove !== undefined && (
            <Sure
              kind="quiet"
              label={t("absence.remove")}
              question={t("absence.removeSure")}
              busy={busy}
              act={() => remove(one.id)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
