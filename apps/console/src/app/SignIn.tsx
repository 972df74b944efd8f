import { useText } from "../i18n";
import { LanguageSwitch } from "./LanguageSwitch";
import { signInAddress } from "./session";

/** For whoever is not signed in, or belongs to no business. */
export function SignIn({ reason }: { reason?: string }) {
  const t = useText();
  return (
    <main className="sign-in">
      <div className="card sign-in__card">
        <img src="/icon.svg" alt="" width="48" height="48" />
        <h1>{t("session.title")}</h1>
        <p className="muted">{reason ?? t("session.lead")}</p>
        <a className="button button--primary" href={signInAddress()}>
          {t("session.button")}
        </a>
        <LanguageSwitch />
      </div>
    </main>
  );
}
