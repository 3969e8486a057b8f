import { describe, expect, it } from "vitest";
import { evaluateScalar } from "../../compile/interpreter/evaluate.js";
import { gradient } from "../derivatives.js";
import type { Expression } from "../expression.js";
import { constant, symbol } from "./leaves.js";
import { arccosine, arcsine, arctangent, arctangent2, cos, sin, tan } from "./trigonometric.js";

const x = symbol("x");

describe("trigonometric functions", () => {
  it.each<[string, (a: Expression) => Expression, (a: number) => number, (a: number) => number]>([
    ["sin", sin, Math.sin, Math.cos],
    ["cos", cos, Math.cos, (a) => -Math.sin(a)],
    ["tan", tan, Math.tan, (a) => 1 / Math.cos(a) ** 2],
    ["arctangent", arctangent, Math.atan, (a) => 1 / (1 + a * a)],
    ["arcsine", arcsine, Math.asin, (a) => 1 / Math.sqrt((1 - a) * (1 + a))],
    ["arccosine", arccosine, Math.acos, (a) => -1 / Math.sqrt((1 - a) * (1 + a))],
  ])("%s and its derivative", (name, build, value, slope) => {
    const of = build(x);
    const [derivative] = gradient(of, [x]) as [Expression];
    for (const a of [-0.999, -0.6, -1e-9, 0.1, 0.5, 0.97]) {
      expect(evaluateScalar(of, { x: a }), `${name} ${a}`).toBeCloseTo(value(a), 15);
      expect(evaluateScalar(derivative, { x: a }) / slope(a), `${name}' ${a}`).toBeCloseTo(1, 12);
    }
  });

  it("arcsine and arccosine reach their ends, and stay accurate near them", () => {
    expect(evaluateScalar(arcsine(x), { x: 1 })).toBe(Math.PI / 2);
    expect(evaluateScalar(arccosine(x), { x: -1 })).toBe(Math.PI);
    const near = 1 - 2 ** -45;
    expect(evaluateScalar(arccosine(x), { x: near }) / Math.acos(near)).toBeCloseTo(1, 15);
    expect(evaluateScalar(arcsine(x), { x: 1.1 })).toBeNaN();
  });

  it("the angle of a point covers the whole circle", () => {
    for (const angle of [-3, -1.6, -0.4, 0, 0.4, 1.6, 3]) {
      const of = arctangent2(constant(2 * Math.sin(angle)), constant(2 * Math.cos(angle)));
      expect(evaluateScalar(of, {})).toBeCloseTo(angle, 15);
    }
  });
});
