import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../core/errors.js";
import type { DynamicalSystem } from "../../core/system.js";
import { leapfrog, rungeKutta4 } from "../../integrators/index.js";
import { equilibriumPropagation } from "../../learning/index.js";
import { pendulum } from "../../systems/catalogue/pendulum.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import {
  arbitraryArray,
  carefulSolver,
  type PropertyOptions,
  PropertyViolation,
  printReport,
  reportToJson,
  type VerificationProperty,
  verify,
} from "../index.js";
import { EQPROP_VERSION } from "../verification/version.js";
import { rateTask, sixUnits } from "./example-tasks.js";

/** A property of systems made by hand: a check of four random numbers. */
const checking = (
  check: (numbers: Float64Array, options: PropertyOptions) => void,
  inapplicable?: string,
): VerificationProperty<DynamicalSystem> => ({
  name: "the check",
  statement: "the check holds",
  inapplicable: () => inapplicable,
  property: (_system, options) =>
    fc.property(fc.record({ state: fc.record({ q: arbitraryArray([4]) }) }), ({ state }) => check(state.q, options)),
});

const only = (property: VerificationProperty<DynamicalSystem>) => ({
  properties: { system: [property], integrator: [], rule: [] },
  integrators: [],
});

const { system } = pendulum();

describe("verify", () => {
  test("reports a property that holds", async () => {
    const report = await verify(system, { ...only(checking(() => {})), runs: 30, seed: 5 });
    expect(report).toMatchObject({ format: 1, subject: "pendulum", kind: "system", seed: 5, runs: 30, passed: true });
    expect(report.results).toMatchObject([{ property: "the check", outcome: "passed", runs: 30, skipped: 0 }]);
  });

  test("reports a failure with the smallest case, readable, and how to see it again", async () => {
    const check = (numbers: Float64Array): void => {
      const worst = Math.max(...numbers);
      if (worst <= 0.25) return;
      throw new PropertyViolation({
        property: "the check",
        at: "q",
        found: worst,
        expected: 0.25,
        error: worst - 0.25,
        tolerance: 1e-12,
      });
    };
    const report = await verify(system, { ...only(checking(check)), seed: 3 });
    expect(report.passed).toBe(false);
    const [result] = report.results;
    expect(result?.outcome).toBe("failed");
    const entries = /^state:\n {2}q = \[(.*)\]$/
      .exec(result?.counterexample ?? "")?.[1]
      ?.split(", ")
      .sort();
    expect(entries).toEqual(["0", "0", "0", "0.251"]);
    expect(result?.message).toMatch(/^the check: q is 0\.251, expected 0\.25 /);
    const { seed, path } = result?.replay ?? { seed: -1, path: "" };
    const replayed = fc.check(checking(check).property(system, { inconclusive: () => fc.pre(false) as never }), {
      seed,
      path,
      endOnFailure: true,
    });
    expect(replayed).toMatchObject({ failed: true, numRuns: 1, numShrinks: 0 });
    expect(printReport(report)).toMatch(
      /FAILED {2}pendulum\n {4}the check: q is 0\.251.*\n(.*\n)*.*q = \[.*0\.251.*\]/,
    );
  });

  test("passes over cases that decide nothing, and says so where they are the most", async () => {
    const undecided = (share: number) =>
      checking(([first = 0], { inconclusive }) => {
        if ((first + 1) / 2 < share) inconclusive("the first number is small");
      });
    const few = (await verify(system, only(undecided(0.2)))).results[0];
    expect(few).toMatchObject({ outcome: "passed", runs: 100 });
    expect(few?.skipped).toBeGreaterThan(5);
    const many = await verify(system, only(undecided(0.7)));
    expect(many.results[0]).toMatchObject({ outcome: "inconclusive", reason: "the first number is small" });
    expect(many.passed).toBe(false);
    const all = await verify(system, only(undecided(2)));
    expect(all.results[0]).toMatchObject({ outcome: "inconclusive", runs: 0, reason: "the first number is small" });
  });

  test("calls a property failed that throws anything, also before its first case", async () => {
    const broken: VerificationProperty<DynamicalSystem> = {
      ...checking(() => {}),
      property: () => {
        throw new Error("no Jacobian product");
      },
    };
    expect((await verify(system, only(broken))).results[0]).toMatchObject({
      outcome: "failed",
      message: "no Jacobian product",
    });
  });

  test("gives the same report for the same seed, and another for another", async () => {
    const check = (numbers: Float64Array): void => {
      if (numbers.some((entry) => entry > 0.8)) throw new Error(`at ${numbers.join()}`);
    };
    const plain = async (seed: number) => {
      const { results } = await verify(system, { ...only(checking(check)), seed });
      return results.map((result) => ({ ...result, seconds: 0 }));
    };
    expect(await plain(4)).toEqual(await plain(4));
    expect(await plain(4)).not.toEqual(await plain(5));
  });

  test("says why a property or a rule does not apply", async () => {
    const report = await verify(system, only(checking(() => {}, "it has no scalar")));
    expect(report.results).toMatchObject([{ outcome: "not applicable", reason: "it has no scalar" }]);
    expect(report.passed).toBe(false);
    const refused = hamiltonianSystem({
      name: "spring",
      coordinates: { q: [] },
      momenta: { p: [] },
      hamiltonian: "q^2 + p^2",
    });
    const task = { system: refused, target: [], cost: {} };
    const rule = equilibriumPropagation({ nudge: 1e-3, settle: carefulSolver() });
    const { results } = await verify(task, { rule, properties: { system: [] } });
    expect(results.length).toBeGreaterThan(3);
    for (const { outcome, reason } of results) {
      expect(outcome).toBe("not applicable");
      expect(reason).toMatch(/./);
    }
    expect(results[0]?.reason).toMatch(/energy/);
  });

  test("checks a task whose system has no energy under a rule for forces", async () => {
    const report = await verify(rateTask, { properties: { system: [] }, runs: 2 });
    const decided = report.results.filter(({ outcome }) => outcome === "passed");
    expect(decided.length).toBeGreaterThan(6);
    expect(report.passed).toBe(true);
    for (const { subject } of report.results) expect(subject).toMatch(/under asymmetric equilibrium propagation$/);
    expect(report.curves[0]?.slope).toBeCloseTo(2, 1);
  });

  test("draws parameters about the given values", async () => {
    const seen: unknown[] = [];
    const looking: VerificationProperty<DynamicalSystem> = {
      ...checking(() => {}),
      property: (subject) => {
        seen.push(subject.parameters.find((block) => block.name === "gravity")?.default);
        return fc.property(fc.constant(0), () => {});
      },
    };
    await verify(system, { ...only(looking), parameters: { gravity: 3 } });
    expect(seen).toEqual([Float64Array.of(3)]);
    await expect(verify(system, { ...only(looking), parameters: { gravy: 3 } })).rejects.toThrow(/gravy/);
  });

  test("refuses what is no system and options that do not fit, and stops at a signal", async () => {
    await expect(verify({} as never)).rejects.toThrow(InputError);
    await expect(verify(system, { runs: 0 })).rejects.toThrow(/runs.*got 0/);
    await expect(verify(system, { seed: 1.5 })).rejects.toThrow(/seed.*1\.5/);
    const stop = new AbortController();
    const stopped = verify(system, {
      ...only(checking(() => {})),
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(stopped).rejects.toThrow(/abort/i);
  });

  test("measures the order of integrators and of the rule", async () => {
    const none = { system: [], integrator: [], rule: [] };
    const { curves } = await verify(system, {
      properties: none,
      integrators: [leapfrog({ step: 0.01 }), rungeKutta4({ step: 0.01 })],
    });
    expect(curves.map(({ subject }) => subject)).toEqual(["pendulum under leapfrog", "pendulum under Runge-Kutta 4"]);
    expect(curves[0]?.slope).toBeCloseTo(2, 1);
    expect(curves[1]?.slope).toBeCloseTo(4, 1);
    const [curve] = (await verify(sixUnits, { properties: none })).curves;
    expect(curve).toMatchObject({ against: "nudge" });
    expect(curve?.slope).toBeCloseTo(2, 1);
  });

  test("has a JSON form that holds everything", async () => {
    const report = await verify(system, { ...only(checking(() => {})), integrators: [leapfrog({ step: 0.01 })] });
    expect(JSON.parse(reportToJson(report))).toEqual(report);
  });

  test("names the version of the package", () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(EQPROP_VERSION).toBe(version);
  });
});
