import { describe, expect, it } from "vitest";
import { evaluate, evaluateScalar } from "../../compile/interpreter/evaluate.js";
import { gradient } from "../derivatives.js";
import type { Complex, Expression } from "../expression.js";
import { complexify } from "../transform.js";
import { add, divide, multiply, power, sqrt } from "./arithmetic.js";
import { symbol } from "./leaves.js";
import { sum } from "./sum.js";

const x = symbol("x");
const n = symbol("n");

/** A function of x and n, its first and its second derivative with respect to x. */
function derivatives(of: Expression, bindings: Record<string, number>): number[] {
  const [first] = gradient(of, [x]) as [Expression];
  const [second] = gradient(first, [x]) as [Expression];
  return [of, first, second].map((each) => evaluateScalar(each, bindings));
}

describe("power", () => {
  it("of a negative base takes whole exponents, derivatives included", () => {
    for (const exponent of [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, -1, -2, -3]) {
      for (const a of [-2, -0.5, 1.5]) {
        const expected = [
          a ** exponent,
          exponent * a ** (exponent - 1),
          exponent * (exponent - 1) * a ** (exponent - 2),
        ];
        for (const found of [
          derivatives(power(x, exponent), { x: a }),
          derivatives(power(x, n), { x: a, n: exponent }),
        ]) {
          found.forEach((value, k) => {
            expect(Math.abs(value - (expected[k] as number)), `${a}^${exponent}`).toBeLessThanOrEqual(
              1e-15 * Math.abs(expected[k] as number),
            );
          });
        }
      }
    }
  });

  it("is smooth at zero where it should be", () => {
    expect(derivatives(power(x, 2), { x: 0 })).toEqual([0, 0, 2]);
    expect(derivatives(power(x, 3), { x: 0 })).toEqual([0, 0, 0]);
    expect(derivatives(power(x, n), { x: 0, n: 2 })).toEqual([0, 0, 2]);
    expect(derivatives(power(x, 1.5), { x: 0 }).slice(0, 2)).toEqual([0, 0]);
    expect(derivatives(power(x, 1), { x: 0 })).toEqual([0, 1, 0]);
    expect(derivatives(power(x, 0), { x: 0 })).toEqual([1, 0, 0]);
  });

  it("to one half is the square root", () => {
    const [value, slope] = derivatives(power(x, 0.5), { x: 0.09 });
    expect(value).toBe(0.3);
    expect(slope).toBeCloseTo(0.5 / 0.3, 14);
    expect(derivatives(power(x, 0.5), { x: 0 }).slice(0, 2)).toEqual([0, Number.POSITIVE_INFINITY]);
    expect(evaluateScalar(power(x, 0.5), { x: -1 })).toBeNaN();
    expect(evaluateScalar(power(x, 2.5), { x: -1 })).toBeNaN();
  });

  it("has a derivative with respect to a variable exponent, which is zero at base zero", () => {
    const [byExponent] = gradient(power(x, n), [n]) as [Expression];
    const [mixed] = gradient(byExponent, [x]) as [Expression];
    expect(evaluateScalar(byExponent, { x: 2, n: 3 })).toBeCloseTo(8 * Math.LN2, 14);
    expect(evaluateScalar(byExponent, { x: 0, n: 3 })).toBe(0);
    expect(evaluateScalar(byExponent, { x: 0, n: 0.5 })).toBe(0);
    expect(evaluateScalar(mixed, { x: 2, n: 3 })).toBeCloseTo(4 + 12 * Math.LN2, 13);
    expect(evaluateScalar(mixed, { x: 0, n: 3 })).toBe(0);
  });

  it("continues whole powers across the negative axis, and others from the positive one", () => {
    const y = symbol("y");
    const at = (of: Expression, a: number, b: number): number[] => {
      const parts = new Map<Expression, Complex>([[x, { real: x, imaginary: y }]]);
      const [{ real, imaginary }] = complexify([of], parts) as [{ real: Expression; imaginary: Expression }];
      return evaluate([real, imaginary], { x: a, y: b }).map((value) => value[0] as number);
    };
    for (const [a, b] of [
      [-1.2, 0.4],
      [1.2, -0.4],
      [0, 0.7],
    ] as const) {
      let [real, imaginary] = [1, 0];
      for (let k = 1; k <= 11; k++) {
        [real, imaginary] = [real * a - imaginary * b, real * b + imaginary * a];
        const [p, q] = at(power(x, k), a, b) as [number, number];
        expect(Math.hypot(p - real, q - imaginary), `(${a} + ${b}i)^${k}`).toBeLessThan(
          1e-14 * Math.hypot(real, imaginary),
        );
      }
    }
    expect(at(power(x, 9), -1.5, 0)).toEqual([expect.closeTo((-1.5) ** 9, 12), 0]);
    expect(at(power(x, 2.5), 0, 0)).toEqual([0, 0]);
    const [p, q] = at(sqrt(x), -4e200, 0) as [number, number];
    expect([p / 1e100, q / 1e100]).toEqual([expect.closeTo(0, 14), expect.closeTo(2, 14)]);
  });
});

describe("arithmetic", () => {
  it("broadcasts like NumPy", () => {
    const [column, row] = [symbol("c", [2, 1]), symbol("r", [3])];
    const bindings = { c: [10, 20], r: [1, 2, 4] };
    expect(add(column, row).shape).toEqual([2, 3]);
    expect([...(evaluate([add(column, row)], bindings)[0] as Float64Array)]).toEqual([11, 12, 14, 21, 22, 24]);
    expect([...(evaluate([divide(column, row)], bindings)[0] as Float64Array)]).toEqual([10, 5, 2.5, 20, 10, 5]);
    expect([...(evaluate([multiply(symbol("s"), row)], { ...bindings, s: 3 })[0] as Float64Array)]).toEqual([3, 6, 12]);
  });

  it("sums a gradient over what was broadcast", () => {
    const [column, row] = [symbol("c", [2, 1]), symbol("r", [1, 1, 3])];
    const w = symbol("w", [1, 2, 3]);
    const [byColumn, byRow] = gradient(sum(multiply(w, multiply(column, row))), [column, row]) as [
      Expression,
      Expression,
    ];
    const bindings = { c: [10, 20], r: [1, 2, 4], w: [1, 2, 3, 4, 5, 6] };
    expect(byColumn.shape).toEqual([2, 1]);
    expect(byRow.shape).toEqual([1, 1, 3]);
    expect([...(evaluate([byColumn], bindings)[0] as Float64Array)]).toEqual([1 + 4 + 12, 4 + 10 + 24]);
    expect([...(evaluate([byRow], bindings)[0] as Float64Array)]).toEqual([10 + 80, 20 + 100, 30 + 120]);
  });
});
