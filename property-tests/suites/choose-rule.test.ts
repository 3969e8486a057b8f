import { describe, expect, it } from "vitest";
import { newton } from "../../integrators/solvers/newton.js";
import { chooseRule } from "../../learning/choose-rule.js";
import { type RegisteredRule, rules } from "../../learning/registry.js";
import type { LearningRule } from "../../learning/rule.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { pendulum } from "../../systems/catalogue/pendulum.js";
import { forceSystem } from "../../systems/force-system.js";
import { carefulSolver } from "../measures/careful-solver.js";
import { relativeError } from "../measures/relative-error.js";
import { tasksByStructure } from "./tasks-by-structure.js";

const settle = carefulSolver();

/** What is chosen, and what its reason names. */
const EXPECTED: Readonly<Record<string, readonly [rule: string, names: RegExp]>> = {
  energy: ["equilibrium propagation", /follows from an energy/],
  "skew-gradient potential": ["equilibrium propagation", /follows from a potential/],
  force: ["dyadic equilibrium propagation", /not known to be symmetric .* product with J'/],
  "force with a declared twist": ["twisted equilibrium propagation", /symmetric in the metric of its `twist`/],
  "force with a declared energy part": ["dyadic equilibrium propagation", /not known to be symmetric/],
  "force with bounds": ["asymmetric equilibrium propagation", /its state has bounds/],
  "force with a symmetric Jacobian": ["twisted equilibrium propagation", /is symmetric, as its graph proves/],
};

const accepted = (task: LearningTask): { readonly entry: RegisteredRule; readonly rule: LearningRule }[] =>
  rules
    .map((entry) => ({ entry, rule: entry.make(settle, 0.01) }))
    .filter(({ entry, rule }) => entry.role === "physical" && rule.refusal(task) === undefined);

/** Exact is best, then the higher power. */
const rank = ({ order }: RegisteredRule): number => (order === 0 ? Number.POSITIVE_INFINITY : order);

const asksForForcesAlone = ({ cost }: RegisteredRule): boolean => cost.perStep === "dC/dx";

describe.each(tasksByStructure)("chooseRule on $structure", ({ structure, task, data }) => {
  const [expected, names] = EXPECTED[structure] as readonly [string, RegExp];

  it("chooses a rule that fits, and says what of the structure calls for it", () => {
    const { rule, reason } = chooseRule(task);
    expect(rule.name).toBe(expected);
    expect(rule.refusal(task)).toBeUndefined();
    expect(reason).toMatch(names);
    expect(reason).toContain(task.system.name);
  });

  it("chooses the best order among the rules that fit, of those with forces alone where one of these is as good as any centred one", () => {
    const { rule } = chooseRule(task, { settle });
    const fitting = accepted(task);
    const chosen = fitting.find((each) => each.rule.name === rule.name) as (typeof fitting)[number];
    const rivals = asksForForcesAlone(chosen.entry)
      ? fitting.filter(({ entry }) => asksForForcesAlone(entry))
      : fitting;
    expect(rank(chosen.entry)).toBe(Math.max(...rivals.map(({ entry }) => rank(entry))));
    if (!asksForForcesAlone(chosen.entry)) expect(fitting.some(({ entry }) => asksForForcesAlone(entry))).toBe(false);
  });

  it("gives every other rule a reason in one sentence, its own refusal where it refuses", () => {
    const { rule, rejected } = chooseRule(task, { settle });
    expect(rejected.map(({ name }) => name)).not.toContain(rule.name);
    expect(new Set([rule.name, ...rejected.map(({ name }) => name)]).size).toBe(6);
    for (const { name, reason } of rejected) {
      expect(reason, name).toMatch(/^[A-Z][^\n]+[.]$/);
      const refusal = rules
        .map((entry) => entry.make(settle, 0.01))
        .find((each) => each.name === name)
        ?.refusal(task);
      if (refusal !== undefined) expect(reason).toBe(`It needs ${refusal}.`);
      else expect(reason).not.toMatch(/^It needs [^n]/);
    }
    const vectorField = rejected.find(({ name }) => name === "vector-field rule")?.reason;
    expect(vectorField).toMatch(task.system.facts.gradient ? /J is symmetric/ : /J is not known to be symmetric/);
  });

  it("by default finds the gradient to a thousandth", () => {
    const expectedGradient = implicitDifferentiation({ settle }).gradient(task, data);
    const found = chooseRule(task).rule.gradient(task, data);
    expect(found.phases.every(({ converged }) => converged)).toBe(true);
    expect(relativeError(found, expectedGradient)).toBeLessThan(1e-3);
  });
});

describe("chooseRule", () => {
  it("makes the rule with the solver and nudge given", () => {
    const [{ task, data }] = tasksByStructure as [(typeof tasksByStructure)[number]];
    const reference = implicitDifferentiation({ settle }).gradient(task, data);
    const errorAt = (nudge: number): number =>
      relativeError(chooseRule(task, { settle, nudge }).rule.gradient(task, data), reference);
    expect(errorAt(0.1) / errorAt(0.01)).toBeGreaterThan(50);
    const exact = newton({ tolerance: 1e-13 });
    expect(chooseRule(task, { settle: exact }).rule.gradient(task, data).phases[0]?.tolerance).toBe(1e-13);
  });

  it("refuses a system that does not come to rest, with what the rules ask for", () => {
    const task = learningTask(pendulum().system, { cost: { final: "q^2" } }) as LearningTask;
    expect(() => chooseRule(task)).toThrow(/comes to rest/);
  });

  it("refuses a cost over a trajectory", () => {
    const system = forceSystem({ name: "decay", state: { x: [2] }, force: { x: "-x" } });
    const task = learningTask(system, { cost: { running: "sum(x^2)" } }) as LearningTask;
    expect(() => chooseRule(task)).toThrow(/cost\.final/);
  });
});
