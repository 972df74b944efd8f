// Settings: read as a whole, changed in a form, and kept under the version that the form stands on. What somebody typed is
// never lost to an answer: neither to that of their own save, nor to what somebody else saved meanwhile.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import {
  useForm,
  type DefaultValues,
  type FieldValues,
  type Path,
  type PathValue,
  type Resolver,
} from "react-hook-form";

import { etag, got } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { merge, same } from "../../lib/merge";
import { useFaults } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Done, Problem } from "../../ui/states";

/** Settings as they were told, and what `If-Match` says of that. */
export interface Kept<S> {
  settings: S;
  tag: string;
}

type Answer<S> = Promise<{ data?: S; error?: unknown; response: Response }>;

/** The version stands within, or in the answer's head alone. */
async function keptOf<S extends object>(asked: Answer<S>): Promise<Kept<S>> {
  const settings: S = await got(asked);
  const { response } = await asked;
  const within = "version" in settings && typeof settings.version === "number" ? etag(settings.version) : "";
  return { settings, tag: response.headers.get("ETag") ?? within };
}

/** Settings by their name, and their saving. */
export function useSettings<S extends object, B>(
  name: string,
  read: () => Answer<S>,
  write: (tag: string, body: B) => Answer<S>,
  /** What else a save makes old. */
  families: readonly string[] = [],
) {
  const queries = useQueryClient();
  const queryKey = ["settings", name];
  const found = useQuery({ queryKey, queryFn: () => keptOf(read()) });
  const save = useChange<{ tag: string; body: B }, Kept<S>>(
    async ({ tag, body }) => {
      const kept = await keptOf(write(tag, body));
      // What was asked before the save and is answered after it would show what was.
      await queries.cancelQueries({ queryKey });
      queries.setQueryData(queryKey, kept);
      return kept;
    },
    ["settings", ...families],
  );
  return { found, save };
}

/** What a form of settings is given. */
export interface KeptProps<S, B> {
  kept: Kept<S>;
  save: ReturnType<typeof useSettings<S & object, B>>["save"];
}

/** A form of settings. What comes from the server meanwhile is shown where nobody typed; where somebody did, that stays, and
 * `end` tells of it. */
export function useKeptForm<S, B, T extends FieldValues, C = T>(
  { kept, save }: KeptProps<S, B>,
  {
    typed,
    body,
    resolver,
  }: {
    /** The settings as the form has them. */
    typed: (settings: S) => T;
    /** What was checked as the API takes it. */
    body: (checked: C) => B;
    resolver?: Resolver<T, unknown, C>;
  },
) {
  const [first] = useState(() => typed(kept.settings));
  const form = useForm<T, unknown, C>({
    defaultValues: first as DefaultValues<T>,
    ...(resolver !== undefined && { resolver }),
  });
  const [meanwhile, setMeanwhile] = useState<"kept" | "clash">();
  // What the form and the server last agreed on: a save is decided on that, and told by its tag.
  const base = useRef({ tag: kept.tag, typed: first });
  const sent = useRef(first);
  const heard = useRef(save.data);

  // After each render, because it compares what is there with what was: without news it does nothing.
  useEffect(() => {
    const take = (next: Kept<S>, before: T, own: boolean): void => {
      const theirs = typed(next.settings);
      const mine = structuredClone(form.getValues());
      const { taken, clashes } = merge(before, mine, theirs);
      base.current = { tag: next.tag, typed: theirs };
      form.resetDefaultValues(theirs);
      for (const { path, value } of taken)
        form.setValue(path as Path<T>, value as PathValue<T, Path<T>>, { shouldDirty: true });
      // The server may write what it took in its own way: that is nobody else's change.
      if (own) return;
      for (const path of clashes) form.setError(path as Path<T>, { type: "clash", message: "form.clash" });
      if (clashes.length > 0) setMeanwhile("clash");
      else if (!same(form.getValues(), theirs)) setMeanwhile("kept");
    };
    // Until the answer is there nobody knows whose state it is that was found.
    if (save.isPending) return;
    if (save.data !== undefined && save.data !== heard.current) {
      heard.current = save.data;
      take(save.data, sent.current, true);
    }
    if (kept.tag !== base.current.tag) take(kept, base.current.typed, false);
  });

  const { can } = useSession();
  const { isDirty, errors } = form.formState;
  const submit = form.handleSubmit((checked) => {
    sent.current = structuredClone(form.getValues());
    setMeanwhile(undefined);
    save.send({ tag: base.current.tag, body: body(checked) });
  });
  return {
    form,
    fault: useFaults(errors, save.error),
    submit: (event: React.SyntheticEvent) => void submit(event),
    /** Whether the reader may change them at all. */
    writes: can("settings:write"),
    /** What `KeptEnd` is given. */
    end: {
      error: save.error,
      busy: save.isPending,
      saved: save.isSuccess && !isDirty,
      meanwhile: isDirty ? meanwhile : undefined,
      takeTheirs: () => {
        form.reset(base.current.typed);
        setMeanwhile(undefined);
        save.reset();
      },
    },
  };
}

/** The end of a form of settings: what went wrong, what somebody else saved meanwhile, and the button. */
export function KeptEnd({
  end: { error, busy, saved, meanwhile, takeTheirs },
  bar = false,
}: {
  end: ReturnType<typeof useKeptForm>["end"];
  /** Whether the button stays in sight while the form is scrolled. */
  bar?: boolean;
}) {
  const t = useText();
  const { can } = useSession();
  return (
    <>
      <Problem error={error} />
      {meanwhile !== undefined && (
        <div className="banner stack" role="status">
          <p>
            {t("form.meanwhile")} {meanwhile === "clash" && t("form.meanwhileClash")}
          </p>
          <div className="row">
            <Action reads onClick={takeTheirs}>
              {t("form.takeTheirs")}
            </Action>
          </div>
        </div>
      )}
      {can("settings:write") && (
        <div className={bar ? "row save-bar" : "row"}>
          <Action kind="primary" submit busy={busy}>
            {t("app.save")}
          </Action>
          <Done when={saved} />
        </div>
      )}
    </>
  );
}
