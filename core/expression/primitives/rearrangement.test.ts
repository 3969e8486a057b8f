import { describe, expect, it } from "vitest";
import { evaluate } from "../../compile/interpreter/evaluate.js";
import { RandomStream } from "../../random.js";
import { transposedJacobianProduct } from "../derivatives.js";
import { type Expression, isNode, type Shape, sizeOf, stridesOf, topologicalOrder } from "../expression.js";
import { innerProduct, uniforms } from "../oracles.testing.js";
import { concatenate } from "./concatenate.js";
import { entry, gather, scatterAdd, scatterAddRows } from "./gather.js";
import { symbol, symbolPrimitive } from "./leaves.js";
import { broadcast, pad, reshape, slice, transpose } from "./rearrangement.js";
import { type Boundary, shift } from "./shift.js";
import { convolve, windows } from "./windows.js";

const counting = (size: number): Float64Array => Float64Array.from({ length: size }, (_, k) => k);
const a = (...shape: number[]): Expression => symbol("a", shape);

/** The value with the entries of `a` counted up from 0. */
function entriesOf(of: Expression): number[] {
  const source = topologicalOrder([of]).find((node) => isNode(node, symbolPrimitive)) as Expression;
  return [...(evaluate([of], { a: counting(sizeOf(source.shape)) })[0] as Float64Array)];
}

/** Entries of an array of `shape` by a function of the indices. */
const tabulate = (shape: Shape, entryAt: (...indices: number[]) => number): number[] => {
  const strides = stridesOf(shape);
  return Array.from({ length: sizeOf(shape) }, (_, flat) =>
    entryAt(...shape.map((extent, axis) => Math.floor(flat / (strides[axis] as number)) % extent)),
  );
};

describe("rearrangements of 0, 1, 2, ...", () => {
  it.each<[string, Expression, readonly number[]]>([
    ["reshape", reshape(a(2, 3), [3, 2]), [0, 1, 2, 3, 4, 5]],
    ["broadcast", broadcast(a(2, 1), [2, 2, 3]), tabulate([2, 2, 3], (_k, i) => i)],
    ["transpose", transpose(a(2, 3)), tabulate([3, 2], (i, j) => 3 * j + i)],
    ["transpose of axes", transpose(a(2, 3, 4), [2, 0, 1]), tabulate([4, 2, 3], (k, i, j) => 12 * i + 4 * j + k)],
    ["slice", slice(a(3, 4), 1, 1, 3), tabulate([3, 2], (i, j) => 4 * i + j + 1)],
    ["slice of rows", slice(a(3, 4), 0, 2, 3), [8, 9, 10, 11]],
    ["pad", pad(a(2, 2), 1, 1, 2), [0, 0, 1, 0, 0, 0, 2, 3, 0, 0]],
    ["pad of rows", pad(a(1, 2), 0, 1, 0), [0, 0, 0, 1]],
    ["windows", windows(a(2, 5), 1, 2, 3), tabulate([2, 2, 2], (i, at, k) => 5 * i + 3 * at + k)],
    ["windows of rows", windows(a(4, 2), 0, 3), tabulate([2, 2, 3], (at, j, k) => 2 * (at + k) + j)],
    ["gather", gather(a(3, 2), [2, 0, 2]), [4, 5, 0, 1, 4, 5]],
    ["entry", entry(a(2, 3), 4), [4]],
    ["scatterAdd", scatterAdd(a(2, 2), [1, 0, 1, -1], [3]), [1, 2, 0]],
    ["scatterAddRows", scatterAddRows(a(3, 2), [1, 1, 0], 3), [4, 5, 2, 4, 0, 0]],
    ["concatenate", concatenate([a(2, 2), a(2, 2)], 1), [0, 1, 0, 1, 2, 3, 2, 3]],
    ["concatenate of rows", concatenate([slice(a(4), 0, 2, 4), a(4)]), [2, 3, 0, 1, 2, 3]],
  ])("%s", (_name, of, expected) => {
    expect(entriesOf(of)).toEqual(expected);
  });
});

