import { useLanguage, useText, type Language } from "../i18n";

const NAMES: Record<Language, string> = { en: "English", sw: "Kiswahili" };

export function LanguageSwitch() {
  const { language, choose } = useLanguage();
  const t = useText();
  return (
    <div className="switch" role="group" aria-label={t("app.language")}>
      {(["en", "sw"] as const).map((one) => (
        <button
          key={one}
          type="button"
          lang={one}
          aria-pressed={language === one}
          onClick={() => choose(one)}
        >
          {NAMES[one]}
        </button>
      ))}
    </div>
  );
}
