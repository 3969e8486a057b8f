import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../compile/interpreter/evaluate.js";
import { parseFormula, printFormula } from "../formula/index.js";
import { expressionCase } from "./arbitrary.testing.js";
import type { Expression } from "./expression.js";
import { symbol } from "./functions.js";
import { tidy } from "./tidy.js";

const scope = new Map(
  [
    symbol("a", [3]),
    symbol("b", [3]),
    symbol("W", [3, 3]),
    symbol("V", [3, 3]),
    symbol("s"),
    symbol("t0"),
    symbol("nudge"),
  ].map((each) => [each.attributes.name as string, each] as const),
);
const nudge = scope.get("nudge") as Expression;
const tidied = (formula: string, loose: readonly Expression[] = []): string =>
  printFormula(tidy([parseFormula(formula, scope)], loose)[0] as Expression);

describe("tidy", () => {
  it("keeps shapes and, up to rounding, values of any program", () => {
    fc.assert(
      fc.property(expressionCase(), ({ outputs, bindings, symbols }) => {
        const scalars = symbols.filter(({ shape }) => shape.length === 0).slice(0, 1);
        const rewritten = tidy(outputs, scalars);
        expect(rewritten.map(({ shape }) => shape)).toEqual(outputs.map(({ shape }) => shape));
        const [before, after] = [evaluate(outputs, bindings), evaluate(rewritten, bindings)];
        before.forEach((values, k) => {
          const size = 1 + Math.hypot(...values);
          if (!Number.isFinite(size)) return;
          values.forEach((value, i) => {
            expect(Math.abs(value - (after[k]?.[i] as number))).toBeLessThan(1e-7 * size);
          });
        });
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it.each([
    ["-(a*s - b*s)", "s*(b - a)"],
    ["2*(a*3)", "6*a"],
    ["a - (b - a)", "2*a - b"],
    ["a*b/(2*s) - b*a/(2*s)", "broadcast(0, 3)"],
    ["-a + W @ b", "W @ b - a"],
    ["W @ a - V @ a", "(W - V) @ a"],
    ["outer(a, b) - outer(s*a, b)", "outer(a - s*a, b)"],
    ["transpose(outer(a, -b))", "-outer(b, a)"],
    ["sum(-a^2/2)", "-(sum(a^2)/2)"],
    ["reshape(s, 1)*a", "s*a"],
    ["flatRead(a, [1, 0], 2)", "gather(a, [1, 0])"],
    ["a*(1 - b)", "a*(1 - b)"],
    ["a*(a^2/2 - b/4)", "a*(2*a^2 - b)/4"],
  ])("writes %s as %s", (formula, expected) => {
    expect(tidied(formula)).toBe(expected);
  });

  it.each([
    ["(nudge*a + tanh(b) - (-nudge*a + tanh(a)))/(2*nudge)", "a + (tanh(b) - tanh(a))/(2*nudge)"],
    ["a - nudge*(b - a)", "a - nudge*(b - a)"],
    ["outer(nudge*a - b, b)/nudge", "outer(a, b) - outer(b, b)/nudge"],
    ["sum(nudge*a + b)/nudge", "sum(a) + sum(b)/nudge"],
  ])("cancels a loose symbol in %s", (formula, expected) => {
    expect(tidied(formula, [nudge])).toBe(expected);
  });

  it("writes a difference one way round, whatever was made before", () => {
    const [first] = tidy([parseFormula("tanh(a)*(a - b) + exp(b)*(b - a)", scope)]) as [Expression];
    expect(printFormula(first)).toBe("(a - b)*(tanh(a) - exp(b))");
  });
});
