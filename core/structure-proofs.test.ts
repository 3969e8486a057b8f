import { describe, expect, it } from "vitest";
import { evaluate } from "./compile/interpreter/evaluate.js";
import { jacobianProduct } from "./expression/derivatives.js";
import type { Expression } from "./expression/expression.js";
import { symbol } from "./expression/functions.js";
import { parseFormula } from "./formula/index.js";
import {
  dependsOn,
  diagonalOf,
  directionSymbols,
  hasSymmetricJacobian,
  inverseMassOf,
  isDiagonal,
} from "./structure-proofs.js";

const x = symbol("x", [5]);
const y = symbol("y", []);
const scope = { x, y, m: symbol("m", [5]), t: symbol("t"), A: symbol("A", [5, 5]), q: symbol("q", [5]) };
const read = (text: string): Expression => parseFormula(text, scope);

function jacobian(texts: readonly string[], symbols: readonly Expression[]) {
  const directions = directionSymbols(symbols);
  return { products: jacobianProduct(texts.map(read), symbols, directions), directions };
}

describe("dependsOn", () => {
  it("looks through the whole graph", () => {
    expect(dependsOn([read("sum(sin(x)*m) + y")], [x])).toBe(true);
    expect(dependsOn([read("sum(sin(m)) + y")], [x])).toBe(false);
  });
});

describe("isDiagonal", () => {
  it.each([
    [["x^3*sin(q)"], [x]],
    [["concatenate(x[0:2]^2, x[2:5]*y)"], [x]],
    [["reshape(reshape(x, 5, 1) @ [[2]], 5)"], [x]],
    [["shift(shift(x, 1)^2, -1)"], [x]],
    [
      ["m*x", "y^2"],
      [x, y],
    ],
  ])("accepts %j", (texts, symbols) => {
    const { products, directions } = jacobian(texts, symbols);
    expect(isDiagonal(products, directions)).toBe(true);
  });

  it.each([
    [["x + shift(x, 1)"], [x]],
    [["sum(x)*x"], [x]],
    [["A @ x"], [x]],
    [["where(y < 9, x, shift(x, 1))"], [x]],
    [["concatenate(x[1:5], x[0:1])"], [x]],
    [["concatenate(x[0:1]*x[4], x[1:5])"], [x]],
    [["concatenate(x[0:4], x[4:5]*x[0])"], [x]],
    [
      ["x + 1e-30*y", "y"],
      [x, y],
    ],
  ])("refuses %j", (texts, symbols) => {
    const { products, directions } = jacobian(texts, symbols);
    expect(isDiagonal(products, directions)).toBe(false);
  });

  it("leaves the diagonal", () => {
    const { products, directions } = jacobian(["x^2*m"], [x]);
    const values = { x: [1, 2, 3, 4, 5], m: [5, 4, 3, 2, 1] };
    expect(evaluate(diagonalOf(products, directions), values)).toEqual([Float64Array.of(10, 16, 18, 16, 10)]);
  });
});

describe("inverseMassOf", () => {
  const masses = (velocity: string): Expression[] | undefined =>
    inverseMassOf([read(velocity)], [x], [symbol("q", [5])], scope.t);

  it.each(["x/m", "2*x", "x*m + x/(1 + m^2)", "x/[1, 2, 3, 4, 5]"])("finds the masses of %s", (velocity) => {
    const [inverse] = masses(velocity) ?? [];
    expect(inverse).toBeDefined();
    const m = [0.5, 1, 2, 3, 4];
    const [found] = evaluate([inverse as Expression], { m });
    expect(found).toEqual(evaluate([read(velocity)], { m, x: [1, 1, 1, 1, 1] })[0]);
  });

  it.each(["x^3", "x/q", "x + m", "x*t", "x + shift(x, 1)", "A @ x", "x + q"])("finds none in %s", (velocity) => {
    expect(masses(velocity)).toBeUndefined();
  });
});

describe("hasSymmetricJacobian", () => {
  it("knows a field that acts entry by entry, and one of a symmetric product", () => {
    expect(hasSymmetricJacobian([read("-x^3 + y*m")], [x])).toBe(true);
    expect(hasSymmetricJacobian([read("shift(x, 1) + shift(x, -1)")], [x])).toBe(true);
  });

  it("does not take one for another", () => {
    expect(hasSymmetricJacobian([read("shift(x, 1) - shift(x, -1)")], [x])).toBe(false);
    expect(hasSymmetricJacobian([read("A @ x")], [x])).toBe(false);
    expect(hasSymmetricJacobian([read("x + q"), read("q - x")], [x, symbol("q", [5])])).toBe(false);
    expect(hasSymmetricJacobian([read("x + 2*q"), read("2*x - 3*q")], [x, symbol("q", [5])])).toBe(true);
  });
});
