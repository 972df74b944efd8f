// Takes time for lunch or training, or gives it back.
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";

import { api, got } from "../../api/client";
import { useChange, useStaff } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { clock, instantOf, minutesOfClock, type Day } from "../../lib/time";
import { SelectField, TextField } from "../../ui/fields";
import { Action, Drawer } from "../../ui/parts";
import { StaffOptions } from "../../ui/StaffOptions";
import { Problem } from "../../ui/states";
import type { BlockItem } from "./layout";

const TIME = z.string().refine((text) => minutesOfClock(text) !== undefined);
const SHAPE = z
  .object({ staff: z.uuid(), day: z.iso.date(), from: TIME, to: TIME, reason: z.string().trim().max(200) })
  .refine(({ from, to }) => (minutesOfClock(from) ?? 0) < (minutesOfClock(to) ?? 0), { path: ["to"] });
type Order = z.infer<typeof SHAPE>;

interface Props {
  day: Day;
  from: number;
  to: number;
  staffId: string | undefined;
  item: BlockItem | undefined;
  close: () => void;
}

export default function BlockDrawer({ day, from, to, staffId, item, close }: Props) {
  const t = useText();
  const { zone, can } = useSession();
  const staff = useStaff();
  const form = useForm<Order>({
    resolver: zodResolver(SHAPE),
    defaultValues: { staff: staffId ?? "", day, from: clock(from), to: clock(to), reason: "" },
  });
  const families = ["blocks", "appointments"];
  const block = useChange(
    (order: Order) =>
      got(
        api.POST("/api/v1/blocks", {
          body: {
            staff_id: order.staff,
            start: instantOf(order.day, minutesOfClock(order.from) ?? 0, zone),
            end: instantOf(order.day, minutesOfClock(order.to) ?? 0, zone),
            ...(order.reason !== "" && { reason: order.reason }),
          },
        }),
      ),
    families,
  );
  const free = useChange(
    (id: string) => got(api.DELETE("/api/v1/blocks/{id}", { params: { path: { id } } })),
    families,
  );
  const { errors } = form.formState;
  if (item !== undefined) {
    const name = staff.data?.find((one) => one.id === item.block.staff_id)?.name ?? "";
    return (
      <Drawer title={item.block.reason ?? t("calendar.blocked")} close={close}>
        <p>
          {clock(item.from)} – {clock(item.to)} · {name}
        </p>
        <Problem error={free.error} />
        {can("schedule:write") && (
          <Action kind="danger" busy={free.isPending} onClick={() => free.send(item.block.id, close)}>
            {t("block.remove")}
          </Action>
        )}
      </Drawer>
    );
  }
  return (
    <Drawer title={t("block.title")} close={close}>
      <form
        className="stack"
        onSubmit={(event) => void form.handleSubmit((order) => block.send(order, close))(event)}
      >
        <SelectField
          label={t("calendar.who")}
          error={errors.staff && t("calendar.who")}
          {...form.register("staff")}
        >
          <option value="" />
          <StaffOptions of={staff.data} />
        </SelectField>
        <TextField label={t("book.day")} type="date" {...form.register("day")} />
        <div className="pair">
          <TextField
            label={t("block.from")}
            error={errors.from && t("book.time")}
            inputMode="numeric"
            {...form.register("from")}
          />
          <TextField
            label={t("block.to")}
            error={errors.to && t("block.order")}
            inputMode="numeric"
            {...form.register("to")}
          />
        </div>
        <TextField label={t("block.reason")} hint={t("app.optional")} {...form.register("reason")} />
        <Problem error={block.error} />
        <Action kind="primary" submit busy={block.isPending}>
          {t("block.submit")}
        </Action>
      </form>
    </Drawer>
  );
}
