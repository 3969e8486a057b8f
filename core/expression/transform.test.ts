import { describe, expect, it } from "vitest";
import { evaluate } from "../compile/interpreter/evaluate.js";
import { gradient } from "./derivatives.js";
import type { Complex, Expression } from "./expression.js";
import { add, multiply, power } from "./primitives/arithmetic.js";
import { constant, symbol } from "./primitives/leaves.js";
import { matmul } from "./primitives/matmul.js";
import { reshape } from "./primitives/rearrangement.js";
import { dot, sum } from "./primitives/sum.js";
import { exp } from "./primitives/transcendental.js";
import { arctangent, cos, sin } from "./primitives/trigonometric.js";
import { batchExpressions, complexify, substitute, substituteOne } from "./transform.js";

const [x, y, u] = [symbol("x"), symbol("y"), symbol("u", [3])];

describe("substitute", () => {
  it("replaces everywhere at once", () => {
    const of = add(multiply(x, y), sin(x));
    expect(
      substitute(
        [of, x],
        new Map([
          [x, y],
          [y, x],
        ]),
      ),
    ).toEqual([add(multiply(y, x), sin(y)), y]);
  });

  it("replaces whole subexpressions, and simplifies on the way", () => {
    expect(substituteOne(add(sin(x), y), new Map([[sin(x), constant(0)]]))).toBe(y);
    expect(substituteOne(add(power(x, 2), 1), new Map([[x, constant(3)]]))).toBe(constant(10));
  });

  it("keeps the nodes it does not touch", () => {
    const [left, right] = [exp(y), sin(x)];
    const result = substituteOne(add(left, right), new Map([[x, u]]));
    expect(result.operands[0]).toBe(left);
    expect(result.shape).toEqual([3]);
  });
});

describe("complexify", () => {
  const z = new Map<Expression, Complex>([[x, { real: x, imaginary: y }]]);

  it("writes real and imaginary part", () => {
    expect(complexify([exp(x)], z)).toEqual([{ real: multiply(exp(x), cos(y)), imaginary: multiply(exp(x), sin(y)) }]);
    expect(complexify([exp(y)], z)).toEqual([{ real: exp(y), imaginary: constant(0) }]);
  });

  it("says which primitive has no continuation and why", () => {
    expect(() => complexify([arctangent(x)], z)).toThrow("atan2 has no complex form: atan2 serves the continuation");
    expect(complexify([arctangent(y)], z)[0]?.real).toBe(arctangent(y));
  });

  it("leaves real what a symbol with zero imaginary part makes", () => {
    const real = new Map<Expression, Complex>([[x, { real: y, imaginary: undefined }]]);
    expect(complexify([multiply(sin(x), matmul(u, u))], real)).toEqual([
      { real: multiply(sin(y), matmul(u, u)), imaginary: constant(0) },
    ]);
  });
});

describe("batchExpressions", () => {
  it("gives the trajectory axis to outputs that are shared, too", () => {
    const [own, shared] = batchExpressions([sum(u), sin(x)], new Map([[u, symbol("U", [4, 3])]]), 4) as [
      Expression,
      Expression,
    ];
    expect([own.shape, shared.shape]).toEqual([[4], [4]]);
    expect(evaluate([shared], { x: 1 })[0]).toEqual(new Float64Array(4).fill(Math.sin(1)));
  });

  it("turns the parameter gradient of a batch into matrix products", () => {
    const [W, v] = [symbol("W", [2, 3]), symbol("v", [2])];
    const [byW] = gradient(dot(v, matmul(W, u)), [W]) as [Expression];
    const batched = new Map([
      [u, symbol("U", [5, 3])],
      [v, symbol("V", [5, 2])],
    ]);
    const [each] = batchExpressions([byW], batched, 5) as [Expression];
    const total = sum(each, [0]);
    expect(total.shape).toEqual([2, 3]);
    expect(total.primitive.name).toBe("matmul");
    expect(total.operands.map((operand) => operand.shape)).toEqual([
      [2, 5],
      [5, 3],
    ]);
  });

  it("keeps a product with a shared matrix one product", () => {
    const W = symbol("W", [2, 3]);
    const [whole] = batchExpressions([matmul(W, u)], new Map([[u, symbol("U", [5, 3])]]), 5) as [Expression];
    const products: Expression[] = [];
    const visit = (node: Expression): void => {
      if (node.primitive.name === "matmul") products.push(node);
      node.operands.forEach(visit);
    };
    visit(whole);
    expect(products.map(({ shape }) => shape)).toEqual([[5, 2]]);
    expect(reshape(whole, [5, 2])).toBe(whole);
  });
});
