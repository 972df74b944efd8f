// What is sold beside single services, as cards: each is changed beside the page, or sold no more.
import { useState, type ReactNode } from "react";

import { useChange, useServices, type Service } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { Action, Drawer } from "../../ui/parts";
import { Empty, Found, Problem, type Asked } from "../../ui/states";
import { Sure } from "../../ui/Sure";

interface Offer {
  id: string;
  name: string;
  active: boolean;
}

/** What the form of an offer is given. */
export interface OfferFormProps<O> {
  /** Undefined: a new one. */
  found: O | undefined;
  services: readonly Service[];
  done: () => void;
}

export function Offers<O extends Offer>({
  query,
  texts,
  family,
  retire: send,
  badge,
  form: Form,
  children,
}: {
  query: Asked<O[]>;
  texts: { add: string; empty: string; retireSure: (name: string) => string };
  /** Of the query, which retiring one makes old. */
  family: string;
  retire: (one: O) => Promise<unknown>;
  /** What is to be known of one that is not retired. */
  badge?: (one: O) => string | undefined;
  form: (props: OfferFormProps<O>) => ReactNode;
  children: (one: O) => ReactNode;
}) {
  const t = useText();
  const { can } = useSession();
  const services = useServices();
  // Null: a new one.
  const [open, setOpen] = useState<O | null>();
  const retire = useChange(send, [family]);
  const writes = can("catalogue:write");
  const close = () => setOpen(undefined);
  return (
    <>
      {writes && (
        <div className="toolbar">
          <Action kind="primary" onClick={() => setOpen(null)}>
            {texts.add}
          </Action>
        </div>
      )}
      <Problem error={retire.error} />
      <Found query={query}>
        {(all) =>
          all.length === 0 ? (
            <Empty>{texts.empty}</Empty>
          ) : (
            <ul className="cards">
              {all.map((one) => {
                const told = one.active ? badge?.(one) : t("catalogue.retired");
                return (
                  <li key={one.id} className="card">
                    <div className="row row--between">
                      <h2>{one.name}</h2>
                      {told !== undefined && <span className="badge">{told}</span>}
                    </div>
                    {children(one)}
                    {writes && (
                      <div className="row row--wrap">
                        <Action kind="quiet" reads onClick={() => setOpen(one)}>
                          {t("app.change")}
                        </Action>
                        {one.active && (
                          <Sure
                            kind="quiet"
                            label={t("package.retire")}
                            question={texts.retireSure(one.name)}
                            busy={retire.isPending}
                            act={() => retire.send(one)}
                          />
                        )}
                      </div>
                    )}
                  </li>
                );
              })}
            </ul>
          )
        }
      </Found>
      {open !== undefined && (
        <Drawer title={open?.name ?? texts.add} close={close}>
          <Found query={services}>
            {(all) => <Form found={open ?? undefined} services={all} done={close} />}
          </Found>
        </Drawer>
      )}
    </>
  );
}
