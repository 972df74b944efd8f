// Finds the payment that money belongs to: a day, who came then, and what they were asked for.
import { useState } from "react";

import {
  useCustomerNames,
  useDays,
  usePayments,
  useRefunds,
  useServices,
  type Appointment,
} from "../../api/queries";
import type { Schemas } from "../../api/client";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { money } from "../../lib/money";
import { nameIn } from "../../lib/names";
import { momentInWords, timeOf, type Day } from "../../lib/time";
import { RadioField, SelectField, TextField } from "../../ui/fields";
import { Empty, Found } from "../../ui/states";

export type Target =
  | { kind: "payment"; payment: Schemas["Payment"] }
  | { kind: "attempt"; payment: Schemas["Payment"]; attempt: Schemas["PaymentAttempt"] }
  | { kind: "refund"; payment: Schemas["Payment"]; refund: Schemas["Refund"] };

interface Props {
  /** The day on which to begin to look. */
  day: Day;
  /** What is looked for. */
  wanted: readonly Target["kind"][];
  chosen: Target | undefined;
  choose: (target: Target | undefined) => void;
}

export function PaymentPicker({ day: first, wanted, chosen, choose }: Props) {
  const t = useText();
  const { language } = useLanguage();
  const { zone, can } = useSession();
  const [day, setDay] = useState(first);
  const [visit, setVisit] = useState<string>();
  const booked = useDays([day]);
  const services = useServices();
  const all = booked.data?.flat() ?? [];
  const names = useCustomerNames(
    all.map((one) => one.customer_id),
    can("customers:read"),
  );
  const label = (one: Appointment): string => {
    const service = services.data?.find((sold) => sold.id === one.service_id);
    const what = service === undefined ? "" : nameIn(language, service);
    return `${timeOf(one.client_from, zone)} ${names.get(one.customer_id) ?? t("calendar.someone")}, ${what}`;
  };
  return (
    <div className="stack">
      <div className="pair">
        <TextField
          label={t("money.dayOfVisit")}
          type="date"
          value={day}
          onChange={(event) => {
            if (event.target.value === "") return;
            setDay(event.target.value);
            setVisit(undefined);
            choose(undefined);
          }}
        />
        <SelectField
          label={t("money.visit")}
          hint={all.length === 0 ? t("money.noVisit") : undefined}
          value={visit ?? ""}
          change={(text) => {
            setVisit(text || undefined);
            choose(undefined);
          }}
        >
          <option value="">{t("money.chooseVisit")}</option>
          {/* A visit of several parts stands under the first. */}
          {all
            .filter((one, index) => all.findIndex((same) => same.visit_id === one.visit_id) === index)
            .map((one) => (
              <option key={one.visit_id} value={one.visit_id}>
                {label(one)}
              </option>
            ))}
        </SelectField>
      </div>
      {visit !== undefined && <Payments visit={visit} wanted={wanted} chosen={chosen} choose={choose} />}
    </div>
  );
}

function Payments({
  visit,
  wanted,
  chosen,
  choose,
}: Pick<Props, "wanted" | "chosen" | "choose"> & { visit: string }) {
  const t = useText();
  const word = useWord();
  const payments = usePayments(visit, true);
  return (
    <Found query={payments}>
      {(found) =>
        found.payments.length === 0 ? (
          <Empty>{t("pay.none")}</Empty>
        ) : (
          <fieldset className="targets">
            <legend>{t("money.whatFor")}</legend>
            {found.payments.map((payment) => (
              <div key={payment.id}>
                {wanted.includes("payment") && (
                  <RadioField
                    group="target"
                    checked={chosen?.kind === "payment" && chosen.payment.id === payment.id}
                    choose={() => choose({ kind: "payment", payment })}
                  >
                    {word("purpose", payment.purpose)}: {money(payment.paid)} / {money(payment.due)}{" "}
                    <span className="muted">{payment.account_reference}</span>
                  </RadioField>
                )}
                {wanted.includes("attempt") &&
                  payment.attempts
                    .filter((attempt) => attempt.provider !== "cash")
                    .map((attempt) => (
                      <AttemptChoice
                        key={attempt.id}
                        attempt={attempt}
                        checked={chosen?.kind === "attempt" && chosen.attempt.id === attempt.id}
                        choose={() => choose({ kind: "attempt", payment, attempt })}
                      />
                    ))}
                {wanted.includes("refund") && (
                  <RefundChoices payment={payment} chosen={chosen} choose={choose} />
                )}
              </div>
            ))}
          </fieldset>
        )
      }
    </Found>
  );
}

function AttemptChoice({
  attempt,
  checked,
  choose,
}: {
  attempt: Schemas["PaymentAttempt"];
  checked: boolean;
  choose: () => void;
}) {
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  return (
    <RadioField group="target" checked={checked} choose={choose}>
      {word("provider", attempt.provider)} {money(attempt.amount)},{" "}
      {momentInWords(attempt.created_at, zone, language)}{" "}
      <span className="muted">
        {word("attempt", attempt.state)} {attempt.receipt}
      </span>
    </RadioField>
  );
}

function RefundChoices({
  payment,
  chosen,
  choose,
}: Pick<Props, "chosen" | "choose"> & { payment: Schemas["Payment"] }) {
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  const refunds = useRefunds(payment.id, true);
  return (refunds.data ?? []).map((refund) => (
    <RadioField
      group="target"
      key={refund.id}
      checked={chosen?.kind === "refund" && chosen.refund.id === refund.id}
      choose={() => choose({ kind: "refund", payment, refund })}
    >
      {word("refund.way", refund.way)} {money(refund.amount)},{" "}
      {momentInWords(refund.created_at, zone, language)}{" "}
      <span className="muted">{word("refund.state", refund.state)}</span>
    </RadioField>
  ));
}
