import * as Plot from "@observablehq/plot";
import { InputError } from "../core/errors.js";
import { type AxisOptions, checkAxis, niceValues } from "./axis.js";
import { drawablePoints } from "./decimate.js";
import { type DrawingElement, element } from "./document.js";
import type { Figure } from "./figure.js";
import { drawFrame, type Frame, type FrameOptions, layOutFrame } from "./frame.js";
import type { LegendEntry } from "./legend.js";
import { axisInk, ink, paper, seriesColor, seriesDash } from "./palette.js";
import { formatNumber } from "./text.js";
import { type FigureOptions, requireExtent, requireSameLength } from "./validate.js";

/** A path through the plane of two variables. */
export interface Trajectory {
  /** In the legend; unnamed trajectories share one colour. */
  readonly name?: string;
  readonly x: ArrayLike<number>;
  /** As many as x. Points that are not finite break the path. */
  readonly y: ArrayLike<number>;
}

/** Level lines of a function of the plane, such as the energy. */
export interface Contours {
  /** What the function is; default "energy". */
  readonly name?: string;
  /** The part of the plane to show at least, default the axis's domain; trajectories may enlarge it. */
  readonly x?: readonly [number, number];
  readonly y?: readonly [number, number];
  readonly value: (x: number, y: number) => number;
  /** The levels, or about how many evenly spaced ones; default 10. */
  readonly levels?: number | readonly number[];
}

/** A stationary point: a filled dot where stable, an open one where not. */
export interface Equilibrium {
  readonly x: number;
  readonly y: number;
  readonly stable: boolean;
}

/** What {@link phasePortrait} takes. */
export interface PhasePortraitOptions extends FigureOptions {
  readonly x: Omit<AxisOptions, "scale">;
  readonly y: Omit<AxisOptions, "scale">;
  readonly trajectories: readonly Trajectory[];
  readonly contours?: Contours;
  readonly equilibria?: readonly Equilibrium[];
  /** Whether one unit is equally long on both axes, as for positions in a plane; default false. */
  readonly equalAspect?: boolean;
}

/**
 * Trajectories in the plane of two variables, each with an arrow in the direction of time, over the level lines of a
 * function: for a conservative system they follow the lines of constant energy.
 * @throws InputError when there is no finite point, lengths differ, a range is not ascending, or a level is not finite.
 */
export function phasePortrait(options: PhasePortraitOptions): Figure {
  checkPhasePortrait(options);
  const { trajectories, contours, equilibria = [] } = options;
  const paths = colored(trajectories);
  const around = (axis: "x" | "y") => [
    ...trajectories.map((path) => path[axis]),
    equilibria.map((point) => point[axis]),
  ];
  const layOut = (legend: readonly LegendEntry[]): [FrameOptions, Frame] => {
    const frameOptions: FrameOptions = {
      height: 520,
      ...options,
      xExtent: requireExtent("trajectories", [...around("x"), contours?.x ?? options.x.domain ?? []]),
      yExtent: requireExtent("trajectories", [...around("y"), contours?.y ?? options.y.domain ?? []]),
      xPadding: contours?.x === undefined ? 0.05 : 0,
      yPadding: contours?.y === undefined ? 0.05 : 0,
      equalAspect: options.equalAspect ?? false,
      legend,
      beside: 0,
    };
    return [frameOptions, layOutFrame(frameOptions)];
  };
  const named = paths.filter((path) => path.name !== undefined) as (LegendEntry & Trajectory)[];
  const levels = contours === undefined ? undefined : contourLevels(contours, layOut(named)[1]);
  const legend =
    levels === undefined ? named : [...named, { name: levels.name, color: axisInk, swatch: "thin line" as const }];
  const [frameOptions, frame] = layOut(legend);
  const marks: Plot.Markish[] = [];
  if (contours !== undefined && levels !== undefined) marks.push(drawContours(contours, levels.values, frame));
  const arrows: DrawingElement[] = [];
  for (const path of paths) {
    const { x, y } = drawablePoints(path.x, path.y, frame.pixelX, frame.pixelY);
    const look = { stroke: path.color, strokeWidth: 1.8, strokeLinejoin: "round" as const, strokeDasharray: path.dash };
    marks.push(Plot.line(x, { x, y, ...look, clip: true }));
    const arrow = drawArrow(x.map(frame.pixelX), y.map(frame.pixelY), path.color, frame);
    if (arrow !== undefined) arrows.push(arrow);
  }
  for (const { x, y, stable } of equilibria) {
    marks.push(Plot.dot([0], { x: [x], y: [y], r: 4, fill: stable ? ink : paper, stroke: ink, strokeWidth: 1.5 }));
  }
  return drawFrame(frameOptions, frame, options.description ?? describe(options), marks, arrows);
}

