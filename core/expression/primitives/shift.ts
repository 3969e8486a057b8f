import {
  type Attributes,
  apply,
  type Expression,
  type Primitive,
  type Shape,
  ShapeError,
  sizeOf,
} from "../expression.js";
import { add, multiply } from "./arithmetic.js";
import { constant } from "./leaves.js";
import { rearrangement } from "./linear.js";
import { reshape, slice } from "./rearrangement.js";
import { sum } from "./sum.js";

/** What a shift reads beyond the ends: the other end, the nearest entry (no flux through the end), or a fixed value. */
export type Boundary = "periodic" | "no-flux" | number;

interface ShiftAttributes extends Attributes {
  readonly axis: number;
  readonly by: number;
  readonly boundary: "periodic" | "no-flux" | "zero";
}

/** The source index along the axis, or -1. */
function sourceIndex(index: number, extent: number, { by, boundary }: ShiftAttributes): number {
  const from = index - by;
  if (boundary === "periodic") return ((from % extent) + extent) % extent;
  if (boundary === "no-flux") return Math.min(Math.max(from, 0), extent - 1);
  return from >= 0 && from < extent ? from : -1;
}

/** out[i] = a[i - by] along one axis, with a boundary rule. */
export const shiftPrimitive: Primitive<ShiftAttributes> = rearrangement<ShiftAttributes>({
  name: "shift",
  shape: (operand, { axis, by }) => {
    if (axis < 0 || axis >= operand.length) {
      throw new ShapeError(`shift: [${operand.join(", ")}] has no axis ${axis}`);
    }
    if (!Number.isInteger(by)) throw new ShapeError(`shift: moves by whole steps, got ${by}`);
    return operand;
  },
  source(operand, attributes) {
    const { axis } = attributes;
    const inner = sizeOf(operand.slice(axis + 1));
    const extent = operand[axis] as number;
    return Int32Array.from({ length: sizeOf(operand) }, (_, flat) => {
      const index = Math.floor(flat / inner) % extent;
      const source = sourceIndex(index, extent, attributes);
      return source < 0 ? -1 : flat + (source - index) * inner;
    });
  },
  adjoint: ({ attributes }, cotangent) =>
    attributes.boundary === "no-flux"
      ? noFluxAdjoint(cotangent, attributes)
      : apply(shiftPrimitive, [cotangent], { ...attributes, by: -attributes.by }),
  batched: (operand, node) => apply(shiftPrimitive, [operand], { ...node.attributes, axis: node.attributes.axis + 1 }),
  fillsZeros: ({ boundary }) => boundary === "zero",
  form: { kind: "view", view: ({ attributes }) => ({ kind: "shift", ...attributes }) },
  simplify: (operand, { by }) => (by === 0 ? operand : undefined),
});

/** Shifts back what was read inside, and adds to the end entry all that was read beyond it. */
function noFluxAdjoint(cotangent: Expression, { axis, by }: ShiftAttributes): Expression {
  const { shape } = cotangent;
  const extent = shape[axis] as number;
  const count = Math.min(Math.abs(by), extent);
  const beyond = by > 0 ? slice(cotangent, axis, 0, count) : slice(cotangent, axis, extent - count, extent);
  const total = reshape(
    sum(beyond, [axis]),
    shape.map((other, k) => (k === axis ? 1 : other)),
  );
  const end = by > 0 ? 0 : extent - 1;
  const atEnd = Float64Array.from({ length: extent }, (_, index) => Number(index === end));
  const inside = apply(shiftPrimitive, [cotangent], { axis, by: -by, boundary: "zero" });
  return add(inside, multiply(constant(atEnd, alongAxis(shape, axis, extent)), total));
}

/** The shape that broadcasts a vector along one axis of `shape`. */
const alongAxis = (shape: Shape, axis: number, extent: number): Shape => shape.map((_, k) => (k === axis ? extent : 1));

/**
 * shift(u, k)[i] = u[i - k]: moves values to higher indices by k along `axis` (default the first).
 *
 * @param boundary "periodic" (default), "no-flux" (the nearest entry), or the fixed value found outside.
 */
export function shift(a: Expression, by: number, boundary: Boundary = "periodic", axis = 0): Expression {
  if (typeof boundary === "string") return apply(shiftPrimitive, [a], { axis, by, boundary });
  const inside = apply(shiftPrimitive, [a], { axis, by, boundary: "zero" });
  return boundary === 0 ? inside : add(inside, outside(a.shape, axis, by, boundary));
}

/** The boundary value at the entries a shift fills from outside, else 0. */
function outside(shape: Shape, axis: number, by: number, boundary: number): Expression {
  const extent = shape[axis] as number;
  const data = Float64Array.from({ length: extent }, (_, index) =>
    sourceIndex(index, extent, { axis, by, boundary: "zero" }) < 0 ? boundary : 0,
  );
  return constant(data, alongAxis(shape, axis, extent));
}
