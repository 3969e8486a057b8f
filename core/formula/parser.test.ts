import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate, evaluateScalar } from "../compile/interpreter/evaluate.js";
import { InputError } from "../errors.js";
import { symbol } from "../expression/functions.js";
import { parseFormula } from "./parser.js";

const scope = {
  a: symbol("a"),
  b: symbol("b"),
  c: symbol("c"),
  s: symbol("s", [4]),
  r: symbol("r", [4]),
  M: symbol("M", [3, 4]),
  N: symbol("N", [4, 4]),
};
const bindings = {
  a: 1.5,
  b: -0.7,
  c: 2.25,
  s: [1, 20, 300, 4000],
  r: [2, -1, 0.5, 3],
  M: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  N: [2, 0, 1, 0, 1, 3, 0, 0, 0, 1, 4, 1, 1, 0, 0, 5],
};
const number = (text: string): number => evaluateScalar(parseFormula(text, scope), bindings);
const array = (text: string): { shape: readonly number[]; data: number[] } => {
  const expression = parseFormula(text, scope);
  return { shape: expression.shape, data: [...(evaluate([expression], bindings)[0] as Float64Array)] };
};

describe("operators", () => {
  const { a, b, c } = bindings;
  test.each([
    ["-a^2", -(a ** 2)],
    ["(-a)^2", (-a) ** 2],
    ["-a^2*b", -(a ** 2) * b],
    ["a - b - c", a - b - c],
    ["a - (b - c)", a - (b - c)],
    ["a/b/c", a / b / c],
    ["a/b*c", (a / b) * c],
    ["a*b/c", (a * b) / c],
    ["a + b*c", a + b * c],
    ["(a + b)*c", (a + b) * c],
    ["a^c^a", a ** (c ** a)],
    ["(a^c)^a", (a ** c) ** a],
    ["a^-c", a ** -c],
    ["a^-c^2", a ** -(c ** 2)],
    ["2^-a*b", 2 ** -a * b],
    ["a^(b + c)", a ** (b + c)],
    ["a*-b", a * -b],
    ["a - -b", a + b],
    ["--a", a],
    ["-a + b", -a + b],
    ["a < b", 0],
    ["a > b", 1],
    ["a <= a", 1],
    ["a >= a", 1],
    ["a < a", 0],
    ["b >= a", 0],
    ["a + b < c*2", 1],
    ["3*(a > b) + 1", 4],
    ["where(a < b, a, c)", c],
    ["2*pi", 2 * Math.PI],
    ["1.5e1 + .5 + 2. + 1E-1", 15 + 0.5 + 2 + 0.1],
  ])("%s", (text, value) => {
    expect(number(text)).toBeCloseTo(value, 12);
  });

  test("agree with JavaScript's own precedence and associativity on chains without parentheses", () => {
    const operand = fc.constantFrom("a", "b", "c", "sin(a)", "(a - b)");
    const tail = fc.array(fc.tuple(fc.constantFrom("+", "-", "*", "/", "^"), operand), { maxLength: 8 });
    fc.assert(
      fc.property(operand, tail, (first, rest) => {
        const text = first + rest.map(([operator, name]) => ` ${operator} ${name}`).join("");
        const code = text.replaceAll("^", "**").replaceAll("sin", "Math.sin");
        const expected = new Function("a", "b", "c", `return ${code}`)(a, b, c) as number;
        const actual = number(text);
        if (Number.isFinite(expected))
          expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected));
        else expect(actual).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test("act entry by entry with broadcasting, @ is the matrix product", () => {
    expect(array("M[:2, :2]*[10, 100]").data).toEqual([10, 200, 50, 600]);
    expect(array("M @ s")).toEqual({ shape: [3], data: [16_941, 34_225, 51_509] });
    expect(array("s @ N").data).toEqual([2 + 20 + 4000, 60 + 300, 1 + 1200, 300 + 20_000]);
    expect(number("s @ r")).toBe(2 - 20 + 150 + 12_000);
    expect(array("M @ N").shape).toEqual([3, 4]);
    expect(array("transpose(M) @ M").shape).toEqual([4, 4]);
    expect(array("2*M @ s").data).toEqual(array("2*(M @ s)").data);
    expect(number("r @ N @ s")).toBe(number("(r @ N) @ s"));
  });
});

describe("slices", () => {
  test.each([
    ["s[0]", [], [1]],
    ["s[-1]", [], [4000]],
    ["s[1:3]", [2], [20, 300]],
    ["s[:2]", [2], [1, 20]],
    ["s[2:]", [2], [300, 4000]],
    ["s[:]", [4], [1, 20, 300, 4000]],
    ["s[-3:-1]", [2], [20, 300]],
    ["s[2*1 + 1]", [], [4000]],
    ["M[1]", [4], [5, 6, 7, 8]],
    ["M[1, 2]", [], [7]],
    ["M[-1, -1]", [], [12]],
    ["M[:, 1]", [3], [2, 6, 10]],
    ["M[:, 1:]", [3, 3], [2, 3, 4, 6, 7, 8, 10, 11, 12]],
    ["M[1:, 0:1]", [2, 1], [5, 9]],
    ["M[0:1]", [1, 4], [1, 2, 3, 4]],
    ["M[1][2]", [], [7]],
    ["(s + r)[0]", [], [3]],
    ["transpose(M)[0, 2]", [], [9]],
    ["-s[1]^2", [], [-400]],
    ["2^s[0]", [], [2]],
    ["[5, 6, 7][1]", [], [6]],
  ])("%s", (text, shape, data) => {
    expect(array(text)).toEqual({ shape, data });
  });
});

test("a whole number -0 is 0", () => {
  const long = { long: symbol("long", [97]) };
  expect(parseFormula("pad(long, 0, -0, 1)", long).attributes).toEqual({ axis: 0, before: 0, after: 1 });
  expect(parseFormula("long[-0:3]", long).attributes).toEqual({ axis: 0, start: 0, stop: 3 });
});

describe("bindings", () => {
  test("name parts, in order, and the value comes last", () => {
    expect(number("p = a*b; q = p + c; q^2 - p")).toBeCloseTo((-1.05 + 2.25) ** 2 + 1.05, 12);
    expect(number("n = 2; s[n] + s[n - 1]")).toBe(320);
  });

  test("a bound name and its value are the same graph", () => {
    expect(parseFormula("p = a*b; sin(p) + p", scope)).toBe(parseFormula("sin(a*b) + a*b", scope));
  });

  test("the scope is left as it was", () => {
    const names = new Map(Object.entries(scope));
    parseFormula("p = a; p", names);
    expect(names.has("p")).toBe(false);
  });
});

describe("names", () => {
  test("may have letters of any script, digits and underscores", () => {
    const greek = new Map([
      ["θ_1", symbol("θ_1")],
      ["q_dot", symbol("q_dot")],
      ["_x", symbol("_x")],
    ]);
    const value = evaluateScalar(parseFormula("θ_1 + q_dot*_x", greek), { θ_1: 1, q_dot: 2, _x: 3 });
    expect(value).toBe(7);
  });

  test("a scope may be a map or a record, and may hold any expressions", () => {
    const square = parseFormula("a^2", scope);
    expect(parseFormula("square + 1", { square })).toBe(parseFormula("a^2 + 1", scope));
    expect(parseFormula("t", new Map([["t", symbol("t")]]))).toBe(symbol("t"));
  });

  test.each(["sin", "pi", "2x", "a b", "", "a-b"])("a scope with the name %j is refused", (name) => {
    expect(() => parseFormula("1", { [name]: symbol("x") })).toThrow(InputError);
  });

  test("a scope value that is no expression is refused", () => {
    expect(() => parseFormula("1", { q: 3 as never })).toThrow(/scope.q: got number, expected an expression/);
  });
});

describe("arrays", () => {
  test("of numbers are constants, of expressions are stacked", () => {
    expect(array("[1, -2, 2^3]")).toEqual({ shape: [3], data: [1, -2, 8] });
    expect(array("[[1, 2], [3, 4], [5, 6]]")).toEqual({ shape: [3, 2], data: [1, 2, 3, 4, 5, 6] });
    expect(array("[a, 1, a*2]")).toEqual({ shape: [3], data: [1.5, 1, 3] });
    expect(array("[s, r]")).toEqual({ shape: [2, 4], data: [...bindings.s, ...bindings.r] });
    expect(parseFormula("[1, 2]", scope).primitive.name).toBe("constant");
  });
});
