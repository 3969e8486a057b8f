import type { SplittingStage } from "./splitting.js";

/** Coefficients are given to about 16 digits, and sums over their products lose some of them. */
const ROUNDING = 1e-10;
/** Beyond this nobody has written a splitting down, and the number of words grows as 2^order. */
const HIGHEST = 10;

/**
 * The order of a list of drifts and kicks on every separable system, from its coefficients alone. With the drifts' and
 * kicks' Lie derivatives A and B the step is a product of exponentials, a power series in words such as ABBA; it has order p
 * where every word of length n up to p has the coefficient 1/n!, which is that of the exact flow exp(h (A + B)).
 *
 * On systems with a quadratic kinetic energy a method may have a higher order, because there some commutators vanish.
 */
export function splittingOrder(stages: readonly SplittingStage[]): number {
  const products = wordCoefficients(stages, HIGHEST);
  let factorial = 1;
  for (let length = 1; length <= HIGHEST; length++) {
    factorial *= length;
    const words = products.subarray(2 ** length - 1, 2 ** (length + 1) - 1);
    if (words.some((coefficient) => Math.abs(coefficient - 1 / factorial) > ROUNDING)) return length - 1;
  }
  return HIGHEST;
}

/**
 * The coefficients of all words in the product of the stages' exponentials, up to a length. The word of the letters
 * l_1 ... l_n, drifts 1 and kicks 0, stands at 2^n - 1 + its letters read as a binary number.
 */
function wordCoefficients(stages: readonly SplittingStage[], longest: number): Float64Array {
  let series = new Float64Array(2 ** (longest + 1) - 1);
  series[0] = 1;
  for (const { part, coefficient } of stages) {
    const letter = part === "drift" ? 1 : 0;
    const next = new Float64Array(series.length);
    for (let length = 0; length <= longest; length++) {
      for (let word = 0; word < 2 ** length; word++) {
        let term = series[2 ** length - 1 + word] as number;
        let longer = word;
        for (let count = 0; term !== 0 && length + count <= longest; longer = 2 * longer + letter) {
          const at = 2 ** (length + count) - 1 + longer;
          next[at] = (next[at] as number) + term;
          count++;
          term *= coefficient / count;
        }
      }
    }
    series = next;
  }
  return series;
}
