import {
  type AffineView,
  type Attributes,
  apply,
  type Expression,
  type Primitive,
  type Shape,
  ShapeError,
  sameShape,
  sizeOf,
  stridesOf,
} from "../expression.js";
import { affineTable, linear, rearrangement } from "./linear.js";
import { matmul } from "./matmul.js";
import { reshape, transpose } from "./rearrangement.js";

interface WindowAttributes extends Attributes {
  readonly axis: number;
  readonly width: number;
  readonly step: number;
}

function windowShape(operand: Shape, { axis, width, step }: WindowAttributes): Shape {
  const extent = operand[axis];
  const whole = Number.isInteger(width) && Number.isInteger(step);
  if (extent === undefined || !whole || width < 1 || width > extent || step < 1) {
    throw new ShapeError(`windows: width ${width}, step ${step} along axis ${axis} do not fit [${operand.join(", ")}]`);
  }
  const count = Math.floor((extent - width) / step) + 1;
  return [...operand.slice(0, axis), count, ...operand.slice(axis + 1), width];
}

function windowView(operand: Shape, { axis, step }: WindowAttributes): AffineView {
  const own = stridesOf(operand);
  const along = own[axis] as number;
  const strides = own.map((stride, k) => (k === axis ? stride * step : stride));
  return { kind: "affine", offset: 0, strides: [...strides, along] };
}

interface OverlapAttributes extends WindowAttributes {
  /** Of the axis that the windows were taken from. */
  readonly extent: number;
}

/** Adds windows up where they came from: the adjoint of {@link windowsPrimitive}. */
export const overlapAddPrimitive: Primitive<OverlapAttributes> = linear<OverlapAttributes>({
  name: "overlapAdd",
  shape(operand, attributes) {
    const { axis, extent } = attributes;
    const result = operand.slice(0, -1).map((count, k) => (k === axis ? extent : count));
    if (!sameShape(operand, windowShape(result, attributes))) {
      throw new ShapeError(`overlapAdd: [${operand.join(", ")}] are no such windows of [${result.join(", ")}]`);
    }
    return result;
  },
  evaluate({ node, operands, out }) {
    const { axis, width, step, extent } = node.attributes;
    const from = operands[0] as Float64Array;
    const inner = sizeOf(node.shape.slice(axis + 1));
    const outer = sizeOf(node.shape.slice(0, axis));
    const count = from.length / (outer * inner * width);
    out.fill(0);
    let position = 0;
    for (let block = 0; block < outer; block++) {
      for (let window = 0; window < count; window++) {
        for (let i = 0; i < inner; i++) {
          for (let k = 0; k < width; k++) {
            const target = (block * extent + window * step + k) * inner + i;
            out[target] = (out[target] as number) + (from[position++] as number);
          }
        }
      }
    }
  },
  adjoint: (node, cotangent) => {
    const { axis, width, step } = node.attributes;
    return windows(cotangent, axis, width, step);
  },
  batched: (operand, { attributes }) =>
    apply(overlapAddPrimitive, [operand], { ...attributes, axis: attributes.axis + 1 }),
});

/** Sliding windows along one axis; the position inside the window becomes a new last axis. */
export const windowsPrimitive: Primitive<WindowAttributes> = rearrangement<WindowAttributes>({
  name: "windows",
  shape: windowShape,
  source: (operand, attributes) => affineTable(windowShape(operand, attributes), windowView(operand, attributes)),
  adjoint: ({ operands, attributes }, cotangent) => {
    const extent = (operands[0] as Expression).shape[attributes.axis] as number;
    return apply(overlapAddPrimitive, [cotangent], { ...attributes, extent });
  },
  batched: (operand, node) => {
    const { axis, width, step } = node.attributes;
    return windows(operand, axis + 1, width, step);
  },
  form: { kind: "view", view: (node) => windowView((node.operands[0] as Expression).shape, node.attributes) },
});

/** Sliding windows of `width` entries every `step` along one axis; the window becomes a new last axis. */
export const windows = (a: Expression, axis: number, width: number, step = 1): Expression =>
  apply(windowsPrimitive, [a], { axis, width, step });

/**
 * Two-dimensional cross-correlation (the convolution of neural networks) without padding:
 * out[o, y, x] = sum over c, i, j of kernel[o, c, i, j] image[c, y + i, x + j].
 */
export function convolve(image: Expression, kernel: Expression, step = 1): Expression {
  const [outputs, channels, height, width] = kernel.shape as [number, number, number, number];
  if (image.shape.length !== 3 || kernel.shape.length !== 4 || image.shape[0] !== channels) {
    throw new ShapeError(
      `convolve: image [${image.shape.join(", ")}] and kernel [${kernel.shape.join(", ")}] do not fit [c, y, x] and [o, c, i, j]`,
    );
  }
  const patches = windows(windows(image, 1, height, step), 2, width, step);
  const [, rows, columns] = patches.shape as [number, number, number];
  const flat = reshape(transpose(patches, [0, 3, 4, 1, 2]), [channels * height * width, rows * columns]);
  return reshape(matmul(reshape(kernel, [outputs, channels * height * width]), flat), [outputs, rows, columns]);
}
