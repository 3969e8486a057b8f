import { type Expression, ShapeError, sameShape, topologicalOrder } from "./expression.js";
import { add } from "./primitives/arithmetic.js";
import { constant } from "./primitives/leaves.js";

const zeroLike = (a: Expression): Expression => constant(0, a.shape);

function checkShapes(what: string, of: readonly Expression[], given: readonly Expression[]): void {
  of.forEach((expression, k) => {
    const other = given[k];
    if (other === undefined || !sameShape(expression.shape, other.shape)) {
      const found = other === undefined ? "none" : `[${other.shape.join(", ")}]`;
      throw new ShapeError(`${what} ${k}: got ${found}, expected the shape [${expression.shape.join(", ")}]`);
    }
  });
}

/**
 * Reverse mode: J' w for the outputs' cotangents w, as graphs.
 *
 * @param cotangents one per output, of its shape
 * @param withRespectTo any nodes, mostly symbols; each counts as independent, also where one is computed from another
 * @returns one expression per entry of `withRespectTo`, of its shape
 */
export function transposedJacobianProduct(
  outputs: readonly Expression[],
  cotangents: readonly Expression[],
  withRespectTo: readonly Expression[],
): Expression[] {
  checkShapes("cotangent", outputs, cotangents);
  const wanted = new Set(withRespectTo);
  const order = topologicalOrder(outputs);
  const relevant = new Set<Expression>();
  for (const node of order) {
    if (wanted.has(node) || node.operands.some((operand) => relevant.has(operand))) relevant.add(node);
  }
  const accumulated = new Map<Expression, Expression>();
  const accumulate = (node: Expression, cotangent: Expression): void => {
    const known = accumulated.get(node);
    accumulated.set(node, known === undefined ? cotangent : add(known, cotangent));
  };
  outputs.forEach((output, k) => {
    if (relevant.has(output)) accumulate(output, cotangents[k] as Expression);
  });
  for (const node of order.reverse()) {
    const cotangent = accumulated.get(node);
    if (cotangent === undefined || wanted.has(node)) continue;
    // A node may have one operand twice, as x * x has: its contributions meet first, where they combine to 2 x.
    const contributions = new Map<Expression, Expression>();
    node.primitive.pullback(node, cotangent).forEach((contribution, k) => {
      const operand = node.operands[k] as Expression;
      if (contribution === undefined || !relevant.has(operand)) return;
      const known = contributions.get(operand);
      contributions.set(operand, known === undefined ? contribution : add(known, contribution));
    });
    for (const [operand, contribution] of contributions) accumulate(operand, contribution);
  }
  return withRespectTo.map((node) => accumulated.get(node) ?? zeroLike(node));
}

/**
 * Forward mode: J v for tangents v of some nodes (mostly symbols, each independent of the others), as graphs.
 *
 * @returns one expression per output, of its shape
 */
export function jacobianProduct(
  outputs: readonly Expression[],
  withRespectTo: readonly Expression[],
  directions: readonly Expression[],
): Expression[] {
  checkShapes("direction", withRespectTo, directions);
  const tangents = new Map<Expression, Expression>();
  withRespectTo.forEach((node, k) => {
    tangents.set(node, directions[k] as Expression);
  });
  for (const node of topologicalOrder(outputs)) {
    if (tangents.has(node) || !node.operands.some((operand) => tangents.has(operand))) continue;
    const tangent = node.primitive.pushforward(
      node,
      node.operands.map((operand) => tangents.get(operand)),
    );
    if (tangent !== undefined) tangents.set(node, tangent);
  }
  return outputs.map((output) => tangents.get(output) ?? zeroLike(output));
}

/**
 * The gradient of a scalar expression.
 *
 * @throws ShapeError where `scalar` is not a scalar
 */
export function gradient(scalar: Expression, withRespectTo: readonly Expression[]): Expression[] {
  if (scalar.shape.length !== 0) {
    throw new ShapeError(
      `gradient: expects a scalar, got the shape [${scalar.shape.join(", ")}]; sum over its entries`,
    );
  }
  return transposedJacobianProduct([scalar], [constant(1)], withRespectTo);
}

/** Hessian-vector product of a scalar by forward over reverse mode: d/ds of the gradient at x + s v. */
export function hessianProduct(
  scalar: Expression,
  withRespectTo: readonly Expression[],
  directions: readonly Expression[],
): Expression[] {
  return jacobianProduct(gradient(scalar, withRespectTo), withRespectTo, directions);
}
