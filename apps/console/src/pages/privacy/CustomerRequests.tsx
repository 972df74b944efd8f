// What one customer asked of what is kept of them, and taking another wish down.
import { useState } from "react";

import { api, got } from "../../api/client";
import { useChange } from "../../api/queries";
import { useText, useWord } from "../../i18n";
import { ChoiceField } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { RequestCard } from "./RequestCard";
import { REQUESTS, useDataRequests, WISHES, type Wish } from "./requests";

export function CustomerRequests({ customerId }: { customerId: string }) {
  const t = useText();
  const word = useWord();
  const requests = useDataRequests();
  const [wish, setWish] = useState<Wish>("export");
  const take = useChange(
    (wanted: Wish) =>
      got(api.POST("/api/v1/data-requests", { body: { customer_id: customerId, wish: wanted } })),
    REQUESTS,
  );
  return (
    <section className="card stack">
      <h2>{t("privacy.title")}</h2>
      <Found query={requests}>
        {(found) => {
          const own = found.filter((one) => one.customer_id === customerId);
          return own.length === 0 ? (
            <Empty>{t("privacy.none")}</Empty>
          ) : (
            <ul className="list">
              {own.map((one) => (
                <RequestCard key={one.id} request={one} onPageOf />
              ))}
            </ul>
          );
        }}
      </Found>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          take.send(wish);
        }}
      >
        <ChoiceField
          label={t("privacy.asks")}
          hint={word("privacy.hint", wish)}
          of={WISHES}
          named={(one) => word("privacy.wish", one)}
          value={wish}
          change={setWish}
        />
        <Problem error={take.error} />
        <div className="row">
          <Action submit busy={take.isPending}>
            {t("privacy.take")}
          </Action>
        </div>
      </form>
    </section>
  );
}
