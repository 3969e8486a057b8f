import { describe, expect, it } from "vitest";
import type { Integrator } from "../../core/integrator.js";
import { implicitMidpoint } from "../../integrators/steppers/implicit-midpoint.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import { rungeKutta4 } from "../../integrators/steppers/runge-kutta-4.js";
import { variational } from "../../integrators/steppers/variational.js";
import { chooseRule } from "../../learning/choose-rule.js";
import type { TaskData } from "../../learning/rule.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { energySystem } from "../../systems/energy-system.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import { lagrangianSystem } from "../../systems/lagrangian-system.js";
import { mapSystem } from "../../systems/map-system.js";
import { relativeError } from "../measures/relative-error.js";
import { trajectoryTask } from "./trajectory-tasks.js";

const UNTIL = 1.03;

const oscillator = (hamiltonian: string, damping?: "gamma"): LearningTask =>
  learningTask(
    hamiltonianSystem({
      name: "oscillator",
      coordinates: { x: [] },
      momenta: { p: [] },
      parameters: { k: [], gamma: [] },
      hamiltonian,
      ...(damping === undefined ? {} : { damping }),
    }),
    { target: { y: [] }, cost: { final: "(x - y)^2/2" }, horizon: { until: UNTIL } },
  ) as unknown as LearningTask;
const data: TaskData = { parameters: { k: 1.2, gamma: 0.3 }, target: { y: 0.4 }, initial: { x: 0.8, p: 0.1 } };

const separable = oscillator("p^2/2 + k*x^2/2 + x^4/4");
const damped = oscillator("p^2/2 + k*x^2/2", "gamma");
const mixed = oscillator("p^2/2*(1 + x^2) + k*x^2/2");
const magnetic = oscillator("(p - k*x)^2/2 + x^2/2");
const step = UNTIL / Math.ceil(UNTIL / 0.05);

describe("chooseRule on a task with a horizon", () => {
  it.each<[string, LearningTask, string, Integrator | undefined]>([
    ["a separable Hamiltonian", separable, "leapfrog", leapfrog({ step })],
    ["a damped one", damped, "conformal leapfrog", undefined],
    ["one that is not separable", mixed, "implicit midpoint", implicitMidpoint({ step })],
  ])(
    "chooses the echo for %s, under a symmetric symplectic integrator, and it finds the gradient",
    (_, task, name, integrator) => {
      const { rule, reason, rejected } = chooseRule(task);
      expect(rule.name).toBe("Hamiltonian echo");
      expect(reason).toMatch(/^oscillator is a Hamiltonian system .* no state stored\.$/);
      expect(reason).toContain(`the ${name}`);
      const reasons = Object.fromEntries(rejected.map((each) => [each.name, each.reason]));
      expect(reasons["one-sided Hamiltonian echo"]).toMatch(/in proportion to the nudge/);
      expect(reasons["backpropagation through time"]).toMatch(/stores the states of all 21 steps/);
      expect(reasons["finite differences"]).toMatch(/six times for each entry .*, at least 4 of them/);
      expect(reasons["equilibrium propagation"]).toMatch(/^It needs /);
      expect(new Set([rule.name, ...rejected.map((each) => each.name)]).size).toBe(11);
      for (const each of rejected) expect(each.reason, each.name).toMatch(/^[A-Z][^\n]+[.]$/);
      if (integrator === undefined) return;
      const exact = backpropagationThroughTime({ integrator }).gradient(task, data);
      const found = rule.gradient(task, data);
      expect(found.cost).toBeCloseTo(exact.cost, 12);
      expect(relativeError(found, exact)).toBeLessThan(1e-3);
    },
  );

  it("chooses the echo of the action for a Lagrangian, and it finds the gradient of the same steps", () => {
    const task = learningTask(
      lagrangianSystem({
        name: "spring",
        coordinates: { x: [] },
        parameters: { k: [], m: [] },
        lagrangian: "m*x_dot^2/2 - k*x^2/2 - x^4/4",
      }),
      { target: { y: [] }, cost: { final: "(x - y)^2/2" }, horizon: { until: UNTIL } },
    ) as unknown as LearningTask;
    const { rule, reason, rejected } = chooseRule(task);
    expect(rule.name).toMatch(/^Lagrangian equilibrium propagation, final value$/);
    expect(reason).toMatch(/^spring is a Lagrangian system whose motion runs back/);
    expect(rejected.find(({ name }) => name === "Hamiltonian echo")?.reason).toMatch(/^It needs a Hamiltonian system/);
    const given: TaskData = { parameters: { k: 1.2, m: 0.9 }, target: { y: 0.4 }, initial: { x: 0.8, x_dot: 0.1 } };
    const exact = backpropagationThroughTime({ integrator: variational({ step }) }).gradient(task, given);
    const found = rule.gradient(task, given);
    expect(found.cost).toBeCloseTo(exact.cost, 12);
    expect(relativeError({ ...found, initialGradient: undefined } as never, exact)).toBeLessThan(1e-3);
  });

  it("falls back on backpropagation where the Hamiltonian is not even in the momenta, and says why", () => {
    const { rule, reason, rejected } = chooseRule(magnetic);
    expect(rule.name).toBe("backpropagation through time");
    expect(reason).toMatch(/has no echo, which would need a Hamiltonian that is even in the momenta/);
    expect(rejected.find(({ name }) => name === "Hamiltonian echo")?.reason).toMatch(
      /^It needs a Hamiltonian that is even/,
    );
  });

  it("falls back on it for a gradient flow and a map, with an integrator that takes them", () => {
    const flow = energySystem({ name: "flow", state: { s: [] }, parameters: { w: [] }, energy: "w*s^2/2" });
    const task = learningTask(flow, { cost: { final: "s^2" }, horizon: { until: 1 } }) as unknown as LearningTask;
    const given: TaskData = { parameters: { w: 0.7 }, initial: { s: 1 } };
    const exact = backpropagationThroughTime({ integrator: rungeKutta4({ step: 0.05 }) }).gradient(task, given);
    expect(chooseRule(task).rule.gradient(task, given)).toEqual(exact);
    const halving = mapSystem({ name: "map", state: { s: [] }, parameters: { w: [] }, next: { s: "w*s" } });
    const mapped = learningTask(halving, { cost: { final: "s" }, horizon: { steps: 3 } }) as unknown as LearningTask;
    const { gradient } = chooseRule(mapped).rule.gradient(mapped, { parameters: { w: 0.5 }, initial: { s: 1 } });
    expect(Object.values(gradient)[0]?.data[0]).toBeCloseTo(0.75, 12);
  });

  it("takes the integrator and the nudge given, and asks for one where the horizon is a number of steps", () => {
    expect(() => chooseRule(trajectoryTask)).toThrow(
      "chooseRule integrator: got none, for the task of two driven oscillators, expected an integrator with its step",
    );
    expect(chooseRule(trajectoryTask, { integrator: leapfrog({ step: 0.1 }) }).rule.name).toBe("Hamiltonian echo");
    const integrator = leapfrog({ step: UNTIL / 10 });
    const exact = backpropagationThroughTime({ integrator }).gradient(separable, data);
    const errorAt = (nudge: number): number =>
      relativeError(chooseRule(separable, { integrator, nudge }).rule.gradient(separable, data), exact);
    expect(Math.log10(errorAt(0.1) / errorAt(0.01))).toBeCloseTo(2, 1);
    const refused = chooseRule(separable, { integrator: rungeKutta4({ step: UNTIL / 10 }) });
    expect(refused.rule.name).toBe("backpropagation through time");
    expect(refused.reason).toMatch(/an integrator that is symmetric and symplectic/);
  });
});
