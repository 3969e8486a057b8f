import { InputError } from "../core/errors.js";

/** What every figure takes. */
export interface FigureOptions {
  /** Said above the figure and to screen readers. A superscript is written `^n`, here and in every label. */
  readonly title: string;
  /** A second, quieter line. */
  readonly subtitle?: string;
  /** For readers who cannot see the figure; by default a sentence built from labels and names. */
  readonly description?: string;
  /** Width in pixels, default 720. */
  readonly width?: number;
  /** Height in pixels, default 440. */
  readonly height?: number;
}

/**
 * The figure's size, checked.
 * @throws InputError when a side is not between 160 and 10000 pixels.
 */
export function figureSize(options: FigureOptions): { width: number; height: number } {
  const size = { width: options.width ?? 720, height: options.height ?? 440 };
  for (const [field, value] of Object.entries(size)) {
    if (!(value >= 160 && value <= 10000)) {
      throw new InputError({ field, given: String(value), expected: "a number of pixels between 160 and 10000" });
    }
  }
  return size;
}

/**
 * Refuses coordinates of different lengths.
 * @throws InputError naming the series and both lengths.
 */
export function requireSameLength(owner: string, name: string, values: ArrayLike<number>, expected: number): void {
  if (values.length === expected) return;
  throw new InputError({
    field: `${owner} ${name}`,
    given: `${values.length} values`,
    expected: `${expected}, one for each x`,
  });
}

/**
 * Refuses what a logarithmic axis cannot show; values that are not finite are gaps and pass.
 * @throws InputError naming the series, the coordinate and the index.
 */
export function requirePositive(owner: string, name: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value > 0 || !Number.isFinite(value)) continue;
    throw new InputError({
      field: `${owner} ${name}[${i}]`,
      given: String(value),
      expected: "a positive number on a log axis",
      remedy: "leave the point out, or give NaN to break the line there",
    });
  }
}

/** Smallest and largest finite value over all lists; undefined where there is none. */
export function finiteExtent(lists: Iterable<ArrayLike<number>>): readonly [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of lists) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : undefined;
}

/**
 * {@link finiteExtent}, or an error where there is nothing to draw.
 * @throws InputError naming the field.
 */
export function requireExtent(field: string, lists: Iterable<ArrayLike<number>>): readonly [number, number] {
  const extent = finiteExtent(lists);
  if (extent === undefined)
    throw new InputError({ field, given: "no finite value", expected: "at least one point to draw" });
  return extent;
}
