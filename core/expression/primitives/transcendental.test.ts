import { describe, expect, it } from "vitest";
import { evaluate, evaluateScalar } from "../../compile/interpreter/evaluate.js";
import { gradient } from "../derivatives.js";
import { type Complex, type Expression, sizeOf } from "../expression.js";
import { ONE, over, type Precise, precise, preciseExp, preciseLog, rounded } from "../precise.testing.js";
import { complexify } from "../transform.js";
import { constant, symbol } from "./leaves.js";
import { cosh, exp, logcosh, log as logOf, sigmoid, sinh, softplus, tanh } from "./transcendental.js";

const POINTS = [
  750, 709, 400, 88.7, 40, 36.7, 20.001, 20, 19.999, 15.5, 11, 4, 1.7, 1, 0.7, 0.5, 0.25, 0.2499999, 0.1, 1e-2, 1e-3,
  1e-5, 1e-8, 1e-11, 0,
].flatMap((a) => [a, -a]);

const x = symbol("x");
const at = (of: Expression, a: number): number => evaluateScalar(of, { x: a });
const relative = (found: number, expected: number): number =>
  found === expected ? 0 : Math.abs(found - expected) / Math.abs(expected);

const [e, inverse] = [preciseExp, (a: Precise): Precise => preciseExp(-a)];

describe("functions of the exponential, against 1300 binary digits", () => {
  it.each<[string, (a: Expression) => Expression, (a: Precise) => Precise, number]>([
    ["sigmoid", sigmoid, (a) => over(ONE, ONE + inverse(a)), 5e-16],
    ["softplus", softplus, (a) => preciseLog(ONE + e(a)), 5e-16],
    ["logcosh", logcosh, (a) => preciseLog((e(a) + inverse(a)) / 2n), 1e-15],
    ["tanh", tanh, (a) => over(e(a) - inverse(a), e(a) + inverse(a)), 1e-15],
  ])("%s is accurate at any size", (_name, build, reference, tolerance) => {
    for (const a of POINTS) {
      const expected = rounded(reference(precise(a)));
      // Below the normal numbers no relative accuracy is left.
      if (Math.abs(expected) < 2 ** -1022) expect(Math.abs(at(build(x), a) - expected)).toBeLessThanOrEqual(2 ** -1022);
      else expect(relative(at(build(x), a), expected), `at ${a}`).toBeLessThan(tolerance);
    }
  });

  it.each<[string, (a: Expression) => Expression, (a: Precise) => Precise]>([
    ["cosh", cosh, (a) => (e(a) + inverse(a)) / 2n],
    ["sinh", sinh, (a) => (e(a) - inverse(a)) / 2n],
  ])("%s is accurate where it does not overflow", (_name, build, reference) => {
    for (const a of POINTS.filter((point) => Math.abs(point) < 700)) {
      expect(relative(at(build(x), a), rounded(reference(precise(a)))), `at ${a}`).toBeLessThan(1e-15);
    }
  });

  it("logcosh is accurate to 1e-15 all the way to zero", () => {
    for (let a = 1; a > 1e-9; a *= 0.83) {
      const expected = rounded(preciseLog((e(precise(a)) + inverse(precise(a))) / 2n));
      expect(relative(at(logcosh(x), a), expected), `at ${a}`).toBeLessThan(1e-15);
    }
    expect(at(logcosh(x), 1e-150)).toBe(0.5e-300);
  });

  it("are not numbers of what is none, and keep infinities", () => {
    for (const build of [sigmoid, softplus, logcosh, tanh, exp]) expect(at(build(x), Number.NaN)).toBeNaN();
    const infinity = Number.POSITIVE_INFINITY;
    expect([sigmoid, softplus, logcosh, tanh].map((build) => at(build(x), infinity))).toEqual([
      1,
      infinity,
      infinity,
      1,
    ]);
    expect([sigmoid, softplus, logcosh, tanh].map((build) => at(build(x), -infinity))).toEqual([0, 0, infinity, -1]);
  });

  it("have finite derivatives at any size", () => {
    for (const build of [sigmoid, softplus, logcosh, tanh]) {
      const [slope] = gradient(build(x), [x]) as [Expression];
      const [curvature] = gradient(slope, [x]) as [Expression];
      for (const a of POINTS) expect([at(slope, a), at(curvature, a)].every(Number.isFinite)).toBe(true);
    }
  });
});

/** Real and imaginary part at a + ib. */
function continued(build: (z: Expression) => Expression, a: number, b: number): [number, number] {
  const parts = new Map<Expression, Complex>([[x, { real: x, imaginary: symbol("y") }]]);
  const [{ real, imaginary }] = complexify([build(x)], parts) as [{ real: Expression; imaginary: Expression }];
  const [p, q] = evaluate([real, imaginary], { x: a, y: b }) as [Float64Array, Float64Array];
  return [p[0] as number, q[0] as number];
}

describe("continuations", () => {
  it("stay finite where the plain formulas overflow", () => {
    const far = [
      [tanh, 400, [1, 0]],
      [tanh, -400, [-1, 0]],
      [sigmoid, 800, [1, 0]],
      [sigmoid, -800, [0, 0]],
      [softplus, 800, [800, 0.3]],
      [softplus, -800, [0, 0]],
      [logcosh, 800, [800 - Math.LN2, 0.3]],
      [logcosh, -800, [800 - Math.LN2, -0.3]],
    ] as const;
    for (const [build, a, [real, imaginary]] of far) {
      const found = continued(build, a, 0.3);
      expect(found[0]).toBeCloseTo(real, 12);
      expect(found[1]).toBeCloseTo(imaginary, 12);
    }
  });

  it("of the sigmoid keeps relative accuracy in its tail", () => {
    const [real, imaginary] = continued(sigmoid, -40, 0.3);
    expect(relative(real, Math.exp(-40) * Math.cos(0.3))).toBeLessThan(1e-15);
    expect(relative(imaginary, Math.exp(-40) * Math.sin(0.3))).toBeLessThan(1e-15);
  });

  it("of the logarithm neither overflows nor underflows", () => {
    for (const scale of [1e200, 1e-200]) {
      const [real, imaginary] = continued(logOf, 3 * scale, 4 * scale);
      expect(real).toBeCloseTo(Math.log(5) + Math.log(scale), 12);
      expect(imaginary).toBeCloseTo(Math.atan2(4, 3), 14);
    }
    expect(continued(logOf, 0.3, 0)).toEqual([Math.log(0.3), 0]);
    expect(continued(logOf, 0, 0)[0]).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("constants of functions", () => {
  it("are folded to the same value", () => {
    for (const build of [sigmoid, softplus, logcosh, tanh, exp, logOf]) {
      const shape = [2];
      const folded = evaluate([build(constant(0.7, shape))], {})[0] as Float64Array;
      expect(folded.length).toBe(sizeOf(shape));
      expect(folded[1]).toBe(at(build(x), 0.7));
    }
  });
});
