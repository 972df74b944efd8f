// What is sold, by category.
import { useState } from "react";
import { Link } from "react-router";

import { useServices, type Service } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { money, percent } from "../../lib/money";
import { CheckField } from "../../ui/fields";
import { Empty, Found } from "../../ui/states";

export default function ServicesPage() {
  const t = useText();
  const { can } = useSession();
  const services = useServices();
  const [retired, setRetired] = useState(false);
  return (
    <>
      <div className="toolbar">
        {can("catalogue:write") && (
          <Link className="button button--primary" to="/catalogue/services/new">
            {t("service.add")}
          </Link>
        )}
        <CheckField
          label={t("catalogue.showRetired")}
          checked={retired}
          onChange={(event) => setRetired(event.target.checked)}
        />
      </div>
      <Found query={services}>
        {(all) => {
          const shown = all.filter((one) => one.active || retired);
          if (shown.length === 0) return <Empty>{t("service.empty")}</Empty>;
          const categories = [...new Set(shown.map((one) => one.category))].sort();
          return categories.map((category) => (
            <section key={category} className="stack">
              <h2 className="category">{category}</h2>
              <ul className="list card">
                {shown
                  .filter((one) => one.category === category)
                  .map((one) => (
                    <li key={one.id}>
                      <Row service={one} />
                    </li>
                  ))}
              </ul>
            </section>
          ));
        }}
      </Found>
    </>
  );
}

function Row({ service }: { service: Service }) {
  const t = useText();
  const { language } = useLanguage();
  const [name, other] =
    language === "sw" && typeof service.name_sw === "string"
      ? [service.name_sw, service.name]
      : [service.name, service.name_sw];
  return (
    <Link className="list__link" to={`/catalogue/services/${service.id}`}>
      <span>
        <strong>{name}</strong> {typeof other === "string" && <span className="muted">{other} </span>}
        {!service.active && <span className="badge">{t("catalogue.retired")}</span>}{" "}
        {service.active && service.staff_ids.length === 0 && (
          <span className="badge badge--warn">{t("service.nobody")}</span>
        )}
      </span>
      <span className="muted">
        {t("book.minutes", { minutes: service.duration_minutes })}
        {service.deposit.kind !== "none" && (
          <>
            {" · "}
            {t("book.deposit", {
              amount:
                service.deposit.kind === "flat"
                  ? money(service.deposit.amount)
                  : percent(service.deposit.basis_points),
            })}
          </>
        )}
        {" · "}
        <strong>{money(service.price)}</strong>
      </span>
    </Link>
  );
}
