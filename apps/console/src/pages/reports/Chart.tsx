// Bars and columns, drawn here: the table below each says the same, so that a reader's program passes them by.
import "../../styles/reports.css";
import type { Bar } from "./told";

const HEIGHT = 160;

/** Bars below each other, each with its name and how much it is. What is below nothing goes the other way in red. */
export function Bars({ rows }: { rows: readonly Bar[] }) {
  const most = Math.max(...rows.map((row) => Math.abs(row.value)), 1);
  return (
    <div className="bars" aria-hidden="true">
      {rows.map((row, place) => (
        // Two may have the same name.
        <div key={`${row.label}${place}`} className="bars__row">
          <span className="bars__name">{row.label}</span>
          <svg className="bars__line" viewBox="0 0 100 10" preserveAspectRatio="none">
            <rect
              className={row.value < 0 ? "chart__below" : "chart__bar"}
              width={(Math.abs(row.value) * 100) / most}
              height="10"
            />
          </svg>
          <span className="bars__told">{row.told}</span>
        </div>
      ))}
    </div>
  );
}

/** Columns along time, with the first and the last moment below. */
export function Columns({ rows }: { rows: readonly Bar[] }) {
  const most = Math.max(...rows.map((row) => row.value), 1);
  const highest = rows.find((row) => row.value === most);
  return (
    <div className="columns" aria-hidden="true">
      <p className="muted">{highest?.told}</p>
      <svg
        className="columns__field"
        viewBox={`0 0 ${Math.max(rows.length, 7)} ${HEIGHT}`}
        preserveAspectRatio="none"
      >
        {rows.map((row, place) => {
          // By its place: a year's length has a day and month twice.
          const height = (Math.max(row.value, 0) * HEIGHT) / most;
          return (
            <rect
              key={place}
              className="chart__bar"
              x={place + 0.1}
              y={HEIGHT - height}
              width="0.8"
              height={height}
            >
              <title>{`${row.label}: ${row.told}`}</title>
            </rect>
          );
        })}
      </svg>
      <p className="columns__ends muted">
        <span>{rows[0]?.label}</span>
        <span>{rows.length > 1 ? rows.at(-1)?.label : ""}</span>
      </p>
    </div>
  );
}
