// Keeps today and tomorrow in the browser as long as the line is up, for a reload without it.
import { useEffect } from "react";

import { useLineDown } from "../../app/line";
import { useSession, useToday } from "../../app/session";
import { keepSheet } from "../../lib/sheet";
import { addDays } from "../../lib/time";
import { useSheet } from "./useSheet";

export default function SheetKeeper() {
  const { membership } = useSession();
  const today = useToday();
  const down = useLineDown();
  const days = [today, addDays(today, 1)];
  const { data, partly } = useSheet(days);
  // Compared by what it says: the same lines are made anew in each render.
  const said = data === undefined || partly ? undefined : JSON.stringify({ days, lines: data });
  useEffect(() => {
    if (said === undefined || down) return;
    const told = JSON.parse(said) as Pick<Parameters<typeof keepSheet>[0], "days" | "lines">;
    keepSheet({ business: membership.business_name, at: Date.now(), ...told });
  }, [said, down, membership.business_name]);
  return null;
}
