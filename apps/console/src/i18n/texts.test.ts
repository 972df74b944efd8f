import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { fill } from ".";
import { en } from "./en";
import { sw } from "./sw";

const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

test("both languages say the same things", () => {
  expect(Object.keys(sw).sort()).toEqual(Object.keys(en).sort());
});

test("a text has the same places in both languages", () => {
  for (const [key, text] of Object.entries(en))
    expect([key, places(sw[key as keyof typeof sw])]).toEqual([key, places(text)]);
});

test("no text is empty, and few are the same in both", () => {
  const same = Object.entries(en)
    .filter(([key, text]) => sw[key as keyof typeof sw] === text)
    .map(([, text]) => text);
  // Names and words that both languages share.
  expect(new Set(same)).toEqual(new Set(["M-Pesa", "Ratiba"]));
  for (const text of Object.values(sw)) expect(text.trim()).not.toBe("");
});

test("places are filled, and an unknown one stays to be seen", () => {
  expect(fill("{a} and {b}", { a: 1 })).toBe("1 and {b}");
});

/** Families whose words come from the API or from a choice, so that no key of theirs stands in the code. */
const SPOKEN =
  /^(state|reason|problem|purpose|provider|attempt|handoff|role|calendar\.(day|week|rooms)$|why|setup\.(hours|services|rooms|team|commission|money|templates|knowledge|people|state|cohort)|letter\.(reason|state)|line|verdict|absent|refund\.(cause|hint|preview|state|way)|drawer\.(what|by)|customer\.(language|consent)|channel|hit|dial|feature|employment\.kind|knowledge\.category|import\.(origin|outcome|fate|fault|state|ignored)|(cohort|invite|hooks|deliveries)\.state|hooks\.(because|family)|deliveries\.(because|outcome)|audit\.finding|commission\.(rule|type)|rule\.(start|earnOn|subtract|when|stage)|tiers\.(measure|method|scope|explain)|amend\.(recorded_rate|anew$)|dispute\.state|payroll\.(way|what|state|refused|code|line|because)|privacy\.(wish|state|hint)|reports\.(kind|hint|range|tender))\b/;

test("every text is said somewhere", () => {
  const root = new URL("..", import.meta.url);
  const code = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith("i18n/"))
    .map((name) => readFileSync(new URL(name, root), "utf8"))
    .join("\n");
  const said = new Set(code.match(/"[\w.-]+"/g));
  expect(Object.keys(en).filter((key) => !SPOKEN.test(key) && !said.has(`"${key}"`))).toEqual([]);
});
