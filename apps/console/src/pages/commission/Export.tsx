// One hand-over to payroll: how far it is, its lines, its sheet, and the word that the sheet was uploaded.
import { useState } from "react";

import { api, got, type Schemas } from "../../api/client";
import { keepAnswer, sha256 } from "../../api/files";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { money } from "../../lib/money";
import { momentInWords, monthInWords } from "../../lib/time";
import { TextField } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Problem } from "../../ui/states";
import { Wide } from "../../ui/Wide";

type HandOver = Schemas["PayrollExport"];

const keepSheet = ({ id, format }: { id: string; format: "csv" | "xlsx" }): Promise<void> =>
  keepAnswer(
    api.GET("/api/v1/payroll/exports/{id}/sheet", {
      params: { path: { id }, query: { format } },
      parseAs: "blob",
    }),
    `payroll.${format}`,
  );

export function Export({ handOver }: { handOver: HandOver }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone, currency, can } = useSession();
  const sheet = useChange(keepSheet, []);
  const { lines, confirmation } = handOver;
  const open = handOver.way === "sheet" && handOver.state === "waiting";
  return (
    <details className="card card--inner" open={handOver.state === "waiting"}>
      <summary>
        <span className="earn__line">
          <span>
            {momentInWords(handOver.ordered_at, zone, language)} {word("payroll.way", handOver.way)}{" "}
            <span className={`badge${handOver.state === "done" ? " badge--confirmed" : ""}`}>
              {word("payroll.state", handOver.state)}
            </span>{" "}
            {handOver.dry_run && <span className="badge">{t("payroll.dry")}</span>}
          </span>
          <span>{money({ amount_minor: handOver.sum_minor, currency })}</span>
        </span>
      </summary>
      <div className="stack">
        {handOver.refused != null && <p className="problem">{word("payroll.refused", handOver.refused)}</p>}
        {handOver.pay_period !== handOver.month && (
          <p>{t("payroll.paidInMonth", { month: monthInWords(handOver.pay_period, language) })}</p>
        )}
        {handOver.way === "sheet" && (
          <div className="row row--wrap">
            <span>{t("payroll.sheet")}</span>
            {(["xlsx", "csv"] as const).map((format) => (
              <Action
                key={format}
                busy={sheet.isPending}
                onClick={() => sheet.send({ id: handOver.id, format })}
              >
                {format.toUpperCase()}
              </Action>
            ))}
          </div>
        )}
        <Problem error={sheet.error} />
        <Wide label={t("payroll.lines")}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("payroll.number")}</th>
                <th scope="col">{t("rule.who")}</th>
                <th scope="col">{t("payroll.code")}</th>
                <th scope="col" className="num">
                  {t("pay.amount")}
                </th>
                <th scope="col">{t("payroll.result")}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <tr key={line.key}>
                  <td>{line.staff_no}</td>
                  <td>{line.name}</td>
                  <td>{word("payroll.code", line.code)}</td>
                  <td className="num">{money(line.amount)}</td>
                  <td>
                    {line.result == null ? "–" : word("payroll.line", line.result)}{" "}
                    {line.reason != null && (
                      <span className="muted">{word("payroll.because", line.reason)}</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
        {confirmation != null && (
          <p className="muted fingerprint">
            {t("payroll.confirmed", { time: momentInWords(confirmation.at, zone, language) })}{" "}
            {handOver.vendor_period_id != null && t("commission.vendor", { id: handOver.vendor_period_id })}{" "}
            <code>{confirmation.file_sha256.slice(0, 12)}</code>
          </p>
        )}
        {open && can("payroll:write") && <Confirm id={handOver.id} />}
      </div>
    </details>
  );
}

/** The very file that was uploaded is chosen, and its fingerprint sent: so nobody confirms another one. */
function Confirm({ id }: { id: string }) {
  const t = useText();
  const [file, setFile] = useState<File>();
  const [vendor, setVendor] = useState("");
  const confirm = useChange(
    async ({ chosen, period }: { chosen: File; period: string }) =>
      got(
        api.POST("/api/v1/payroll/exports/{id}/confirm", {
          params: { path: { id } },
          body: {
            file_sha256: await sha256(chosen),
            ...(period !== "" && { vendor_period_id: period }),
          },
        }),
      ),
    ["payroll-exports", "periods", "document"],
  );
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (file !== undefined) confirm.send({ chosen: file, period: vendor.trim() });
      }}
    >
      <div className="pair">
        <TextField
          label={t("payroll.uploaded")}
          hint={t("payroll.uploadedHint")}
          type="file"
          accept=".csv,.xlsx"
          onChange={(event) => setFile(event.target.files?.[0])}
        />
        <TextField
          label={t("payroll.vendorId")}
          hint={t("app.optional")}
          maxLength={200}
          value={vendor}
          change={setVendor}
        />
      </div>
      <Problem error={confirm.error} />
      <div className="row">
        <Action kind="primary" submit busy={confirm.isPending} disabled={file === undefined}>
          {t("payroll.confirm")}
        </Action>
      </div>
    </form>
  );
}
