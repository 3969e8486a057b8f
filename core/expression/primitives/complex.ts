import type { Complex, Expression } from "../expression.js";
import { add, divide, multiply } from "./arithmetic.js";
import { abs, maximum, minimum, where } from "./comparison.js";
import { constant } from "./leaves.js";
import { log } from "./transcendental.js";

/** The imaginary part as a graph. */
export const imaginaryOf = (z: Complex): Expression => z.imaginary ?? constant(0, z.real.shape);

/** |z| = largest * sqrt(1 + ratio^2), in which nothing overflows: the larger of both parts, and the other relative to it. */
export function scaledModulus(z: Complex): { readonly largest: Expression; readonly ratio: Expression } {
  const [a, b] = [abs(z.real), abs(imaginaryOf(z))];
  const largest = maximum(a, b);
  return { largest, ratio: where(largest, divide(minimum(a, b), largest), 0) };
}

/** log |z|; on the real axis exactly log |Re z|. */
export function logModulus(z: Complex): Expression {
  const { largest, ratio } = scaledModulus(z);
  return add(log(largest), multiply(0.5, log(add(1, multiply(ratio, ratio)))));
}
