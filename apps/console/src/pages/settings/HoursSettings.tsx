// When the business is open, and dates with hours of their own.
import { api, etag, got } from "../../api/client";
import { useOpeningHours } from "../../api/queries";
import { useText } from "../../i18n";
import { Found } from "../../ui/states";
import { Week } from "../../ui/Week";
import { Holidays } from "./Holidays";

export default function HoursSettings() {
  const t = useText();
  const opening = useOpeningHours();
  return (
    <div className="columns">
      <Found query={opening}>
        {(found) => (
          <Week
            title={t("hours.title")}
            off={t("hours.closed")}
            none={{ is: t("hours.whenever"), set: t("hours.setWhenever") }}
            version={found.version}
            weekly={found.weekly ?? undefined}
            families={["opening-hours", "bookings-hit"]}
            put={({ version, weekly }) =>
              got(
                api.PUT("/api/v1/opening-hours", {
                  params: { header: { "If-Match": etag(version) } },
                  body: { weekly },
                }),
              )
            }
          />
        )}
      </Found>
      <Holidays />
    </div>
  );
}
