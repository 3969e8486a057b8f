import { describe, expect, it } from "vitest";
import { evaluate, evaluateScalar } from "../../compile/interpreter/evaluate.js";
import { gradient } from "../derivatives.js";
import type { Expression } from "../expression.js";
import { multiply } from "./arithmetic.js";
import { abs, clamp, less, maximum, minimum, sign, where } from "./comparison.js";
import { symbol } from "./leaves.js";
import { sum } from "./sum.js";
import { log } from "./transcendental.js";

const x = symbol("x");
const y = symbol("y");
const slopes = (of: Expression, bindings: Record<string, number>): number[] =>
  gradient(of, [x, y]).map((each) => evaluateScalar(each, bindings));

describe("piecewise functions", () => {
  it("take the value of their branch", () => {
    const a = symbol("a", [5]);
    const values = { a: [-2, -0, 0, 0.5, 3] };
    const of = (build: Expression): number[] => [...(evaluate([build], values)[0] as Float64Array)];
    expect(of(less(a, 0.5))).toEqual([1, 1, 1, 0, 0]);
    expect(of(where(less(a, 0.5), a, 7))).toEqual([-2, -0, 0, 7, 7]);
    expect(of(sign(a))).toEqual([-1, -0, 0, 1, 1]);
    expect(of(abs(a))).toEqual([2, 0, 0, 0.5, 3]);
    expect(of(minimum(a, 0.2))).toEqual([-2, -0, 0, 0.2, 0.2]);
    expect(of(maximum(a, 0.2))).toEqual([0.2, 0.2, 0.2, 0.5, 3]);
    expect(of(clamp(a, -1, 1))).toEqual([-1, -0, 0, 0.5, 1]);
  });

  it("have the derivative of their branch, at a tie that of the second operand", () => {
    expect(slopes(minimum(x, y), { x: 1, y: 2 })).toEqual([1, 0]);
    expect(slopes(minimum(x, y), { x: 2, y: 1 })).toEqual([0, 1]);
    expect(slopes(minimum(x, y), { x: 1, y: 1 })).toEqual([0, 1]);
    expect(slopes(maximum(x, y), { x: 1, y: 2 })).toEqual([0, 1]);
    expect(slopes(maximum(x, y), { x: 1, y: 1 })).toEqual([0, 1]);
    expect(slopes(abs(x), { x: -3, y: 0 })).toEqual([-1, 0]);
    expect(slopes(abs(x), { x: 0, y: 0 })).toEqual([0, 0]);
    expect(slopes(clamp(x, -1, 1), { x: 5, y: 0 })).toEqual([0, 0]);
    expect(slopes(clamp(x, -1, 1), { x: 0.5, y: 0 })).toEqual([1, 0]);
    expect(slopes(where(less(x, y), multiply(2, x), multiply(3, y)), { x: 1, y: 2 })).toEqual([2, 0]);
    expect(slopes(where(less(x, y), multiply(2, x), multiply(3, y)), { x: 2, y: 2 })).toEqual([0, 3]);
    expect(slopes(sum(less(x, y)), { x: 1, y: 2 })).toEqual([0, 0]);
  });

  it("have finite slopes where the argument of a singular branch is guarded", () => {
    const positive = less(0, x);
    const guarded = where(positive, log(where(positive, x, 1)), 0);
    expect(slopes(guarded, { x: 0, y: 0 })).toEqual([0, 0]);
    expect(slopes(guarded, { x: 4, y: 0 })).toEqual([0.25, 0]);
    expect(slopes(where(positive, log(x), 0), { x: 0, y: 0 })[0]).toBeNaN();
  });

  it("pass on what is not a number", () => {
    const none = { x: Number.NaN, y: 1 };
    for (const of of [minimum(x, y), maximum(x, y), abs(x), sign(x), clamp(x, 0, 1)]) {
      expect(evaluateScalar(of, none)).toBeNaN();
    }
    expect(evaluateScalar(less(x, y), none)).toBe(0);
  });
});
