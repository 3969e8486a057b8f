import { describe, expect, it } from "vitest";
import { evaluate, evaluateScalar } from "../compile/interpreter/evaluate.js";
import { gradient, hessianProduct, jacobianProduct, transposedJacobianProduct } from "./derivatives.js";
import { type Expression, topologicalOrder } from "./expression.js";
import { add, divide, multiply, negate, subtract } from "./primitives/arithmetic.js";
import { constant, symbol } from "./primitives/leaves.js";
import { matmul, outer } from "./primitives/matmul.js";
import { shift } from "./primitives/shift.js";
import { dot, sum } from "./primitives/sum.js";
import { logcosh, tanh } from "./primitives/transcendental.js";
import { cos, sin } from "./primitives/trigonometric.js";
import { convolve } from "./primitives/windows.js";
import { batchExpressions } from "./transform.js";

const [x, y, u] = [symbol("x"), symbol("y"), symbol("u", [3])];

describe("derivatives as graphs", () => {
  it("are those one writes by hand", () => {
    expect(gradient(sin(x), [x])).toEqual([cos(x)]);
    expect(gradient(sum(logcosh(u)), [u])).toEqual([tanh(u)]);
    const [A, v] = [symbol("A", [2, 3]), symbol("v", [2])];
    expect(gradient(dot(v, matmul(A, u)), [A])[0]).toBe(outer(v, u));
    expect(hessianProduct(multiply(0.5, dot(u, u)), [u], [symbol("d", [3])])).toEqual([symbol("d", [3])]);
  });

  it("of what does not depend are zeros of the right shape", () => {
    expect(gradient(sin(x), [y, u])).toEqual([constant(0), constant(0, [3])]);
    expect(jacobianProduct([sin(x), u], [y], [constant(1)])).toEqual([constant(0), constant(0, [3])]);
    expect(gradient(x, [x])).toEqual([constant(1)]);
  });

  it("count each of the given nodes as independent, in both modes", () => {
    const inner = sin(x);
    const outerOf = multiply(inner, cos(add(inner, x)));
    const at = { x: 0.7 };
    const [byInner, byX] = gradient(outerOf, [inner, x]).map((each) => evaluateScalar(each, at)) as [number, number];
    const s = Math.sin(0.7);
    expect(byInner).toBeCloseTo(Math.cos(s + 0.7) - s * Math.sin(s + 0.7), 14);
    expect(byX).toBeCloseTo(-s * Math.sin(s + 0.7), 14);
    const [tangent] = jacobianProduct([outerOf], [inner, x], [constant(3), constant(5)]) as [Expression];
    expect(evaluateScalar(tangent, at)).toBeCloseTo(3 * byInner + 5 * byX, 13);
    expect(gradient(inner, [inner, x])).toEqual([constant(1), constant(0)]);
  });

  it("add up over several outputs and several uses", () => {
    const [byX] = transposedJacobianProduct([multiply(x, y), x], [constant(2), y], [x]) as [Expression];
    expect(evaluateScalar(byX, { x: 3, y: 5 })).toBe(15);
    const [same] = transposedJacobianProduct([x, x], [constant(2), constant(3)], [x]) as [Expression];
    expect(evaluateScalar(same, {})).toBe(5);
  });

  it("of a chain of sites stay in proportion to the chain's program", () => {
    const sites = symbol("q", [100]);
    const energy = sum(logcosh(subtract(shift(sites, 1, "no-flux"), sites)));
    expect(topologicalOrder(gradient(energy, [sites])).length).toBeLessThan(25);
  });

  it("of a batch of convolutions hold no tables", () => {
    const [image, kernel] = [symbol("i", [1, 28, 28]), symbol("k", [8, 1, 5, 5])];
    const [byImage] = gradient(sum(tanh(convolve(image, kernel))), [image]) as [Expression];
    const [whole] = batchExpressions([byImage], new Map([[image, symbol("I", [256, 1, 28, 28])]]), 256) as [Expression];
    expect(whole.shape).toEqual([256, 1, 28, 28]);
    const tables = topologicalOrder([whole]).filter(({ attributes }) =>
      Object.values(attributes).some(ArrayBuffer.isView),
    );
    expect(tables).toEqual([]);
  });

  it("of a long scalar program take time in proportion to its length", () => {
    const build = (length: number): Expression => {
      let [p, q]: [Expression, Expression] = [x, y];
      for (let k = 0; k < length; k++) {
        [p, q] = [add(q, sin(multiply(1 + k / length, p))), subtract(divide(q, 2), negate(multiply(p, q)))];
      }
      return add(p, q);
    };
    const program = build(500);
    expect(topologicalOrder([program]).length).toBeGreaterThan(2500);
    const start = performance.now();
    const graphs = gradient(program, [x, y]);
    const elapsed = performance.now() - start;
    const ratio = topologicalOrder(graphs).length / topologicalOrder([program]).length;
    expect(ratio).toBeLessThan(4);
    // Some 20 ms on an idle machine; the bound only tells a quadratic pass from a linear one.
    expect(elapsed).toBeLessThan(2000);
    expect(evaluate(graphs, { x: 0.1, y: 0.2 }).length).toBe(2);
  });
});
