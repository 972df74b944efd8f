// Why a time cannot be had, in the API's reasons, with the nearest times that can.
import type { ApiProblem, Refusal, Slot } from "../../api/problem";
import { useStaff } from "../../api/queries";
import { useSession } from "../../app/session";
import { isKey, useLanguage, useText } from "../../i18n";
import { momentInWords } from "../../lib/time";
import { Action, Drawer } from "../../ui/parts";
import { Empty, explain } from "../../ui/states";

/** The reasons in words, each once. Where a reason names nobody it is about `staffId`, who was asked for. */
export function Reasons({
  refusals,
  staffId,
}: {
  refusals: readonly Refusal[];
  staffId?: string | undefined;
}) {
  const t = useText();
  const staff = useStaff();
  const said = new Set(
    refusals.map((refusal) => {
      const key = `reason.${refusal.reason}`;
      const name =
        staff.data?.find((one) => one.id === (refusal.staff_id ?? staffId))?.name ?? t("reason.team");
      return isKey(key) ? t(key, { name, resource: refusal.resource ?? t("reason.room") }) : refusal.reason;
    }),
  );
  return (
    <ul className="reasons">
      {[...said].map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  );
}

export function Alternatives({
  slots,
  take,
  busy = false,
}: {
  slots: readonly Slot[];
  take: (slot: Slot) => void;
  busy?: boolean;
}) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const staff = useStaff();
  if (slots.length === 0) return <Empty>{t("conflict.none")}</Empty>;
  return (
    <ul className="chips">
      {slots.map((slot) => (
        <li key={`${slot.start}${slot.parts[0]?.staff_id ?? ""}`}>
          <Action busy={busy} onClick={() => take(slot)}>
            {t("conflict.with", {
              time: momentInWords(slot.start, zone, language),
              name: staff.data?.find((one) => one.id === slot.parts[0]?.staff_id)?.name ?? "",
            })}
          </Action>
        </li>
      ))}
    </ul>
  );
}

interface ConflictProps {
  problem: ApiProblem;
  staffId: string | undefined;
  close: () => void;
  take: (slot: Slot) => void;
}

export function Conflict({ problem, staffId, close, take }: ConflictProps) {
  const t = useText();
  return (
    <Drawer title={t("conflict.title")} close={close}>
      {problem.reasons.length > 0 ? (
        <Reasons refusals={problem.reasons} staffId={staffId} />
      ) : (
        <p>{explain(problem, t)}</p>
      )}
      <h3>{t("conflict.alternatives")}</h3>
      <Alternatives slots={problem.alternatives} take={take} />
    </Drawer>
  );
}
