// Bringing services in: a table or a pasted price list becomes a review, which a person corrects and applies.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { momentInWords } from "../../lib/time";
import { AreaField, SelectField, TextField } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Found, Problem } from "../../ui/states";
import { Sure } from "../../ui/Sure";
import { ReviewRow } from "./ReviewRow";
import { unpriced } from "./review";

const FAMILIES = ["imports", "services"] as const;

export default function ImportPage() {
  const { id } = useParams();
  return id === undefined ? <Begin /> : <Review id={id} />;
}

function Begin() {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const go = useNavigate();
  const [format, setFormat] = useState<"text" | "csv">("text");
  const [content, setContent] = useState("");
  const waiting = useQuery({
    queryKey: ["imports", "list"],
    queryFn: () => got(api.GET("/api/v1/imports/catalogue")),
  });
  const begin = useChange(
    (body: Schemas["CatalogueBody"]) => got(api.POST("/api/v1/imports/catalogue", { body })),
    FAMILIES,
  );
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setContent(await file.text());
    setFormat(file.name.toLowerCase().endsWith(".txt") ? "text" : "csv");
  };
  return (
    <>
      <form
        className="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          begin.send({ content, format }, (made) => void go(`/catalogue/import/${made.id}`));
        }}
      >
        <h2>{t("import.title")}</h2>
        <p className="muted">{t("import.lead")}</p>
        <div className="pair">
          <SelectField
            label={t("import.format")}
            value={format}
            change={(text) => setFormat(text === "csv" ? "csv" : "text")}
          >
            <option value="text">{t("import.text")}</option>
            <option value="csv">{t("import.csv")}</option>
          </SelectField>
          <TextField
            type="file"
            label={t("import.file")}
            accept=".csv,.txt,text/csv,text/plain"
            onChange={(event) => void read(event.target.files?.[0])}
          />
        </div>
        <AreaField
          rows={8}
          label={t("import.content")}
          hint={t(format === "csv" ? "import.csvHint" : "import.textHint")}
          value={content}
          change={setContent}
        />
        <Problem error={begin.error} />
        <div className="row">
          <Action kind="primary" submit busy={begin.isPending} disabled={content.trim() === ""}>
            {t("import.review")}
          </Action>
        </div>
      </form>
      <Found query={waiting}>
        {({ items }) =>
          items.length === 0 ? null : (
            <section className="stack">
              <h2>{t("import.waiting")}</h2>
              <ul className="list card">
                {items.map((one) => (
                  <li key={one.id}>
                    <Link className="list__link" to={`/catalogue/import/${one.id}`}>
                      <strong>{t("import.rows", { count: one.row_count })}</strong>
                      <span className="muted">{momentInWords(one.created_at, zone, language)}</span>
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          )
        }
      </Found>
    </>
  );
}

function Review({ id }: { id: string }) {
  const found = useQuery({
    queryKey: ["imports", "one", id],
    queryFn: () => got(api.GET("/api/v1/imports/catalogue/{id}", { params: { path: { id } } })),
  });
  return <Found query={found}>{(one) => <Reviewed found={one} />}</Found>;
}

function Reviewed({ found }: { found: Schemas["CatalogueImport"] }) {
  const t = useText();
  const word = useWord();
  const go = useNavigate();
  const params = { path: { id: found.id }, header: { "If-Match": etag(found.version) } };
  const apply = useChange(
    (version: number) =>
      got(
        api.POST("/api/v1/imports/catalogue/{id}/apply", {
          params: { path: params.path, header: { "If-Match": etag(version) } },
        }),
      ),
    FAMILIES,
  );
  const discard = useChange(() => got(api.DELETE("/api/v1/imports/catalogue/{id}", { params })), FAMILIES);
  if (found.state !== "in_review") {
    return (
      <section className="card stack">
        <h2>{word("import.state", found.state)}</h2>
        <p>{t("import.done", { created: found.created ?? 0, known: found.known ?? 0 })}</p>
        <Link to="/catalogue/services">{t("catalogue.services")}</Link>
      </section>
    );
  }
  const missing = unpriced(found.rows);
  // What was refused before a row was corrected says nothing of the list as it is now.
  const refused = apply.variables?.input === found.version ? apply.error : null;
  return (
    <>
      <section className="card stack">
        <div className="row row--between row--wrap">
          <h2>{t("import.reviewTitle", { count: found.row_count })}</h2>
          <Link to="/catalogue/import">‹ {t("catalogue.import")}</Link>
        </div>
        <p className="muted">{t("import.reviewLead")}</p>
        {missing > 0 && (
          <p className="problem" role="status">
            {t("import.unpriced", { count: missing })}
          </p>
        )}
        <Problem error={refused ?? discard.error} />
        <div className="row row--wrap">
          <Action kind="primary" busy={apply.isPending} onClick={() => apply.send(found.version)}>
            {t("import.apply")}
          </Action>
          <Sure
            label={t("import.discard")}
            question={t("import.discardSure")}
            busy={discard.isPending}
            act={() => discard.send(undefined, () => void go("/catalogue/import"))}
          />
        </div>
      </section>
      <ul className="stack">
        {found.rows.map((row) => (
          <ReviewRow key={row.number} row={row} of={found} />
        ))}
      </ul>
      {found.ignored.length > 0 && (
        <details className="card">
          <summary>{t("import.ignored", { count: found.ignored.length })}</summary>
          <ul className="history">
            {found.ignored.map((one) => (
              <li key={one.line}>
                <span>{one.text}</span>
                <span className="muted">{word("import.ignored", one.because)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
