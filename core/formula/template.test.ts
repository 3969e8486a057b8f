import { describe, expect, test } from "vitest";
import { InputError } from "../errors.js";
import { add, cos, divide, multiply, power, symbol } from "../expression/functions.js";
import { FormulaError } from "./formula-error.js";
import { formula } from "./template.js";

const [q, p, mass] = ["q", "p", "mass"].map((name) => symbol(name)) as [
  ReturnType<typeof symbol>,
  ReturnType<typeof symbol>,
  ReturnType<typeof symbol>,
];

/** How an error shows a hole. */
const shown = (name: string): string => `\${${name}}`;

describe("templates", () => {
  test("build the same graph as functions", () => {
    expect(formula`${p}^2 / (2*${mass}) + cos(${q})`).toBe(add(divide(power(p, 2), multiply(2, mass)), cos(q)));
  });

  test("a hole is one value, whatever stands around it", () => {
    expect(formula`2*${add(q, p)}^2`).toBe(multiply(2, power(add(q, p), 2)));
    expect(formula`${q}`).toBe(q);
  });

  test("holes may be numbers, of any sign", () => {
    expect(formula`${-2}^2`).toBe(power(-2, 2));
    expect(formula`${symbol("u", [3])}[${1}]`.shape).toEqual([]);
  });

  test("names may be bound", () => {
    expect(formula`r = ${q}*${p}; r + r`).toBe(add(multiply(q, p), multiply(q, p)));
  });

  test.each([
    ["a name that is no hole", () => formula`${p} + mass`, 'found "mass"', `In a template, write ${shown("mass")}.`],
    ["two values in a row", () => formula`2${p}`, `found "${shown("p")}"`, "A product is written a*b."],
    ["a hole without a name", () => formula`2 ${add(q, p)}`, `found "${shown("hole 1")}"`, "an operator"],
    ["a hole with a number", () => formula`${q} ${3}`, `found "${shown("3")}"`, "an operator"],
    ["a hole in quotes", () => formula`shift(${q}, 1, "${p}")`, 'found """', "matching quotes"],
  ])("the error for %s shows the holes", (_what, build, found, expected) => {
    expect(build).toThrow(FormulaError);
    expect(build).toThrow(found);
    expect(build).toThrow(expected);
  });

  test.each([undefined, Number.NaN, Number.POSITIVE_INFINITY, "q", null, {}])("a hole %s is refused", (hole) => {
    expect(() => formula`1 + ${hole as never}`).toThrow(InputError);
    expect(() => formula`1 + ${hole as never}`).toThrow(/hole 1 of a formula/);
  });
});
