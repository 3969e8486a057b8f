import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { printResult, reproductionMarkdown, reproductionPage } from "../../cli/reproduction/reproduction-report.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import { vectorFieldRule } from "../../learning/rules/vector-field.js";
import { carefulSolver } from "../measures/careful-solver.js";
import { exactAtAnyNudge, flatError, powerLaw, subject } from "../reproductions/error-curves.js";
import { reproductions } from "../reproductions/registry.js";
import { keepsBounds, type MeasuredQuantity, type ReproducedItem, reproduce } from "../reproductions/reproduction.js";
import { rateTask, sixUnits, sixUnitsData, wave } from "./example-tasks.js";

describe.each(reproductions)("$name", ({ items, figures = [] }) => {
  test.each(items)("$item", ({ measure }) => {
    const { quantities, curves = [] } = measure({});
    expect(quantities.length).toBeGreaterThan(0);
    for (const { name, value, least, most } of quantities) {
      expect(least ?? most, `${name} has no bound`).toBeDefined();
      if (least !== undefined) expect.soft(value, name).toBeGreaterThanOrEqual(least);
      if (most !== undefined) expect.soft(value, name).toBeLessThanOrEqual(most);
    }
    for (const { figure, x, y } of curves) {
      expect(figures.map(({ title }) => title)).toContain(figure);
      expect(x.length).toBe(y.length);
    }
  });
});

test("names are unique, so that the command line can tell them apart", () => {
  const names = reproductions.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { items } of reproductions) expect(new Set(items.map(({ item }) => item)).size).toBe(items.length);
});

describe("a check fails where", () => {
  const settle = carefulSolver();
  const energy = subject(sixUnits, sixUnitsData());
  const rates = subject(rateTask, {
    parameters: { W: wave(16, 1, 0.6), b: wave(4, 2) },
    input: { x: wave(4, 3) },
    target: { y: wave(4, 5) },
  });
  const nudges = [1e-1, 1e-2, 1e-3];
  const wrong = (nudge: number) => vectorFieldRule({ nudge, settle });
  const right = (nudge: number) => equilibriumPropagation({ nudge, settle });
  const broken = (quantities: readonly MeasuredQuantity[]): string[] =>
    quantities.filter((quantity) => !keepsBounds(quantity)).map(({ name }) => name);

  test("the error of a rule does not fall", () => {
    const { quantities } = powerLaw({ subjects: [rates], nudges, makeRule: wrong, order: 2, most: 1 });
    expect(broken(quantities)).toEqual(["slope"]);
  });

  test("the error falls with another power", () => {
    const { quantities } = powerLaw({ subjects: [energy], nudges, makeRule: right, order: 1, most: 1 });
    expect(broken(quantities)).toEqual(["slope"]);
  });

  test("a rule depends on the nudge but should not", () => {
    const { quantities } = exactAtAnyNudge({ subjects: [energy], nudges, makeRule: right, most: 1e-9 });
    expect(broken(quantities)).toEqual(nudges.map((nudge) => `error at ${nudge}`));
  });

  test("a rule is right but should be wrong", () => {
    const { quantities } = flatError({ subjects: [energy], nudges, makeRule: right, least: 0.3, spread: 0.1 });
    expect(broken(quantities)).toEqual(["least error", "largest over least"]);
  });

  test("a rule has no slope, because it is exact", () => {
    const exact = () => implicitDifferentiation({ settle });
    const { quantities } = powerLaw({ subjects: [energy], nudges, makeRule: exact, order: 2, most: 1 });
    expect(broken(quantities)).toEqual(["slope"]);
  });

  const item = (measure: ReproducedItem["measure"]): ReproducedItem => ({ item: "a | b", published: "1", measure });
  const measured = (value: number) => ({
    summary: `${value}`,
    quantities: [{ name: "number", value, least: 0.9, most: 1.1 }],
  });

  test.each([0.8, 1.2, Number.NaN, Number.POSITIVE_INFINITY])("a number is %s instead of 1", (value) => {
    expect(reproduce(item(() => measured(value))).holds).toBe(false);
    expect(reproduce(item(() => measured(1))).holds).toBe(true);
  });

  test("nothing is compared, or measuring ends in an error", () => {
    expect(reproduce(item(() => ({ summary: "", quantities: [] }))).holds).toBe(false);
    const failed = reproduce(
      item(() => {
        throw new Error("no stationary state");
      }),
    );
    expect(failed).toMatchObject({ holds: false, summary: "not measured: no stationary state" });
  });

  test("and reports say which bound is broken", () => {
    const result = reproduce(item(() => measured(1.2)));
    const whole = [{ reproduction: { name: "n", title: "A title", source: "a paper", items: [] }, results: [result] }];
    expect(printResult(result)).toMatch(
      /^FAILS {2}a \| b\n.*published {2}1\n.*measured {3}1\.2\n.*number is 1\.2, to be at least 0\.9 and at most 1\.1$/,
    );
    expect(reproductionPage(whole, "")).toMatch(/0 of 1 published results hold.*number is 1\.2/s);
    expect(reproductionMarkdown(whole, "")).toContain("| a \\| b | 1 | 1.2 | NO |");
  });
});

describe("eqprop reproduce", () => {
  const folder = mkdtempSync(join(tmpdir(), "eqprop-reproduce-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const main = resolve(import.meta.dirname, "../../cli/main.ts");
  const eqprop = (...options: string[]): Promise<{ status: number; output: string; errors: string }> =>
    new Promise((done) => {
      const given = ["--import", import.meta.resolve("tsx"), main, "reproduce", ...options];
      execFile(process.execPath, given, { cwd: folder }, (error, output, errors) =>
        done({ status: error === null ? 0 : Number(error.code), output, errors }),
      );
    });

  test("prints what it measures and writes it as a page and as Markdown with figures", async () => {
    const { status, output, errors } = await eqprop(
      "agnostic-equilibrium-propagation",
      "--html",
      "page.html",
      "--output",
      "out",
    );
    expect(errors).toBe("");
    expect(status).toBe(0);
    expect(output).toMatch(/^holds {2}Aeqprop.*\n.*published.*\n.*measured/m);
    expect(output).toMatch(/^1 of 1 published results hold/m);
    expect(readFileSync(join(folder, "page.html"), "utf8")).toMatch(/^<!doctype html>.*<svg.*Aeqprop/is);
    const [figure, markdown] = readdirSync(join(folder, "out")).sort() as [string, string];
    expect(figure).toMatch(/\.svg$/);
    expect(readFileSync(join(folder, "out", markdown), "utf8")).toContain(`](${figure})`);
  });

  test("says in one sentence what there is when asked for something else", async () => {
    const { status, output, errors } = await eqprop("nothing", "--html", "other.html");
    expect(status).toBe(2);
    expect(output).toBe("");
    expect(errors.trim().split("\n")).toHaveLength(1);
    expect(errors).toMatch(/"nothing".*non-conservative-rules, .*agnostic-equilibrium-propagation/);
    expect(readdirSync(folder)).not.toContain("other.html");
  });
});
