import { describe, expect, test } from "vitest";
import type { Backend } from "../../core/compile/program.js";
import { integrators } from "../../integrators/registry.js";
import { type RegisteredRule, rules } from "../../learning/registry.js";
import type { LearningRule } from "../../learning/rule.js";
import { asymmetricEquilibriumPropagation } from "../../learning/rules/asymmetric-equilibrium-propagation.js";
import { dyadicEquilibriumPropagation } from "../../learning/rules/dyadic-equilibrium-propagation.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { finiteDifferences } from "../../learning/rules/finite-differences.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import { reciprocityProbes } from "../../learning/rules/reciprocity-probes.js";
import { twistedEquilibriumPropagation } from "../../learning/rules/twisted-equilibrium-propagation.js";
import { vectorFieldRule } from "../../learning/rules/vector-field.js";
import type { LearningTask } from "../../learning/task.js";
import { systems } from "../../systems/registry.js";
import { carefulSolver } from "../measures/careful-solver.js";
import { descentLowersCost } from "../properties/rules/descent.js";
import { ruleMatchesFiniteDifferences } from "../properties/rules/finite-differences.js";
import { ruleMatchesImplicitDifferentiation } from "../properties/rules/implicit-differentiation.js";
import { errorFallsWithNudge } from "../properties/rules/nudge-slope.js";
import type { RuleSubject } from "../properties/rules/rule-subject.js";
import { integratorProperties, ruleProperties, systemProperties } from "../verification/properties-registry.js";
import type { VerificationProperty } from "../verification/verification-property.js";
import { usualRule } from "../verification/verify.js";
import { hopfieldTask, potentialTask, rateTask, sixUnits, skewTask, symmetricRateTask } from "./example-tasks.js";
import { expectAllHold, SEED } from "./registered-verification.js";
import { trajectoryTask } from "./trajectory-tasks.js";
import { expectFails } from "./verification-cases.js";

describe("every registered system has the properties it declares", () => {
  test.each(systems)("$name", ({ make }) => {
    expectAllHold(systemProperties, [make().system], { runs: 15, atLeast: 9 });
  });
});

const tasks = [
  sixUnits,
  potentialTask,
  skewTask,
  rateTask,
  hopfieldTask,
  symmetricRateTask,
] as unknown as readonly LearningTask[];
const settle = carefulSolver();
const NUDGE = 1e-3;

/** Rules by registered name, on a backend. */
const onBackend: Readonly<Record<string, (backend: Backend) => LearningRule>> = {
  equilibriumPropagation: (backend) => equilibriumPropagation({ nudge: NUDGE, settle, backend }),
  'equilibriumPropagation({ nudging: "one-sided" })': (backend) =>
    equilibriumPropagation({ nudge: NUDGE, nudging: "one-sided", settle, backend }),
  twistedEquilibriumPropagation: (backend) => twistedEquilibriumPropagation({ nudge: NUDGE, settle, backend }),
  asymmetricEquilibriumPropagation: (backend) => asymmetricEquilibriumPropagation({ nudge: NUDGE, settle, backend }),
  'asymmetricEquilibriumPropagation({ nudging: "one-sided" })': (backend) =>
    asymmetricEquilibriumPropagation({ nudge: NUDGE, nudging: "one-sided", settle, backend }),
  'asymmetricEquilibriumPropagation({ energyPart: "contrast" })': (backend) =>
    asymmetricEquilibriumPropagation({ nudge: NUDGE, energyPart: "contrast", settle, backend }),
  dyadicEquilibriumPropagation: (backend) => dyadicEquilibriumPropagation({ nudge: NUDGE, settle, backend }),
  'dyadicEquilibriumPropagation({ cost: "copies" })': (backend) =>
    dyadicEquilibriumPropagation({ nudge: NUDGE, cost: "copies", settle, backend }),
  'dyadicEquilibriumPropagation({ form: "split" })': (backend) =>
    dyadicEquilibriumPropagation({ nudge: NUDGE, form: "split", settle, backend }),
  reciprocityProbes: (backend) => reciprocityProbes({ nudge: NUDGE, settle, backend }),
  vectorFieldRule: (backend) => vectorFieldRule({ nudge: NUDGE, settle, backend }),
  implicitDifferentiation: (backend) => implicitDifferentiation({ settle, backend }),
  finiteDifferences: (backend) => finiteDifferences({ settle, backend }),
};

