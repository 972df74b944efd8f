// A new booking: who, what, with whom, when. Free times are the API's own, with their price.
import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { z } from "zod";

import { api, got } from "../../api/client";
import { ApiProblem } from "../../api/problem";
import {
  APPOINTMENTS,
  useChange,
  useCustomer,
  useServices,
  useStaff,
  type Customer,
  type Visit,
} from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { money } from "../../lib/money";
import { nameIn } from "../../lib/names";
import { clock, dayOf, instantOf, minutesOfClock, swahiliClock, timeOf, type Day } from "../../lib/time";
import { SelectField, TextField } from "../../ui/fields";
import { Action, Drawer } from "../../ui/parts";
import { Found, Problem } from "../../ui/states";
import { Alternatives, Reasons } from "./Conflict";
import { CustomerPicker } from "./CustomerPicker";

const SHAPE = z.object({
  service: z.uuid(),
  staff: z.string(),
  day: z.iso.date(),
  time: z.string().refine((text) => minutesOfClock(text) !== undefined),
  deposit: z.enum(["none", "mobile_money", "card"]),
});
type Order = z.infer<typeof SHAPE>;

interface Props {
  day: Day;
  minute: number | undefined;
  staffId: string | undefined;
  customerId: string | undefined;
  close: () => void;
  booked: (visit: Visit) => void;
}

export default function BookingDrawer({ day, minute, staffId, customerId, close, booked }: Props) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const services = useServices();
  const staff = useStaff();
  const known = useCustomer(customerId);
  // Null: another one is to be chosen.
  const [picked, setPicked] = useState<Customer | null>();
  const customer = picked === undefined ? known.data : (picked ?? undefined);
  const form = useForm<Order>({
    resolver: zodResolver(SHAPE),
    defaultValues: {
      service: "",
      staff: staffId ?? "",
      day,
      time: minute === undefined ? "" : clock(minute),
      deposit: "none",
    },
  });
  const order = useWatch({ control: form.control });
  const book = useChange(
    (values: Order & { customer: string }, key) =>
      got(
        api.POST("/api/v1/visits", {
          params: { header: { "Idempotency-Key": key } },
          body: {
            customer_id: values.customer,
            parts: [{ service_id: values.service, ...(values.staff !== "" && { staff_id: values.staff }) }],
            start: instantOf(values.day, minutesOfClock(values.time) ?? 0, zone),
            channel: "desk",
            without_deposit: values.deposit === "none",
            ...(values.deposit !== "none" && { pay_by: values.deposit }),
          },
        }),
      ),
    APPOINTMENTS,
  );
  const submit = form.handleSubmit((values) => {
    if (customer !== undefined) book.send({ ...values, customer: customer.id }, booked);
  });
  const refused = book.error instanceof ApiProblem ? book.error : undefined;
  const sold = (services.data ?? []).filter((one) => one.active);
  const chosen = sold.find((one) => one.id === order.service);
  const able = (staff.data ?? []).filter(
    (one) => one.active && (chosen === undefined || chosen.staff_ids.includes(one.id)),
  );
  const typed = minutesOfClock(order.time ?? "");
  return (
    <Drawer title={t("book.title")} close={close}>
      {customer === undefined ? (
        <CustomerPicker choose={setPicked} />
      ) : (
        <div className="row row--between card card--inner">
          <span>
            <strong>{customer.name ?? t("customers.noName")}</strong>
            <br />
            <span className="muted">{customer.phone ?? t("customers.hidden")}</span>
          </span>
          <Action kind="quiet" reads onClick={() => setPicked(null)}>
            {t("book.change")}
          </Action>
        </div>
      )}
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <SelectField
          label={t("book.service")}
          error={form.formState.errors.service && t("book.chooseService")}
          {...form.register("service")}
        >
          <option value="">{t("book.chooseService")}</option>
          {sold.map((one) => (
            <option key={one.id} value={one.id}>
              {nameIn(language, one)} · {t("book.minutes", { minutes: one.duration_minutes })} ·{" "}
              {money(one.price)}
            </option>
          ))}
        </SelectField>
        <SelectField label={t("book.staff")} {...form.register("staff")}>
          <option value="">{t("book.anyone")}</option>
          {able.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
        <div className="pair">
          <TextField label={t("book.day")} type="date" {...form.register("day")} />
          {/* A text field: a browser's own time field may show a 12-hour clock. */}
          <TextField
            label={t("book.time")}
            hint={language === "sw" && typed !== undefined ? swahiliClock(typed) : undefined}
            error={form.formState.errors.time && t("book.time")}
            inputMode="numeric"
            placeholder="14:30"
            {...form.register("time")}
          />
        </div>
        {order.service !== undefined &&
          order.service !== "" &&
          order.day !== undefined &&
          order.day !== "" && (
            <FreeTimes
              service={order.service}
              staff={order.staff ?? ""}
              day={order.day}
              customer={customer?.id}
              time={order.time ?? ""}
              choose={(time) => form.setValue("time", time, { shouldValidate: true })}
            />
          )}
        {chosen !== undefined && chosen.deposit.kind !== "none" && (
          <SelectField label={t("book.payBy")} {...form.register("deposit")}>
            <option value="none">{t("book.noDeposit")}</option>
            <option value="mobile_money">{t("book.mobile")}</option>
            <option value="card">{t("book.card")}</option>
          </SelectField>
        )}
        {refused !== undefined && (refused.reasons.length > 0 || refused.alternatives.length > 0) ? (
          <div className="problem" role="alert">
            <strong>{t("conflict.title")}</strong>
            <Reasons refusals={refused.reasons} staffId={order.staff} />
            <p>{t("conflict.alternatives")}</p>
            <Alternatives
              slots={refused.alternatives}
              take={(slot) => {
                form.setValue("day", dayOf(slot.start, zone));
                form.setValue("time", timeOf(slot.start, zone));
                form.setValue("staff", slot.parts[0]?.staff_id ?? "");
                book.reset();
              }}
            />
          </div>
        ) : (
          <Problem error={book.error} />
        )}
        <div className="drawer__actions">
          <Action kind="primary" submit busy={book.isPending} disabled={customer === undefined}>
            {t("book.submit")}
          </Action>
        </div>
      </form>
    </Drawer>
  );
}

