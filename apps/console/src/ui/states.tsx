// The four states of every page: loading, failed, empty, and the line down (which the frame shows).
import type { ReactNode } from "react";

import { ApiProblem, LineDown } from "../api/problem";
import { isKey, useText, type Say } from "../i18n";

/** What the API refused, in the reader's language where the kind of problem is known. */
export function explain(error: unknown, t: Say): string {
  if (error instanceof LineDown) return t("app.lineDownNow");
  if (error instanceof ApiProblem) {
    if (error.errors.length > 0)
      return error.errors.map((fault) => `${fault.field}: ${fault.message}`).join("; ");
    const key = `problem.${error.kind}`;
    return isKey(key) ? t(key) : t("problem.other", { detail: error.detail });
  }
  return error instanceof Error ? t("problem.other", { detail: error.message }) : t("app.failed");
}

export function Loading() {
  const t = useText();
  return (
    <div className="state" role="status">
      <span className="spinner" aria-hidden="true" />
      {t("app.loading")}
    </div>
  );
}

export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useText();
  return (
    <div className="state state--failed" role="alert">
      <p>{error instanceof LineDown ? t("app.lineDownNow") : t("app.failed")}</p>
      {error instanceof ApiProblem && <p className="muted">{explain(error, t)}</p>}
      <button type="button" className="button" onClick={retry}>
        {t("app.retry")}
      </button>
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <div className="state muted">{children}</div>;
}

/** In place of a page that somebody's role does not have. */
export function NotAllowed() {
  const t = useText();
  return (
    <div className="state" role="alert">
      <p>{t("problem.forbidden")}</p>
      <a href="/">{t("app.home")}</a>
    </div>
  );
}

/** Says that something was saved. */
export function Done({ when }: { when: boolean }) {
  const t = useText();
  return when ? (
    <p role="status" className="saved">
      {t("drawer.saved")}
    </p>
  ) : null;
}

/** What went wrong with what was just tried. */
export function Problem({ error }: { error: unknown }) {
  const t = useText();
  if (error === null || error === undefined) return null;
  return (
    <p className="problem" role="alert">
      {explain(error, t)}
    </p>
  );
}

/** A query as far as what it found is shown. */
export interface Asked<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** What a query found, once it did. What was found before stays visible while the line is down. */
export function Found<T>({ query, children }: { query: Asked<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error !== null && query.error !== undefined) {
    return <Failed error={query.error} retry={() => void query.refetch()} />;
  }
  return <Loading />;
}
