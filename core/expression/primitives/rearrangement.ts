import {
  type AffineView,
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
import { broadcastShapes } from "./elementwise.js";
import { affineTable, rearrangement } from "./linear.js";
import { sumTo } from "./sum.js";

const operandOf = (node: Expression): Expression => node.operands[0] as Expression;

const range = (size: number): Int32Array => Int32Array.from({ length: size }, (_, i) => i);

interface ShapeAttribute extends Attributes {
  readonly shape: Shape;
}

/** The same entries in row-major order under another shape. */
export const reshapePrimitive: Primitive<ShapeAttribute> = rearrangement<ShapeAttribute>({
  name: "reshape",
  shape: (operand, { shape }) => {
    if (sizeOf(operand) !== sizeOf(shape)) {
      throw new ShapeError(`reshape: [${operand.join(", ")}] has not as many entries as [${shape.join(", ")}]`);
    }
    return shape;
  },
  source: (operand) => range(sizeOf(operand)),
  adjoint: (node, cotangent) => reshape(cotangent, operandOf(node).shape),
  batched: (operand, node, size) => reshape(operand, [size, ...node.shape]),
  form: { kind: "view", view: (node) => ({ kind: "affine", offset: 0, strides: stridesOf(node.shape) }) },
  simplify: (operand, { shape }) => {
    if (sameShape(operand.shape, shape)) return operand;
    return isNode(operand, reshapePrimitive) ? reshape(operand.operands[0] as Expression, shape) : undefined;
  },
});

/** NumPy broadcasting to a larger shape. */
export const broadcastPrimitive: Primitive<ShapeAttribute> = rearrangement<ShapeAttribute>({
  name: "broadcast",
  shape: (operand, { shape }) => {
    if (!sameShape(broadcastShapes("broadcast", [operand, shape]), shape)) {
      throw new ShapeError(`broadcast: [${operand.join(", ")}] does not broadcast to [${shape.join(", ")}]`);
    }
    return shape;
  },
  source: (operand, { shape }) => affineTable(shape, broadcastView(operand, shape)),
  adjoint: (node, cotangent) => sumTo(cotangent, operandOf(node).shape),
  batched: (operand, node, size) => {
    const own = operand.shape.slice(1);
    const ones = new Array<number>(node.shape.length - own.length).fill(1);
    return broadcast(reshape(operand, [size, ...ones, ...own]), [size, ...node.shape]);
  },
  form: { kind: "view", view: (node) => broadcastView(operandOf(node).shape, node.shape) },
  simplify: (operand, { shape }) => {
    if (sameShape(operand.shape, shape)) return operand;
    return isNode(operand, broadcastPrimitive) ? broadcast(operand.operands[0] as Expression, shape) : undefined;
  },
});

function broadcastView(operand: Shape, shape: Shape): AffineView {
  const lead = shape.length - operand.length;
  const own = stridesOf(operand);
  const strides = shape.map((_, axis) =>
    axis < lead || operand[axis - lead] === 1 ? 0 : (own[axis - lead] as number),
  );
  return { kind: "affine", offset: 0, strides };
}

interface PermutationAttribute extends Attributes {
  readonly axes: readonly number[];
}

/** Result axis k is operand axis `axes[k]`. */
export const transposePrimitive: Primitive<PermutationAttribute> = rearrangement<PermutationAttribute>({
  name: "transpose",
  shape: (operand, { axes }) => {
    if (axes.length !== operand.length || [...axes].sort((a, b) => a - b).some((axis, k) => axis !== k)) {
      throw new ShapeError(`transpose: (${axes.join(", ")}) is no permutation of the axes of [${operand.join(", ")}]`);
    }
    return axes.map((axis) => operand[axis] as number);
  },
  source: (operand, { axes }) =>
    affineTable(
      axes.map((axis) => operand[axis] as number),
      permutedView(operand, axes),
    ),
  adjoint: (node, cotangent) => {
    const { axes } = node.attributes;
    return transpose(
      cotangent,
      axes.map((_, k) => axes.indexOf(k)),
    );
  },
  batched: (operand, node) => transpose(operand, [0, ...node.attributes.axes.map((axis) => axis + 1)]),
  form: {
    kind: "view",
    view: (node) => permutedView(operandOf(node).shape, node.attributes.axes),
  },
  simplify: (operand, { axes }) => {
    // Moving nothing but axes of extent one moves no entry.
    const moved = axes.filter((axis) => operand.shape[axis] !== 1);
    if (moved.every((axis, k) => k === 0 || axis > (moved[k - 1] as number))) {
      return reshape(
        operand,
        axes.map((axis) => operand.shape[axis] as number),
      );
    }
    if (!isNode(operand, transposePrimitive)) return undefined;
    const inner = operand.attributes.axes;
    return transpose(
      operand.operands[0] as Expression,
      axes.map((axis) => inner[axis] as number),
    );
  },
});

function permutedView(operand: Shape, axes: readonly number[]): AffineView {
  const strides = stridesOf(operand);
  return { kind: "affine", offset: 0, strides: axes.map((axis) => strides[axis] as number) };
}

interface SliceAttributes extends Attributes {
  readonly axis: number;
  readonly start: number;
  readonly stop: number;
}

/** Entries start <= i < stop along one axis. */
export const slicePrimitive: Primitive<SliceAttributes> = rearrangement<SliceAttributes>({
  name: "slice",
  shape: (operand, { axis, start, stop }) => {
    const extent = operand[axis];
    const whole = Number.isInteger(start) && Number.isInteger(stop);
    if (extent === undefined || !whole || start < 0 || stop > extent || start >= stop) {
      throw new ShapeError(`slice: ${start}:${stop} along axis ${axis} does not fit [${operand.join(", ")}]`);
    }
    return operand.map((other, k) => (k === axis ? stop - start : other));
  },
  source: (operand, attributes) =>
    affineTable(slicePrimitive.shape([operand], attributes), sliceView(operand, attributes)),
  adjoint: (node, cotangent) => {
    const { axis, start } = node.attributes;
    return pad(cotangent, axis, start, (operandOf(node).shape[axis] as number) - node.attributes.stop);
  },
  batched: (operand, node) => {
    const { axis, start, stop } = node.attributes;
    return slice(operand, axis + 1, start, stop);
  },
  form: { kind: "view", view: (node) => sliceView(operandOf(node).shape, node.attributes) },
  simplify: (operand, { axis, start, stop }) => (start === 0 && stop === operand.shape[axis] ? operand : undefined),
});

function sliceView(operand: Shape, { axis, start }: SliceAttributes): AffineView {
  const strides = stridesOf(operand);
  return { kind: "affine", offset: start * (strides[axis] as number), strides };
}

interface PadAttributes extends Attributes {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

/** Zeros before and after along one axis: the adjoint of a slice. */
export const padPrimitive: Primitive<PadAttributes> = rearrangement<PadAttributes>({
  name: "pad",
  shape: (operand, { axis, before, after }) => {
    if (operand[axis] === undefined) throw new ShapeError(`pad: [${operand.join(", ")}] has no axis ${axis}`);
    if (!(Number.isInteger(before) && Number.isInteger(after) && before >= 0 && after >= 0)) {
      throw new ShapeError(`pad: adds whole numbers of zeros, got ${before} before and ${after} after`);
    }
    return operand.map((extent, k) => (k === axis ? extent + before + after : extent));
  },
  source: (operand, { axis, before, after }) => {
    const inner = sizeOf(operand.slice(axis + 1));
    const extent = operand[axis] as number;
    const whole = extent + before + after;
    const table = new Int32Array(sizeOf(operand.slice(0, axis)) * whole * inner);
    for (let flat = 0; flat < table.length; flat++) {
      const position = (Math.floor(flat / inner) % whole) - before;
      const outer = Math.floor(flat / (inner * whole));
      table[flat] = position < 0 || position >= extent ? -1 : (outer * extent + position) * inner + (flat % inner);
    }
    return table;
  },
  adjoint: (node, cotangent) => {
    const { axis, before } = node.attributes;
    return slice(cotangent, axis, before, before + (operandOf(node).shape[axis] as number));
  },
  batched: (operand, node) => pad(operand, node.attributes.axis + 1, node.attributes.before, node.attributes.after),
  fillsZeros: () => true,
  simplify: (operand, { before, after }) => (before === 0 && after === 0 ? operand : undefined),
});

/** The same entries in row-major order under another shape. */
export const reshape = (a: Expression, shape: Shape): Expression => apply(reshapePrimitive, [a], { shape: [...shape] });
/** NumPy broadcasting to a larger shape. */
export const broadcast = (a: Expression, shape: Shape): Expression =>
  apply(broadcastPrimitive, [a], { shape: [...shape] });
/** Permutes axes; without `axes`, reverses them (the transpose of a matrix). */
export const transpose = (a: Expression, axes?: readonly number[]): Expression =>
  apply(transposePrimitive, [a], {
    axes: axes === undefined ? a.shape.map((_, k) => a.shape.length - 1 - k) : [...axes],
  });
/** Entries start <= i < stop along one axis. */
export const slice = (a: Expression, axis: number, start: number, stop: number): Expression =>
  apply(slicePrimitive, [a], { axis, start, stop });
/** Zeros before and after along one axis. */
export const pad = (a: Expression, axis: number, before: number, after: number): Expression =>
  apply(padPrimitive, [a], { axis, before, after });
