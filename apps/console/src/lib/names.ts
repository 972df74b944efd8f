interface Named {
  name: string;
  name_sw?: string | null;
}

/** What something that is sold is called for a reader; without a Swahili name all read the English one. */
export function nameIn(language: "en" | "sw", one: Named): string {
  return language === "sw" ? (one.name_sw ?? one.name) : one.name;
}
