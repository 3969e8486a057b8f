import { describe, expect, it } from "vitest";
import { topologicalOrder } from "../expression/expression.js";
import { symbolsOf } from "../expression/primitives/leaves.js";
import { plainEuler, probe, randomWalk } from "./example-integrators.testing.js";
import { clockwork, drivenDecay, shapedDecay } from "./example-systems.testing.js";
import { simulate } from "./simulate.js";
import { stepProgram } from "./step-program.js";

const namesIn = (program: ReturnType<typeof stepProgram>): string[] =>
  [...symbolsOf(topologicalOrder(program.loop.carried.map(({ next }) => next))).keys()].sort();

describe("stepProgram", () => {
  it("carries the state blocks and has no rows for constant inputs", () => {
    const program = stepProgram(shapedDecay, plainEuler(0.1));
    expect(program.loop.carried.map(({ symbol }) => symbol)).toEqual(shapedDecay.state.map(({ symbol }) => symbol));
    expect(namesIn(program)).toEqual(["W", "b", "step size", "z"]);
    expect(program.loop.rows).toEqual([]);
  });

  it("has one row for a held input and one per fraction for others", () => {
    const fractions = (timing: "held" | "nodes") =>
      stepProgram(drivenDecay, probe(0.5, 0.1), { timings: { u: timing } }).inputRows.map(({ fraction }) => fraction);
    expect(fractions("held")).toEqual([0]);
    expect(fractions("nodes")).toEqual([0.5]);
  });

  it("has no rows for what the step does not use", () => {
    expect(stepProgram(drivenDecay, randomWalk(0.1), { timings: { u: "held" } }).inputRows).toEqual([]);
  });

  it("tells draws of noise and blocks apart", () => {
    const { noiseRows } = stepProgram(shapedDecay, randomWalk(0.1));
    expect(noiseRows.map(({ streamBlock }) => streamBlock)).toEqual([0, 1]);
  });

  it("puts the time on the grid", () => {
    const run = (fraction: number) =>
      [
        ...simulate(clockwork, { integrator: probe(fraction, 0.1), initial: { x: 0 }, start: 1, steps: 3 }).states.x
          .data,
      ].slice(1);
    expect(run(0)).toEqual([1, 1 + 0.1, 1 + 2 * 0.1]);
    expect(run(1)).toEqual([1 + 0.1, 1 + 2 * 0.1, 1 + 3 * 0.1]);
    expect(run(0.5)).toEqual([1 + 0.5 * 0.1, 1 + 1.5 * 0.1, 1 + 2.5 * 0.1]);
  });

  it("refuses a step that leaves a block out or changes its shape", () => {
    const silent = { ...plainEuler(1), advance: () => new Map() };
    expect(() => stepProgram(drivenDecay, silent)).toThrow("no value for the state block x");
    const wide = { ...plainEuler(1), advance: () => new Map([["x", shapedDecay.state[0]!.symbol]]) };
    expect(() => stepProgram(drivenDecay, wide)).toThrow("[2] for a block of shape []");
  });
});
