// What the business has, of what can be switched.
import { useQuery } from "@tanstack/react-query";

import { api, got } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { momentInWords } from "../../lib/time";
import { Action } from "../../ui/parts";
import { Found, Problem } from "../../ui/states";

export default function FeatureSettings() {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { can, zone } = useSession();
  const found = useQuery({ queryKey: ["features"], queryFn: () => got(api.GET("/api/v1/features")) });
  const change = useChange(
    ({ name, on }: { name: string; on: boolean }) =>
      got(api.PUT("/api/v1/features/{name}", { params: { path: { name } }, body: { on } })),
    ["features", "cohort", "webhooks"],
  );
  return (
    <>
      <p className="muted">{t("features.lead")}</p>
      <Problem error={change.error} />
      <Found query={found}>
        {({ items }) => (
          <ul className="cards">
            {items.map((one) => {
              const wanted = one.wanted ?? one.default_on;
              return (
                <li key={one.name} className="card" aria-label={word("feature", one.name)}>
                  <div className="row row--between">
                    <h2>{word("feature", one.name)}</h2>
                    <span className="badge">{t(one.on ? "features.on" : "features.off")}</span>
                  </div>
                  <p className="muted">{word("feature.meaning", one.name)}</p>
                  {!one.instance_on && <p className="muted">{t("features.byOperator")}</p>}
                  {typeof one.changed_at === "string" && (
                    <p className="muted">
                      {t("features.changed", { time: momentInWords(one.changed_at, zone, language) })}
                    </p>
                  )}
                  {can("settings:write") && (
                    <div className="row">
                      <Action
                        busy={change.isPending}
                        onClick={() => change.send({ name: one.name, on: !wanted })}
                      >
                        {t(wanted ? "features.turnOff" : "features.turnOn")}
                      </Action>
                    </div>
                  )}
                </li>
              );
            })}
          </ul>
        )}
      </Found>
    </>
  );
}
