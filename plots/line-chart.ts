import * as Plot from "@observablehq/plot";
import { InputError } from "../core/errors.js";
import { type AxisOptions, checkAxis } from "./axis.js";
import { drawablePoints, type Polyline } from "./decimate.js";
import { drawHorizontal, drawSlope, drawVertical } from "./draw-reference.js";
import type { Figure } from "./figure.js";
import { drawFrame, type Frame, type FrameOptions, layOutFrame } from "./frame.js";
import {
  drawEndLabels,
  type EndLabel,
  endLabelsThatFit,
  endLabelsWidth,
  fitEndLabel,
  type LegendEntry,
} from "./legend.js";
import { axisInk, seriesColor, seriesDash } from "./palette.js";
import { checkReferences, type Reference, sortReferences } from "./reference.js";
import { formatNumber } from "./text.js";
import { type FigureOptions, figureSize, requireExtent, requirePositive, requireSameLength } from "./validate.js";

/** One line of a chart. */
export interface Series {
  /** Written beside the line's end; left out (or empty) where there is nothing to tell apart. */
  readonly name?: string;
  readonly x: ArrayLike<number>;
  /** As many as x. Points that are not finite break the line. */
  readonly y: ArrayLike<number>;
  readonly dashed?: boolean;
  /** Whether each point gets a dot; by default lines of at most 24 points do. */
  readonly points?: boolean;
  /** A shaded range about the line, such as a standard deviation to either side. */
  readonly band?: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> };
}

/** What {@link lineChart} takes. */
export interface LineChartOptions extends FigureOptions {
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  readonly series: readonly Series[];
  readonly references?: readonly Reference[];
}

/**
 * Lines over linear or logarithmic axes, each named at its end (above the chart where there is no room). Long lines are
 * thinned to what the picture can show, keeping every peak.
 * @throws InputError when there is no finite point, lengths differ, a domain is not ascending, or a log axis is given a
 *   value that is not positive (naming the series and index).
 */
export function lineChart(options: LineChartOptions): Figure {
  checkLineChart(options);
  const { series } = options;
  const { width, height } = figureSize(options);
  const { horizontal, vertical, slopes } = sortReferences(options.references ?? []);
  const lines = series.map((line, i) => {
    return { ...line, name: line.name ?? "", color: seriesColor(i), dash: seriesDash(i, line.dashed) };
  });
  const named = lines
    .filter((line) => line.name !== "")
    .map((line) => (isVisible(line) ? line : { ...line, name: `${line.name} (no value)` }));
  const mostBeside = 0.36 * width;
  const levels = horizontal.map(({ y, name = formatNumber(y) }) => ({
    name: fitEndLabel(name, mostBeside),
    level: y,
    color: axisInk,
    dash: "4 3",
  }));

  const allNames = [...named, ...levels].map((entry) => entry.name);
  const namesFit = endLabelsWidth(allNames) <= mostBeside && allNames.length <= endLabelsThatFit(height - 150);
  const frameOptions: FrameOptions = {
    ...options,
    xExtent: requireExtent("series", [...series.map((line) => line.x), vertical.map((reference) => reference.x)]),
    yExtent: requireExtent("series", [...series.flatMap(heights), horizontal.map((reference) => reference.y)]),
    xPadding: series.some(hasPoints) ? 0.03 : 0,
    yPadding: 0.05,
    wholeX: series.every((line) => Array.prototype.every.call(line.x, Number.isInteger)),
    above: vertical.length > 0 ? 16 : 0,
    legend: namesFit ? [] : named,
    beside: endLabelsWidth(namesFit ? allNames : levels.map((level) => level.name)),
  };
  const frame = layOutFrame(frameOptions);
  const endLabels: EndLabel[] = levels.map((level) => ({ ...level, y: frame.pixelY(level.level) }));
  if (namesFit) for (const line of named) endLabels.push({ ...line, y: endOf(line, frame) });
  const pixels = series.flatMap((line) => pixelsOf(line, frame));
  const crossing = [
    ...vertical.map((reference) => drawVertical(reference, frame)),
    ...slopes.map((reference) => drawSlope(reference, frame, pixels)).filter((drawn) => drawn !== undefined),
  ];
  return drawFrame(
    frameOptions,
    frame,
    options.description ?? describe(options),
    [
      ...horizontal.map(drawHorizontal),
      ...crossing.map(({ mark }) => mark),
      ...lines.flatMap((line) => drawLine(line, frame)),
    ],
    [...crossing.map(({ label }) => label), drawEndLabels(endLabels, frame.right, frame.top, frame.bottom)],
  );
}

type ColoredLine = Series & Pick<LegendEntry, "color" | "dash">;

