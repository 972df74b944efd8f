// The parts of the settings, and who sees them.
import type { TextKey } from "../../i18n";

interface SettingsSection {
  path: string;
  name: TextKey;
  /** The scope without which the part makes no sense. */
  scope: string;
}

const SECTIONS: readonly SettingsSection[] = [
  { path: "booking", name: "settings.booking", scope: "settings:read" },
  { path: "hours", name: "settings.hours", scope: "schedule:read" },
  { path: "money", name: "settings.money", scope: "settings:read" },
  { path: "assistant", name: "settings.assistant", scope: "settings:read" },
  { path: "people", name: "settings.people", scope: "team:read" },
  { path: "tokens", name: "settings.tokens", scope: "tokens:write" },
  { path: "webhooks", name: "settings.webhooks", scope: "integrations:read" },
  { path: "features", name: "settings.features", scope: "settings:read" },
  { path: "audit", name: "settings.audit", scope: "audit:read" },
];

export function sectionsOf(can: (scope: string) => boolean): readonly SettingsSection[] {
  return SECTIONS.filter((one) => can(one.scope));
}
