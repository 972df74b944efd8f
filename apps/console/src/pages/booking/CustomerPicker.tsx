// Finds a customer by name or number, or puts a new one on record.
import { zodResolver } from "@hookform/resolvers/zod";
import { useDeferredValue, useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";

import { api, got } from "../../api/client";
import { useChange, useCustomers, type Customer } from "../../api/queries";
import { useText } from "../../i18n";
import { PhoneField, TextField } from "../../ui/fields";
import { FormEnd } from "../../ui/FormEnd";
import { Action } from "../../ui/parts";
import { Problem } from "../../ui/states";

export function CustomerPicker({ choose }: { choose: (customer: Customer) => void }) {
  const t = useText();
  const [words, setWords] = useState("");
  const [adding, setAdding] = useState(false);
  const asked = useDeferredValue(words.trim());
  const found = useCustomers(asked, asked.length >= 2);
  if (adding) return <NewCustomer words={words} done={choose} cancel={() => setAdding(false)} />;
  return (
    <div className="stack">
      <TextField
        label={t("book.customer")}
        hint={asked.length < 2 ? t("book.searchHint") : undefined}
        type="search"
        placeholder={t("book.search")}
        value={words}
        change={setWords}
      />
      <Problem error={found.error} />
      {asked.length >= 2 && found.data !== undefined && (
        <ul className="picks" aria-label={t("customers.title")}>
          {found.data.items.slice(0, 8).map((customer) => (
            <li key={customer.id}>
              <button type="button" className="pick" onClick={() => choose(customer)}>
                <strong>{customer.name ?? t("customers.noName")}</strong>
                <span className="muted">{customer.phone ?? t("customers.hidden")}</span>
              </button>
            </li>
          ))}
          {found.data.items.length === 0 && <li className="muted">{t("book.nobody")}</li>}
        </ul>
      )}
      <Action kind="quiet" onClick={() => setAdding(true)}>
        + {t("book.newCustomer")}
      </Action>
    </div>
  );
}

const SHAPE = z.object({
  name: z.string().trim().max(200),
  phone: z
    .string()
    .trim()
    .min(9)
    .regex(/^[+\d][\d\s-]+$/),
});

/** A form for somebody new; whoever has the number already is answered as they are. */
export function NewCustomer({
  words = "",
  done,
  cancel,
}: {
  words?: string;
  done: (customer: Customer) => void;
  cancel: () => void;
}) {
  const t = useText();
  const typedNumber = /^[+\d][\d\s]*$/.test(words);
  const form = useForm({
    resolver: zodResolver(SHAPE),
    defaultValues: { name: typedNumber ? "" : words, phone: typedNumber ? words : "" },
  });
  const add = useChange(
    ({ name, phone }: z.infer<typeof SHAPE>) =>
      got(
        api.POST("/api/v1/customers", {
          body: { phone: phone.replaceAll(/[\s-]/g, ""), ...(name !== "" && { name }) },
        }),
      ),
    ["customers"],
  );
  return (
    // Its own form within another page's form would be no form; what is typed here is sent by its own button.
    <form
      className="stack card card--inner"
      onSubmit={(event) => {
        event.stopPropagation();
        void form.handleSubmit((values) => add.send(values, done))(event);
      }}
    >
      <TextField label={t("book.name")} {...form.register("name")} />
      <PhoneField
        label={t("book.phone")}
        hint={t("book.phoneHint")}
        error={form.formState.errors.phone && t("problem.not-a-mobile-number")}
        {...form.register("phone")}
      />
      <FormEnd error={add.error} busy={add.isPending} leave={t("app.back")} close={cancel} />
    </form>
  );
}
