import { describe, expect, test } from "vitest";
import type { DynamicalSystem } from "../../core/system.js";
import { hamiltonianSystem, lorenz, pendulum } from "../../systems/index.js";
import { systems } from "../../systems/registry.js";
import { mutationsOf, printMutationReport, verifyMutations } from "../index.js";
import { hopfieldTask } from "./example-tasks.js";

const FAST = { runs: 5, integrators: [] };

describe("mechanical mutations", () => {
  const spinning = hamiltonianSystem({
    name: "spinning",
    coordinates: { q: [2] },
    momenta: { p: [2] },
    parameters: { A: [2, 2] },
    hamiltonian: "sum(p^2)/2 + dot(q, A @ q)/2 + q[0]/(1 + p[1]^2) - exp(q[1])",
  });

  test("make mistakes of every kind in field and scalar, each once", () => {
    const mutations = [...mutationsOf(spinning)];
    expect(new Set(mutations.map(({ kind }) => kind))).toEqual(
      new Set(["sign", "factor", "transpose", "index", "swapped operands"]),
    );
    expect(new Set(mutations.map(({ part }) => part))).toEqual(new Set(["field", "scalar"]));
    for (const { part, system } of mutations) {
      expect(system.scalar === spinning.scalar).toBe(part === "field");
      const sameField = [...system.field].every(([name, value]) => spinning.field.get(name) === value);
      expect(sameField).toBe(part === "scalar");
    }
    const graphs = mutations.map(({ system }) =>
      [system.scalar?.id, ...[...system.field.values()].map(({ id }) => id)].join(),
    );
    expect(new Set(graphs).size).toBe(graphs.length);
  });

  test("are told what changes nothing", async () => {
    const still = hamiltonianSystem({
      name: "still",
      coordinates: { q: [] },
      momenta: { p: [] },
      hamiltonian: "p^2/2 + cos(2*q)",
    });
    const { equivalent, killed, survived, total } = await verifyMutations(still, FAST);
    expect(survived).toEqual([]);
    expect(killed + equivalent.length).toBe(total);
    expect(equivalent).toContainEqual({
      description: "sign of 2*q in the scalar",
      reason: "the scalar has the same values",
    });
  });

  test("survive where no property looks, and are listed", async () => {
    const report = await verifyMutations(spinning, {
      ...FAST,
      limit: 10,
      properties: { system: [], integrator: [], rule: [] },
    });
    expect(report).toMatchObject({ killed: 0, killRate: 0 });
    expect(report.survived.length + report.equivalent.length).toBe(10);
    expect(printMutationReport(report)).toMatch(/0 of \d+ noticed \(0\.0 %\)[\s\S]*survived:\n.* in the field: /);
  });

  test("are made in both parts of a force that declares an energy", async () => {
    const hopfield = hopfieldTask.system as unknown as DynamicalSystem;
    expect(new Set([...mutationsOf(hopfield)].map(({ part }) => part))).toEqual(new Set(["field", "energy", "rest"]));
    const report = await verifyMutations(hopfield, FAST);
    expect(report.survived).toEqual([]);
    expect(report.killed).toBeGreaterThan(50);
  });

  test("do not exist where the dynamics is stated once", async () => {
    const report = await verifyMutations(lorenz().system, FAST);
    expect(report).toMatchObject({ total: 0, killRate: 1 });
    expect(printMutationReport(report)).toMatch(/none/);
  });

  test("give the same score for the same seed", async () => {
    const score = () => verifyMutations(pendulum().system, { ...FAST, seed: 7 });
    expect(await score()).toEqual(await score());
  });
});

describe("of the mutations of every registered system that change the mathematics, at least 98 % are noticed", () => {
  test.each(systems.map(({ name, make }) => [name, make] as const))("%s", async (_name, make) => {
    const report = await verifyMutations(make().system, { ...FAST, limit: 60 });
    expect(report.survived.filter(({ reason }) => !reason.startsWith("undecided"))).toEqual([]);
    // A mutation whose field is finite nowhere has no case that decides; there is one such root.
    expect(report.survived.length).toBeLessThanOrEqual(2);
    expect(report.killed + report.survived.length + report.equivalent.length).toBe(Math.min(60, report.total));
  });
});
