import fc from "fast-check";
import type { Expression } from "../expression/expression.js";
import { symbol } from "../expression/functions.js";

/** The names random formulas use: scalars x, y, vectors u, v, matrices A, B. */
export const formulaScope: ReadonlyMap<string, Expression> = new Map([
  ["x", symbol("x")],
  ["y", symbol("y")],
  ["t", symbol("t")],
  ["u", symbol("u", [3])],
  ["v", symbol("v", [3])],
  ["A", symbol("A", [3, 3])],
  ["B", symbol("B", [2, 3])],
]);

type Sorts = { scalar: string; vector: string; matrix: string };

const UNARY = [
  ..."sqrt exp log sin cos tan tanh sinh cosh sigmoid softplus logcosh".split(" "),
  ..."sign abs relu asin acos atan".split(" "),
];

/** Fills the places # of a template with texts in parentheses. */
const filled = (template: string, ...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => {
    let next = 0;
    return template.replace(/#/g, () => `(${texts[next++]})`);
  });

const calls = (of: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...UNARY), of).map(([name, text]) => `${name}(${text})`);

const operators = (of: fc.Arbitrary<string>, other: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(of, fc.constantFrom("+", "-", "*", "/", "^", "<", "<=", ">", ">="), other, fc.boolean())
    .map(([a, operator, b, swap]) => (swap ? `(${b}) ${operator} (${a})` : `(${a}) ${operator} (${b})`));

const numbers = fc.oneof(
  fc.integer({ min: 0, max: 20 }).map(String),
  fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom("pi", "0.5", "0.25", "3", "2*pi", "1/0", "0/0", "-0"),
);

const { scalar, vector, matrix } = fc.letrec<Sorts>((tie) => {
  const [s, v, m] = [tie("scalar"), tie("vector"), tie("matrix")];
  const limits = { maxDepth: 5, depthIdentifier: "formula" };
  return {
    scalar: fc.oneof(
      limits,
      fc.oneof(fc.constantFrom("x", "y", "t"), numbers),
      operators(s, s),
      operators(s, s),
      calls(s),
      filled("-#", s),
      filled("sum(#)", v),
      filled("mean(#)", m),
      filled("dot(#, #)", v, v),
      filled("# @ #", v, v),
      fc.tuple(v, fc.integer({ min: -3, max: 2 })).map(([text, k]) => `(${text})[${k}]`),
      fc.tuple(m, fc.nat(2), fc.nat(2)).map(([text, j, k]) => `(${text})[${j}, ${k}]`),
      filled("where(#, #, #)", s, s, s),
      filled("clamp(#, #, #)", s, s, s),
      filled("min(#, #)", s, s),
      filled("max(#, #)", s, s),
      filled("atan2(#, #)", s, s),
    ),
    vector: fc.oneof(
      limits,
      fc.constantFrom("u", "v", "[1, -2, 0.5]", "broadcast(2, 3)"),
      operators(v, v),
      operators(v, s),
      calls(v),
      filled("-#", v),
      filled("[#, #, #]", s, s, s),
      filled("# @ #", m, v),
      filled("# @ #", v, m),
      filled("solve(#, #)", m, v),
      fc.tuple(m, fc.nat(2), fc.boolean()).map(([text, k, row]) => `(${text})[${row ? k : `:, ${k}`}]`),
      fc.tuple(m, fc.nat(1), fc.constantFrom("sum", "mean")).map(([text, axis, name]) => `${name}(${text}, ${axis})`),
      fc
        .tuple(v, fc.integer({ min: -4, max: 4 }), fc.constantFrom('"periodic"', '"no-flux"', "0", "1.5"))
        .map(([text, by, boundary]) => `shift(${text}, ${by}, ${boundary})`),
      filled("concatenate(#[:1], #[1:])", v, v),
      filled("pad(#[1:], 0, 1, 0)", v),
      filled("gather(#, [2, 0, 0])", v),
      filled("scatterAddRows(#, [2, 0, 2], 3)", v),
      filled("flatRead(#, [4, -1, 0], 3)", m),
      filled("scatterAdd(#, [0, 0, 1, -1, 2, 2, 1, 0, 1], 3)", m),
      filled("where(#, #, #)", v, s, v),
    ),
    matrix: fc.oneof(
      limits,
      fc.constantFrom("A", "transpose(B) @ B", "[[1, 2, 3], [0, 1, 0], [-1, 0, 0]]", "broadcast(1, 3, 3)"),
      operators(m, m),
      operators(m, v),
      operators(m, s),
      calls(m),
      filled("-#", m),
      filled("outer(#, #)", v, v),
      filled("# @ #", m, m),
      filled("transpose(#)", m),
      filled("solve(#, #)", m, m),
      filled("broadcast(#, 3, 3)", v),
      filled("shift(#, 1, 'no-flux', 1)", m),
      filled("windows(pad(#, 0, 0, 1), 0, 2)[:, :, 1]", m),
      filled("overlapAdd(broadcast(#, 2, 3, 2), 0, 2, 1, 3) + #", s, m),
      filled("reshape(reshape(#, 9), 3, 3)", m),
      filled("[#, #, u]", v, v),
    ),
  };
});

/** A formula with bindings that are used several times. */
const bound = filled("p = #; q = sin(p)*# - p; q*p + q^3*#", scalar, scalar, vector);

/** Random formulas over {@link formulaScope} by what they give; every operand stands in parentheses. */
export const arbitraryFormula = { scalar, vector, matrix, bound } as const;
