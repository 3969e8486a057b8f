import { describe, expect, it } from "vitest";
import { evaluate } from "../compile/interpreter/evaluate.js";
import { parseFormula } from "../formula/parser.js";
import { jacobianProduct } from "./derivatives.js";
import { symbol } from "./functions.js";
import { jacobianMatrix } from "./jacobian-matrix.js";

const [x, Y] = [symbol("x", [3]), symbol("Y", [2, 2])];
const A = symbol("A", [2, 3]);
const scope = new Map([x, Y, A].map((each) => [each.attributes.name as string, each]));
const outputs = ["Y @ (A @ tanh(x))", "sum(x^2) * sum(Y, 1)", "x[0] * Y[1, 1]"].map((text) =>
  parseFormula(text, scope),
);
const values = { x: [0.3, -0.7, 1.1], Y: [0.5, -0.2, 0.9, 0.4], A: [1, 2, -1, 0.5, 0.3, -0.8] };

describe("jacobianMatrix", () => {
  const matrix = jacobianMatrix(outputs, [x, Y]);
  const [entries] = evaluate([matrix], values) as [Float64Array];

  it("has a row per entry of the outputs and a column per entry of the arrays", () => {
    expect(matrix.shape).toEqual([2 + 2 + 1, 3 + 4]);
  });

  it("has the Jacobian products of the unit directions as its columns", () => {
    const directions = [symbol("dx", [3]), symbol("dY", [2, 2])];
    const product = jacobianProduct(outputs, [x, Y], directions);
    for (let column = 0; column < 7; column++) {
      const unit = Array.from({ length: 7 }, (_, k) => (k === column ? 1 : 0));
      const expected = evaluate(product, { ...values, dx: unit.slice(0, 3), dY: unit.slice(3) });
      const found = Array.from({ length: 5 }, (_, row) => entries[row * 7 + column]);
      expected
        .flatMap((each) => [...each])
        .forEach((entry, row) => {
          expect(found[row]).toBeCloseTo(entry, 14);
        });
    }
  });

  it("is zero where an output does not depend on an array", () => {
    const [zero] = evaluate([jacobianMatrix([parseFormula("x^2", scope)], [Y])], values) as [Float64Array];
    expect([...zero]).toEqual(new Array(12).fill(0));
  });

  it("is a graph that can be differentiated again", () => {
    const second = jacobianMatrix([jacobianMatrix([parseFormula("x^3", scope)], [x])], [x]);
    const [found] = evaluate([second], values) as [Float64Array];
    // d2(x_i^3)/dx_i2 = 6 x_i, in row (i, i) and column i.
    expect(found[0]).toBeCloseTo(6 * 0.3, 14);
    expect(found[4 * 3 + 1]).toBeCloseTo(6 * -0.7, 14);
    expect(found[1]).toBe(0);
  });
});
