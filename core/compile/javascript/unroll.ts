import { apply, type Expression, sizeOf, stridesOf, topologicalOrder } from "../../expression/expression.js";
import { add, divide, multiply, subtract } from "../../expression/primitives/arithmetic.js";
import { constant, symbol, symbolName } from "../../expression/primitives/leaves.js";
import type { EmissionLimits } from "./limits.js";

/**
 * Small systems run fastest as straight-line code over scalars, with the state in registers. This pass replaces every
 * array by its entries; entry k of the symbol q becomes the scalar symbol `q[k]`, a name no user can write.
 */

/** The scalar symbol of one entry. */
export const entrySymbol = (name: string, position: number): Expression => symbol(`${name}[${position}]`);

type Entries = readonly Expression[];

/** Positions in an operand for each entry of the broadcast result. */
function broadcastPositions(operand: Expression, node: Expression): number[] {
  const lead = node.shape.length - operand.shape.length;
  const own = stridesOf(operand.shape);
  const strides = stridesOf(node.shape);
  return Array.from({ length: sizeOf(node.shape) }, (_, flat) =>
    operand.shape.reduce((at, extent, axis) => {
      if (extent === 1) return at;
      const index = Math.floor(flat / (strides[lead + axis] as number)) % (node.shape[lead + axis] as number);
      return at + index * (own[axis] as number);
    }, 0),
  );
}

/** Runs a rearrangement on the numbers 1, 2, ... to see where each entry comes from; 0 is zero. */
function rearranged(node: Expression, entries: Entries): Entries {
  const numbers = Float64Array.from(entries, (_, k) => k + 1);
  const out = new Float64Array(sizeOf(node.shape));
  node.primitive.evaluate({ node, operands: [numbers], out });
  return Array.from(out, (source) => (source === 0 ? constant(0) : (entries[source - 1] as Expression)));
}

function accumulate(size: number, targets: readonly number[], entries: Entries): Entries {
  const totals = new Array<Expression>(size).fill(constant(0));
  targets.forEach((target, k) => {
    if (target >= 0) totals[target] = add(totals[target] as Expression, entries[k] as Expression);
  });
  return totals;
}

function summed(node: Expression, entries: Entries): Entries {
  const operand = node.operands[0] as Expression;
  const axes = node.attributes.axes as readonly number[];
  const strides = stridesOf(operand.shape);
  const kept = operand.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const out = stridesOf(node.shape);
  const targets = entries.map((_, flat) =>
    kept.reduce((at, axis, position) => {
      const index = Math.floor(flat / (strides[axis] as number)) % (operand.shape[axis] as number);
      return at + index * (out[position] as number);
    }, 0),
  );
  return accumulate(sizeOf(node.shape), targets, entries);
}

function product(node: Expression, left: Entries, right: Entries): Entries {
  const [m, n] = node.shape.slice(-2) as [number, number];
  const k = (node.operands[0] as Expression).shape.at(-1) as number;
  return Array.from({ length: sizeOf(node.shape) }, (_, flat) => {
    const slice = Math.floor(flat / (m * n));
    const row = Math.floor(flat / n) % m;
    let total: Expression = constant(0);
    for (let l = 0; l < k; l++) {
      const a = left[(slice * m + row) * k + l] as Expression;
      const b = right[(slice * k + l) * n + (flat % n)] as Expression;
      total = add(total, multiply(a, b));
    }
    return total;
  });
}

/** One or two unknowns by Cramer's rule; larger systems pivot and stay calls. */
function solved(node: Expression, matrix: Entries, right: Entries): Entries | undefined {
  if (node.shape.length !== 2) return undefined;
  const [n, columns] = node.shape as [number, number];
  if (n === 1) return right.map((entry) => divide(entry, matrix[0] as Expression));
  if (n !== 2) return undefined;
  const [a, b, c, d] = matrix as [Expression, Expression, Expression, Expression];
  const determinant = subtract(multiply(a, d), multiply(b, c));
  return right.map((_, flat) => {
    const column = flat % columns;
    const [p, q] = [right[column] as Expression, right[columns + column] as Expression];
    const numerator =
      flat < columns ? subtract(multiply(d, p), multiply(b, q)) : subtract(multiply(a, q), multiply(c, p));
    return divide(numerator, determinant);
  });
}

function unrollNode(node: Expression, operands: readonly Entries[]): Entries | undefined {
  const name = symbolName(node);
  const size = sizeOf(node.shape);
  if (name !== undefined) return Array.from({ length: size }, (_, k) => entrySymbol(name, k));
  const first = operands[0] as Entries;
  switch (node.primitive.name) {
    case "constant": {
      const out = new Float64Array(size);
      node.primitive.evaluate({ node, operands: [], out });
      return Array.from(out, (value) => constant(value));
    }
    case "scatterAdd":
      return accumulate(size, Array.from(node.attributes.table as Int32Array), first);
    case "solve":
      return solved(node, first, operands[1] as Entries);
    default:
  }
  switch (node.primitive.form?.kind) {
    case "elementwise": {
      const positions = node.operands.map((operand) => broadcastPositions(operand, node));
      return Array.from({ length: size }, (_, flat) =>
        apply(
          node.primitive,
          operands.map((entries, k) => entries[(positions[k] as number[])[flat] as number] as Expression),
          {},
        ),
      );
    }
    case "view":
    case "rearrangement":
      return rearranged(node, first);
    case "sum":
      return summed(node, first);
    case "matmul":
      return product(node, first, operands[1] as Entries);
    default:
      return undefined;
  }
}

/**
 * The entries of each output as scalar expressions, or `undefined` where an array or the program is too large, or where a
 * primitive has no form for entries.
 */
export function unroll(
  outputs: readonly Expression[],
  { unrolledExtent, unrolledNodes }: EmissionLimits,
): Entries[] | undefined {
  const order = topologicalOrder(outputs);
  if (order.some((node) => sizeOf(node.shape) > unrolledExtent)) return undefined;
  const results = new Map<Expression, Entries>();
  const distinct = new Set<Expression>();
  for (const node of order) {
    const entries = unrollNode(
      node,
      node.operands.map((operand) => results.get(operand) as Entries),
    );
    if (entries === undefined) return undefined;
    results.set(node, entries);
    for (const entry of entries) distinct.add(entry);
    // Some of them may turn out not to be needed.
    if (distinct.size > 4 * unrolledNodes) return undefined;
  }
  const unrolled = outputs.map((output) => results.get(output) as Entries);
  return topologicalOrder(unrolled.flat()).length > unrolledNodes ? undefined : unrolled;
}
