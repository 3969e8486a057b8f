import * as Plot from "@observablehq/plot";
import type { Axis } from "./axis.js";
import { type DrawingElement, element } from "./document.js";
import type { Frame } from "./frame.js";
import { axisInk, mutedInk, paper } from "./palette.js";
import type { HorizontalReference, SlopeReference, VerticalReference } from "./reference.js";
import { fitText, formatNumber, textWidth } from "./text.js";

const labelSize = 12.5;

/** The dashed line of a horizontal reference. */
export function drawHorizontal({ y }: HorizontalReference): Plot.Markish {
  return Plot.ruleY([y], { stroke: axisInk, strokeWidth: 1.2, strokeDasharray: "4 3", clip: true });
}

/** A vertical reference and its name, above the plotting area. */
export function drawVertical(
  { x, name = formatNumber(x) }: VerticalReference,
  frame: Frame,
): { mark: Plot.Markish; label: DrawingElement } {
  const label = fitText(name, labelSize, frame.width - 8);
  const half = textWidth(label, labelSize) / 2;
  const middle = Math.min(Math.max(frame.pixelX(x), half + 4), frame.width - half - 4);
  const place = { x: middle.toFixed(1), y: frame.top - 5, "text-anchor": "middle" };
  return {
    mark: Plot.ruleX([x], { stroke: axisInk, strokeWidth: 1.2, strokeDasharray: "4 3", clip: true }),
    label: element("text", { ...place, fill: mutedInk, "font-size": labelSize }, label),
  };
}

/**
 * A slope and its name, written along it on the side where the nearest of the data, given in pixels, is not; nothing where
 * the line misses the plotting area.
 */
export function drawSlope(
  reference: SlopeReference,
  frame: Frame,
  data: Iterable<readonly [number, number]>,
): { mark: Plot.Markish; label: DrawingElement } | undefined {
  const ends = slopeEnds(reference, frame);
  if (ends === undefined) return undefined;
  const [[x1, y1], [x2, y2]] = ends;
  const along = 0.8;
  const [dx, dy] = [frame.pixelX(x2) - frame.pixelX(x1), frame.pixelY(y2) - frame.pixelY(y1)];
  const x = frame.pixelX(x1) + along * dx;
  const y = frame.pixelY(y1) + along * dy;
  let nearest = Number.POSITIVE_INFINITY;
  let dataBelow = false;
  for (const [pixelX, pixelY] of data) {
    const distance = Math.hypot(pixelX - x, pixelY - y);
    if (distance >= nearest) continue;
    nearest = distance;
    dataBelow = (pixelY - y) * dx > (pixelX - x) * dy;
  }
  const look = { "text-anchor": "middle", fill: mutedInk, "font-size": labelSize };
  const halo = { stroke: paper, "stroke-width": 4, "stroke-linejoin": "round", "paint-order": "stroke" };
  const turn = `rotate(${((180 / Math.PI) * Math.atan2(dy, dx)).toFixed(1)},${x.toFixed(1)},${y.toFixed(1)})`;
  const place = { x: x.toFixed(1), y: (dataBelow ? y - 6 : y + 15).toFixed(1), transform: turn };
  return {
    mark: Plot.link([0], {
      x1: [x1],
      y1: [y1],
      x2: [x2],
      y2: [y2],
      stroke: axisInk,
      strokeWidth: 1.4,
      strokeDasharray: "5 4",
    }),
    label: element("text", { ...place, ...look, ...halo }, reference.name ?? `slope ${reference.slope}`),
  };
}

/** Where a slope enters and leaves the plotting area; undefined where it never does. */
export function slopeEnds(
  { slope, through, over }: SlopeReference,
  { x, y }: Pick<Frame, "x" | "y">,
): readonly [readonly [number, number], readonly [number, number]] | undefined {
  const onX = straightened(x);
  const onY = straightened(y);
  const [x0, y0] = [onX.to(through[0]), onY.to(through[1])];
  const span = (over ?? x.domain).map(onX.to) as [number, number];
  const limits = x.domain.map(onX.to) as [number, number];
  let low = Math.max(span[0], limits[0]);
  let high = Math.min(span[1], limits[1]);
  const [bottom, top] = y.domain.map(onY.to) as [number, number];
  if (slope === 0 && (y0 < bottom || y0 > top)) return undefined;
  if (slope !== 0) {
    const crossings = [x0 + (bottom - y0) / slope, x0 + (top - y0) / slope];
    low = Math.max(low, Math.min(...crossings));
    high = Math.min(high, Math.max(...crossings));
  }
  if (!(low < high)) return undefined;
  const point = (u: number) => [onX.from(u), onY.from(y0 + slope * (u - x0))] as const;
  return [point(low), point(high)];
}

function straightened({ scale }: Axis): { to: (value: number) => number; from: (u: number) => number } {
  if (scale === "log") return { to: Math.log10, from: (u) => 10 ** u };
  return { to: (value) => value, from: (u) => u };
}
