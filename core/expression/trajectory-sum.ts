import { type Expression, isNode, sameShape } from "./expression.js";
import {
  add,
  addPrimitive,
  divide,
  dividePrimitive,
  multiply,
  multiplyPrimitive,
  negate,
  negatePrimitive,
  subtract,
  subtractPrimitive,
} from "./primitives/arithmetic.js";
import { matmul, matmulPrimitive } from "./primitives/matmul.js";
import { reshape, reshapePrimitive, transpose, transposePrimitive } from "./primitives/rearrangement.js";
import { sum } from "./primitives/sum.js";

/**
 * Sums a batched expression over its leading trajectory axis. The sum is drawn through linear operations, so that a sum of
 * outer products becomes one matrix product, and a difference of products with a common factor becomes the product of a
 * difference: half the work, and the small difference of two phases is taken before it can cancel.
 */
export function sumOverTrajectories(a: Expression): Expression {
  const [first, second] = a.operands as [Expression, Expression];
  const { primitive } = a;
  const batched = (operand: Expression): boolean => sameShape(operand.shape, a.shape);
  if (primitive === negatePrimitive) return negate(sumOverTrajectories(first));
  if ((primitive === addPrimitive || primitive === subtractPrimitive) && batched(first) && batched(second)) {
    const combine = primitive === addPrimitive ? add : subtract;
    return factored(combine, sumOverTrajectories(first), sumOverTrajectories(second));
  }
  if (primitive === multiplyPrimitive && first.shape.length === 0) return multiply(first, sumOverTrajectories(second));
  if (primitive === multiplyPrimitive && second.shape.length === 0) return multiply(sumOverTrajectories(first), second);
  if (primitive === dividePrimitive && second.shape.length === 0) return divide(sumOverTrajectories(first), second);
  if (isNode(a, reshapePrimitive) && first.shape.length > 0 && first.shape[0] === a.shape[0]) {
    return reshape(sumOverTrajectories(first), a.shape.slice(1));
  }
  if (isNode(a, transposePrimitive) && a.attributes.axes[0] === 0) {
    return transpose(
      sumOverTrajectories(first),
      a.attributes.axes.slice(1).map((axis) => axis - 1),
    );
  }
  return sum(a, [0]);
}

/** A B + C B = (A + C) B and A B + A C = A (B + C), also for differences. */
function factored(combine: typeof add, a: Expression, b: Expression): Expression {
  if (a.primitive === matmulPrimitive && b.primitive === matmulPrimitive && a.shape.length === 2) {
    const [p, q] = a.operands as [Expression, Expression];
    const [r, s] = b.operands as [Expression, Expression];
    if (q === s) return matmul(combine(p, r), q);
    if (p === r) return matmul(p, combine(q, s));
  }
  return combine(a, b);
}
