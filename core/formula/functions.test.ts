import { describe, expect, test } from "vitest";
import { evaluate } from "../compile/interpreter/evaluate.js";
import { symbol } from "../expression/functions.js";
import { arityOf, formulaFunctions, reservedNames } from "./functions.js";
import { parseFormula } from "./parser.js";

const scope = {
  x: symbol("x"),
  u: symbol("u", [3]),
  v: symbol("v", [3]),
  M: symbol("M", [2, 3]),
  S: symbol("S", [2, 2]),
  image: symbol("image", [1, 3, 3]),
  kernel: symbol("kernel", [1, 1, 2, 2]),
};
const u = [0.3, -0.8, 0.6];
const v = [2, 0.5, -1];
const M = [1, 2, 3, 4, 5, 6];
const values = { x: 0.4, u, v, M, S: [2, 1, 1, 3], image: [1, 2, 3, 4, 5, 6, 7, 8, 9], kernel: [1, 0, 0, -1] };

const valuesOf = (text: string): number[] => [...(evaluate([parseFormula(text, scope)], values)[0] as Float64Array)];

/** By function: calls with their values. Every function of the table is here. */
const cases: Record<string, [text: string, expected: number[]][]> = {
  sqrt: [["sqrt(abs(u))", u.map(Math.abs).map(Math.sqrt)]],
  exp: [["exp(u)", u.map(Math.exp)]],
  log: [["log(abs(u))", u.map(Math.abs).map(Math.log)]],
  sin: [["sin(u)", u.map(Math.sin)]],
  cos: [["cos(u)", u.map(Math.cos)]],
  tan: [["tan(u)", u.map(Math.tan)]],
  asin: [["asin(u)", u.map(Math.asin)]],
  acos: [["acos(u)", u.map(Math.acos)]],
  atan: [["atan(3*u)", u.map((a) => Math.atan(3 * a))]],
  atan2: [["atan2(u, v)", u.map((a, k) => Math.atan2(a, v[k] as number))]],
  sinh: [["sinh(u)", u.map(Math.sinh)]],
  cosh: [["cosh(u)", u.map(Math.cosh)]],
  tanh: [["tanh(u)", u.map(Math.tanh)]],
  sigmoid: [
    ["sigmoid(u)", u.map((a) => 1 / (1 + Math.exp(-a)))],
    ["sigmoid([1000, -1000])", [1, 0]],
  ],
  softplus: [
    ["softplus(u)", u.map((a) => Math.log(1 + Math.exp(a)))],
    ["softplus([1000, -1000])", [1000, 0]],
  ],
  logcosh: [
    ["logcosh(u)", u.map((a) => Math.log(Math.cosh(a)))],
    ["logcosh([1000, -1000])", [1000 - Math.LN2, 1000 - Math.LN2]],
  ],
  sign: [["sign([-2, 0, 3])", [-1, 0, 1]]],
  abs: [["abs(u)", u.map(Math.abs)]],
  min: [["min(u, v)", u.map((a, k) => Math.min(a, v[k] as number))]],
  max: [["max(u, v)", u.map((a, k) => Math.max(a, v[k] as number))]],
  clamp: [["clamp(v, -0.5, 1)", [1, 0.5, -0.5]]],
  where: [["where(u < 0, u, v)", [2, -0.8, -1]]],
  relu: [["relu(u)", [0.3, 0, 0.6]]],
  sum: [
    ["sum(M)", [21]],
    ["sum(M, 0)", [5, 7, 9]],
    ["sum(M, 1)", [6, 15]],
    ["sum(M, -1)", [6, 15]],
    ["sum(M, 1, 0)", [21]],
    ["sum(x)", [0.4]],
  ],
  mean: [
    ["mean(M)", [3.5]],
    ["mean(M, 0)", [2.5, 3.5, 4.5]],
    ["mean(M, 1)", [2, 5]],
  ],
  dot: [
    ["dot(u, v)", [0.6 - 0.4 - 0.6]],
    ["dot(M, M)", [91]],
  ],
  outer: [["outer(u, v)", u.flatMap((a) => v.map((b) => a * b))]],
  matmul: [["matmul(M, u)", [0.3 - 1.6 + 1.8, 1.2 - 4 + 3.6]]],
  solve: [
    ["S @ solve(S, [5, -7])", [5, -7]],
    ["solve(S, S)", [1, 0, 0, 1]],
  ],
  transpose: [
    ["transpose(M)", [1, 4, 2, 5, 3, 6]],
    ["transpose(image, 0, 2, 1)", [1, 4, 7, 2, 5, 8, 3, 6, 9]],
  ],
  reshape: [
    ["reshape(M, 3, 2)[2]", [5, 6]],
    ["reshape([7, 7][0:1])", [7]],
  ],
  broadcast: [["broadcast(u, 2, 3)", [...u, ...u]]],
  concatenate: [
    ["concatenate(u, v, u[:1])", [...u, ...v, 0.3]],
    ["concatenate(M, M, 1)", [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]],
    ["concatenate(M, M, -1)", [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]],
  ],
  pad: [["pad(M, 1, 1, 0)", [0, 1, 2, 3, 0, 4, 5, 6]]],
  shift: [
    ["shift(u, 1)", [0.6, 0.3, -0.8]],
    ["shift(u, -1)", [-0.8, 0.6, 0.3]],
    ['shift(u, 1, "periodic")', [0.6, 0.3, -0.8]],
    ["shift(u, 1, 'no-flux')", [0.3, 0.3, -0.8]],
    ["shift(u, 1, 0)", [0, 0.3, -0.8]],
    ["shift(u, -1, 2.5)", [-0.8, 0.6, 2.5]],
    ["shift(M, 1, 'periodic', 1)", [3, 1, 2, 6, 4, 5]],
    ["shift(M, 1, 0, 0)", [0, 0, 0, 1, 2, 3]],
  ],
  windows: [
    ["windows(u, 0, 2)", [0.3, -0.8, -0.8, 0.6]],
    ["windows(M, 1, 1, 2)", [1, 3, 4, 6]],
  ],
  overlapAdd: [["overlapAdd([[1, 2], [3, 4]], 0, 2, 1, 3)", [1, 5, 4]]],
  convolve: [["convolve(image, kernel)", [-4, -4, -4, -4]]],
  gather: [["gather(u, [2, 0, 0])", [0.6, 0.3, 0.3]]],
  scatterAdd: [["scatterAdd(u, [1, -1, 1], 2, 2)", [0, 0.9, 0, 0]]],
  scatterAddRows: [["scatterAddRows(M, [2, 2], 3)", [0, 0, 0, 0, 0, 0, 5, 7, 9]]],
  flatRead: [["flatRead(M, [5, -1], 2)", [6, 0]]],
};

describe("functions", () => {
  test("every function of the table is tested", () => {
    expect(Object.keys(cases).sort()).toEqual([...formulaFunctions.keys()].sort());
  });

  test.each(Object.values(cases).flat())("%s", (text, expected) => {
    const actual = valuesOf(text);
    expect(actual).toHaveLength(expected.length);
    actual.forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k] as number, 12);
    });
  });

  test("reserved are the functions, the time and pi", () => {
    expect([...reservedNames].sort()).toEqual([...formulaFunctions.keys(), "pi", "t"].sort());
  });

  test("take as many arguments as their parameters say", () => {
    const arity = (name: string): readonly [number, number] => arityOf(formulaFunctions.get(name) as never);
    expect(arity("sin")).toEqual([1, 1]);
    expect(arity("shift")).toEqual([2, 4]);
    expect(arity("sum")).toEqual([1, Number.POSITIVE_INFINITY]);
  });
});
