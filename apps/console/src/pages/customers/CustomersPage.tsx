// Everybody on record, by beginnings of names and numbers.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";

import { api, got } from "../../api/client";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { Action, More, Page } from "../../ui/parts";
import { Empty, Found } from "../../ui/states";
import { NewCustomer } from "../booking/CustomerPicker";

export default function CustomersPage() {
  const t = useText();
  const { can } = useSession();
  const go = useNavigate();
  const [search, setSearch] = useSearchParams();
  const words = search.get("q") ?? "";
  const asked = useDeferredValue(words.trim());
  const [adding, setAdding] = useState(false);
  const found = useInfiniteQuery({
    queryKey: ["customers", "list", asked],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      got(
        api.GET("/api/v1/customers", {
          params: {
            query: {
              limit: 50,
              ...(asked !== "" && { search: asked }),
              ...(pageParam && { after: pageParam }),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  });
  return (
    <Page
      title={t("customers.title")}
      actions={
        <div className="toolbar">
          <input
            type="search"
            className="toolbar__search"
            aria-label={t("customers.search")}
            placeholder={t("customers.search")}
            value={words}
            onChange={(event) =>
              setSearch(event.target.value === "" ? {} : { q: event.target.value }, { replace: true })
            }
          />
          {can("customers:write") && (
            <Action kind="primary" onClick={() => setAdding(!adding)}>
              {t("customers.add")}
            </Action>
          )}
        </div>
      }
    >
      {adding && (
        <NewCustomer
          words={words}
          cancel={() => setAdding(false)}
          done={(customer) => void go(`/customers/${customer.id}`)}
        />
      )}
      <Found query={found}>
        {(pages) => {
          const all = pages.pages.flatMap((page) => page.items);
          if (all.length === 0)
            return (
              <Empty>{asked === "" ? t("customers.empty") : t("customers.none", { words: asked })}</Empty>
            );
          return (
            <>
              <ul className="list card">
                {all.map((customer) => (
                  <li key={customer.id}>
                    <Link className="list__link" to={`/customers/${customer.id}`}>
                      <strong>{customer.name ?? t("customers.noName")}</strong>
                      <span className="muted">{customer.phone ?? t("customers.hidden")}</span>
                    </Link>
                  </li>
                ))}
              </ul>
              <More of={found} />
            </>
          );
        }}
      </Found>
    </Page>
  );
}
