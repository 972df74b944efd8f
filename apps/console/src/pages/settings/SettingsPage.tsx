import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { Sections } from "../../ui/Sections";
import { sectionsOf } from "./sections";

export default function SettingsPage() {
  const t = useText();
  const { can } = useSession();
  return (
    <Sections
      title={t("settings.title")}
      base="/settings"
      sections={sectionsOf(can).map((one) => ({ path: one.path, name: t(one.name) }))}
    />
  );
}
