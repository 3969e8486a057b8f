import {
  type Attributes,
  apply,
  type Expression,
  isNode,
  type Primitive,
  type Shape,
  ShapeError,
  sameShape,
  sizeOf,
  stridesOf,
} from "../expression.js";
import { divide, multiply } from "./elementwise.js";
import { constant, constantValue } from "./leaves.js";
import { linear } from "./linear.js";
import { batchedProductSum } from "./matmul.js";
import { broadcast, reshape } from "./rearrangement.js";

interface SumAttributes extends Attributes {
  /** Summed axes, ascending. */
  readonly axes: readonly number[];
}

/** The shape with summed axes kept as extents of one. */
const keptShape = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));

/** Sum over some axes, which disappear. */
export const sumPrimitive: Primitive<SumAttributes> = linear<SumAttributes>({
  name: "sum",
  shape(shape, { axes }) {
    axes.forEach((axis, k) => {
      if (shape[axis] === undefined) throw new ShapeError(`sum: [${shape.join(", ")}] has no axis ${axis}`);
      if (axis === axes[k - 1]) throw new ShapeError(`sum: axis ${axis} is given twice`);
    });
    return shape.filter((_, axis) => !axes.includes(axis));
  },
  evaluate({ node, operands, out }) {
    const operand = node.operands[0] as Expression;
    const from = operands[0] as Float64Array;
    const { axes } = node.attributes;
    const own = stridesOf(operand.shape);
    const kept = stridesOf(node.shape);
    const strides: number[] = [];
    let next = 0;
    operand.shape.forEach((_, axis) => {
      strides.push(axes.includes(axis) ? 0 : (kept[next++] as number));
    });
    out.fill(0);
    for (let flat = 0; flat < from.length; flat++) {
      let position = 0;
      for (let axis = 0; axis < own.length; axis++) {
        const index = Math.floor(flat / (own[axis] as number)) % (operand.shape[axis] as number);
        position += index * (strides[axis] as number);
      }
      out[position] = (out[position] as number) + (from[flat] as number);
    }
  },
  adjoint(node, cotangent) {
    const { shape } = node.operands[0] as Expression;
    return broadcast(reshape(cotangent, keptShape(shape, node.attributes.axes)), shape);
  },
  batched: (operand, node) =>
    sum(
      operand,
      node.attributes.axes.map((axis) => axis + 1),
    ),
  form: { kind: "sum" },
  simplify(of, { axes }) {
    if (axes.length === 0) return of;
    const value = constantValue(of);
    const summed = axes.reduce((count, axis) => count * (of.shape[axis] as number), 1);
    if (value !== undefined) {
      return constant(
        value * summed,
        of.shape.filter((_, axis) => !axes.includes(axis)),
      );
    }
    if (summed === 1) {
      return reshape(
        of,
        of.shape.filter((_, axis) => !axes.includes(axis)),
      );
    }
    if (isNode(of, sumPrimitive)) {
      const inner = (of.operands[0] as Expression).shape
        .map((_, axis) => axis)
        .filter((axis) => !of.attributes.axes.includes(axis));
      const all = [...of.attributes.axes, ...axes.map((axis) => inner[axis] as number)].sort((a, b) => a - b);
      return sum(of.operands[0] as Expression, all);
    }
    return axes.length === 1 && axes[0] === 0 ? batchedProductSum(of) : undefined;
  },
});

/** Sum over the given axes (all by default); summed axes disappear. */
export function sum(a: Expression, axes?: readonly number[]): Expression {
  const sorted = [...(axes ?? a.shape.map((_, axis) => axis))].sort((p, q) => p - q);
  return apply(sumPrimitive, [a], { axes: sorted });
}

/** Mean over all entries. */
export const mean = (a: Expression): Expression => divide(sum(a), sizeOf(a.shape));

/** Scalar product over all entries of two arrays of equal shape. */
export function dot(a: Expression, b: Expression): Expression {
  if (!sameShape(a.shape, b.shape)) {
    throw new ShapeError(`dot: shapes [${a.shape.join(", ")}] and [${b.shape.join(", ")}] differ`);
  }
  return sum(multiply(a, b));
}

/** Sums out the axes a broadcast added: the adjoint of broadcasting to the shape of `a`. */
export function sumTo(a: Expression, shape: Shape): Expression {
  if (sameShape(a.shape, shape)) return a;
  const lead = a.shape.length - shape.length;
  const axes = a.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < lead || (shape[axis - lead] === 1 && a.shape[axis] !== 1));
  return reshape(sum(a, axes), shape);
}
