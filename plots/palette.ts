/**
 * Colours of every figure. Series follow Okabe and Ito's set, told apart under each common form of colour blindness
 * (K. Okabe and M. Ito, "Color Universal Design", 2008), without its yellow, which is too faint for a line on white.
 */
export const paper = "#ffffff";
export const ink = "#1b1f24";
export const mutedInk = "#57606a";
export const axisInk = "#8c959f";
export const gridInk = "#e4e7eb";

const seriesColors = ["#0072b2", "#d55e00", "#009e73", "#aa4499", "#e69f00", "#56b4e9", "#6b6b6b"] as const;
const dashes = [undefined, "6 3", "2 3", "8 3 2 3"] as const;

/** Counterparts on a dark page, so that an inlined figure can follow its reader's colour scheme. */
export const darkCounterparts: ReadonlyMap<string, string> = new Map([
  [paper, "#16191d"],
  [ink, "#e6e9ed"],
  [mutedInk, "#a3acb7"],
  [axisInk, "#6e7781"],
  [gridInk, "#2b3036"],
  ["#0072b2", "#4aa8e0"],
  ["#d55e00", "#ff8f4a"],
  ["#009e73", "#2fc79b"],
  ["#aa4499", "#d987cd"],
  ["#e69f00", "#f0b429"],
  ["#56b4e9", "#8fd0f5"],
  ["#6b6b6b", "#b0b0b0"],
]);

/** The colour of series `index`; colours repeat after seven, and {@link seriesDash} then tells series apart. */
export function seriesColor(index: number): string {
  return seriesColors[index % seriesColors.length] as string;
}

/** The dash pattern of series `index`, or undefined for a solid line; a series asked to be dashed is never solid. */
export function seriesDash(index: number, dashed = false): string | undefined {
  return dashes[(Math.floor(index / seriesColors.length) + (dashed ? 1 : 0)) % dashes.length];
}
