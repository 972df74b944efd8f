// An address that is to hear of events, and of which.
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useText, useWord } from "../../i18n";
import { maybe, needed } from "../../lib/shapes";
import { CheckField, Group, TextField, useFaults } from "../../ui/fields";
import { Action, Drawer } from "../../ui/parts";
import { Problem } from "../../ui/states";
import { EVENTS, families } from "./hookEvents";

const SHAPE = z.object({
  url: needed(2000).refine((text) => text.startsWith("https://"), "hooks.https"),
  description: maybe(200),
  events: z.array(z.enum(EVENTS)).min(1, "hooks.someEvent"),
});
type Order = z.infer<typeof SHAPE>;

export function HookForm({
  endpoint,
  close,
  told,
}: {
  endpoint: Schemas["WebhookEndpoint"] | undefined;
  close: () => void;
  /** With the secret of a new one; without an answer where one was changed. */
  told: (answer: Schemas["NewWebhookEndpoint"] | undefined) => void;
}) {
  const t = useText();
  const word = useWord();
  const form = useForm<Order>({
    resolver: zodResolver(SHAPE),
    defaultValues: {
      url: endpoint?.url ?? "https://",
      description: endpoint?.description ?? "",
      events: endpoint?.events ?? ["appointment.booked", "appointment.moved", "appointment.cancelled"],
    },
  });
  const save = useChange(
    async (body: Order, key): Promise<Schemas["NewWebhookEndpoint"] | undefined> => {
      if (endpoint === undefined)
        return got(
          api.POST("/api/v1/webhook-endpoints", { params: { header: { "Idempotency-Key": key } }, body }),
        );
      await got(
        api.PATCH("/api/v1/webhook-endpoints/{id}", {
          params: { path: { id: endpoint.id }, header: { "If-Match": etag(endpoint.version) } },
          body,
        }),
      );
      return undefined;
    },
    ["webhooks"],
  );
  const fault = useFaults(form.formState.errors, save.error);
  const wrongEvents = fault("events");
  return (
    <Drawer title={t(endpoint === undefined ? "hooks.add" : "hooks.change")} close={close}>
      <form
        className="stack"
        onSubmit={(event) => void form.handleSubmit((order) => save.send(order, told))(event)}
      >
        <TextField type="url" label={t("hooks.url")} error={fault("url")} {...form.register("url")} />
        <TextField
          label={t("hooks.description")}
          hint={t("app.optional")}
          error={fault("description")}
          {...form.register("description")}
        />
        {wrongEvents !== undefined && <p className="hint hint--wrong">{wrongEvents}</p>}
        {families().map(([family, events]) => (
          <Group key={family} name={word("hooks.family", family)}>
            <div className="checks">
              {events.map((one) => (
                <CheckField key={one} label={<code>{one}</code>} value={one} {...form.register("events")} />
              ))}
            </div>
          </Group>
        ))}
        <Problem error={save.error} />
        <Action kind="primary" submit busy={save.isPending}>
          {t("app.save")}
        </Action>
      </form>
    </Drawer>
  );
}
