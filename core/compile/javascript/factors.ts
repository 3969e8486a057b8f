import { apply, type Expression, topologicalOrder } from "../../expression/expression.js";
import { multiply, multiplyPrimitive } from "../../expression/primitives/arithmetic.js";
import { constantValue } from "../../expression/primitives/leaves.js";
import { isScalar, isSymbol } from "./nodes.js";

/**
 * Regroups products so that what does not change in a loop is multiplied first, and once: 2 * (k * x) * h becomes
 * (2 * k * h) * x. The values change by rounding only. It works on the program of one trajectory, so that a batch still
 * equals its members.
 *
 * @param isFixed whether a symbol keeps its value in all steps
 */
export function gatherFixedFactors(
  outputs: readonly Expression[],
  isFixed: (symbol: Expression) => boolean,
): Expression[] {
  const order = topologicalOrder(outputs);
  const uses = new Map<Expression, number>();
  const count = (node: Expression): void => {
    uses.set(node, (uses.get(node) ?? 0) + 1);
  };
  for (const node of order) node.operands.forEach(count);
  outputs.forEach(count);
  const fixed = new Set<Expression>();
  for (const node of order) {
    if (isSymbol(node) ? isFixed(node) : node.operands.every((operand) => fixed.has(operand))) fixed.add(node);
  }
  const factorsOf = (node: Expression): Expression[] =>
    node.operands.flatMap((operand) =>
      operand.primitive === multiplyPrimitive && uses.get(operand) === 1 ? factorsOf(operand) : [operand],
    );
  const results = new Map<Expression, Expression>();
  const result = (node: Expression): Expression => results.get(node) as Expression;
  for (const node of order) {
    const rebuilt = (): Expression => {
      const operands = node.operands.map(result);
      return operands.every((operand, k) => operand === node.operands[k])
        ? node
        : apply(node.primitive, operands, node.attributes);
    };
    if (node.primitive !== multiplyPrimitive || fixed.has(node)) {
      results.set(node, rebuilt());
      continue;
    }
    const factors = factorsOf(node);
    const first = factors.filter((factor) => isFirst(factor, node, fixed));
    if (first.length < 2) {
      results.set(node, rebuilt());
      continue;
    }
    const rest = factors.filter((factor) => !isFirst(factor, node, fixed));
    results.set(node, multiply(product(first.map(result)), product(rest.map(result))));
  }
  return outputs.map(result);
}

/** Numbers that are the same in all steps, or for all entries of an array. */
const isFirst = (factor: Expression, node: Expression, fixed: ReadonlySet<Expression>): boolean =>
  constantValue(factor) !== undefined || (isScalar(factor) && (fixed.has(factor) || !isScalar(node)));

const product = (factors: readonly Expression[]): Expression => factors.reduce((p, q) => multiply(p, q));
