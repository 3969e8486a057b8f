import { describe, expect, it } from "vitest";
import { evaluate } from "../../compile/interpreter/evaluate.js";
import { RandomStream } from "../../random.js";
import type { Expression } from "../expression.js";
import { gap, uniforms } from "../oracles.testing.js";
import { batchExpressions } from "../transform.js";
import { symbol } from "./leaves.js";
import { matmul } from "./matmul.js";
import { solve } from "./solve.js";

const system = (n: number): { a: Expression; b: Expression; x: Expression } => {
  const [a, b] = [symbol("A", [n, n]), symbol("b", [n])];
  return { a, b, x: solve(a, b) };
};
const solution = (matrix: readonly number[], right: readonly number[]): number[] => [
  ...(evaluate([system(right.length).x], { A: matrix, b: right })[0] as Float64Array),
];

describe("solve", () => {
  it("solves matrices that need exchanges of rows", () => {
    expect(solution([0, 2, 3, 0], [4, 9])).toEqual([3, 2]);
    expect(solution([0, 0, 2, 5, 0, 0, 0, 4, 0], [6, 5, 8])).toEqual([1, 2, 3]);
    expect(solution([1e-20, 1, 1, 1], [1, 2])).toEqual([1, 1]);
  });

  it("solves indefinite and large systems", () => {
    expect(solution([1, 2, 2, -1], [5, 0])).toEqual([1, 2]);
    const n = 40;
    const random = new RandomStream(12);
    const { a, b, x } = system(n);
    const A = uniforms(random, n * n).map((entry, k) => entry + (k % (n + 1) === 0 ? 4 * (-1) ** k : 0));
    const values = { A, b: uniforms(random, n) };
    expect(gap(evaluate([matmul(a, x)], values), evaluate([b], values))).toBeLessThan(1e-13);
  });

  it("takes a matrix of right-hand sides column by column, bit for bit", () => {
    const random = new RandomStream(6);
    const A = uniforms(random, 9);
    const columns = [uniforms(random, 3), uniforms(random, 3)] as const;
    const rows = Float64Array.from({ length: 6 }, (_, k) => columns[k % 2]?.[Math.floor(k / 2)] as number);
    const [whole] = evaluate([solve(symbol("A", [3, 3]), symbol("B", [3, 2]))], { A, B: rows }) as [Float64Array];
    columns.forEach((b, j) => {
      expect(whole.filter((_, k) => k % 2 === j)).toEqual(evaluate([system(3).x], { A, b })[0]);
    });
  });

  it("gives what is not a number for a singular matrix, in its trajectory only", () => {
    expect(solution([1, 2, 2, 4], [1, 1])).toEqual([Number.NaN, Number.NaN]);
    expect(solution([0], [1])).toEqual([Number.NaN]);
    expect(solution([1, Number.NaN, 0, 1], [1, 1])[0]).toBeNaN();
    const { a, b, x } = system(1);
    const batched = new Map([
      [a, symbol("A*", [2, 1, 1])],
      [b, symbol("b*", [2, 1])],
    ]);
    expect(evaluate(batchExpressions([x], batched, 2), { "A*": [0, 4], "b*": [1, 2] })).toEqual([
      Float64Array.of(Number.NaN, 0.5),
    ]);
  });

  it("factorises a matrix that all trajectories share once", () => {
    const { b, x } = system(3);
    const [whole] = batchExpressions([x], new Map([[b, symbol("b*", [5, 3])]]), 5) as [Expression];
    const shapes: string[] = [];
    const visit = (node: Expression): void => {
      if (node.primitive.name === "solve") shapes.push(String(node.operands[0]?.shape));
      node.operands.forEach(visit);
    };
    visit(whole);
    expect(shapes).toEqual(["3,3"]);
  });
});
