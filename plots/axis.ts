import { InputError } from "../core/errors.js";
import { formatFixed } from "./text.js";

/** One axis of a chart. */
export interface AxisOptions {
  /** Quantity and unit, such as `energy (J)`. */
  readonly label: string;
  /** Default "linear". A log axis takes positive values only. */
  readonly scale?: "linear" | "log";
  /** Limits in ascending order; by default those of the data, a little widened. Data beyond them is cut off. */
  readonly domain?: readonly [number, number];
}

/** An axis with limits and ticks. */
export interface Axis {
  /** The label, with the power of ten that the tick labels leave out. */
  readonly label: string;
  readonly scale: "linear" | "log";
  readonly domain: readonly [number, number];
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
  /** Unlabelled ticks between the others. */
  readonly minorTicks: readonly number[];
}

/**
 * Checks an axis's own options.
 * @throws InputError when the domain is not ascending and finite, or not positive on a log axis.
 */
export function checkAxis(field: string, options: AxisOptions): void {
  const { domain, scale } = options;
  if (domain === undefined) return;
  const [low, high] = domain;
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new InputError({
      field: `${field}.domain`,
      given: `[${low}, ${high}]`,
      expected: "two finite limits, ascending",
    });
  }
  if (scale === "log" && low <= 0) {
    throw new InputError({
      field: `${field}.domain`,
      given: `[${low}, ${high}]`,
      expected: "positive limits on a log axis",
    });
  }
}

/**
 * Limits and ticks for data within `extent`.
 * @param room.padding Fraction of the extent added at either end where the domain is not given.
 * @param room.count About how many labelled ticks there is room for.
 * @param room.whole Whether ticks between whole numbers would make no sense, as with epochs; default false.
 */
export function makeAxis(
  options: AxisOptions,
  extent: readonly [number, number],
  room: { readonly padding: number; readonly count: number; readonly whole?: boolean },
): Axis {
  const { padding, count, whole = false } = room;
  if (options.scale === "log") return logAxis(options, options.domain ?? padLog(extent, padding), count);
  const leastStep = whole ? 1 : 0;
  const domain = options.domain ?? snapToTicks(padLinear(extent, padding), count, leastStep);
  return linearAxis(options, domain, count, leastStep);
}

/** Where a value lies between the axis's limits: 0 at the lower, 1 at the upper. */
export function axisPosition(axis: Pick<Axis, "scale" | "domain">, value: number): number {
  const [low, high] = axis.domain;
  if (axis.scale === "log") return Math.log(value / low) / Math.log(high / low);
  return (value - low) / (high - low);
}

function padLinear([low, high]: readonly [number, number], padding: number): readonly [number, number] {
  if (low === high) {
    const half = low === 0 ? 1 : 0.1 * Math.abs(low);
    return [low - half, high + half];
  }
  const pad = padding * (high - low);
  return [low - pad, high + pad];
}

/** Moves limits out to the next tick where one is so near that the axis would seem to stop short of it. */
function snapToTicks(
  [low, high]: readonly [number, number],
  count: number,
  leastStep: number,
): readonly [number, number] {
  const step = Math.max(leastStep, niceStep(high - low, count));
  const reach = 0.02 * (high - low);
  const below = Math.floor(low / step) * step;
  const above = Math.ceil(high / step) * step;
  return [low - below < reach ? below : low, above - high < reach ? above : high];
}

function padLog([low, high]: readonly [number, number], padding: number): readonly [number, number] {
  const factor = low === high ? Math.sqrt(10) : (high / low) ** padding;
  return [low / factor, high * factor];
}

/** The step of 1, 2 or 5 times a power of ten that divides `span` into about `count` parts. */
function niceStep(span: number, count: number): number {
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const mantissa = raw / power;
  return power * (mantissa < Math.SQRT2 ? 1 : mantissa < Math.sqrt(10) ? 2 : mantissa < Math.sqrt(50) ? 5 : 10);
}

