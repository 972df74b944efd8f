// A therapist's own day on a phone: what comes, start, finish, notes.
import { lazy, Suspense } from "react";
import { useSearchParams } from "react-router";

import { useDays, useServices } from "../../api/queries";
import { useSession, useToday } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { nameIn } from "../../lib/names";
import { addDays, dayInWords, dayOf, minuteOf, swahiliClock, timeOf } from "../../lib/time";
import { Action, BackAndForth, Page, StateBadge } from "../../ui/parts";
import { Empty, Found } from "../../ui/states";
import { isGone } from "../calendar/layout";

const AppointmentDrawer = lazy(() => import("../appointment/AppointmentDrawer"));

export default function MyDayPage() {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const today = useToday();
  const [search, setSearch] = useSearchParams();
  const day = search.get("day") ?? today;
  const open = search.get("appointment");
  const booked = useDays([day]);
  const services = useServices();
  const show = (next: string): void => setSearch(next === today ? {} : { day: next }, { replace: true });
  return (
    <Page
      title={t("mine.title")}
      actions={
        <div className="toolbar">
          <BackAndForth go={(by) => show(addDays(day, by))}>
            <Action reads onClick={() => show(today)}>
              {t("calendar.today")}
            </Action>
          </BackAndForth>
        </div>
      }
    >
      <p className="big">{dayInWords(day, language)}</p>
      <Found query={booked}>
        {([mine = []]) => {
          const shown = mine.filter((one) => !isGone(one.state));
          if (shown.length === 0) return <Empty>{t("mine.empty")}</Empty>;
          return (
            <ol className="day-list">
              {shown.map((one) => {
                const service = services.data?.find((sold) => sold.id === one.service_id);
                return (
                  <li key={one.id}>
                    <button
                      type="button"
                      className={`day-list__card state--${one.state}`}
                      onClick={() => setSearch({ ...(day !== today && { day }), appointment: one.id })}
                    >
                      <span className="big">
                        {timeOf(one.client_from, zone)} – {timeOf(one.client_until, zone)}
                      </span>
                      {language === "sw" && (
                        <span className="muted">
                          {swahiliClock(minuteOf(one.client_from, dayOf(one.client_from, zone), zone))}
                        </span>
                      )}
                      <strong>{service === undefined ? "…" : nameIn(language, service)}</strong>
                      <StateBadge state={one.state} />
                    </button>
                  </li>
                );
              })}
            </ol>
          );
        }}
      </Found>
      <Suspense fallback={null}>
        {open !== null && <AppointmentDrawer key={open} id={open} close={() => show(day)} />}
      </Suspense>
    </Page>
  );
}
