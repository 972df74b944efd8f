// What the console says, in the language that was chosen. Keys are typed; both catalogues have all of them.
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";

import { en, type TextKey } from "./en";
import { sw } from "./sw";

export type Language = "en" | "sw";
export type { TextKey };
export type Say = (key: TextKey, values?: Record<string, string | number>) => string;

const CATALOGUES: Record<Language, Record<TextKey, string>> = { en, sw };
const KEPT = "ratiba.language";

/** A text with its `{places}` filled. */
export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Whether a word that the API said, such as a state, has a text; the API may learn new ones first. */
export function isKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}

interface Chosen {
  language: Language;
  choose: (language: Language) => void;
}
const Context = createContext<Chosen>({ language: "en", choose: () => undefined });

function kept(): Language {
  const found = localStorage.getItem(KEPT);
  if (found === "en" || found === "sw") return found;
  return navigator.language.startsWith("sw") ? "sw" : "en";
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(kept);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo(
    () => ({
      language,
      choose: (next: Language) => {
        localStorage.setItem(KEPT, next);
        setLanguage(next);
      },
    }),
    [language],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useLanguage(): Chosen {
  return useContext(Context);
}

/** Says a text in the language of the reader. */
export function useText(): Say {
  const { language } = useLanguage();
  return useCallback((key, values) => fill(CATALOGUES[language][key], values), [language]);
}

/** Says a word of the API, such as `state` + `confirmed`; a word that is not known yet is shown as it is. */
export function useWord(): (family: string, word: string) => string {
  const t = useText();
  return useCallback(
    (family, word) => {
      const key = `${family}.${word}`;
      return isKey(key) ? t(key) : word.replaceAll("_", " ");
    },
    [t],
  );
}
