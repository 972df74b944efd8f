import type { ReactNode } from "react";

import { Action, Cross } from "./parts";

/** A list in a form: rows of which each can be taken out, and a button for one more. */
export function Rows<R extends { id: string }>({
  rows,
  least = 0,
  removal,
  remove,
  addition,
  add,
  children,
}: {
  rows: readonly R[];
  /** So many rows stay in any case. */
  least?: number;
  /** What taking the row of this number out is called; the first is 1. */
  removal: (number: number) => string;
  remove: (index: number) => void;
  addition: string;
  /** Missing for those who may only look. */
  add: (() => void) | undefined;
  children: (row: R, index: number) => ReactNode;
}) {
  return (
    <>
      {rows.map((row, index) => (
        <div key={row.id} className="with-end">
          {children(row, index)}
          {rows.length > least && <Cross label={removal(index + 1)} act={() => remove(index)} />}
        </div>
      ))}
      {add !== undefined && (
        <div className="row">
          <Action reads kind="quiet" onClick={add}>
            + {addition}
          </Action>
        </div>
      )}
    </>
  );
}
