// One service: names, price, segments with their needs, who does it.
import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useFieldArray, useForm, useWatch } from "react-hook-form";
import { Link, useNavigate, useParams } from "react-router";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange, useResources, useServices, useStaff, type Service } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import {
  AreaField,
  CheckField,
  Group,
  NumberField,
  SelectField,
  TextField,
  useFaults,
} from "../../ui/fields";
import { Hits } from "../../ui/Hits";
import { Action, Cross } from "../../ui/parts";
import { Found, Problem } from "../../ui/states";
import { Sure } from "../../ui/Sure";
import { bodyOf, shapeOf, typedOf, type CheckedService, type TypedService } from "./service";

const FAMILIES = ["services", "staff", "bookings-hit", "packages"] as const;

export default function ServicePage() {
  const { id = "" } = useParams();
  return id === "new" ? <Form service={undefined} saved={() => undefined} /> : <Known key={id} id={id} />;
}

function Known({ id }: { id: string }) {
  const [hits, setHits] = useState<Schemas["BookingHit"][]>();
  const service = useQuery({
    queryKey: ["services", "one", id],
    queryFn: () => got(api.GET("/api/v1/services/{id}", { params: { path: { id } } })),
  });
  return (
    <Found query={service}>
      {/* Another version is another form: what was typed over an older one cannot be saved anyway. */}
      {(found) => (
        <>
          <Hits hits={hits} />
          <Form key={found.version} service={found} saved={setHits} />
        </>
      )}
    </Found>
  );
}