function checkPhasePortrait({ x, y, trajectories, contours, equilibria = [] }: PhasePortraitOptions): void {
  checkAxis("x", x);
  checkAxis("y", y);
  trajectories.forEach((path, i) => {
    requireSameLength(
      path.name === undefined ? `trajectories[${i}]` : `trajectory "${path.name}"`,
      "y",
      path.y,
      path.x.length,
    );
  });
  equilibria.forEach((point, i) => {
    if (Number.isFinite(point.x) && Number.isFinite(point.y)) return;
    throw new InputError({
      field: `equilibria[${i}]`,
      given: `(${point.x}, ${point.y})`,
      expected: "two finite numbers",
    });
  });
  if (contours === undefined) return;
  checkAxis("contours.x", { label: "", domain: contours.x });
  checkAxis("contours.y", { label: "", domain: contours.y });
  const { levels = 10 } = contours;
  const numbers = typeof levels === "number" ? [levels] : levels;
  if (numbers.every(Number.isFinite) && (typeof levels !== "number" || levels >= 1)) return;
  throw new InputError({
    field: "contours.levels",
    given: String(levels),
    expected: "finite levels, or a count of at least 1",
  });
}

function colored(trajectories: readonly Trajectory[]): (Trajectory & Pick<LegendEntry, "color" | "dash">)[] {
  const several = trajectories.some((path) => path.name !== undefined);
  return trajectories.map((path, i) => ({
    ...path,
    color: seriesColor(several ? i : 0),
    dash: several ? seriesDash(i) : undefined,
  }));
}

function describe({ x, y, trajectories, contours }: PhasePortraitOptions): string {
  const names = trajectories.map((path) => path.name).filter((name) => name !== undefined);
  const over = contours === undefined ? "" : ` over level lines of the ${contours.name ?? "energy"}`;
  return `Trajectories in the plane of ${x.label} and ${y.label}${over}${names.length === 0 ? "" : `: ${names.join(", ")}`}.`;
}

function contourLevels(
  { levels = 10, name = "energy", value }: Contours,
  frame: Frame,
): { name: string; values: readonly number[] } {
  if (typeof levels !== "number") return { name: `${name}, level lines`, values: levels };
  const samples: number[] = [];
  const grid = 48;
  const [[left, right], [low, high]] = [frame.x.domain, frame.y.domain];
  for (let i = 0; i <= grid; i++) {
    for (let j = 0; j <= grid; j++) {
      samples.push(value(left + ((right - left) * i) / grid, low + ((high - low) * j) / grid));
    }
  }
  const [least, most] = requireExtent("contours.value", [samples]);
  if (least === most) return { name: `${name}, constant`, values: [] };
  const { values, step } = niceValues([least, most], levels);
  return { name: `${name}, level lines ${formatNumber(step)} apart`, values };
}

/** Level lines, sampled a little beyond the plotting area so that its edges do not show as lines. */
function drawContours({ value }: Contours, levels: readonly number[], frame: Frame): Plot.Markish {
  const beyond = ([low, high]: readonly [number, number]) =>
    [low - 0.02 * (high - low), high + 0.02 * (high - low)] as const;
  const [x1, x2] = beyond(frame.x.domain);
  const [y1, y2] = beyond(frame.y.domain);
  const look = { stroke: axisInk, strokeOpacity: 0.75, strokeWidth: 0.8, fill: ink, fillOpacity: 0.022 };
  return Plot.contour({ x1, x2, y1, y2, value, thresholds: [...levels], pixelSize: 4, ...look, clip: true });
}

/** An arrow head some way along a path, unless the path is too short or leaves the plotting area first. */
function drawArrow(
  x: readonly number[],
  y: readonly number[],
  color: string,
  frame: Frame,
): DrawingElement | undefined {
  const lengths = x.map((value, i) =>
    i === 0 ? 0 : Math.hypot(value - (x[i - 1] as number), (y[i] as number) - (y[i - 1] as number)),
  );
  const total = lengths.reduce((sum, length) => sum + (Number.isFinite(length) ? length : 0), 0);
  if (total < 12) return undefined;
  let remaining = Math.min(total / 2, 90);
  let i = 0;
  while (i < x.length - 1 && remaining > 0) {
    i++;
    if (Number.isFinite(lengths[i])) remaining -= lengths[i] as number;
  }
  const [fromX, fromY] = [x[i - 1] as number, y[i - 1] as number];
  const part = 1 + remaining / (lengths[i] as number);
  const tipX = fromX + part * ((x[i] as number) - fromX);
  const tipY = fromY + part * ((y[i] as number) - fromY);
  if (!(tipX > frame.left && tipX < frame.right && tipY > frame.top && tipY < frame.bottom)) return undefined;
  const angle = (180 / Math.PI) * Math.atan2((y[i] as number) - fromY, (x[i] as number) - fromX);
  const place = `translate(${tipX.toFixed(1)},${tipY.toFixed(1)}) rotate(${angle.toFixed(1)})`;
  return element("path", { d: "M5,0L-5,-4.5L-2.5,0L-5,4.5Z", transform: place, fill: color });
}
