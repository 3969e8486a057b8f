import { type DrawingElement, element } from "./document.js";
import { axisInk, ink } from "./palette.js";
import { fitText, textWidth } from "./text.js";

/** One named thing in a figure and the look it has there. */
export interface LegendEntry {
  readonly name: string;
  readonly color: string;
  readonly dash?: string | undefined;
  /** Default "line". */
  readonly swatch?: "line" | "thin line" | "box";
}

const fontSize = 13;
const rowHeight = 20;
const swatchWidth = 20;
const gap = 7;

/** Breaks a legend into rows no wider than `width` pixels. */
export function legendRows(entries: readonly LegendEntry[], width: number): LegendEntry[][] {
  const fitted = entries.map((entry) => ({ ...entry, name: fitText(entry.name, fontSize, width - swatchWidth - gap) }));
  const rows: LegendEntry[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const entry of fitted) {
    if (used + entryWidth(entry) > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(entry);
    used += entryWidth(entry);
  }
  return rows;
}

/** Height in pixels of a legend of that many rows. */
export function legendHeight(rows: number): number {
  return rows * rowHeight;
}

function entryWidth(entry: LegendEntry): number {
  return swatchWidth + gap + textWidth(entry.name, fontSize) + 18;
}

/** Draws a legend from its upper left corner. */
export function drawLegend(rows: readonly (readonly LegendEntry[])[], left: number, top: number): DrawingElement {
  const group = element("g", { "font-size": fontSize });
  rows.forEach((row, index) => {
    let x = left;
    const y = top + rowHeight * (index + 0.5);
    for (const entry of row) {
      group.append(
        drawSwatch(entry, x, y),
        element("text", { x: x + swatchWidth + gap, y, dy: "0.35em", fill: ink }, entry.name),
      );
      x += entryWidth(entry);
    }
  });
  return group;
}

function drawSwatch({ color, dash, swatch = "line" }: LegendEntry, x: number, y: number): DrawingElement {
  if (swatch === "box") {
    return element("rect", {
      x: x + 3,
      y: y - 6,
      width: 14,
      height: 12,
      fill: color,
      "fill-opacity": 0.45,
      stroke: color,
    });
  }
  const width = swatch === "line" ? 2.2 : 1;
  return element("path", {
    d: `M${x},${y}h${swatchWidth}`,
    stroke: color,
    "stroke-width": width,
    "stroke-dasharray": dash,
    fill: "none",
  });
}

/** A name written to the right of the plot, level with the end of its line. */
export interface EndLabel extends LegendEntry {
  /** Where the line ends, in pixels from the top; undefined for a line of no point. */
  readonly y: number | undefined;
}

const labelSpacing = 17;

/** Width in pixels that labels of these names take beside the plot. */
export function endLabelsWidth(names: readonly string[]): number {
  return names.length === 0 ? 0 : 34 + Math.max(...names.map((name) => textWidth(name, fontSize)));
}

/** A name shortened so that {@link endLabelsWidth} is at most `width`. */
export function fitEndLabel(name: string, width: number): string {
  return fitText(name, fontSize, width - 34);
}

/** How many labels fit beside a plot of that height. */
export function endLabelsThatFit(height: number): number {
  return Math.floor(height / labelSpacing);
}

/** Writes names beside the plot, moved apart where lines end close together, each tied to its line by a short connector. */
export function drawEndLabels(labels: readonly EndLabel[], right: number, top: number, bottom: number): DrawingElement {
  const placed = spreadApart(
    labels.map((label) => label.y ?? bottom),
    labelSpacing,
    top,
    bottom,
  );
  const group = element("g", { "font-size": fontSize });
  labels.forEach(({ name, color, dash, y }, index) => {
    const labelY = placed[index] as number;
    if (y !== undefined) {
      const path = `M${right + 3},${y.toFixed(1)}L${right + 11},${labelY.toFixed(1)}H${right + 23}`;
      group.append(
        element("path", {
          d: path,
          stroke: color,
          "stroke-width": color === axisInk ? 1.2 : 2,
          "stroke-dasharray": dash,
          fill: "none",
        }),
      );
    }
    group.append(element("text", { x: right + 28, y: labelY.toFixed(1), dy: "0.35em", fill: ink }, name));
  });
  return group;
}

/**
 * Moves positions as little as needed so that neighbours are at least `spacing` apart within [low, high], in their order:
 * groups of crowded positions are centred on their mean.
 */
export function spreadApart(wanted: readonly number[], spacing: number, low: number, high: number): number[] {
  const order = wanted.map((_, i) => i).sort((i, j) => (wanted[i] as number) - (wanted[j] as number));
  const groups: { center: number; members: number[] }[] = [];
  const span = (members: readonly number[]) => (members.length - 1) * spacing;
  const clamp = (center: number, members: readonly number[]) =>
    Math.max(low + span(members) / 2, Math.min(high - span(members) / 2, center));
  for (const i of order) {
    let group = { center: clamp(wanted[i] as number, [i]), members: [i] };
    for (let previous = groups.at(-1); previous !== undefined; previous = groups.at(-1)) {
      if (previous.center + span(previous.members) / 2 + spacing <= group.center - span(group.members) / 2) break;
      groups.pop();
      const members = [...previous.members, ...group.members];
      const mean = members.reduce((sum, k) => sum + (wanted[k] as number), 0) / members.length;
      group = { center: clamp(mean, members), members };
    }
    groups.push(group);
  }
  const result = new Array<number>(wanted.length);
  for (const { center, members } of groups) {
    members.forEach((i, k) => {
      result[i] = center - span(members) / 2 + k * spacing;
    });
  }
  return result;
}