/** Multiples of a round step within the limits. */
export function niceValues(
  [low, high]: readonly [number, number],
  count: number,
  leastStep = 0,
): { values: number[]; step: number } {
  const step = Math.max(leastStep, niceStep(high - low, count));
  const slack = 1e-9;
  const values: number[] = [];
  for (let k = Math.ceil(low / step - slack); k <= high / step + slack; k++) {
    values.push(Math.min(high, Math.max(low, Number((k * step).toPrecision(12)))));
  }
  return { values, step };
}

function linearAxis(options: AxisOptions, domain: readonly [number, number], count: number, leastStep: number): Axis {
  const containsWhole = Math.floor(domain[1]) >= domain[0];
  const { values, step } = niceValues(domain, count, containsWhole ? leastStep : 0);
  const largest = Math.max(...values.map(Math.abs));
  const exponent = largest !== 0 && (largest < 1e-2 || largest >= 1e5) ? Math.floor(Math.log10(largest)) : 0;
  const unit = 10 ** exponent;
  const decimals = Math.min(12, Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9)));
  return {
    label: exponent === 0 ? options.label : withPower(options.label, exponent),
    scale: "linear",
    domain,
    ticks: values.map((value) => ({ value, text: formatFixed(value / unit, decimals) })),
    minorTicks: [],
  };
}

/** Puts a power of ten before the unit: `energy (J)` becomes `energy (10^-6 J)`. */
function withPower(label: string, exponent: number): string {
  const unit = /^(.*\S)\s*\(([^()]+)\)$/.exec(label);
  return unit === null ? `${label} (10^${exponent})` : `${unit[1]} (10^${exponent} ${unit[2]})`;
}

function logAxis(options: AxisOptions, domain: readonly [number, number], count: number): Axis {
  const [low, high] = domain;
  const slack = 1e-9;
  const first = Math.ceil(Math.log10(low) - slack);
  const last = Math.floor(Math.log10(high) + slack);
  const decades = last - first + 1;
  const plain = low >= 1e-2 && high <= 1e4;
  const base = { label: options.label, scale: "log" as const, domain };
  if (decades < 2) return { ...base, ...withinDecade(domain, first - 1, plain, count) };

  const stride = Math.ceil(decades / Math.max(2, count));
  const ticks: { value: number; text: string }[] = [];
  const minorTicks: number[] = [];
  for (let power = first - 1; power <= last; power++) {
    const value = 10 ** power;
    if (power >= first && power % stride === 0) ticks.push({ value, text: plain ? String(value) : `10^${power}` });
    else if (power >= first) minorTicks.push(value);
    for (let k = 2; k <= 9 && stride === 1; k++) if (k * value >= low && k * value <= high) minorTicks.push(k * value);
  }
  return { ...base, ticks, minorTicks };
}

/** Ticks where fewer than two powers of ten fit: 1, 2 and 5 times a power, or evenly spaced values in a narrow range. */
function withinDecade(
  domain: readonly [number, number],
  from: number,
  plain: boolean,
  count: number,
): Pick<Axis, "ticks" | "minorTicks"> {
  const [low, high] = domain;
  const ticks: { value: number; text: string }[] = [];
  for (let power = from; power <= from + 2; power++) {
    for (const mantissa of [1, 2, 5]) {
      const value = Number(`${mantissa}e${power}`);
      if (value < low || value > high) continue;
      ticks.push({ value, text: plain ? String(value) : `${mantissa === 1 ? "" : `${mantissa}\u00d7`}10^${power}` });
    }
  }
  if (ticks.length >= 3) return { ticks, minorTicks: [] };
  const power = plain ? 0 : Math.floor(Math.log10(high));
  const { values, step } = niceValues(domain, Math.min(count, 5));
  const decimals = Math.max(0, -Math.floor(Math.log10(step) - power + 1e-9));
  const suffix = power === 0 ? "" : `\u00d710^${power}`;
  return {
    ticks: values.map((value) => ({ value, text: `${formatFixed(value / 10 ** power, decimals)}${suffix}` })),
    minorTicks: [],
  };
}
