import { evaluate } from "./compile/interpreter/evaluate.js";
import { jacobianProduct, transposedJacobianProduct } from "./expression/derivatives.js";
import { type Expression, sameShape, sizeOf, topologicalOrder } from "./expression/expression.js";
import { constant, symbol } from "./expression/functions.js";
import {
  addPrimitive,
  multiplyPrimitive,
  negatePrimitive,
  subtractPrimitive,
} from "./expression/primitives/arithmetic.js";
import { constantValue, symbolsOf } from "./expression/primitives/leaves.js";
import { substitute } from "./expression/transform.js";
import { RandomStream } from "./random.js";

/** Whether any of the expressions contains any of the given symbols. */
export function dependsOn(expressions: readonly Expression[], symbols: readonly Expression[]): boolean {
  const sought = new Set(symbols);
  return topologicalOrder(expressions).some((node) => sought.has(node));
}

/** Fresh symbols of the shapes of `like`, for directions of derivatives; no block can have such a name. */
export const directionSymbols = (like: readonly Expression[]): Expression[] =>
  like.map(({ shape }, k) => symbol(`direction ${k}`, shape));

/** A random value for every symbol of the expressions, between 0.5 and 1.5 so that roots and logarithms exist. */
export function randomBindings(expressions: readonly Expression[], seed: number): Record<string, Float64Array> {
  const random = new RandomStream(seed);
  const bindings: Record<string, Float64Array> = {};
  for (const [name, { shape }] of symbolsOf(topologicalOrder(expressions))) {
    bindings[name] = Float64Array.from({ length: sizeOf(shape) }, () => 0.5 + random.nextUniform());
  }
  return bindings;
}

/**
 * Whether a linear map of `directions` (a Jacobian product as a graph) is diagonal: entry i of the outputs, counted through
 * all blocks, depends on entry i of the directions alone.
 *
 * Not-a-number marks dependence, as arithmetic passes it on (0 times it included). With the entries marked whose index has
 * bit b set, and again those where it is clear, entry i comes out marked exactly when it was marked itself, for every b, only
 * if it depends on no entry of another index; so 2 log2(n) evaluations prove it. Values that are not numbers for other
 * reasons make the answer "no".
 */
export function isDiagonal(outputs: readonly Expression[], directions: readonly Expression[]): boolean {
  const offsets: number[] = [];
  let size = 0;
  for (const { shape } of directions) {
    offsets.push(size);
    size += sizeOf(shape);
  }
  const bindings = randomBindings([...outputs, ...directions], 1);
  const marked = (pattern: (index: number) => boolean): boolean => {
    const inputs = { ...bindings };
    for (const [k, direction] of directions.entries()) {
      const name = direction.attributes.name as string;
      inputs[name] = Float64Array.from({ length: sizeOf(direction.shape) }, (_, i) =>
        pattern((offsets[k] as number) + i) ? Number.NaN : 1,
      );
    }
    return evaluate(outputs, inputs).every((values, k) =>
      values.every((value, i) => !Number.isNaN(value) || pattern((offsets[k] as number) + i)),
    );
  };
  if (!marked(() => false)) return false;
  for (let bit = 0; 2 ** bit < size; bit++) {
    const isSet = (index: number): boolean => Math.floor(index / 2 ** bit) % 2 === 1;
    if (!marked(isSet) || !marked((index) => !isSet(index))) return false;
  }
  return true;
}

/** The diagonal of a linear map that {@link isDiagonal}: its value at ones. */
export function diagonalOf(outputs: readonly Expression[], directions: readonly Expression[]): Expression[] {
  const ones = new Map(directions.map((direction) => [direction, constant(1, direction.shape)]));
  return substitute(outputs, ones);
}

/** An expression as a sum of other expressions with numbers before them: equal sums, written differently, are equal maps. */
function linearCombination(expression: Expression): ReadonlyMap<Expression, number> {
  const combination = new Map<Expression, number>();
  const pending: (readonly [Expression, number])[] = [[expression, 1]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [node, factor] = next;
    const { primitive, shape } = node;
    const [a, b] = node.operands as [Expression, Expression];
    const number = primitive === multiplyPrimitive && sameShape(b.shape, shape) ? constantValue(a) : undefined;
    const whole = node.operands.every((operand) => sameShape(operand.shape, shape));
    if (whole && primitive === addPrimitive) pending.push([a, factor], [b, factor]);
    else if (whole && primitive === subtractPrimitive) pending.push([a, factor], [b, -factor]);
    else if (primitive === negatePrimitive) pending.push([a, -factor]);
    else if (number !== undefined) pending.push([b, factor * number]);
    else combination.set(node, (combination.get(node) ?? 0) + factor);
  }
  return combination;
}

function sameCombination(a: Expression, b: Expression): boolean {
  const [left, right] = [linearCombination(a), linearCombination(b)];
  return [...new Set([...left.keys(), ...right.keys()])].every(
    (node) => (left.get(node) ?? 0) === (right.get(node) ?? 0),
  );
}

/** Whether a Jacobian's product and transposed product with a direction are the same sums of the same expressions. */
export function hasSameProducts(field: readonly Expression[], state: readonly Expression[]): boolean {
  const directions = directionSymbols(state);
  const product = jacobianProduct(field, state, directions);
  const transposed = transposedJacobianProduct(field, directions, state);
  return product.every((entry, k) => sameCombination(entry, transposed[k] as Expression));
}

/**
 * Whether the Jacobian of a field is symmetric as far as its graph shows it: it {@link hasSameProducts} on both sides, or it is
 * diagonal.
 */
export function hasSymmetricJacobian(field: readonly Expression[], state: readonly Expression[]): boolean {
  const directions = directionSymbols(state);
  return hasSameProducts(field, state) || isDiagonal(jacobianProduct(field, state, directions), directions);
}

/**
 * 1/mass by momentum block where the velocities are the momenta over constant masses, entry by entry: no dependence on the
 * coordinates or the time, linear in the momenta, diagonal, and zero at rest (looked at for random parameters). `undefined`
 * where that is not so.
 */
export function inverseMassOf(
  velocities: readonly Expression[],
  momenta: readonly Expression[],
  coordinates: readonly Expression[],
  time: Expression,
): Expression[] | undefined {
  if (dependsOn(velocities, [...coordinates, time])) return undefined;
  const directions = directionSymbols(momenta);
  const moved = jacobianProduct(velocities, momenta, directions);
  if (dependsOn(moved, momenta) || !isDiagonal(moved, directions)) return undefined;
  const atRest = substitute(velocities, new Map(momenta.map((momentum) => [momentum, constant(0, momentum.shape)])));
  const moves = [1, 2].some((seed) =>
    evaluate(atRest, randomBindings(atRest, seed)).some((velocity) => velocity.some((entry) => entry !== 0)),
  );
  return moves ? undefined : diagonalOf(moved, directions);
}

/** Whether two expressions of one shape agree, as far as random values of their symbols show it: to rounding, at two points. */
export function equalAtRandom(a: Expression, b: Expression): boolean {
  return [1, 2].every((seed) => {
    const [left, right] = evaluate([a, b], randomBindings([a, b], seed)) as [Float64Array, Float64Array];
    const scale = Math.max(...left.map(Math.abs), ...right.map(Math.abs), 1e-300);
    return left.every((value, k) => Math.abs(value - (right[k] as number)) <= 1e-12 * scale);
  });
}
