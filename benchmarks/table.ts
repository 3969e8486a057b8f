import type { Measurement } from "./benchmark.js";

/** A time in the unit that suits it. */
export function timeText(nanoseconds: number): string {
  const units = ["ns", "us", "ms", "s"];
  let value = nanoseconds;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toPrecision(3)} ${units[unit]}`;
}

/** Times per unit, units per second and the ratio to the baseline, as text in columns. */
export function table(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ sizeName, variant, unit, nanosecondsPerUnit, ratio }) => [
    sizeName === "" ? variant : `${sizeName}  ${variant}`,
    timeText(nanosecondsPerUnit),
    `${(1e9 / nanosecondsPerUnit).toPrecision(3)} ${unit}/s`,
    `x ${ratio.toFixed(2)}`,
  ]);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length))) ?? [];
  return rows
    .map((row) =>
      row.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number),
      ),
    )
    .map((row) => `  ${row.join("  ")}`)
    .join("\n");
}
