import {
  type AffineView,
  type Attributes,
  apply,
  type Expression,
  type Primitive,
  type Shape,
  ShapeError,
  stridesOf,
} from "../expression.js";
import { matmul } from "./matmul.js";
import { affineTable, rearrangement, reshape, transpose } from "./rearrangement.js";

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

/** Sliding windows along one axis; the position inside the window becomes a new last axis. */
export const windowsPrimitive: Primitive<WindowAttributes> = rearrangement<WindowAttributes>({
  name: "windows",
  shape: windowShape,
  source: (operand, attributes) => affineTable(windowShape(operand, attributes), windowView(operand, attributes)),
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
