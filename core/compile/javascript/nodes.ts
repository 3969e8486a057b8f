import { type Expression, isNode, type Shape, sizeOf } from "../../expression/expression.js";
import { constantPrimitive, symbolPrimitive } from "../../expression/primitives/leaves.js";
import { transposePrimitive } from "../../expression/primitives/rearrangement.js";
import type { Kernel } from "./schedule.js";

/** What generated code asks of single nodes. */

export const isScalar = (node: Expression): boolean => sizeOf(node.shape) === 1;
export const isSymbol = (node: Expression): boolean => isNode(node, symbolPrimitive);
export const isLeaf = (node: Expression): boolean => isSymbol(node) || isNode(node, constantPrimitive);
export const formOf = (node: Expression): string => node.primitive.form?.kind ?? "call";
export const isElementwise = (node: Expression): boolean => formOf(node) === "elementwise";
export const operandOf = (node: Expression): Expression => node.operands[0] as Expression;

/** The domain of a sum is its operand's shape, of anything else its own. */
export const domainOf = (node: Expression): Shape => (formOf(node) === "sum" ? operandOf(node).shape : node.shape);

/** The kind of kernel that computes a node. */
export function kindOf(node: Expression): Kernel["kind"] {
  const form = formOf(node);
  if (form === "matmul") return "product";
  if (form !== "elementwise" && form !== "view" && form !== "sum") return "call";
  return isScalar(form === "sum" ? operandOf(node) : node) ? "scalars" : "loops";
}

/** The order of kinds within a stage: a kernel may depend on kernels of lower rank of its own stage. */
export const rankOf = (kind: Kernel["kind"]): number => (kind === "scalars" ? 0 : kind === "loops" ? 2 : 1);

/** A transposition of the last two axes, which a matrix product reads by strides. */
export function isMatrixTranspose(node: Expression): boolean {
  if (!isNode(node, transposePrimitive)) return false;
  const { axes } = node.attributes;
  const [p, q] = axes.slice(-2);
  return (
    axes.length >= 2 &&
    p === axes.length - 1 &&
    q === axes.length - 2 &&
    axes.slice(0, -2).every((axis, k) => axis === k)
  );
}
