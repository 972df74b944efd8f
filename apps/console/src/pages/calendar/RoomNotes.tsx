import { useOutages, type Resource } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { clock, minuteOf, type Day } from "../../lib/time";

/** What the columns of rooms cannot show: that one of several is out of use. */
export function RoomNotes({ rooms, day, zone }: { rooms: readonly Resource[]; day: Day; zone: string }) {
  const t = useText();
  const { can } = useSession();
  const outages = useOutages(can("schedule:read") ? rooms.map((one) => one.id) : [], day, day, zone);
  return (
    <div className="hint-line muted">
      <p>{t("calendar.roomsLead")}</p>
      {outages.map((one) => (
        <p key={one.id}>
          {t("calendar.outOfUse", {
            name: rooms.find((room) => room.id === one.resource_id)?.name ?? "",
            from: clock(Math.max(0, minuteOf(one.start, day, zone))),
            to: clock(Math.min(1439, minuteOf(one.end, day, zone))),
          })}{" "}
          {one.reason}
        </p>
      ))}
    </div>
  );
}
