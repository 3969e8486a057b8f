import { describe, expect, test } from "vitest";
import type { Backend } from "../../core/compile/program.js";
import type { Integrator } from "../../core/integrator.js";
import { conformalLeapfrog } from "../../integrators/steppers/conformal-leapfrog.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import { rungeKutta4 } from "../../integrators/steppers/runge-kutta-4.js";
import { type RegisteredTrajectoryRule, trajectoryRules } from "../../learning/registry.js";
import type { LearningRule } from "../../learning/rule.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { finiteDifferences } from "../../learning/rules/finite-differences.js";
import { hamiltonianEcho } from "../../learning/rules/hamiltonian-echo.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { energySystem } from "../../systems/energy-system.js";
import { usualRule } from "../index.js";
import type { RuleSubject } from "../properties/rules/rule-subject.js";
import { ruleProperties } from "../verification/properties-registry.js";
import { dampedTrajectoryTask, trajectoryTask } from "./trajectory-tasks.js";
import { applicable, expectHolds } from "./verification-cases.js";

/** A gradient flow over a short time: references alone take it. */
const flowTask = learningTask(
  energySystem({
    name: "two units",
    state: { s: [2] },
    parameters: { W: [2, 2] },
    input: { x: [2] },
    energy: "sum(s^2)/2 - dot(x, W @ tanh(s))",
  }),
  { target: { y: [2] }, cost: { final: "sum((s - y)^2)/2", running: "0.1*sum(s^2)" }, horizon: { until: 0.6 } },
) as unknown as LearningTask;

const STEP = 0.1;
const TASKS: readonly (readonly [LearningTask, Integrator])[] = [
  [trajectoryTask, leapfrog({ step: STEP })],
  [trajectoryTask, leapfrog({ step: STEP, first: "drift" })],
  [dampedTrajectoryTask, conformalLeapfrog({ step: STEP })],
  [flowTask, rungeKutta4({ step: STEP })],
];

const NUDGE = 1e-4;
const onBackend: Readonly<Record<string, (integrator: Integrator, backend: Backend) => LearningRule>> = {
  hamiltonianEcho: (integrator, backend) => hamiltonianEcho({ integrator, nudge: NUDGE, backend }),
  'hamiltonianEcho({ nudging: "one-sided" })': (integrator, backend) =>
    hamiltonianEcho({ integrator, nudge: NUDGE, nudging: "one-sided", backend }),
  backpropagationThroughTime: (integrator, backend) => backpropagationThroughTime({ integrator, backend }),
  "finiteDifferences({ integrator })": (integrator, backend) => finiteDifferences({ integrator, backend }),
};

/** A registered rule on every task it accepts; a reference has no nudge. */
const subjectsOf = ({ name, role, order, make }: RegisteredTrajectoryRule): RuleSubject[] =>
  TASKS.map(
    ([task, integrator]): RuleSubject => ({
      task,
      integrator,
      rule: make(integrator),
      order,
      ...(role === "reference" ? {} : { atNudge: (nudge: number) => make(integrator, nudge), storesNoStates: true }),
      onBackend: (backend) => (onBackend[name] as (typeof onBackend)[string])(integrator, backend),
    }),
  ).filter(({ rule, task }) => rule.refusal(task) === undefined);

describe("every registered rule over trajectories has the properties it declares on the tasks it accepts", () => {
  test.each(trajectoryRules)("$name", (rule) => {
    const subjects = subjectsOf(rule);
    expect(subjects.length).toBe(rule.role === "reference" ? 4 : 3);
    const counts = subjects.flatMap((subject) => {
      const chosen = applicable(ruleProperties, subject);
      expect(chosen.length).toBeGreaterThanOrEqual(7);
      return chosen.map((property) => expectHolds(property, subject, { runs: 2, seed: 20 }));
    });
    for (const { decided } of counts) expect(decided).toBe(2);
    const reasons = counts.flatMap((count) => count.reasons);
    expect(reasons.length, reasons.join(", ")).toBeLessThan(0.1 * counts.length);
  });

  test("each is known on other backends", () => {
    expect(Object.keys(onBackend).sort()).toEqual(trajectoryRules.map(({ name }) => name).sort());
  });
});

describe("the rule chosen for a task with a horizon", () => {
  test.each([
    ["Hamiltonian echo", trajectoryTask, "leapfrog"],
    ["Hamiltonian echo", dampedTrajectoryTask, "conformal leapfrog"],
    ["backpropagation through time", flowTask, "Runge-Kutta 4"],
  ])("%s", (name, task, integrator) => {
    const chosen = usualRule(task);
    expect(chosen.rule.name).toBe(name);
    expect(chosen.integrator?.name).toBe(integrator);
    expect(chosen.rule.refusal(task)).toBeUndefined();
  });

  test("a rule that does not say what integrates its trajectories is not compared", () => {
    const rule: LearningRule = { ...usualRule(flowTask).rule };
    const { integrator: _, ...unknown } = rule as LearningRule & { integrator?: Integrator };
    const reasons = ruleProperties.map((property) => property.inapplicable({ task: flowTask, rule: unknown }));
    expect(reasons.every((reason) => reason !== undefined)).toBe(true);
    expect(reasons).toContain("it is not known what integrates its trajectories");
  });
});
