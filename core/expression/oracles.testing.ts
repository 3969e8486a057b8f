import { evaluate } from "../compile/interpreter/evaluate.js";
import type { RandomStream } from "../random.js";
import { type Complex, type Expression, sizeOf } from "./expression.js";
import { multiply } from "./primitives/arithmetic.js";
import { symbol, symbolName } from "./primitives/leaves.js";
import { complexify } from "./transform.js";

/** Independent ways to differentiate graphs, which the tests hold the derivative graphs to. */

/** Flat values by symbol name. */
export type Values = Readonly<Record<string, Float64Array>>;

/** The name of a symbol. */
export const nameOf = (expression: Expression): string => symbolName(expression) as string;

/** A symbol of the same shape under a primed name, for directions and imaginary parts. */
export const companion = (expression: Expression, mark = "'"): Expression =>
  symbol(nameOf(expression) + mark, expression.shape);

/** Uniform numbers in [low, high). */
export const uniforms = (random: RandomStream, size: number, low = -1, high = 1): Float64Array =>
  Float64Array.from({ length: size }, () => low + (high - low) * random.nextUniform());

/** Uniform numbers in [-1, 1) for each of the symbols. */
export const drawValues = (random: RandomStream, symbols: readonly Expression[]): Values =>
  Object.fromEntries(symbols.map((each) => [nameOf(each), uniforms(random, sizeOf(each.shape))]));

/** The same values under the names of the companions. */
export const asCompanions = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name}'`, value]));

/** Each direction that moves one entry of one of the symbols. */
export function* basisDirections(
  symbols: readonly Expression[],
): Generator<{ name: string; entry: number; values: Values }> {
  const zeros = (): Record<string, Float64Array> =>
    Object.fromEntries(symbols.map((each) => [nameOf(each), new Float64Array(sizeOf(each.shape))]));
  for (const each of symbols) {
    for (let entry = 0; entry < sizeOf(each.shape); entry++) {
      const values = zeros();
      (values[nameOf(each)] as Float64Array)[entry] = 1;
      yield { name: nameOf(each), entry, values };
    }
  }
}

/** A directional derivative: the outputs' tangents at some values along some direction. */
export type Tangents = (values: Values, direction: Values) => Float64Array[];

/** Im f(x + i h v) / h: no difference is taken, so the result is exact to rounding. */
export function complexStep(outputs: readonly Expression[], symbols: readonly Expression[], step = 1e-25): Tangents {
  const continued = complexify(
    outputs,
    new Map<Expression, Complex>(
      symbols.map((each) => [each, { real: each, imaginary: multiply(step, companion(each)) }]),
    ),
  ).map(({ imaginary }) => imaginary);
  return (values, direction) =>
    evaluate(continued, { ...values, ...asCompanions(direction) }).map((tangent) =>
      tangent.map((entry) => entry / step),
    );
}

/** Central differences at steps h, h/2 and h/4, extrapolated to an error of sixth order. */
export function richardson(outputs: readonly Expression[], step = 1e-2): Tangents {
  return (values, direction) => {
    const moved = (by: number): Float64Array[] =>
      evaluate(
        outputs,
        Object.fromEntries(
          Object.entries(values).map(([name, value]) => [
            name,
            value.map((entry, k) => entry + by * (direction[name]?.[k] ?? 0)),
          ]),
        ),
      );
    const slopes = [step, step / 2, step / 4].map((h) => {
      const [ahead, behind] = [moved(h), moved(-h)];
      return ahead.map((value, k) => value.map((entry, j) => (entry - (behind[k]?.[j] as number)) / (2 * h)));
    }) as [Float64Array[], Float64Array[], Float64Array[]];
    return slopes[2].map((finest, k) =>
      finest.map((fine, j) => {
        const [coarse, middle] = [slopes[0][k]?.[j] as number, slopes[1][k]?.[j] as number];
        const [first, second] = [(4 * middle - coarse) / 3, (4 * fine - middle) / 3];
        return (16 * second - first) / 15;
      }),
    );
  };
}

/** Largest difference between two lists of arrays, relative to max(1, the largest entry). */
export function gap(found: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[]): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let scale = 1;
  let largest = 0;
  found.forEach((array, k) => {
    const other = expected[k] as ArrayLike<number>;
    if (array.length !== other.length) largest = Number.POSITIVE_INFINITY;
    for (let j = 0; j < array.length; j++) {
      const [a, b] = [array[j] as number, other[j] as number];
      if (Object.is(a, b)) continue;
      const difference = Math.abs(a - b);
      largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(largest, difference);
      scale = Math.max(scale, Math.abs(b));
    }
  });
  return largest / scale;
}

/** Sum of products of all entries. */
export function innerProduct(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  return a.reduce((total, array, k) => array.reduce((sum, entry, j) => sum + entry * (b[k]?.[j] as number), total), 0);
}
