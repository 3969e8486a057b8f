import { apply, type Complex, type Expression, topologicalOrder } from "./expression.js";
import { constant, symbol, symbolsOf } from "./primitives/leaves.js";
import { broadcast } from "./primitives/rearrangement.js";

/** Replacements of symbols (or of any subexpression). */
export type Replacements = ReadonlyMap<Expression, Expression>;

/** Rebuilds expressions with some nodes replaced; simplifications apply again on the way. */
export function substitute(outputs: readonly Expression[], replacements: Replacements): Expression[] {
  const results = new Map<Expression, Expression>(replacements);
  for (const node of topologicalOrder(outputs)) {
    if (results.has(node)) continue;
    const operands = node.operands.map((operand) => results.get(operand) as Expression);
    const same = operands.every((operand, k) => operand === node.operands[k]);
    results.set(node, same ? node : apply(node.primitive, operands, node.attributes));
  }
  return outputs.map((output) => results.get(output) as Expression);
}

/** {@link substitute} for one expression. */
export const substituteOne = (output: Expression, replacements: Replacements): Expression =>
  substitute([output], replacements)[0] as Expression;

/**
 * Analytic continuation: every symbol in `complexSymbols` is replaced by its complex value, and the outputs are returned
 * as real and imaginary graphs.
 *
 * @throws Error where a primitive on the way has no complex form, with its reason.
 */
export function complexify(
  outputs: readonly Expression[],
  complexSymbols: ReadonlyMap<Expression, Complex>,
): { readonly real: Expression; readonly imaginary: Expression }[] {
  const results = new Map<Expression, Complex>(complexSymbols);
  for (const node of topologicalOrder(outputs)) {
    if (results.has(node)) continue;
    const operands = node.operands.map((operand) => results.get(operand) as Complex);
    if (operands.every((operand, k) => operand.real === node.operands[k] && operand.imaginary === undefined)) {
      results.set(node, { real: node, imaginary: undefined });
      continue;
    }
    const rule = node.primitive.complex;
    if (typeof rule !== "function") throw new Error(`${node.primitive.name} has no complex form: ${rule.none}`);
    results.set(node, rule(node, operands));
  }
  return outputs.map((output) => {
    const { real, imaginary } = results.get(output) as Complex;
    return { real, imaginary: imaginary ?? constant(0, output.shape) };
  });
}

/**
 * The same expressions over `size` trajectories at once: symbols in `batched` are replaced by the given expressions with a
 * leading trajectory axis, all others are shared. Each output gets the leading axis, also where it is shared.
 */
export function batchExpressions(outputs: readonly Expression[], batched: Replacements, size: number): Expression[] {
  const results = new Map<Expression, Expression>(batched);
  for (const node of topologicalOrder(outputs)) {
    if (results.has(node)) continue;
    if (!node.operands.some((operand) => results.has(operand))) continue;
    const operands = node.operands.map((operand) => ({
      expression: results.get(operand) ?? operand,
      batched: results.has(operand),
    }));
    results.set(node, node.primitive.batch(node, operands, size));
  }
  return outputs.map((output) => results.get(output) ?? broadcast(output, [size, ...output.shape]));
}

/** {@link batchExpressions} with the per-trajectory symbols given by name: each keeps its name and gets the leading axis. */
export function batchByName(
  expressions: readonly Expression[],
  perTrajectory: ReadonlySet<string>,
  size: number,
): Expression[] {
  const batched = new Map<Expression, Expression>();
  for (const [name, plain] of symbolsOf(topologicalOrder(expressions))) {
    if (perTrajectory.has(name)) batched.set(plain, symbol(name, [size, ...plain.shape]));
  }
  return batchExpressions(expressions, batched, size);
}
