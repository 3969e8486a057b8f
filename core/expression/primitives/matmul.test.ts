import { describe, expect, it } from "vitest";
import { evaluate } from "../../compile/interpreter/evaluate.js";
import { apply, type Expression } from "../expression.js";
import { symbol } from "./leaves.js";
import { matmul, matmulPrimitive, outer } from "./matmul.js";
import { dot, mean, sum } from "./sum.js";

const bindings = { A: [1, 2, 3, 4, 5, 6], B: [1, 0, 2, -1, 1, 3], u: [1, -1, 2], v: [3, 4] };
const [a, b, u, v] = [symbol("A", [2, 3]), symbol("B", [3, 2]), symbol("u", [3]), symbol("v", [2])];
const entriesOf = (of: Expression): number[] => [...(evaluate([of], bindings)[0] as Float64Array)];

describe("products", () => {
  it.each<[string, Expression, readonly number[], readonly number[]]>([
    ["matrix @ matrix", matmul(a, b), [2, 2], [8, 7, 20, 13]],
    ["matrix @ vector", matmul(a, u), [2], [5, 11]],
    ["vector @ matrix", matmul(v, a), [3], [19, 26, 33]],
    ["vector @ vector", matmul(u, u), [], [6]],
    ["outer", outer(v, u), [2, 3], [3, -3, 6, 4, -4, 8]],
    ["dot", dot(a, a), [], [91]],
    ["sum", sum(a), [], [21]],
    ["sum of rows", sum(a, [0]), [3], [5, 7, 9]],
    ["sum of columns", sum(a, [1]), [2], [6, 15]],
    ["sum of both axes in any order", sum(a, [1, 0]), [], [21]],
    ["mean", mean(a), [], [3.5]],
  ])("%s", (_name, of, shape, expected) => {
    expect(of.shape).toEqual(shape);
    expect(entriesOf(of)).toEqual(expected);
  });

  it("one per trajectory", () => {
    const [s, t] = [symbol("S", [2, 1, 2]), symbol("T", [2, 2, 2])];
    const values = { S: [1, 2, 3, 4], T: [1, 2, 3, 4, 5, 6, 7, 8] };
    const [found] = evaluate([apply(matmulPrimitive, [s, t], {})], values) as [Float64Array];
    expect([...found]).toEqual([7, 10, 43, 50]);
  });
});
