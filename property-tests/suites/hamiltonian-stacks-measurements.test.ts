import { describe, expect, test } from "vitest";
import type { Expression } from "../../core/expression/expression.js";
import { add, multiply } from "../../core/expression/functions.js";
import type { Integrator, StepContext } from "../../core/integrator.js";
import { iterate } from "../../integrators/steppers/iterate.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { hamiltonianEcho } from "../../learning/rules/hamiltonian-echo.js";
import { layerwiseHamiltonianEcho } from "../../learning/stacks/layerwise-rule.js";
import {
  decadeSlopes,
  driftFirst,
  handWrittenStackCost,
  nudgeErrors,
  quarticOscillators,
  recurrentStack,
  relativeDistance,
  stackDifferences,
} from "../measures/recurrent-stacks.js";

const unrolled = backpropagationThroughTime({ integrator: iterate() });

describe("published measurements", () => {
  test("a linear unit, tanh(W), a nonlinear unit and a readout over 60 steps, against differences of plain loops", () => {
    const problem = recurrentStack();
    const names = Object.keys(problem.data.parameters);
    const result = layerwiseHamiltonianEcho({ nudge: 1e-5 }).gradient(problem.task, problem.data);
    const found = names.flatMap((name) => [...result.gradient[name]!.data]);
    expect(names.length).toBe(10);
    expect(relativeDistance(found, stackDifferences(problem, names))).toBeLessThan(6e-10);
    const rows = (group: unknown, name: string) => (group as Record<string, { rows: Float64Array }>)[name]!.rows;
    const parameters = { ...problem.data.parameters, high_alpha: [0.9] } as never;
    const plain = handWrittenStackCost(parameters, rows(problem.data.input, "x"), rows(problem.data.target, "y"));
    expect(Math.abs(result.cost / plain - 1)).toBeLessThan(1e-13);
  });

  test("the same stack: slopes 2 and 1 in the nudge, down to 1e-10", () => {
    const problem = recurrentStack();
    const errors = (nudging: "centred" | "one-sided", nudges: number[]) =>
      nudgeErrors(problem, unrolled, nudges, (nudge) => layerwiseHamiltonianEcho({ nudge, nudging }));
    const centred = errors("centred", [1e-2, 1e-3, 1e-4, 1e-6]);
    for (const slope of decadeSlopes(centred.slice(0, 3))) expect(slope).toBeCloseTo(2, 1);
    expect(centred[3]).toBeLessThan(1e-10);
    for (const slope of decadeSlopes(errors("one-sided", [1e-3, 1e-4, 1e-5]))) expect(slope).toBeCloseTo(1, 1);
  });

  test("six quartic oscillators with 34 parameters over 200 steps", () => {
    const problem = quarticOscillators();
    const entries = Object.values(problem.data.parameters as Record<string, number | Float64Array>);
    expect(entries.reduce<number>((count, value) => count + (typeof value === "number" ? 1 : value.length), 0)).toBe(
      34,
    );
    const integrator = driftFirst(0.05);
    const errors = (nudging: "centred" | "one-sided", nudges: number[]) =>
      nudgeErrors(problem, backpropagationThroughTime({ integrator }), nudges, (nudge) =>
        hamiltonianEcho({ integrator, nudge, nudging }),
      );
    const centred = errors("centred", [1e-2, 1e-3, 1e-4, 1e-5, 1e-6]);
    const oneSided = errors("one-sided", [1e-2, 1e-3, 1e-4, 1e-5, 1e-6]);
    for (const slope of decadeSlopes(centred.slice(1, 4))) expect(slope).toBeCloseTo(2, 1);
    for (const slope of decadeSlopes(oneSided.slice(2))) expect(slope).toBeCloseTo(1, 1);
    expect(centred[4]).toBeLessThan(2e-9);
  });
});

/** The step of the paper's program for nonlinear units: the force is that of the coordinates before the drift. */
function undriftedKick(step: number): Integrator {
  const nodesOf = (context: StepContext) => {
    const { system, state, at, step: h } = context;
    const moved = (from: typeof state, role: string, part: number, rates: typeof state) =>
      new Map(
        system.state.map(({ name, role: own }) => {
          const value = from.get(name) as Expression;
          return [name, own === role ? add(value, multiply(multiply(part, h), rates.get(name)!)) : value] as const;
        }),
      );
    const drifted = moved(state, "coordinate", 0.5, at(state, 0.5, system.field));
    const kicked = moved(drifted, "momentum", 1, at(state, 0.5, system.field));
    return { kicked, after: moved(kicked, "coordinate", 0.5, at(kicked, 0.5, system.field)) };
  };
  return {
    ...driftFirst(step),
    name: "leapfrog with an undrifted kick",
    advance: (context) => nodesOf(context).after,
    hamiltonianTerms: (context) => [
      { part: "kinetic", weight: 0.5, state: context.state, fraction: 0.5 },
      { part: "potential", weight: 1, state: context.state, fraction: 0.5 },
      { part: "kinetic", weight: 0.5, state: nodesOf(context).kicked, fraction: 0.5 },
    ],
  };
}

/** Leapfrog whose integral of dH/dtheta is taken at whole steps, as the paper's program does for linear units. */
function fullStepIntegral(step: number): Integrator {
  const exact = driftFirst(step);
  return {
    ...exact,
    name: "leapfrog with an integral over whole steps",
    hamiltonianTerms: (context) => [
      { part: "whole", weight: 0.5, state: context.state, fraction: 0 },
      { part: "whole", weight: 0.5, state: exact.advance(context), fraction: 1 },
    ],
  };
}

describe("what the paper's program does otherwise is not exact", () => {
  test.each([
    ["leapfrog", driftFirst(0.05), 0, 1e-8],
    ["a kick by the undrifted coordinates", undriftedKick(0.05), 1e-2, 10],
    ["the integral of dH/dtheta at whole steps", fullStepIntegral(0.05), 1e-5, 1e-1],
  ])("%s", (_, integrator, least, most) => {
    const makeRule = (nudge: number) => hamiltonianEcho({ integrator, nudge });
    const [error] = nudgeErrors(quarticOscillators(), backpropagationThroughTime({ integrator }), [1e-6], makeRule);
    expect(error).toBeGreaterThan(least);
    expect(error).toBeLessThan(most);
  });
});
