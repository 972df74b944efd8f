import type { ReactNode } from "react";

/** What may be wider than a phone: it scrolls by itself, with keys, too. */
export function Wide({ label, children }: { label: string; children: ReactNode }) {
  return (
    // Whoever has no mouse scrolls it with the arrow keys, for which it must take the focus.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="table-scroll" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
