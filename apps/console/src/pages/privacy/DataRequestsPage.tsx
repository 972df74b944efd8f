// What customers ask of what is kept of them, what is due first at the top.
import { useCustomerNames } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { Page } from "../../ui/parts";
import { Empty, Found } from "../../ui/states";
import { RequestCard } from "./RequestCard";
import { forgottenIn, useDataRequests } from "./requests";

export default function DataRequestsPage() {
  const t = useText();
  const { can } = useSession();
  const requests = useDataRequests();
  const forgotten = forgottenIn(requests.data ?? []);
  const names = useCustomerNames(
    (requests.data ?? []).map((one) => one.customer_id).filter((id) => !forgotten.has(id)),
    can("customers:read"),
  );
  const nameOf = (id: string): string | undefined =>
    forgotten.has(id) ? undefined : names.get(id) || t("customers.noName");
  return (
    <Page title={t("privacy.title")}>
      <p className="muted">{t("privacy.lead")}</p>
      <Found query={requests}>
        {(found) => {
          const open = found.filter((one) => one.state === "open");
          const ended = found.filter((one) => one.state !== "open");
          return (
            <>
              <section className="card stack">
                <h2>{t("privacy.open")}</h2>
                {open.length === 0 ? (
                  <Empty>{t("privacy.noneOpen")}</Empty>
                ) : (
                  <ul className="list">
                    {open.map((one) => (
                      <RequestCard key={one.id} request={one} name={nameOf(one.customer_id)} />
                    ))}
                  </ul>
                )}
              </section>
              {ended.length > 0 && (
                <section className="card stack">
                  <h2>{t("privacy.past")}</h2>
                  <ul className="list">
                    {ended.map((one) => (
                      <RequestCard key={one.id} request={one} name={nameOf(one.customer_id)} />
                    ))}
                  </ul>
                </section>
              )}
            </>
          );
        }}
      </Found>
    </Page>
  );
}
