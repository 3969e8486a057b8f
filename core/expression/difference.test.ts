import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../compile/interpreter/evaluate.js";
import { parseFormula, printFormula } from "../formula/index.js";
import { randomBindings } from "../structure-proofs.js";
import { jacobianProduct, transposedJacobianProduct } from "./derivatives.js";
import { difference } from "./difference.js";
import type { Expression } from "./expression.js";
import { subtract, symbol } from "./functions.js";

const [x, y, W, B, b] = [
  symbol("x", [4]),
  symbol("y", [3]),
  symbol("W", [4, 4]),
  symbol("B", [3, 4]),
  symbol("b", [4]),
];
const F = symbol("F", [4, 3]);
const [e, d] = [symbol("e", [4]), symbol("d", [3])];
const scope = new Map([x, y, W, B, F, b].map((each) => [each.attributes.name as string, each] as const));

/** J e - J'e of a field in x and y, and what `difference` makes of it. */
function antisymmetric(forces: { x: string; y?: string }): { plain: Expression[]; found: Expression[] } {
  const field = Object.values(forces).map((text) => parseFormula(text, scope));
  const state = forces.y === undefined ? [x] : [x, y];
  const directions = forces.y === undefined ? [e] : [e, d];
  const product = jacobianProduct(field, state, directions);
  const transposed = transposedJacobianProduct(field, directions, state);
  return {
    plain: product.map((each, k) => subtract(each, transposed[k] as Expression)),
    found: product.map((each, k) => difference(each, transposed[k] as Expression, directions)),
  };
}

const FIELDS = [
  { x: "-x + (1 - tanh(x)^2)*(W @ tanh(x) + b)" },
  { x: "-x + sigmoid(x)*(1 - sigmoid(x))*(W @ sigmoid(x) + b)" },
  { x: "-x + W @ tanh(x) + b" },
  { x: "-x + F @ tanh(y) - 3*x", y: "(1 - tanh(y)^2)*(B @ tanh(x)) - y" },
  { x: "W @ x - x*sum(x^2) + 2*shift(x, 1, 0)*b" },
  { x: "exp(-x)*mean(tanh(W @ x)) + x/(1 + x^2)" },
];

describe("difference", () => {
  it.each(FIELDS)("has the value of the plain difference: $x", (forces) => {
    const { plain, found } = antisymmetric(forces);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const bindings = randomBindings([...plain, ...found, e, d], seed);
        const [expected, values] = [evaluate(plain, bindings), evaluate(found, bindings)];
        values.forEach((value, k) => {
          value.forEach((entry, i) => {
            expect(entry).toBeCloseTo(expected[k]?.[i] as number, 12);
          });
        });
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  it("leaves the couplings of a Hopfield force alone: minus twice the antisymmetric part in its local form", () => {
    const { found } = antisymmetric(FIELDS[0] as { x: string });
    expect(printFormula(found[0] as Expression)).toBe("a1 = 1 - tanh(x)^2; a1*((W - transpose(W)) @ (a1*e))");
  });

  it("joins forward and feedback weights of two layers", () => {
    const { found } = antisymmetric({
      x: "(1 - tanh(x)^2)*(F @ tanh(y))",
      y: "(1 - tanh(y)^2)*(B @ tanh(x))",
    });
    expect(printFormula(found[0] as Expression)).toContain("(F - transpose(B)) @");
    expect(printFormula(found[1] as Expression)).toContain("(B - transpose(F)) @");
  });

  it("is zero where both are the same sums of products, written differently", () => {
    const [a, c] = ["2*(e*x)*b - W @ (e*x)", "b*(2*x)*e - W @ (x*e)"].map((text) =>
      parseFormula(text, new Map([...scope, ["e", e]])),
    ) as [Expression, Expression];
    expect(printFormula(difference(a, c, [e]))).toBe(printFormula(parseFormula("0*b", scope)));
  });

  it("is the plain difference where nothing cancels", () => {
    const [a, c] = ["W @ e", "x*e"].map((text) => parseFormula(text, new Map([...scope, ["e", e]]))) as [
      Expression,
      Expression,
    ];
    expect(difference(a, c, [e])).toBe(subtract(a, c));
  });
});