interface FreeProps {
  service: string;
  staff: string;
  day: Day;
  customer: string | undefined;
  time: string;
  choose: (time: string) => void;
}

/** The starts that can be had on a day, with what they cost; where there is none, why. */
function FreeTimes({ service, staff, day, customer, time, choose }: FreeProps) {
  const t = useText();
  const { zone } = useSession();
  const query = {
    service_id: service,
    from: day,
    to: day,
    channel: "desk" as const,
    ...(staff !== "" && { staff_id: staff }),
    ...(customer !== undefined && { customer_id: customer }),
  };
  const slots = useQuery({
    queryKey: ["appointments", "free", query],
    queryFn: () => got(api.GET("/api/v1/availability", { params: { query } })),
  });
  const none = slots.data?.slots.length === 0;
  const why = useQuery({
    queryKey: ["appointments", "why", query],
    enabled: none,
    queryFn: () => got(api.GET("/api/v1/availability/explain", { params: { query } })),
  });
  if (slots.data === undefined) return <Found query={slots}>{() => null}</Found>;
  if (none) {
    return (
      <div className="stack">
        <p className="muted">{t("book.noneFree")}</p>
        {why.data !== undefined && (
          <Reasons refusals={why.data.refused.flatMap((one) => one.refusals).slice(0, 40)} />
        )}
      </div>
    );
  }
  const at = slots.data.slots.find((slot) => timeOf(slot.start, zone) === time);
  return (
    <fieldset className="free">
      <legend>{t("book.free")}</legend>
      <ul className="chips chips--scroll">
        {slots.data.slots.map((slot) => {
          const label = timeOf(slot.start, zone);
          return (
            <li key={slot.start}>
              <button
                type="button"
                className="chip"
                aria-pressed={label === time}
                onClick={() => choose(label)}
              >
                {label}
              </button>
            </li>
          );
        })}
      </ul>
      {at?.price !== null && at?.price !== undefined && (
        <p className="muted">
          {money(at.price.charged)}
          {at.price.deposit.amount_minor > 0 &&
            ` · ${t("book.deposit", { amount: money(at.price.deposit) })}`}
        </p>
      )}
    </fieldset>
  );
}
