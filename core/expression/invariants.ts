import { apply, type Expression, isNode, topologicalOrder } from "./expression.js";
import { constantPrimitive, symbol, symbolPrimitive } from "./primitives/leaves.js";

const isLeaf = (node: Expression): boolean => isNode(node, symbolPrimitive) || isNode(node, constantPrimitive);

/** Moving entries costs little and products read them in place, so it is not worth a value of its own. */
const onlyMoves = (node: Expression): boolean =>
  node.primitive.form?.kind === "view" || node.primitive.form?.kind === "rearrangement";

/**
 * Splits off what does not change: every largest subexpression that depends on `fixed` symbols alone is replaced by a
 * symbol, so that it can be computed once instead of in every phase and step.
 *
 * @param fixed symbols that keep their value
 * @param known symbols given out so far, by the expression they stand for; new ones are added
 * @param label what the new symbols' names begin with
 * @returns the outputs in terms of the remaining symbols
 */
export function splitInvariants(
  outputs: readonly Expression[],
  fixed: ReadonlySet<Expression>,
  known: Map<Expression, Expression>,
  label = "invariant",
): Expression[] {
  const order = topologicalOrder(outputs);
  const invariant = new Set<Expression>();
  for (const node of order) {
    const own = isNode(node, symbolPrimitive)
      ? fixed.has(node)
      : node.operands.every((operand) => invariant.has(operand));
    if (own) invariant.add(node);
  }
  const results = new Map<Expression, Expression>();
  const symbolFor = (node: Expression): Expression => {
    if (isLeaf(node)) return node;
    if (onlyMoves(node)) return apply(node.primitive, node.operands.map(symbolFor), node.attributes);
    let given = known.get(node);
    if (given === undefined) {
      given = symbol(`[${label} ${known.size}]`, node.shape);
      known.set(node, given);
    }
    return given;
  };
  const result = (node: Expression): Expression =>
    invariant.has(node) ? symbolFor(node) : (results.get(node) as Expression);
  for (const node of order) {
    if (invariant.has(node)) continue;
    const operands = node.operands.map(result);
    const same = operands.every((operand, k) => operand === node.operands[k]);
    results.set(node, same ? node : apply(node.primitive, operands, node.attributes));
  }
  return outputs.map(result);
}
