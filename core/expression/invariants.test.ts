import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../compile/interpreter/evaluate.js";
import { expressionCase } from "./arbitrary.testing.js";
import { type Expression, topologicalOrder } from "./expression.js";
import { splitInvariants } from "./invariants.js";
import { gap, nameOf } from "./oracles.testing.js";
import { add, multiply } from "./primitives/arithmetic.js";
import { symbol, symbolsOf } from "./primitives/leaves.js";
import { matmul } from "./primitives/matmul.js";
import { sin } from "./primitives/trigonometric.js";

describe("splitting off what does not change", () => {
  it("keeps the value, and takes only what depends on fixed symbols alone", () => {
    fc.assert(
      fc.property(expressionCase(), fc.integer({ min: 1, max: 62 }), ({ outputs, bindings, symbols }, mask) => {
        const fixed = new Set(symbols.filter((_, k) => ((mask >> k) & 1) === 1));
        const known = new Map<Expression, Expression>();
        const rest = splitInvariants(outputs, fixed, known);
        for (const source of known.keys()) {
          for (const each of symbolsOf(topologicalOrder([source])).values()) expect(fixed.has(each)).toBe(true);
        }
        const names = [...known.values()].map(nameOf);
        expect(new Set(names).size).toBe(names.length);
        const values = evaluate([...known.keys()], bindings);
        const all = { ...bindings, ...Object.fromEntries(names.map((name, k) => [name, values[k] as Float64Array])) };
        expect(gap(evaluate(rest, all), evaluate(outputs, bindings))).toBe(0);
      }),
      { seed: 29, numRuns: 300 },
    );
  });

  it("takes the largest subexpressions, once for all calls", () => {
    const [W, x, s] = [symbol("W", [2, 3]), symbol("x", [3]), symbol("s", [2])];
    const known = new Map<Expression, Expression>();
    const clamped = sin(matmul(W, x));
    const [first] = splitInvariants([multiply(s, clamped)], new Set([W, x]), known) as [Expression];
    const [second] = splitInvariants([add(s, clamped)], new Set([W, x]), known) as [Expression];
    expect([...known.keys()]).toEqual([clamped]);
    const stand = known.get(clamped) as Expression;
    expect([first, second]).toEqual([multiply(s, stand), add(s, stand)]);
  });
});
