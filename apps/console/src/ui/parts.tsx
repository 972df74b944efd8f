// The small parts that the pages are made of.
import { useEffect, useId, useRef, type ReactNode } from "react";

import { useLineDown } from "../app/line";
import { useText, useWord } from "../i18n";

interface ActionProps {
  children: ReactNode;
  onClick?: () => void;
  kind?: "primary" | "plain" | "danger" | "quiet";
  busy?: boolean;
  disabled?: boolean;
  submit?: boolean;
  /** Whether it changes something, so that it needs the line. */
  reads?: boolean;
}

/** A button that does something; while the line is down nothing can be changed. */
export function Action({
  children,
  onClick,
  kind = "plain",
  busy = false,
  disabled = false,
  submit = false,
  reads = false,
}: ActionProps) {
  const down = useLineDown();
  return (
    <button
      type={submit ? "submit" : "button"}
      className={`button button--${kind}`}
      onClick={onClick}
      disabled={disabled || busy || (down && !reads)}
      aria-busy={busy}
    >
      {children}
    </button>
  );
}

/** A small button that takes something out of a form, or closes what is open. */
export function Cross({ label, act }: { label: string; act: () => void }) {
  return (
    <button type="button" className="button button--quiet icon" aria-label={label} onClick={act}>
      ✕
    </button>
  );
}

/** Under a list of which only some pages were asked for. */
export function More({
  of,
}: {
  of: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}) {
  const t = useText();
  return of.hasNextPage ? (
    <Action reads busy={of.isFetchingNextPage} onClick={() => void of.fetchNextPage()}>
      {t("app.more")}
    </Action>
  ) : null;
}

/** To what came before and to what comes next, and what stands between both. */
export function BackAndForth({ go, children }: { go: (by: -1 | 1) => void; children: ReactNode }) {
  const t = useText();
  return (
    <>
      <Action reads onClick={() => go(-1)}>
        <span aria-hidden="true">‹</span>
        <span className="sr-only">{t("calendar.previous")}</span>
      </Action>
      {children}
      <Action reads onClick={() => go(1)}>
        <span aria-hidden="true">›</span>
        <span className="sr-only">{t("calendar.next")}</span>
      </Action>
    </>
  );
}

export function StateBadge({ state }: { state: string }) {
  const word = useWord();
  return <span className={`badge badge--${state}`}>{word("state", state)}</span>;
}

/** Something beside the page: from the right, or all of a phone. Escape closes it, and the focus goes back. */
export function Drawer({
  title,
  close,
  children,
}: {
  title: string;
  close: () => void;
  children: ReactNode;
}) {
  const t = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  const id = useId();
  return (
    // A click beside it closes it; with keys Escape does the same.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      className="drawer"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      // A click beside the drawer lands on the dialog itself.
      onMouseDown={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <div className="drawer__page">
        <header className="drawer__head">
          <h2 id={id}>{title}</h2>
          <Cross label={t("app.close")} act={close} />
        </header>
        <div className="drawer__body">{children}</div>
      </div>
    </dialog>
  );
}

export function Page({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Ratiba`;
  }, [title]);
  return (
    <section className="page">
      <header className="page__head">
        <h1>{title}</h1>
        {actions}
      </header>
      {children}
    </section>
  );
}
