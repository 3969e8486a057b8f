import { InputError } from "../core/errors.js";
import type { Axis } from "./axis.js";

/** A level on the y axis, such as chance accuracy. */
export interface HorizontalReference {
  readonly y: number;
  /** Default: the level. */
  readonly name?: string;
}

/** A position on the x axis, such as the time of an event. */
export interface VerticalReference {
  readonly x: number;
  /** Default: the position. */
  readonly name?: string;
}

/**
 * A line that is straight on the axes as drawn. Between two log axes it is the power law y = y0 (x / x0)^slope, against
 * which the order of a method is read; a log axis alone counts in decades.
 */
export interface SlopeReference {
  readonly slope: number;
  /** A point (x0, y0) of the line. */
  readonly through: readonly [number, number];
  /** The part of the x axis it spans, by default all. */
  readonly over?: readonly [number, number];
  /** Default: `slope p`. */
  readonly name?: string;
}

/** A guide to read a chart against. */
export type Reference = HorizontalReference | VerticalReference | SlopeReference;

/** Splits references into those that lie on one axis, whose place the chart must show, and slopes. */
export function sortReferences(references: readonly Reference[]): {
  horizontal: HorizontalReference[];
  vertical: VerticalReference[];
  slopes: SlopeReference[];
} {
  return {
    horizontal: references.filter((reference) => "y" in reference),
    vertical: references.filter((reference) => "x" in reference),
    slopes: references.filter((reference) => "slope" in reference),
  };
}

/**
 * Checks references against the axes they are drawn on.
 * @throws InputError when a number is not finite, or not positive on a log axis.
 */
export function checkReferences(
  references: readonly Reference[],
  scales: { x: Axis["scale"]; y: Axis["scale"] },
): void {
  const demand = (field: string, value: number, scale: Axis["scale"]) => {
    if (Number.isFinite(value) && (scale === "linear" || value > 0)) return;
    const expected = scale === "log" ? "a positive number on a log axis" : "a finite number";
    throw new InputError({ field: `references ${field}`, given: String(value), expected });
  };
  const { horizontal, vertical, slopes } = sortReferences(references);
  for (const { y } of horizontal) demand("y", y, scales.y);
  for (const { x } of vertical) demand("x", x, scales.x);
  for (const { slope, through, over = [] } of slopes) {
    demand("slope", slope, "linear");
    demand("through[0]", through[0], scales.x);
    demand("through[1]", through[1], scales.y);
    over.forEach((x, i) => {
      demand(`over[${i}]`, x, scales.x);
    });
  }
}
