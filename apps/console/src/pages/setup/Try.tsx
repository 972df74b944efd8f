// The first booking, to see that all of it works: made here, or by writing to the business's own number.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { api, got } from "../../api/client";
import { APPOINTMENTS, useChange, useServices, useStaff } from "../../api/queries";
import { useSession, useToday } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { nameIn } from "../../lib/names";
import { addDays, dayOf, momentInWords } from "../../lib/time";
import { PhoneField, SelectField } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Problem } from "../../ui/states";

/** How often it is looked whether the booking came. */
const LOOK_MS = 5_000;

class NothingFree extends Error {}

function tidy(phone: string): string {
  return phone.replaceAll(/[\s-]/g, "");
}

/** Books the next free time of a service for one's own number, as the desk does. */
export function TryHere() {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const today = useToday();
  const services = useServices();
  const staff = useStaff();
  const [phone, setPhone] = useState("");
  const [picked, setPicked] = useState("");
  const sold = (services.data ?? []).filter((one) => one.active);
  const service = sold.find((one) => one.id === picked) ?? sold[0];
  const book = useChange(
    async ({ phone, service }: { phone: string; service: string }, key) => {
      const customer = await got(api.POST("/api/v1/customers", { body: { phone: tidy(phone) } }));
      const query = {
        service_id: service,
        from: today,
        to: addDays(today, 13),
        channel: "desk" as const,
        customer_id: customer.id,
        limit: 1,
      };
      const { slots } = await got(api.GET("/api/v1/availability", { params: { query } }));
      const [slot] = slots;
      if (slot === undefined) throw new NothingFree(t("setup.nothingFree"));
      return got(
        api.POST("/api/v1/visits", {
          params: { header: { "Idempotency-Key": key } },
          body: {
            customer_id: customer.id,
            parts: slot.parts.map((part) => ({ service_id: part.service_id, staff_id: part.staff_id })),
            start: slot.start,
            channel: "desk",
            without_deposit: true,
          },
        }),
      );
    },
    [...APPOINTMENTS, "customers"],
  );
  const made = book.data?.appointments[0];
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (service !== undefined && phone.trim() !== "") book.send({ phone, service: service.id });
      }}
    >
      <h3>{t("setup.here")}</h3>
      <p className="muted">{t("setup.hereLead")}</p>
      <PhoneField
        label={t("book.phone")}
        hint={t("book.phoneHint")}
        autoComplete="tel"
        value={phone}
        change={setPhone}
      />
      <SelectField label={t("book.service")} value={service?.id ?? ""} change={setPicked}>
        {sold.map((one) => (
          <option key={one.id} value={one.id}>
            {nameIn(language, one)}
          </option>
        ))}
      </SelectField>
      {book.error instanceof NothingFree ? (
        <p className="problem" role="alert">
          {book.error.message}
        </p>
      ) : (
        <Problem error={book.error} />
      )}
      <div className="row">
        <Action kind="primary" submit busy={book.isPending} disabled={phone.trim() === ""}>
          {t("setup.bookNext")}
        </Action>
      </div>
      {made !== undefined && (
        <div className="banner banner--good" role="status">
          {t("setup.booked", {
            time: momentInWords(made.client_from, zone, language),
            name: staff.data?.find((one) => one.id === made.staff_ids[0])?.name ?? "",
          })}{" "}
          <Link to={`/calendar?day=${dayOf(made.start, zone)}&appointment=${made.id}`}>
            {t("setup.look")}
          </Link>
        </div>
      )}
    </form>
  );
}

/** Invites one's own number, and waits for the booking that is made by writing. */
export function TryByWhatsApp() {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  const [phone, setPhone] = useState("");
  const invite = useChange(
    (number: string) => got(api.POST("/api/v1/cohort", { body: { phone: tidy(number) } })),
    ["cohort", "setup"],
  );
  const invited = invite.data;
  const came = useQuery({
    queryKey: ["setup-try", invited?.id],
    enabled: invited !== undefined,
    refetchInterval: (query) => (query.state.data?.next === undefined ? LOOK_MS : false),
    queryFn: async () => {
      const [cohort, customer] = await Promise.all([
        got(api.GET("/api/v1/cohort")),
        got(api.GET("/api/v1/customers/{id}", { params: { path: { id: invited?.customer.id ?? "" } } })),
      ]);
      return {
        state: cohort.items.find((one) => one.id === invited?.id)?.state ?? "invited",
        next: customer.visits.next_at ?? undefined,
      };
    },
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (phone.trim() !== "") invite.send(phone);
      }}
    >
      <h3>{t("setup.byWhatsApp")}</h3>
      <p className="muted">{t("setup.byWhatsAppLead")}</p>
      <PhoneField
        label={t("book.phone")}
        hint={t("book.phoneHint")}
        autoComplete="tel"
        value={phone}
        change={setPhone}
      />
      <Problem error={invite.error ?? came.error} />
      <div className="row">
        <Action submit busy={invite.isPending} disabled={phone.trim() === ""}>
          {t("setup.invite")}
        </Action>
      </div>
      {invited !== undefined && (
        <div className={came.data?.next === undefined ? "banner" : "banner banner--good"} role="status">
          {came.data?.next !== undefined ? (
            <>
              {t("setup.cameIn", { time: momentInWords(came.data.next, zone, language) })}{" "}
              <Link to={`/calendar?day=${dayOf(came.data.next, zone)}`}>{t("setup.look")}</Link>
            </>
          ) : (
            word("setup.cohort", came.data?.state ?? invited.state)
          )}
        </div>
      )}
    </form>
  );
}
