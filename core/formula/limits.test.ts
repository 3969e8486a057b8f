import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../errors.js";
import { symbol } from "../expression/functions.js";
import { FormulaError } from "./formula-error.js";
import { formulaFunctions } from "./functions.js";
import { parseFormula } from "./parser.js";

const scope = { x: symbol("x"), u: symbol("u", [3]), W: symbol("W", [2000, 1000]) };

describe("limits", () => {
  test("on the length of the text", () => {
    expect(parseFormula(" ".repeat(19_999) + 1, scope)).toBeDefined();
    expect(() => parseFormula(" ".repeat(20_000) + 1, scope)).toThrow(/20001 characters.*at most 20000 characters/);
    expect(() => parseFormula("x + x", scope, { length: 4 })).toThrow(/at most 4 characters/);
  });

  test.each([
    ["parentheses", (n: number) => `${"(".repeat(n)}x${")".repeat(n)}`],
    ["calls", (n: number) => `${"sin(".repeat(n)}x${")".repeat(n)}`],
    ["minus signs", (n: number) => `${"-".repeat(n)}x`],
    ["powers", (n: number) => `x${"^x".repeat(n)}`],
    ["arrays", (n: number) => `${"[".repeat(n)}x${"]".repeat(n)}`],
    ["positions", (n: number) => `${"[0][".repeat(n)}0${"]".repeat(n)}`],
  ])("on the nesting of %s", (_what, text) => {
    expect(parseFormula(text(90), scope)).toBeDefined();
    expect(() => parseFormula(text(300), scope)).toThrow(/nested at most 200 deep/);
    expect(() => parseFormula(text(2000), scope, { depth: 1000 })).toThrow(/nested at most 1000 deep/);
  });

  test("on the nodes of the graph", () => {
    const text = Array.from({ length: 60 }, (_, k) => `sin(${k}*x)`).join(" + ");
    expect(parseFormula(text, scope, { nodes: 300 })).toBeDefined();
    expect(() => parseFormula(text, scope, { nodes: 100 })).toThrow(/at most 100 nodes/);
  });

  test("long chains are no nesting", () => {
    expect(parseFormula(`x${" + x".repeat(4000)}`, scope)).toBeDefined();
    expect(parseFormula(`u${"[:]".repeat(4000)}`, scope)).toBe(scope.u);
  });

  test.each([
    "broadcast(1, 10000, 10000)",
    "sum(broadcast(x, 100000, 100000, 100000, 100000, 100000))",
    "pad(u, 0, 1000000000, 0)",
    "outer(pad(u, 0, 9000, 0), pad(u, 0, 9000, 0))",
    "a = broadcast(x, 30000); shift(outer(a, a), 1, 2)",
    "a = broadcast(x, 20000000); b = 2*a; c = b + 1; sum(c)",
    "shift(broadcast(1, 1000000000), 1, 2)",
    "gather(u, broadcast(0, 1000000000))",
    "scatterAddRows(u, broadcast(0, 3), 900000000)",
    "windows(pad(u, 0, 0, 20000), 0, 10000)",
    "convolve(broadcast(x, 1, 1000, 1000), broadcast(x, 1, 1, 500, 500))",
  ])("on the entries of the arrays: %s", (text) => {
    expect(() => parseFormula(text, scope)).toThrow(/at most 33554432 entries/);
  });

  test("index tables count, even where their result is small", () => {
    const big = symbol("big", [1000]);
    const text = "r = broadcast(0, 1000); scatterAddRows(big, r, 1)[0] + scatterAddRows(big, r, 2)[0]";
    expect(parseFormula(text, { big }, { entries: 4000 })).toBeDefined();
    expect(() => parseFormula(text, { big }, { entries: 2500 })).toThrow(/at most 2500 entries/);
  });

  test("what the scope provides is free", () => {
    const derived = parseFormula("sin(W)*2 + cos(W)", scope, { entries: 1e9 });
    expect(parseFormula("sum(derived)", { derived }, { entries: 1, nodes: 1 })).toBeDefined();
    expect(parseFormula("sum(W)", scope, { entries: 1, nodes: 1 })).toBeDefined();
  });

  test.each([{ length: 0 }, { depth: 1001 }, { nodes: Number.NaN }, { entries: -1 }])("%j is refused", (limits) => {
    expect(() => parseFormula("x", scope, limits)).toThrow(InputError);
  });
});

describe("hostile text", () => {
  test.each(["constructor", "__proto__", "toString", "hasOwnProperty", "prototype", "valueOf", "this", "globalThis"])(
    "%s is an unknown name and an unknown function",
    (name) => {
      expect(() => parseFormula(name, scope)).toThrow(/expected a name in scope/);
      expect(() => parseFormula(`${name}(x)`, scope)).toThrow(/expected a function/);
      expect(() => parseFormula(`${name} = 2; ${name}*x`, scope)).not.toThrow();
    },
  );

  test("names of Object.prototype are names like others", () => {
    const named = new Map([["constructor", symbol("constructor")]]);
    expect(parseFormula("constructor", named)).toBe(symbol("constructor"));
  });

  test.each(["process.exit(1)", "x; y", "`x`", "x=>x", "x.y", "(function(){})()", "\\u0078", "x\u0000", "\ud800"])(
    "%j is refused",
    (text) => {
      expect(() => parseFormula(text, scope)).toThrow(FormulaError);
    },
  );

  test("what is no text is refused", () => {
    expect(() => parseFormula(undefined as never, scope)).toThrow(InputError);
    expect(() => parseFormula({ toString: () => "x" } as never, scope)).toThrow(InputError);
  });

  test("any text is read, or refused with a FormulaError whose position is inside it", () => {
    const word = fc.constantFrom(
      ..."x u W pi ( ) [ ] , : ; = + - * / @ ^ < > <= 0 1 2.5 1e3 'no-flux' $ ~".split(" "),
      ...formulaFunctions.keys(),
    );
    const text = fc.oneof(
      fc.array(word, { maxLength: 30 }).map((words) => words.join(" ")),
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(text, (given) => {
        try {
          parseFormula(given, scope);
        } catch (error) {
          if (!(error instanceof FormulaError)) throw error;
          expect(error.position).toBeGreaterThanOrEqual(0);
          expect(error.position).toBeLessThanOrEqual(given.length);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("calls of any function with any arguments are read, or refused with a FormulaError", () => {
    const argument = fc.constantFrom(
      ..."x u W 0 1 2 -1 3 0.5 1/0 0/0 [0,1,2] [0,0] [[1,2],[3,4]] broadcast(0,3) 'no-flux' 1e300 2^53".split(" "),
    );
    fc.assert(
      fc.property(fc.constantFrom(...formulaFunctions.keys()), fc.array(argument, { maxLength: 5 }), (name, given) => {
        try {
          parseFormula(`${name}(${given.join(", ")})`, scope);
        } catch (error) {
          if (!(error instanceof FormulaError)) throw error;
        }
      }),
      { numRuns: 5000 },
    );
  });
});
