import * as Plot from "@observablehq/plot";
import { type Axis, type AxisOptions, axisPosition, makeAxis } from "./axis.js";
import { type Attributes, DrawingDocument, type DrawingElement, element, raiseSuperscripts } from "./document.js";
import { createFigure, type Figure } from "./figure.js";
import { drawLegend, type LegendEntry, legendHeight, legendRows } from "./legend.js";
import { axisInk, gridInk, ink, mutedInk } from "./palette.js";
import { fitText, textWidth, wrapText } from "./text.js";
import { type FigureOptions, figureSize } from "./validate.js";

const edge = 14;
const titleSize = 16;
const labelSize = 13;
const labelLineHeight = 16;
const tickSize = 12;
const leastPlotHeight = 140;

/** The space of a chart: where its axes lie on the page. */
export interface Frame {
  readonly width: number;
  /** The height asked for, or more where a long legend would leave too little for the plot. */
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
  /** Edges of the plotting area in pixels. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  pixelX(value: number): number;
  pixelY(value: number): number;
}

/** What a chart says about its frame. */
export interface FrameOptions extends FigureOptions {
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  readonly xExtent: readonly [number, number];
  readonly yExtent: readonly [number, number];
  /** Fraction of the extent added at either end; default 0. */
  readonly xPadding?: number;
  readonly yPadding?: number;
  /** Whether x only takes whole numbers; default false. */
  readonly wholeX?: boolean;
  /** Whether one unit is equally long on both axes; default false. */
  readonly equalAspect?: boolean;
  readonly legend: readonly LegendEntry[];
  /** Width in pixels kept free beside the plotting area. */
  readonly beside: number;
  /** Height in pixels kept free between the y axis's label and the plotting area; default 0. */
  readonly above?: number;
}

/** Sets title, subtitle and legend; `height` is what they take. */
export function drawHeading(
  options: FigureOptions,
  width: number,
  legend: readonly LegendEntry[] = [],
): { readonly drawing: DrawingElement; readonly height: number } {
  const drawing = element("g", {});
  let y = edge;
  const write = (text: string, size: number, lineHeight: number, look: Attributes) => {
    for (const line of wrapText(text, size, width - 2 * edge)) {
      const fitted = fitText(line, size, width - 2 * edge);
      drawing.append(element("text", { x: edge, y: y + size, "font-size": size, ...look }, fitted));
      y += lineHeight;
    }
  };
  write(options.title, titleSize, 21, { fill: ink, "font-weight": 600 });
  if (options.subtitle !== undefined) write(options.subtitle, labelSize, 18, { fill: mutedInk });
  const rows = legendRows(legend, width - 2 * edge);
  if (rows.length > 0) {
    drawing.append(drawLegend(rows, edge, y + 6));
    y += 6 + legendHeight(rows.length);
  }
  return { drawing, height: y };
}

/** Finds axes and margins such that no label is cut off. */
export function layOutFrame(options: FrameOptions): Frame {
  const { width, height: wantedHeight } = figureSize(options);
  const heading = drawHeading(options, width, options.legend).height;
  const top = heading + 20 + labelHeight(options.y.label, width - 2 * edge) + (options.above ?? 0);
  const below = 38 + labelHeight(options.x.label, width - 2 * edge);
  const height = Math.max(wantedHeight, top + leastPlotHeight + below);
  const bottom = height - below;
  const rows = (bottom - top) / 48;
  const y = makeAxis(options.y, options.yExtent, { padding: options.yPadding ?? 0, count: rows });
  const left = edge + 8 + Math.max(...y.ticks.map((tick) => textWidth(tick.text, tickSize)), 12);
  const right = width - Math.max(options.beside, 24);
  const columns = (right - left) / 75;
  const room = { padding: options.xPadding ?? 0, count: columns, whole: options.wholeX ?? false };
  let axes = { x: makeAxis(options.x, options.xExtent, room), y };
  if (options.equalAspect) {
    const unit = Math.max(span(axes.x.domain) / (right - left), span(y.domain) / (bottom - top));
    const x = { ...options.x, domain: widened(axes.x.domain, unit * (right - left)) };
    const widenedY = { ...options.y, domain: widened(y.domain, unit * (bottom - top)) };
    axes = { x: makeAxis(x, x.domain, room), y: makeAxis(widenedY, widenedY.domain, { padding: 0, count: rows }) };
  }
  return {
    ...axes,
    width,
    height,
    left,
    right,
    top,
    bottom,
    pixelX: (value) => left + axisPosition(axes.x, value) * (right - left),
    pixelY: (value) => bottom - axisPosition(axes.y, value) * (bottom - top),
  };
}

function span([low, high]: readonly [number, number]): number {
  return high - low;
}

function widened([low, high]: readonly [number, number], width: number): readonly [number, number] {
  const middle = (low + high) / 2;
  return [middle - width / 2, middle + width / 2];
}

/** The height of an axis's label, with room for a power of ten put before its unit. */
function labelHeight(label: string, width: number): number {
  return labelLineHeight * wrapText(`${label} (10^-99)`, labelSize, width).length;
}

/**
 * Draws a chart.
 * @param marks What Observable Plot draws between the axes.
 * @param annotations What is drawn on top, in pixels.
 */
export function drawFrame(
  options: FrameOptions,
  frame: Frame,
  description: string,
  marks: readonly Plot.Markish[],
  annotations: readonly DrawingElement[],
): Figure {
  const { width, height } = frame;
  const content = element("g", { "text-anchor": "middle" });
  content.append(...drawPlot(frame, marks));
  const heading = drawHeading(options, width, options.legend).drawing;
  const labels = drawAxisLabels(frame, options.above ?? 0);
  const about = { title: options.title, description, width, height };
  return createFigure(about, [content, heading, ...labels, ...annotations]);
}

function drawAxisLabels({ width, left, right, top, bottom, x, y }: Frame, above: number): DrawingElement[] {
  const room = width - 2 * edge;
  const linesOf = (label: string) => wrapText(label, labelSize, room).map((line) => fitText(line, labelSize, room));
  const [linesX, linesY] = [linesOf(x.label), linesOf(y.label)];
  const look = { "font-size": labelSize, fill: mutedInk };
  const lowestY = top - above - 13;
  return [
    ...linesY.map((line, i) =>
      element("text", { x: edge, y: lowestY - labelLineHeight * (linesY.length - 1 - i), ...look }, line),
    ),
    ...linesX.map((line, i) => {
      const half = textWidth(line, labelSize) / 2;
      const middle = Math.min(Math.max((left + right) / 2, edge + half), width - edge - half);
      return element(
        "text",
        { x: middle, y: bottom + 40 + labelLineHeight * i, "text-anchor": "middle", ...look },
        line,
      );
    }),
  ];
}

function drawPlot(frame: Frame, marks: readonly Plot.Markish[]): DrawingElement[] {
  const { width, height, left, right, top, bottom, x, y } = frame;
  const ticksX = x.ticks.map((tick) => tick.value);
  const ticksY = y.ticks.map((tick) => tick.value);
  const look = { label: null, color: axisInk, fill: mutedInk, fontSize: tickSize };
  const minor = { label: null, color: axisInk, tickSize: 3, fill: "none" };
  const plot = Plot.plot({
    document: new DrawingDocument() as unknown as Document,
    width,
    height,
    marginLeft: left,
    marginRight: width - right,
    marginTop: top,
    marginBottom: height - bottom,
    x: { type: x.scale, domain: x.domain, axis: null },
    y: { type: y.scale, domain: y.domain, axis: null },
    marks: [
      Plot.gridX(ticksX, { stroke: gridInk, strokeOpacity: 1 }),
      Plot.gridY(ticksY, { stroke: gridInk, strokeOpacity: 1 }),
      Plot.ruleY([y.domain[0]], { stroke: axisInk }),
      Plot.axisX([...x.minorTicks], minor),
      Plot.axisY([...y.minorTicks], minor),
      Plot.axisX(ticksX, { ...look, text: x.ticks.map((tick) => tick.text) }),
      Plot.axisY(ticksY, { ...look, text: y.ticks.map((tick) => tick.text) }),
      ...marks,
    ],
  }) as unknown as DrawingElement;
  raiseSuperscripts(plot);
  nameClipPaths(plot);
  return plot.children.filter((child) => child.tagName !== "style");
}

/**
 * Plot numbers its clip paths from a global count. Named by the rectangle they keep, they are the same in every run, and
 * figures on one page share a name only where the rectangle is the same.
 */
function nameClipPaths(root: DrawingElement): void {
  const names = new Map<string, string>();
  for (const node of root.descendants()) {
    if (node.tagName !== "clipPath") continue;
    const sides = [...(node.children[0] as DrawingElement).attributes.values()];
    const name = `clip-${sides.map((side) => Math.round(100 * Number(side))).join("-")}`;
    names.set(`url(#${node.getAttribute("id")})`, `url(#${name})`);
    node.setAttribute("id", name);
  }
  for (const node of root.descendants()) {
    const name = names.get(node.getAttribute("clip-path") ?? "");
    if (name !== undefined) node.setAttribute("clip-path", name);
  }
}