/** A registered rule on every task it accepts; a reference has no nudge. */
const subjectsOf = ({ name, role, order, make }: RegisteredRule): RuleSubject[] =>
  tasks
    .map(
      (task): RuleSubject => ({
        task,
        rule: make(settle),
        order,
        ...(role === "reference" ? {} : { atNudge: (nudge: number) => make(settle, nudge) }),
        onBackend: onBackend[name] as (backend: Backend) => LearningRule,
      }),
    )
    .filter(({ rule, task }) => rule.refusal(task) === undefined);

/** What a rule whose gradient is wrong must fail; the others ask whether it is a sound function of its data. */
const OF_THE_GRADIENT: readonly VerificationProperty<RuleSubject>[] = [
  ruleMatchesFiniteDifferences,
  ruleMatchesImplicitDifferentiation,
  errorFallsWithNudge,
];

const isReciprocal = ({ task }: RuleSubject): boolean => task.system.facts.gradient;

describe("every registered rule has the properties it declares on the tasks it accepts", () => {
  const right = rules.filter(({ role }) => role !== "baseline");

  test.each(right)(
    "$name",
    (rule) => {
      expectAllHold(ruleProperties, subjectsOf(rule), { runs: 3, atLeast: 7 });
    },
    60_000,
  );
});

describe("every registered baseline is right on reciprocal systems and wrong on the others", () => {
  const baselines = rules.filter(({ role }) => role === "baseline");

  test.each(baselines)("$name holds where J = J'", (rule) => {
    expectAllHold(ruleProperties, subjectsOf(rule).filter(isReciprocal), { runs: 3, atLeast: 7 });
  });

  const failing = baselines.flatMap((rule) =>
    subjectsOf(rule)
      .filter((subject) => !isReciprocal(subject))
      .map((subject) => [rule.name, subject.task.system.name, subject] as const),
  );

  test.each(failing)("%s fails on the task of %s", (_rule, _task, subject) => {
    const likelies = OF_THE_GRADIENT.map((property) => expectFails(property, subject, { runs: 3, seed: SEED }));
    expect(likelies[0]).toMatch(/is not that of the cost: its relative error is/);
    expect(likelies[1]).toMatch(/the gradient matches implicit differentiation/);
    expect(likelies[2]).toMatch(/the slope of the error is -?0\.0|the slope of the error is -?\d\.?\d*e-/);
    const sound = ruleProperties.filter(
      (property) => !OF_THE_GRADIENT.includes(property) && property !== descentLowersCost,
    );
    expectAllHold(sound, [subject], { runs: 3, atLeast: 4 });
  });

  test("there are such tasks", () => {
    expect(new Set(failing.map(([, , { task }]) => task.system.kind))).toEqual(
      new Set(["energy", "skew-gradient", "force"]),
    );
  });
});

describe("nothing stays unchecked", () => {
  const pairs = systems.flatMap(({ make: makeSystem }) =>
    integrators.map(({ make }) => ({ system: makeSystem().system, integrator: make(0.05) })),
  );

  test.each(systemProperties.map((property) => [property.name, property] as const))("%s", (_, property) => {
    expect(systems.some(({ make }) => property.inapplicable(make().system) === undefined)).toBe(true);
  });

  test.each(integratorProperties.map((property) => [property.name, property] as const))("%s", (_, property) => {
    expect(pairs.some((pair) => property.inapplicable(pair) === undefined)).toBe(true);
  });

  const accepted = [...rules.flatMap(subjectsOf), { task: trajectoryTask, ...usualRule(trajectoryTask) }];

  test.each(ruleProperties.map((property) => [property.name, property] as const))("%s", (_, property) => {
    expect(accepted.some((subject) => property.inapplicable(subject) === undefined)).toBe(true);
  });

  test("every rule is known on other backends, and accepts some task", () => {
    expect(Object.keys(onBackend).sort()).toEqual(rules.map(({ name }) => name).sort());
    for (const rule of rules) expect(subjectsOf(rule).length, rule.name).toBeGreaterThan(0);
  });

  test("every property has a name of its own and says what it demands", () => {
    const all = [...systemProperties, ...integratorProperties, ...ruleProperties];
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { statement } of all) expect(statement.length).toBeGreaterThan(10);
  });
});
