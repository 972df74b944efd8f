// The few signs of the menu, drawn here: a font may not have them.
const PATHS = {
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  people: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-6 8-6s7 2 8 6",
  chat: "M4 5h16v11H9l-5 4z",
  till: "M4 9h16v10H4zM7 9V5h10v4M9 14h6",
  percent:
    "M6 18 18 6M7.5 9a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM16.5 18a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
  steps: "M4 19h5v-5h5V9h6M14 5l2 2 4-4",
  chart: "M4 20h16M7 20v-7M12 20V5M17 20V9",
  shield: "M12 3 5 6v5c0 5 3 8 7 10 4-2 7-5 7-10V6z",
  list: "M4 6h16M4 12h16M4 18h10",
  badge: "M5 8h14v12H5zM9 8V4h6v4M12 15a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 18c1-2 7-2 8 0",
  tag: "M4 4h8l8 8-8 8-8-8zM8 8h.01",
  dials: "M5 4v6M5 14v6M12 4v10M12 18v2M19 4v3M19 11v9M3 12h4M10 16h4M17 9h4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
