import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { Sections } from "../../ui/Sections";

export default function CataloguePage() {
  const t = useText();
  const { can } = useSession();
  return (
    <Sections
      title={t("catalogue.title")}
      base="/catalogue"
      sections={[
        { path: "services", name: t("catalogue.services") },
        { path: "packages", name: t("catalogue.packages") },
        { path: "promotions", name: t("catalogue.promotions") },
        { path: "rooms", name: t("catalogue.rooms") },
        ...(can("catalogue:write") ? [{ path: "import", name: t("catalogue.import") }] : []),
      ]}
    />
  );
}