function checkLineChart({ x, y, series, references = [] }: LineChartOptions): void {
  checkAxis("x", x);
  checkAxis("y", y);
  if (series.length === 0) throw new InputError({ field: "series", given: "none", expected: "at least one" });
  series.forEach((line, i) => {
    const owner = line.name ? `series "${line.name}"` : `series[${i}]`;
    const columns = { y: line.y, ...(line.band && { "band.low": line.band.low, "band.high": line.band.high }) };
    for (const [name, values] of Object.entries(columns)) {
      requireSameLength(owner, name, values, line.x.length);
      if (y.scale === "log") requirePositive(owner, name, values);
    }
    if (x.scale === "log") requirePositive(owner, "x", line.x);
  });
  checkReferences(references, { x: x.scale ?? "linear", y: y.scale ?? "linear" });
}

function heights(line: Series): ArrayLike<number>[] {
  return line.band === undefined ? [line.y] : [line.y, line.band.low, line.band.high];
}

function hasPoints(line: Series): boolean {
  return line.points ?? line.x.length <= 24;
}

function describe({ x, y, series, references = [] }: LineChartOptions): string {
  const names = [
    ...series.map((line) => line.name),
    ...sortReferences(references).slopes.map(({ slope }) => `a guide of slope ${slope}`),
  ];
  const list = names.filter(Boolean).join(", ");
  return `Line chart of ${y.label} against ${x.label}${list === "" ? "" : `: ${list}`}.`;
}

/** The height in pixels at which a line's name goes: that of its last point within the plotting area. */
function endOf(line: Series, frame: Frame): number | undefined {
  for (let i = line.x.length - 1; i >= 0; i--) {
    if (!isFinitePoint(line, i) || (line.x[i] as number) > frame.x.domain[1]) continue;
    return Math.min(frame.bottom, Math.max(frame.top, frame.pixelY(line.y[i] as number)));
  }
  return undefined;
}

function isFinitePoint({ x, y }: Series, index: number): boolean {
  return Number.isFinite(x[index]) && Number.isFinite(y[index]);
}

function isVisible(line: Series): boolean {
  return Array.prototype.some.call(line.x, (_, i) => isFinitePoint(line, i));
}

function pixelsOf(line: Series, frame: Frame): (readonly [number, number])[] {
  const { x, y } = drawablePoints(line.x, line.y, frame.pixelX, frame.pixelY);
  return x.map((value, i) => [frame.pixelX(value), frame.pixelY(y[i] as number)] as const);
}

function drawLine(line: ColoredLine, frame: Frame): Plot.Markish[] {
  const { color, dash, band } = line;
  const { x, y } = drawablePoints(line.x, line.y, frame.pixelX, frame.pixelY);
  const stroke = {
    stroke: color,
    strokeWidth: x.length > 2000 ? 1.2 : 1.9,
    strokeDasharray: dash,
    strokeLinejoin: "round" as const,
  };
  const marks: Plot.Markish[] = [];
  if (band !== undefined) {
    const outline = bandOutline(line.x, band.low, band.high, frame);
    marks.push(
      Plot.line(outline.x, {
        ...outline,
        curve: "linear-closed",
        fill: color,
        fillOpacity: 0.16,
        stroke: "none",
        clip: true,
      }),
    );
  }
  marks.push(Plot.line(x, { x, y, ...stroke, strokeLinecap: dash === undefined ? "round" : "butt", clip: true }));
  if (hasPoints(line))
    marks.push(Plot.dot(x, { x, y, r: 3.2, fill: color, filter: (_, i) => isInside(frame, x[i], y[i]) }));
  return marks;
}

/** The band as closed outlines, one for each stretch in which both limits are finite: along the lower, back along the upper. */
function bandOutline(x: ArrayLike<number>, low: ArrayLike<number>, high: ArrayLike<number>, frame: Frame): Polyline {
  const limit = (values: ArrayLike<number>, other: ArrayLike<number>) => {
    const masked = Array.from(values, (value, i) => (Number.isFinite(other[i]) ? value : Number.NaN));
    return pieces(drawablePoints(x, masked, frame.pixelX, frame.pixelY));
  };
  const upper = limit(high, low);
  const outline = limit(low, high).flatMap((piece, i) => [
    ...piece,
    ...[...(upper[i] ?? [])].reverse(),
    [Number.NaN, Number.NaN] as const,
  ]);
  return { x: outline.map((point) => point[0]), y: outline.map((point) => point[1]) };
}

function pieces({ x, y }: Polyline): (readonly [number, number])[][] {
  const result: (readonly [number, number])[][] = [[]];
  x.forEach((value, i) => {
    if (Number.isNaN(value)) result.push([]);
    else result.at(-1)?.push([value, y[i] as number]);
  });
  return result;
}

function isInside({ x, y }: Frame, atX = Number.NaN, atY = Number.NaN): boolean {
  return atX >= x.domain[0] && atX <= x.domain[1] && atY >= y.domain[0] && atY <= y.domain[1];
}
