import { describe, expect, test } from "vitest";
import { InputError } from "../errors.js";
import { symbol } from "../expression/functions.js";
import { FormulaError } from "./formula-error.js";
import { parseFormula } from "./parser.js";

const scope = {
  q: symbol("q"),
  p: symbol("p"),
  mass: symbol("mass"),
  x: symbol("x", [3]),
  y: symbol("y", [4]),
  M: symbol("M", [3, 4]),
};

function failure(text: string): FormulaError {
  try {
    parseFormula(text, scope);
  } catch (error) {
    if (error instanceof FormulaError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe("an error names position, symbol and what was expected", () => {
  test.each<[text: string, position: number, symbol: string, words: RegExp]>([
    ["p + mas", 4, "mas", /name in scope \(q, p, mass, x, y, M\).*Did you mean "mass"\?/],
    ["Q + 1", 0, "Q", /Did you mean "q"\?/],
    ["2*zebra", 2, "zebra", /name in scope \(q, p, mass, x, y, M\)\.\n/],
    ["p + cos(q) + sine(q)", 13, "sine", /expected a function. Did you mean "sin"\?/],
    ["frobnicate(q)", 0, "frobnicate", /expected a function \(abs, acos, .*windows\)/],
    ["mass(q)", 4, "(", /operator after mass.*mass is no function/],
    ["2q", 1, "q", /an operator or the end of the formula. A product is written a\*b/],
    ["p q", 2, "q", /A product is written a\*b/],
    ["(p + q", 6, "", /found the end of the formula, expected an operator or "\)" to close the "\(" at position 1/],
    ["p + q)", 5, ")", /an operator or the end of the formula/],
    ["sin(p, q", 8, "", /an operator or "," or "\)" to close the "\(" at position 4/],
    ["x[0", 3, "", /to close the "\[" at position 2/],
    ["", 0, "", /found the end of the formula, expected a number, a name/],
    ["  ", 2, "", /expected a number, a name/],
    ["p +", 3, "", /expected a number, a name/],
    ["p ** 2", 3, "*", /A power is written a\^b/],
    ["+p", 0, "+", /expected a number, a name/],
    ["sin", 3, "", /"\(" after the function sin. Call it sin\(a\)/],
    ["sin + 1", 4, "+", /"\(" after the function sin/],
    ["sin()", 0, "sin", /1 argument, not 0. The call is sin\(a\)/],
    ["sin(p, q)", 0, "sin", /1 argument, not 2/],
    ["atan2(p)", 0, "atan2", /2 arguments, not 1. The call is atan2\(y, x\)/],
    ["shift(x)", 0, "shift", /2 to 4 arguments, not 1. The call is shift\(a, by, boundary\?, axis\?\)/],
    ["sum()", 0, "sum", /1 or more arguments, not 0/],
    ["max(p,)", 6, ")", /another argument/],
    ["p # q", 2, "#", /an operator \(\+ - \* \/ @ \^ < > <= >=\)/],
    ["shift(x, 1, 'no flux", 12, "'", /a word in matching quotes/],
    ["'periodic'", 0, "'periodic'", /A quoted word is only an argument/],
    ["sin('periodic')", 4, "'periodic'", /expected an expression. The call is sin\(a\)/],
    ["1e999", 0, "1e999", /a finite number/],
    ["q < p < 2", 6, "<", /expected one comparison.*\(a < b\)\*\(b < c\)/],
    ["q == p", 2, "=", /Names are bound before the value.*equality is no operator/],
    ["(q = p)", 3, "=", /equality is no operator/],
    ["q = p; q", 0, "q", /a new name to bind. The name q already has a meaning/],
    ["t = 1; t", 0, "t", /a new name to bind/],
    ["sin = 1; 2", 0, "sin", /a new name to bind/],
    ["a = 1; a = 2; a", 7, "a", /a new name to bind/],
    ["a = 3", 5, "", /an operator or ";" and the value of the formula/],
    ["a = 3; a;", 8, ";", /Only bindings, "name = ...;", stand before the value/],
    ["a = 3;", 6, "", /expected a number, a name/],
    ["x + y", 2, "+", /shapes and positions that fit \(add: shapes \[3\] and \[4\] do not broadcast\)/],
    ["1 + M @ x", 6, "@", /\[3, 4\] @ \[3\] do not fit/],
    ["q @ x", 2, "@", /do not fit/],
    ["overlapAdd(q, 0, 1, 1, 1)", 11, "q", /an array; a scalar has no axes/],
    ["overlapAdd(M, 0, 2, 1, 4)", 0, "overlapAdd", /are no such windows/],
    ["concatenate()", 0, "concatenate", /1 or more arguments, not 0/],
    ["1 + dot(x, y)", 4, "dot", /dot: shapes \[3\] and \[4\] differ/],
    ["x[3]", 1, "[3]", /index 3 along axis 0 of the shape \[3\]/],
    ["x[-4]", 1, "[-4]", /index -4 along axis 0/],
    ["x[2:1]", 1, "[2:1]", /range 2:1 along axis 0/],
    ["x[1:1]", 1, "[1:1]", /range 1:1/],
    ["x[:4]", 1, "[:4]", /range :4 along axis 0/],
    ["M[0, 4]", 1, "[0, 4]", /index 4 along axis 1 of the shape \[3, 4\]/],
    ["x[0, 0]", 1, "[0, 0]", /2 indices for the shape \[3\]/],
    ["q[0]", 1, "[0]", /1 indices for the shape \[\]/],
    ["x[0:3:2]", 5, ":", /Ranges have no step/],
    ["x[]", 2, "]", /expected a number, a name/],
    ["x[q]", 2, "q", /a whole number known from the formula/],
    ["x[p + 0.5]", 2, "p + 0.5", /a whole number known from the formula/],
    ["x[0.5]", 2, "0.5", /a whole number known from the formula/],
    ["sum(M, 2)", 7, "2", /an axis from 0 to 1/],
    ["sum(M, 0, -2)", 10, "-2", /an axis not named before/],
    ["sum(q, 0)", 4, "q", /an array; a scalar has no axes/],
    ["shift(x, q)", 9, "q", /a whole number known from the formula. The call is shift/],
    ["shift(x, 1, 'reflect')", 12, "'reflect'", /"periodic", "no-flux" or a number/],
    ["shift(x, 1, q)", 12, "q", /"periodic", "no-flux" or a number/],
    ["shift(x, 1, 0, 1)", 15, "1", /an axis from 0 to 0/],
    ["reshape(x, 0)", 11, "0", /at least 1/],
    ["reshape(x, 2)", 0, "reshape", /not as many entries/],
    ["pad(x, 0, -1, 0)", 10, "-1", /at least 0/],
    ["windows(x, 0, 4)", 0, "windows", /width 4/],
    ["gather(x, [0, 3])", 10, "[0, 3]", /a list of whole numbers from 0 to 2/],
    ["gather(x, x)", 10, "x", /a list of whole numbers/],
    ["gather(q, [0])", 7, "q", /an array that has rows/],
    ["scatterAdd(x, [0, 1, 2], 2)", 14, "[0, 1, 2]", /from -1 to 1/],
    ["scatterAdd(x, [0, 1], 2)", 0, "scatterAdd", /2 indices for \[3\]/],
    ["flatRead(x, [3], 1)", 12, "[3]", /from -1 to 2/],
    ["flatRead(x, [1, 2], 3)", 0, "flatRead", /2 indices for \[3\]/],
    ["scatterAddRows(x, [0, 1], 2)", 0, "scatterAddRows", /2 indices for the rows of \[3\]/],
    ["concatenate(q)", 12, "q", /an array to concatenate/],
    ["concatenate(1, 0)", 12, "1", /an array to concatenate/],
    ["[1, x]", 0, "[", /entries of shapes \[\] and \[3\]/],
    ["transpose(M, 0)", 0, "transpose", /no permutation/],
    ["solve(M, x)", 0, "solve", /no square matrix/],
    ["convolve(x, M)", 0, "convolve", /do not fit/],
  ])("%s", (text, position, symbol, words) => {
    const error = failure(text);
    expect(error.message).toMatch(words);
    expect({ position: error.position, symbol: error.symbol }).toEqual({ position, symbol });
    expect(error.expected.length).toBeGreaterThan(0);
    expect(error).toBeInstanceOf(InputError);
  });
});

describe("the message shows the line", () => {
  test("with a caret below the position", () => {
    expect(failure("p^2 + mas*q").message).toBe(
      'formula, line 1, column 7: found "mas", expected a name in scope (q, p, mass, x, y, M). ' +
        'Did you mean "mass"?\n  p^2 + mas*q\n        ^',
    );
  });

  test("of a formula of several lines", () => {
    const error = failure("a = p;\r\nb = 2*foo;\r\na + b");
    expect([error.line, error.column]).toEqual([2, 7]);
    expect(error.message).toMatch(/line 2, column 7[^\n]*\n {2}b = 2\*foo;\n {8}\^$/);
  });

  test("cut where it is long", () => {
    const error = failure(`${"p + ".repeat(1000)}foo${" + p".repeat(1000)}`);
    const [, shown, caret] = error.message.split("\n") as [string, string, string];
    expect(shown.length).toBeLessThan(120);
    expect(shown.slice(caret.indexOf("^")).startsWith("foo")).toBe(true);
    expect(shown.endsWith("...")).toBe(true);
  });

  test("with control and direction characters made visible", () => {
    const { message } = failure("p + \u001b[31m\u202Eq");
    expect(message).not.toContain("\u001b");
    expect(message).not.toContain("\u202e");
  });

  test("with the caret in place after a tab and letters beyond the basic plane", () => {
    const wide = "\u{1D45E}";
    const [, shown, caret] = failure(`\t${wide} = p; ${wide} + foo`).message.split("\n") as [string, string, string];
    expect(caret.indexOf("^")).toBe([...shown].indexOf("f"));
  });
});