describe("shift", () => {
  const boundaries: readonly Boundary[] = ["periodic", "no-flux", 0, 2.5, Number.POSITIVE_INFINITY];
  const cases = boundaries.flatMap((boundary) => [-7, -5, -4, -1, 0, 1, 2, 5, 12].map((by) => [boundary, by] as const));

  it.each(cases)("with boundary %s by %i reads u[i - k]", (boundary, by) => {
    const extent = 5;
    const read = (i: number): number => {
      const from = i - by;
      if (from >= 0 && from < extent) return from;
      if (boundary === "periodic") return ((from % extent) + extent) % extent;
      if (boundary === "no-flux") return from < 0 ? 0 : extent - 1;
      return boundary;
    };
    expect(entriesOf(shift(a(5), by, boundary))).toEqual(tabulate([5], read));
    const rows = tabulate([5, 2], (i, j) => {
      const outside = i - by < 0 || i - by >= extent;
      return outside && typeof boundary === "number" ? boundary : 2 * read(i) + j;
    });
    expect(entriesOf(shift(a(5, 2), by, boundary))).toEqual(rows);
    const columns = tabulate([2, 5], (i, j) => {
      const outside = j - by < 0 || j - by >= extent;
      return outside && typeof boundary === "number" ? boundary : 5 * i + read(j);
    });
    expect(entriesOf(shift(a(2, 5), by, boundary, 1))).toEqual(columns);
  });

  it.each(cases)("with boundary %s by %i has the adjoint of its linear part", (boundary, by) => {
    for (const [shape, axis] of [
      [[5], 0],
      [[5, 2], 0],
      [[2, 5], 1],
      [[2, 5, 3], 1],
    ] as const) {
      expect(adjointGap((u) => shift(u, by, typeof boundary === "number" ? 0 : boundary, axis), shape)).toBeLessThan(
        1e-15,
      );
      const [affine, linear] = [shift(symbol("u", shape), by, boundary, axis), shift(symbol("u", shape), by, 0, axis)];
      if (typeof boundary !== "number") continue;
      const w = symbol("w", shape);
      const pulled = (of: Expression) => transposedJacobianProduct([of], [w], [symbol("u", shape)])[0];
      expect(pulled(affine)).toBe(pulled(linear));
    }
  });
});

/** Relative difference of w'(L u) and (L'w)'u for a linear map L. */
function adjointGap(build: (u: Expression) => Expression, shape: Shape): number {
  const u = symbol("u", shape);
  const image = build(u);
  const w = symbol("w", image.shape);
  const random = new RandomStream(31);
  const values = { u: uniforms(random, sizeOf(shape)), w: uniforms(random, sizeOf(image.shape)) };
  const [forward] = evaluate([image], values) as [Float64Array];
  const [back] = evaluate(transposedJacobianProduct([image], [w], [u]), values) as [Float64Array];
  return Math.abs(innerProduct([values.w], [forward]) - innerProduct([back], [values.u])) / forward.length;
}

describe("adjoints of linear maps", () => {
  it.each<[string, (u: Expression) => Expression, Shape]>([
    ["windows", (u) => windows(u, 0, 3), [7]],
    ["windows with steps", (u) => windows(u, 1, 2, 3), [2, 9, 2]],
    ["windows of windows", (u) => windows(windows(u, 0, 2), 1, 3, 2), [4, 5]],
    ["gather", (u) => gather(u, [2, 2, 0, 1, 2]), [3, 2]],
    ["scatterAdd", (u) => scatterAdd(u, [0, -1, 4, 4, 1, 0], [5]), [2, 3]],
    ["scatterAddRows", (u) => scatterAddRows(u, [3, 0, 3], 4), [3, 2]],
    ["entry", (u) => entry(u, 3), [2, 3]],
    ["concatenate", (u) => concatenate([u, slice(u, 0, 1, 2), u]), [2, 3]],
    ["broadcast", (u) => broadcast(u, [3, 2, 4]), [2, 1]],
  ])("%s", (_name, build, shape) => {
    expect(adjointGap(build, shape)).toBeLessThan(1e-15);
  });

  it("of a gather and a scatter are each other", () => {
    const u = symbol("u", [3, 2]);
    const indices = [2, 0, 2, 1];
    const scattered = scatterAddRows(symbol("w", [4, 2]), indices, 3);
    expect(transposedJacobianProduct([gather(u, indices)], [symbol("w", [4, 2])], [u])).toEqual([scattered]);
  });
});

describe("convolve", () => {
  it.each([1, 2])("with step %i is the sum of its definition", (step) => {
    const [channels, rows, columns, outputs, height, width] = [2, 6, 5, 3, 3, 2] as const;
    const [image, kernel] = [symbol("i", [channels, rows, columns]), symbol("k", [outputs, channels, height, width])];
    const random = new RandomStream(4);
    const values = { i: uniforms(random, sizeOf(image.shape)), k: uniforms(random, sizeOf(kernel.shape)) };
    const of = convolve(image, kernel, step);
    expect(of.shape).toEqual([
      outputs,
      Math.floor((rows - height) / step) + 1,
      Math.floor((columns - width) / step) + 1,
    ]);
    const expected = tabulate(of.shape, (o = 0, y = 0, x = 0) => {
      let total = 0;
      for (let c = 0; c < channels; c++) {
        for (let i = 0; i < height; i++) {
          for (let j = 0; j < width; j++) {
            const weight = values.k[((o * channels + c) * height + i) * width + j] as number;
            total += weight * (values.i[(c * rows + y * step + i) * columns + x * step + j] as number);
          }
        }
      }
      return total;
    });
    const [found] = evaluate([of], values) as [Float64Array];
    found.forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k] as number, 14);
    });
  });
});
