import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expressionCase } from "../expression/arbitrary.testing.js";
import { gradient } from "../expression/derivatives.js";
import { examples } from "../expression/examples.testing.js";
import { type Expression, type Shape, topologicalOrder } from "../expression/expression.js";
import { add, constant, multiply, sin, sum, symbol } from "../expression/functions.js";
import { symbolsOf } from "../expression/primitives/leaves.js";
import { primitives } from "../expression/registry.js";
import { arbitraryFormula, formulaScope } from "./arbitrary.testing.js";
import { parseFormula } from "./parser.js";
import { printFormula } from "./print-formula.js";
import { toLatex } from "./to-latex.js";

const generous = { length: 10_000_000, nodes: 1_000_000 };

function expectRoundTrip(expression: Expression): void {
  const printed = printFormula(expression);
  const back = parseFormula(printed, symbolsOf(topologicalOrder([expression])), generous);
  if (back !== expression) throw new Error(`printed ${printed}, read back ${printFormula(back)}`);
}

function balanced(latex: string): boolean {
  let depth = 0;
  for (const brace of latex.match(/[{}]/g) ?? []) {
    depth += brace === "{" ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0 && latex.split("\\left").length === latex.split("\\right").length;
}

describe("what is printed reads back as the very node", () => {
  test.each(primitives.map((primitive) => primitive.name))("every example of %s", (name) => {
    const cases = examples[name] ?? [];
    expect(cases.length).toBeGreaterThan(0);
    for (const { operands, build } of cases) {
      const built = build(...operands.map((shape: Shape, k) => symbol(`s${k}`, shape)));
      expect(built.primitive.name).toBe(name);
      expectRoundTrip(built);
      expectRoundTrip(gradient(sum(sin(built)), [...symbolsOf(topologicalOrder([built])).values()])[0] ?? built);
    }
  });

  test.each(Object.entries(arbitraryFormula))("random formulas of a %s", (_sort, formulas) => {
    fc.assert(
      fc.property(formulas, (text) => {
        const expression = parseFormula(text, formulaScope, generous);
        expectRoundTrip(expression);
        expect(balanced(toLatex(expression))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test("gradients of random formulas", () => {
    fc.assert(
      fc.property(arbitraryFormula.scalar, (text) => {
        for (const each of gradient(parseFormula(text, formulaScope, generous), [...formulaScope.values()])) {
          expectRoundTrip(each);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("random programs of all builders and their gradients", () => {
    fc.assert(
      fc.property(expressionCase(), ({ outputs, symbols }) => {
        for (const output of outputs) {
          expectRoundTrip(output);
          for (const each of gradient(sum(output), symbols)) expectRoundTrip(each);
        }
      }),
      { numRuns: 300 },
    );
  });

  test.each([0, -0, 1, -1.5, 1e-7, 1e21, 5e-324, 1.7976931348623157e308, 0.1, Math.PI, 3 * Math.PI, Math.PI / 7])(
    "the number %s",
    (value) => {
      expectRoundTrip(constant(value));
      expectRoundTrip(constant(-value));
      expectRoundTrip(constant(value, [2, 3]));
      expectRoundTrip(constant([value, 2, -value], [3, 1]));
    },
  );

  test.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])("%s", (value) => {
    expectRoundTrip(constant(value));
    expectRoundTrip(multiply(constant([value, 1]), symbol("x")));
  });
});

describe("printed text is as a person would write it", () => {
  const scope = new Map([...formulaScope, ["mass", symbol("mass")], ["q1", symbol("q1")], ["q2", symbol("q2")]]);
  test.each([
    "x^2/(2*mass) + 9.81*mass*(1 - cos(y))",
    "-x^2",
    "-x*y",
    "(-x)^y",
    "x - (y - t)",
    "x/y/t",
    "x/(y*t)",
    "(x + y)^3",
    "x^-1.5",
    "x^8 - x^7 + (x^5)^2",
    "2^-x^2",
    "(x^y)^t",
    "x^y^t",
    "2*pi*x",
    "x/4",
    "u[0]*u[2] - u[:2] @ u[1:]",
    "A[1, 2] + A[:, 1] @ A[0]",
    "B[:, 1:]",
    "sum(u^2)/2 - u @ A @ v",
    "tanh(u) @ (A @ tanh(v))",
    "outer(u, v) + transpose(A)",
    "solve(A, u)",
    "tan(x) + asin(y) + acos(x) + atan(y) + sinh(x) + cosh(y)",
    "clamp(x, 0, 1)",
    "(x < y)*(x <= t)",
    'shift(u, 1) - 2*u + shift(u, -1, "no-flux")',
    "[1, 2, 3]*u",
    "cos(q1 - q2)*sin(q1 - q2)",
    "where(x < 0, 1/0, 0/0)",
  ])("%s", (text) => {
    expect(printFormula(parseFormula(text, scope))).toBe(text);
  });

  test("large parts that are used again become bindings", () => {
    const text = "a1 = exp(-x^2/2)*(y + 1); sin(a1) + a1/y";
    expect(printFormula(parseFormula(text, scope))).toBe(text);
  });

  test("bindings avoid symbols of the expression and the names they are told", () => {
    const a1 = symbol("a1");
    const part = parseFormula("exp(-a1^2/2)*(a1 + 1)", { a1 });
    expect(printFormula(add(sin(part), part), { avoid: ["a2"] })).toBe("a3 = exp(-a1^2/2)*(a1 + 1); sin(a3) + a3");
  });

  test("the text of a graph with very many paths stays short", () => {
    let value: Expression = symbol("x");
    for (let k = 0; k < 60; k++) value = add(multiply(value, symbol("y")), sin(value));
    expect(printFormula(value).length).toBeLessThan(3000);
    expect(toLatex(value).length).toBeLessThan(20_000);
    expectRoundTrip(value);
  });

  test("deep graphs are printed and read back within the default depth", () => {
    const [x, y] = [symbol("x"), symbol("y")];
    let nested: Expression = x;
    let horner: Expression = x;
    let powers: Expression = x;
    let chain: Expression = x;
    for (let k = 0; k < 3000; k++) {
      nested = sin(nested);
      horner = add(multiply(add(horner, 1.5), y), k + 0.25);
      powers = parseFormula("(1 + x)^p", { x, p: powers });
      chain = add(chain, symbol(`c${k}`));
    }
    for (const each of [nested, horner, powers, chain]) expectRoundTrip(each);
    expect(printFormula(chain)).not.toContain(";");
    expect(balanced(toLatex(horner))).toBe(true);
  });
});

describe("what cannot be printed is refused", () => {
  test.each(["state[3]", "a b", "sin", "pi", "", "x'"])("a symbol named %j", (name) => {
    expect(() => printFormula(add(symbol(name), 1))).toThrow(/symbols whose names a formula can contain/);
  });
});
