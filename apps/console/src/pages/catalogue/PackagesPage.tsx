// Several services for one price.
import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useFieldArray, useForm, useWatch } from "react-hook-form";
import { z } from "zod";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange, useServices, whole, type Service } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { money, moneyInField } from "../../lib/money";
import { amount, needed } from "../../lib/shapes";
import { NumberField, SelectField, TextField, useFaults } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Rows } from "../../ui/Rows";
import { Problem } from "../../ui/states";
import { Offers, type OfferFormProps } from "./Offers";

type Package = Schemas["Package"];

export default function PackagesPage() {
  const t = useText();
  const services = useServices();
  const packages = useQuery({
    queryKey: ["packages"],
    queryFn: () =>
      whole((after) =>
        got(api.GET("/api/v1/packages", { params: { query: { limit: 100, ...(after && { after }) } } })),
      ),
  });
  return (
    <Offers
      query={packages}
      texts={{
        add: t("package.add"),
        empty: t("package.empty"),
        retireSure: (name) => t("package.retireSure", { name }),
      }}
      family="packages"
      retire={(one) =>
        got(
          api.DELETE("/api/v1/packages/{id}", {
            params: { path: { id: one.id }, header: { "If-Match": etag(one.version) } },
          }),
        )
      }
      form={PackageForm}
    >
      {(one) => (
        <>
          <p className="figure">{money(one.price)}</p>
          <p className="muted">{contents(one.service_ids, services.data ?? [])}</p>
        </>
      )}
    </Offers>
  );
}

/** "Facial 60, 2 × Haircut" */
function contents(ids: readonly string[], services: readonly Service[]): string {
  return [...new Set(ids)]
    .map((id) => {
      const count = ids.filter((one) => one === id).length;
      const name = services.find((one) => one.id === id)?.name ?? "–";
      return count === 1 ? name : `${count} × ${name}`;
    })
    .join(", ");
}

const shapeOf = (currency: string) =>
  z.object({
    name: needed(80),
    price: amount(currency),
    items: z.array(z.object({ service: z.string().min(1, "form.needed") })).min(1),
  });
type Shape = ReturnType<typeof shapeOf>;

function PackageForm({ found, services, done }: OfferFormProps<Package>) {
  const t = useText();
  const { currency } = useSession();
  const shape = useMemo(() => shapeOf(currency), [currency]);
  const form = useForm<z.input<Shape>, unknown, z.output<Shape>>({
    resolver: zodResolver(shape),
    defaultValues: {
      name: found?.name ?? "",
      price: found === undefined ? "" : moneyInField(found.price),
      items: (found?.service_ids ?? ["", ""]).map((service) => ({ service })),
    },
  });
  const items = useFieldArray({ control: form.control, name: "items" });
  const chosen = useWatch({ control: form.control, name: "items" });
  const alone = chosen.reduce(
    (sum, { service }) => sum + (services.find((one) => one.id === service)?.price.amount_minor ?? 0),
    0,
  );
  const save = useChange(
    ({ name, price, items: parts }: z.output<Shape>) => {
      // Changing a retired one sells it again.
      const body = { name, price, service_ids: parts.map((one) => one.service), active: true };
      return found === undefined
        ? got(api.POST("/api/v1/packages", { body }))
        : got(
            api.PUT("/api/v1/packages/{id}", {
              params: { path: { id: found.id }, header: { "If-Match": etag(found.version) } },
              body,
            }),
          );
    },
    ["packages"],
  );
  const fault = useFaults(form.formState.errors, save.error);
  return (
    <form
      className="stack"
      onSubmit={(event) => void form.handleSubmit((values) => save.send(values, done))(event)}
    >
      <TextField label={t("book.name")} error={fault("name")} {...form.register("name")} />
      <Rows
        rows={items.fields}
        least={1}
        removal={(number) => t("package.removeItem", { number })}
        remove={items.remove}
        addition={t("package.addItem")}
        add={() => items.append({ service: "" })}
      >
        {(field, index) => (
          <SelectField
            label={t("package.item", { number: index + 1 })}
            error={fault(`items.${index}.service`, `service_ids[${index}]`)}
            {...form.register(`items.${index}.service`)}
          >
            <option value="">{t("book.chooseService")}</option>
            {services
              .filter((one) => one.active || one.id === field.service)
              .map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name} · {money(one.price)}
                </option>
              ))}
          </SelectField>
        )}
      </Rows>
      <NumberField
        label={t("package.price", { currency })}
        hint={t("package.alone", { amount: money({ amount_minor: alone, currency }) })}
        error={fault("price")}
        {...form.register("price")}
      />
      <Problem error={save.error} />
      <Action kind="primary" submit busy={save.isPending}>
        {t("app.save")}
      </Action>
    </form>
  );
}