function Form({
  service,
  saved,
}: {
  service: Service | undefined;
  /** Bookings that no longer fit: there are some, so the page stays. */
  saved: (hits: Schemas["BookingHit"][]) => void;
}) {
  const t = useText();
  const go = useNavigate();
  const { currency, can } = useSession();
  const services = useServices();
  const staff = useStaff();
  const resources = useResources(true);
  const shape = useMemo(() => shapeOf(currency), [currency]);
  const form = useForm<TypedService, unknown, CheckedService>({
    resolver: zodResolver(shape),
    defaultValues: typedOf(service),
  });
  const segments = useFieldArray({ control: form.control, name: "segments" });
  const kind = useWatch({ control: form.control, name: "deposit.kind" });
  const minutes = useWatch({ control: form.control, name: "segments" }).reduce(
    (sum, one) => sum + (Number(one.minutes) || 0),
    0,
  );
  const save = useChange(
    async (body: Schemas["ServiceBody"]): Promise<Service & { bookings_hit?: Schemas["BookingHit"][] }> =>
      service === undefined
        ? got(api.POST("/api/v1/services", { body }))
        : got(
            api.PUT("/api/v1/services/{id}", {
              params: { path: { id: service.id }, header: { "If-Match": etag(service.version) } },
              body,
            }),
          ),
    FAMILIES,
  );
  const sell = useChange((what: "retire" | "restore"): Promise<Service> => {
    const params = {
      path: { id: service?.id ?? "" },
      header: { "If-Match": etag(service?.version ?? 0) },
    };
    return what === "retire"
      ? got(api.POST("/api/v1/services/{id}/retire", { params }))
      : got(api.POST("/api/v1/services/{id}/restore", { params }));
  }, FAMILIES);
  const fault = useFaults(form.formState.errors, save.error);
  const submit = form.handleSubmit((checked) =>
    save.send(bodyOf(checked, currency), ({ bookings_hit: hits = [] }) => {
      if (hits.length === 0) void go("/catalogue/services");
      else saved(hits);
    }),
  );
  const writes = can("catalogue:write");
  const categories = [...new Set(services.data?.map((one) => one.category))].sort();
  const kinds = [...new Set(resources.data?.filter((one) => one.active).map((one) => one.kind))].sort();
  return (
    <form className="stack narrow" onSubmit={(event) => void submit(event)}>
      <div className="row row--between row--wrap">
        <Link to="/catalogue/services">‹ {t("catalogue.services")}</Link>
        {service !== undefined && !service.active && <span className="badge">{t("catalogue.retired")}</span>}
      </div>
      <fieldset className="bare stack" disabled={!writes}>
        <section className="card stack">
          <h2>{service?.name ?? t("service.add")}</h2>
          <div className="pair">
            <TextField label={t("service.name")} error={fault("name")} {...form.register("name")} />
            <TextField
              label={t("service.nameSw")}
              hint={t("app.optional")}
              error={fault("nameSw", "name_sw")}
              {...form.register("nameSw")}
            />
            <TextField
              label={t("service.category")}
              hint={t("service.categoryHint")}
              error={fault("category")}
              list="categories"
              {...form.register("category")}
            />
            <NumberField
              label={t("service.price", { currency })}
              hint={t("service.priceHint")}
              error={fault("price")}
              {...form.register("price")}
            />
          </div>
          <datalist id="categories">
            {categories.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
          <AreaField
            rows={2}
            label={t("service.aliases")}
            hint={t("service.aliasesHint")}
            error={fault("aliases")}
            {...form.register("aliases")}
          />
          <div className="pair">
            <SelectField
              label={t("service.deposit")}
              error={fault("deposit")}
              {...form.register("deposit.kind")}
            >
              <option value="none">{t("service.depositNone")}</option>
              <option value="flat">{t("service.depositFlat", { currency })}</option>
              <option value="percent">{t("service.depositPercent")}</option>
            </SelectField>
            {kind !== "none" && (
              <NumberField
                label={kind === "flat" ? t("pay.amount") : t("service.depositPercent")}
                error={fault("deposit.value", "deposit")}
                {...form.register("deposit.value")}
              />
            )}
          </div>
        </section>
        <section className="card stack">
          <h2>{t("service.segments")}</h2>
          <p className="muted">
            {t("service.segmentsLead")} <strong>{t("book.minutes", { minutes })}</strong>
          </p>
          {segments.fields.map((field, index) => (
            <div
              key={field.id}
              className="segment"
              role="group"
              aria-label={t("service.segment", { number: index + 1 })}
            >
              <NumberField
                label={t("service.minutes")}
                error={fault(`segments.${index}.minutes`, `segments[${index}].minutes`)}
                {...form.register(`segments.${index}.minutes`)}
              />
              <SelectField
                label={t("service.resource")}
                error={fault(`segments.${index}.resource`, `segments[${index}].resource_kind`)}
                {...form.register(`segments.${index}.resource`)}
              >
                <option value="">{t("service.noResource")}</option>
                {[...new Set([...kinds, field.resource])]
                  .filter((one) => one !== "")
                  .map((one) => (
                    <option key={one} value={one}>
                      {one}
                    </option>
                  ))}
              </SelectField>
              <div className="segment__checks">
                <CheckField label={t("service.needsStaff")} {...form.register(`segments.${index}.staff`)} />
                <CheckField label={t("service.clientThere")} {...form.register(`segments.${index}.client`)} />
              </div>
              {segments.fields.length > 1 && (
                <Cross
                  label={t("service.removeSegment", { number: index + 1 })}
                  act={() => segments.remove(index)}
                />
              )}
            </div>
          ))}
          <div className="row">
            <Action
              reads
              onClick={() => segments.append({ minutes: "15", staff: true, client: true, resource: "" })}
            >
              + {t("service.addSegment")}
            </Action>
          </div>
          <div className="pair">
            <NumberField
              label={t("service.before")}
              error={fault("before", "buffer_before_minutes")}
              {...form.register("before")}
            />
            <NumberField
              label={t("service.after")}
              error={fault("after", "buffer_after_minutes")}
              {...form.register("after")}
            />
          </div>
        </section>
        <section className="card stack">
          <h2>{t("service.staff")}</h2>
          <Found query={staff}>
            {(team) => (
              <div className="checks">
                {team
                  .filter((one) => one.active || service?.staff_ids.includes(one.id))
                  .map((one) => (
                    <CheckField key={one.id} label={one.name} value={one.id} {...form.register("staff")} />
                  ))}
              </div>
            )}
          </Found>
        </section>
        <details className="card">
          <summary>{t("service.more")}</summary>
          <div className="stack">
            <div className="pair">
              <NumberField
                label={t("service.tax")}
                hint={t("service.taxHint")}
                error={fault("tax", "tax_basis_points")}
                {...form.register("tax")}
              />
              <NumberField
                label={t("service.productCost", { currency })}
                hint={t("service.productCostHint")}
                error={fault("productCost", "product_cost")}
                {...form.register("productCost")}
              />
            </div>
            {(["notice", "horizon"] as const).map((what) => (
              <Group key={what} name={t(what === "notice" ? "service.notice" : "service.horizon")}>
                <div className="triple">
                  {(["chat", "web", "desk"] as const).map((channel) => (
                    <NumberField
                      key={channel}
                      label={t(`channel.${channel}`)}
                      placeholder={t("service.asRules")}
                      error={fault(
                        `${what}.${channel}`,
                        `${what === "notice" ? "notice_minutes" : "horizon_days"}.${channel}`,
                      )}
                      {...form.register(`${what}.${channel}`)}
                    />
                  ))}
                </div>
              </Group>
            ))}
          </div>
        </details>
      </fieldset>
      <Problem error={save.error ?? sell.error} />
      {writes && (
        <div className="row row--wrap">
          <Action kind="primary" submit busy={save.isPending}>
            {t("app.save")}
          </Action>
          {service !== undefined &&
            (service.active ? (
              <Sure
                label={t("service.retire")}
                question={t("service.retireSure")}
                busy={sell.isPending}
                act={() => sell.send("retire")}
              />
            ) : (
              <Action busy={sell.isPending} onClick={() => sell.send("restore")}>
                {t("service.restore")}
              </Action>
            ))}
        </div>
      )}
    </form>
  );
}
