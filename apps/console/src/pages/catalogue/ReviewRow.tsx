// One row of an import: what would become of it, what is wrong, and its price, red as long as it is none.
import { useState } from "react";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange, useStaff } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText, useWord } from "../../i18n";
import { money, moneyInField, parseMoney } from "../../lib/money";
import { NumberField, SelectField, TextField } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Problem } from "../../ui/states";
import { bodyOf, depositText, priceIsWrong } from "./review";

type Row = Schemas["CatalogueImportRow"];

/** Something that was guessed is marked: somebody must look at it. */
function Told({ value, origin }: { value: string; origin: string }) {
  const word = useWord();
  return (
    <>
      {value}
      {origin === "proposed" && <span className="badge badge--warn">{word("import.origin", origin)}</span>}
    </>
  );
}

function fieldsOf(row: Row) {
  return {
    name: row.name.value,
    nameSw: row.name_sw?.value ?? "",
    category: row.category?.value ?? "",
    minutes: row.duration_minutes ? String(row.duration_minutes.value) : "",
    deposit: depositText(row.deposit),
  };
}

export function ReviewRow({ row, of }: { row: Row; of: Schemas["CatalogueImport"] }) {
  const t = useText();
  const word = useWord();
  const { currency } = useSession();
  const staff = useStaff();
  // Undefined: only the price stands open.
  const [fields, setFields] = useState<ReturnType<typeof fieldsOf>>();
  const [price, setPrice] = useState(
    row.price && row.price.amount_minor >= 0 ? moneyInField(row.price) : (row.price_unreadable ?? ""),
  );
  const correct = useChange(
    (body: Schemas["CatalogueRowBody"]) =>
      got(
        api.PUT("/api/v1/imports/catalogue/{id}/rows/{number}", {
          params: {
            path: { id: of.id, number: row.number },
            header: { "If-Match": etag(of.version) },
          },
          body,
        }),
      ),
    ["imports"],
  );
  const asItIs = bodyOf(row, (id) => staff.data?.find((one) => one.id === id)?.name);
  const amount = parseMoney(price, currency);
  const wrong = priceIsWrong(row);
  const known = row.price && row.price.amount_minor >= 0 ? moneyInField(row.price) : "";
  const name = row.name.value;
  const merged = row.merged_into !== null && row.merged_into !== undefined;
  const others = row.faults.filter((one) => !(wrong && one.kind.startsWith("price")));
  return (
    <li className={`card stack review${wrong ? " review--wrong" : ""}`} aria-label={name}>
      <div className="row row--between row--wrap">
        <span>
          <strong>
            <Told {...row.name} />
          </strong>{" "}
          {row.name_sw && (
            <span className="muted">
              <Told {...row.name_sw} />
            </span>
          )}
        </span>
        <span className="badge">{word("import.outcome", row.outcome)}</span>
      </div>
      <p className="muted">
        {row.duration_minutes ? (
          <Told
            value={t("book.minutes", { minutes: row.duration_minutes.value })}
            origin={row.duration_minutes.origin}
          />
        ) : (
          (row.duration_unreadable ?? "–")
        )}
        {row.category && (
          <>
            {" · "}
            <Told {...row.category} />
          </>
        )}
        {row.deposit.kind !== "none" && <> · {t("book.deposit", { amount: depositText(row.deposit) })}</>}
        {" · "}
        <q>{row.text}</q>
      </p>
      {row.merged.length > 0 && (
        <p className="muted">
          {t("import.merged", { names: row.merged.map((one) => `“${one.name}”`).join(", ") })}
        </p>
      )}
      {merged && <p className="muted">{t("import.mergedInto", { number: (row.merged_into ?? 0) + 1 })}</p>}
      {others.length > 0 && (
        <ul className="reasons">
          {others.map((one) => (
            <li key={one.kind}>
              {word("import.fault", one.kind)}
              {one.detail !== null && one.detail !== undefined && ` (${one.detail})`}
            </li>
          ))}
        </ul>
      )}
      {fields === undefined && !merged && row.fate !== "skip" && (
        <form
          className="review__price"
          onSubmit={(event) => {
            event.preventDefault();
            if (amount !== undefined) correct.send({ ...asItIs, price: amount });
          }}
        >
          <NumberField
            label={t("import.priceOf", { name, currency })}
            error={
              wrong
                ? row.faults
                    .filter((one) => one.kind.startsWith("price"))
                    .map((one) => word("import.fault", one.kind))
                    .join(" ")
                : undefined
            }
            value={price}
            change={setPrice}
          />
          {price !== known && (
            <Action kind="primary" submit busy={correct.isPending} disabled={amount === undefined}>
              {t("app.save")}
            </Action>
          )}
        </form>
      )}
      {(merged || row.fate === "skip") && row.price && row.price.amount_minor >= 0 && (
        <p>{money(row.price)}</p>
      )}
      {fields !== undefined && (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            const minutes = Number(fields.minutes);
            correct.send(
              {
                ...asItIs,
                name: fields.name.trim(),
                deposit: fields.deposit.trim(),
                // Null: empty from now on.
                name_sw: fields.nameSw.trim() === "" ? null : fields.nameSw.trim(),
                category: fields.category.trim() === "" ? null : fields.category.trim(),
                duration_minutes: Number.isInteger(minutes) && minutes > 0 ? minutes : null,
                ...(amount !== undefined && { price: amount }),
              },
              () => setFields(undefined),
            );
          }}
        >
          <div className="pair">
            <TextField
              label={t("service.name")}
              value={fields.name}
              change={(text) => setFields({ ...fields, name: text })}
            />
            <TextField
              label={t("service.nameSw")}
              value={fields.nameSw}
              change={(text) => setFields({ ...fields, nameSw: text })}
            />
            <TextField
              label={t("service.category")}
              value={fields.category}
              change={(text) => setFields({ ...fields, category: text })}
            />
            <NumberField
              label={t("service.minutes")}
              value={fields.minutes}
              change={(text) => setFields({ ...fields, minutes: text })}
            />
            <NumberField label={t("service.price", { currency })} value={price} change={setPrice} />
            <TextField
              label={t("service.deposit")}
              hint={t("import.depositHint")}
              value={fields.deposit}
              change={(text) => setFields({ ...fields, deposit: text })}
            />
          </div>
          <div className="row">
            <Action kind="primary" submit busy={correct.isPending}>
              {t("app.save")}
            </Action>
            <Action kind="quiet" reads onClick={() => setFields(undefined)}>
              {t("app.cancel")}
            </Action>
          </div>
        </form>
      )}
      <Problem error={correct.error} />
      {fields === undefined && (
        <div className="row row--wrap">
          <Action kind="quiet" reads onClick={() => setFields(fieldsOf(row))}>
            {t("app.change")}
          </Action>
          <SelectField
            label={t("import.fateOf", { name })}
            value={row.fate}
            disabled={correct.isPending}
            change={(text) => {
              const fate = text;
              if (fate === "take" || fate === "apart" || fate === "skip") correct.send({ ...asItIs, fate });
            }}
          >
            {(["take", "apart", "skip"] as const).map((one) => (
              <option key={one} value={one}>
                {word("import.fate", one)}
              </option>
            ))}
          </SelectField>
        </div>
      )}
    </li>
  );
}
