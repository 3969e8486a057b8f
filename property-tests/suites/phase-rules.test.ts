import { describe, expect, test } from "vitest";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import { newton } from "../../integrators/solvers/newton.js";
import { StabilityError } from "../../integrators/spectrum/stability.js";
import { asymmetricEquilibriumPropagation } from "../../learning/rules/asymmetric-equilibrium-propagation.js";
import { dyadicEquilibriumPropagation } from "../../learning/rules/dyadic-equilibrium-propagation.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { reciprocityProbes } from "../../learning/rules/reciprocity-probes.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { twisted } from "../../learning/transformations/twisted.js";
import { forceSystem } from "../../systems/force-system.js";
import { skewGradientSystem } from "../../systems/skew-gradient-system.js";

const settle = newton();

/** A cell that is stable at 0 while its inhibitor is fast. */
const cell = learningTask(
  skewGradientSystem({
    name: "cell",
    activators: { u: [] },
    inhibitors: { v: [] },
    parameters: { tau: 1, current: 0 },
    timeConstants: { v: "tau" },
    potential: "-u^2/4 + u^4/4 + u*v - v^2/2 - current*u",
  }),
  { cost: { final: "(u - 0.1)^2" } },
);

describe("a free state that is not stable is not trusted", () => {
  const rule = equilibriumPropagation({ nudge: 1e-3, settle });

  test("a fast inhibitor holds it, a slow one does not; the error names the remedy", () => {
    expect(rule.gradient(cell, { parameters: { tau: 1 } }).cost).toBeCloseTo(0.01, 12);
    const slow = () => rule.gradient(cell, { parameters: { tau: 5 } });
    expect(slow).toThrow(StabilityError);
    expect(slow).toThrow(
      /oscillate .* Make the inhibitor v faster: a smaller time constant of v \(the parameter tau\)/,
    );
  });

  test("unless it is wanted: the gradient is that of the stable state, which does not depend on tau", () => {
    const trusting = equilibriumPropagation({ nudge: 1e-3, settle, stability: "unchecked" });
    const at = (tau: number) => trusting.gradient(cell, { parameters: { tau } }).gradient.current.data[0];
    expect(at(5)).toBeCloseTo(at(1) as number, 10);
  });

  test("a relaxation that settles has shown it, so nothing is computed; one that cannot settle says so", () => {
    const flowing = equilibriumPropagation({ nudge: 1e-3, settle: gradientFlow({ step: 0.1, iterations: 2000 }) });
    expect(flowing.gradient(cell, { parameters: { tau: 1 }, guess: { u: 0.1 } }).phases[0]?.converged).toBe(true);
    expect(flowing.gradient(cell, { parameters: { tau: 5 }, guess: { u: 0.1 } }).phases[0]?.converged).toBe(false);
  });

  test("the same for forces, also by probes", () => {
    const network = learningTask(
      forceSystem({ name: "pair", state: { r: [2] }, parameters: { W: [2, 2] }, force: { r: "-r + W @ tanh(r)" } }),
      { cost: { final: "sum(r^2)" } },
    );
    for (const make of [asymmetricEquilibriumPropagation, dyadicEquilibriumPropagation, reciprocityProbes]) {
      const gradient = (W: readonly number[]) => make({ nudge: 1e-3, settle }).gradient(network, { parameters: { W } });
      expect(() => gradient([0.5, 2, -2, 0.5])).not.toThrow();
      expect(() => gradient([1.5, 2, -2, 1.5])).toThrow(/Reduce the gain or the antisymmetric part of W/);
    }
  });
});

describe("refusals and bad input, in a sentence", () => {
  test("a cost that depends on the time", () => {
    const timed = learningTask(cell.system, { cost: { final: "(u - t)^2" } }) as LearningTask;
    expect(equilibriumPropagation({ nudge: 1e-3, settle }).refusal(timed)).toMatch(/does not depend on the time t/);
  });

  test("unknown forms of the dyadic rule", () => {
    const make = (options: object) => () => dyadicEquilibriumPropagation({ nudge: 1, settle, ...options } as never);
    expect(make({ form: "x" })).toThrow('dyadicEquilibriumPropagation form: got "x", expected "merged" or "split"');
    expect(make({ cost: "x" })).toThrow('dyadicEquilibriumPropagation cost: got "x", expected "midpoint" or "copies"');
  });

  test("names that transformed systems gain, before any work", () => {
    const named = forceSystem({
      name: "named",
      state: { r: [] },
      parameters: { r_free: 1 },
      force: { r: "r_free - r" },
    });
    const task = learningTask(named, { cost: { final: "r^2" } }) as unknown as LearningTask;
    expect(asymmetricEquilibriumPropagation({ nudge: 1, settle }).refusal(task)).toMatch(/another name for r_free/);
  });

  test("a twisted gradient force is no gradient any more", () => {
    const force = forceSystem({
      name: "weighted",
      state: { r: [2] },
      force: { r: "-r - r^3" },
      twist: { r: ({ r }) => r },
    });
    expect(force.facts.gradient).toBe(true);
    expect(twisted(learningTask(force, { cost: { final: "r[0]*r[1]" } }) as LearningTask).facts.gradient).toBe(false);
  });
});
