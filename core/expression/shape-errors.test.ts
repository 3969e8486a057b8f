import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { gradient, jacobianProduct, transposedJacobianProduct } from "./derivatives.js";
import { apply, ShapeError } from "./expression.js";
import { add } from "./primitives/arithmetic.js";
import { where } from "./primitives/comparison.js";
import { concatenate } from "./primitives/concatenate.js";
import { entry, flatReadPrimitive, gather, scatterAdd } from "./primitives/gather.js";
import { constant, symbol } from "./primitives/leaves.js";
import { matmul, outer } from "./primitives/matmul.js";
import { broadcast, pad, reshape, slice, transpose } from "./primitives/rearrangement.js";
import { shift } from "./primitives/shift.js";
import { solve } from "./primitives/solve.js";
import { dot, sum } from "./primitives/sum.js";
import { convolve, overlapAddPrimitive, windows } from "./primitives/windows.js";

const scalar = symbol("s");
const u = symbol("u", [3]);
const matrix = symbol("M", [2, 3]);
const cube = symbol("C", [2, 2, 2]);

describe("operands that do not fit are refused in words", () => {
  it.each<[string, () => unknown, string]>([
    ["add", () => add(matrix, symbol("v", [2])), "add: shapes [2, 3] and [2] do not broadcast"],
    ["where", () => where(u, matrix, symbol("v", [4])), "where: shapes [3] and [2, 3] and [4] do not broadcast"],
    ["matmul", () => matmul(matrix, matrix), "matrix product: [2, 3] @ [2, 3] do not fit"],
    ["matmul of a scalar", () => matmul(scalar, u), "matrix product: [] @ [3] do not fit"],
    ["matmul of rank 3", () => matmul(cube, cube), "matrix product: [2, 2, 2] @ [2, 2, 2] do not fit"],
    ["outer", () => outer(matrix, u), "outer: expects two vectors, got [2, 3] and [3]"],
    ["dot", () => dot(u, symbol("v", [4])), "dot: shapes [3] and [4] differ"],
    ["sum", () => sum(u, [1]), "sum: [3] has no axis 1"],
    ["sum twice", () => sum(matrix, [1, 1]), "sum: axis 1 is given twice"],
    ["reshape", () => reshape(matrix, [4]), "reshape: [2, 3] has not as many entries as [4]"],
    ["broadcast", () => broadcast(u, [3, 2]), "broadcast: shapes [3] and [3, 2] do not broadcast"],
    ["broadcast to less", () => broadcast(matrix, [3]), "broadcast: [2, 3] does not broadcast to [3]"],
    ["transpose", () => transpose(matrix, [0, 0]), "transpose: (0, 0) is no permutation of the axes of [2, 3]"],
    ["slice", () => slice(u, 0, 1, 4), "slice: 1:4 along axis 0 does not fit [3]"],
    ["empty slice", () => slice(u, 0, 1, 1), "slice: 1:1 along axis 0 does not fit [3]"],
    ["broken slice", () => slice(u, 0, 0.5, 2), "slice: 0.5:2 along axis 0 does not fit [3]"],
    ["entry", () => entry(matrix, 6), "slice: 6:7 along axis 0 does not fit [6]"],
    ["pad", () => pad(u, 1, 1, 1), "pad: [3] has no axis 1"],
    ["negative pad", () => pad(u, 0, -1, 1), "pad: adds whole numbers of zeros, got -1 before and 1 after"],
    [
      "concatenate",
      () => concatenate([matrix, symbol("N", [2, 1])]),
      "concatenate: got a part [*, 1], expected [*, 3] along axis 0",
    ],
    ["concatenate scalars", () => concatenate([scalar]), "concatenate: every part needs an axis 0"],
    ["concatenate nothing", () => concatenate([]), "concatenate: expects at least one part"],
    ["shift", () => shift(scalar, 1), "shift: [] has no axis 0"],
    ["broken shift", () => shift(u, 0.5), "shift: moves by whole steps, got 0.5"],
    ["windows", () => windows(u, 0, 4), "windows: width 4, step 1 along axis 0 do not fit [3]"],
    ["broken windows", () => windows(u, 0, 2, 0.5), "windows: width 2, step 0.5 along axis 0 do not fit [3]"],
    [
      "convolve",
      () => convolve(cube, matrix),
      "convolve: image [2, 2, 2] and kernel [2, 3] do not fit [c, y, x] and [o, c, i, j]",
    ],
    [
      "overlapAdd",
      () => apply(overlapAddPrimitive, [matrix], { axis: 0, width: 3, step: 1, extent: 5 }),
      "overlapAdd: [2, 3] are no such windows of [5]",
    ],
    ["gather", () => gather(u, [0, 3]), "gather: index 3 is outside the first axis of [3]"],
    ["gather from a scalar", () => gather(scalar, [0]), "gather: index given is outside the first axis of []"],
    ["scatterAdd", () => scatterAdd(u, [0, 1], [2]), "scatterAdd: 2 indices for [3]"],
    ["scatterAdd too far", () => scatterAdd(u, [0, 1, 2], [2]), "scatterAdd: index 2 is outside [2]"],
    [
      "flatRead",
      () => apply(flatReadPrimitive, [u], { table: Int32Array.of(3), shape: [1] }),
      "flatRead: the table does not read [1] from [3]",
    ],
    ["solve", () => solve(matrix, u), "solve: [2, 3] and [3, 1] are no square matrix and matching right-hand side"],
    ["gradient", () => gradient(u, [u]), "gradient: expects a scalar, got the shape [3]; sum over its entries"],
    ["cotangent", () => transposedJacobianProduct([u], [scalar], [u]), "cotangent 0: got [], expected the shape [3]"],
    ["direction", () => jacobianProduct([u], [u], []), "direction 0: got none, expected the shape [3]"],
  ])("%s", (_name, build, message) => {
    expect(build).toThrow(ShapeError);
    expect(build).toThrow(message);
    const thrown = (() => {
      try {
        return build();
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(thrown).toBe(message);
  });

  it("leaves", () => {
    expect(() => symbol("x", [2, 0])).toThrow(InputError);
    expect(() => symbol("x", [1.5])).toThrow("shape of x: got [1.5], expected positive whole extents");
    expect(() => constant([1, 2, 3], [2])).toThrow("constant: got 3 numbers, expected 2 for the shape [2]");
  });
});
