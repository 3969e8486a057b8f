import { describe, expect, test } from "vitest";
import type { Backend } from "../../core/compile/program.js";
import { integrators } from "../../integrators/registry.js";
import { rules } from "../../learning/registry.js";
import type { LearningRule } from "../../learning/rule.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { finiteDifferences } from "../../learning/rules/finite-differences.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import type { LearningTask } from "../../learning/task.js";
import { systems } from "../../systems/registry.js";
import { carefulSolver } from "../measures/careful-solver.js";
import type { RuleSubject } from "../properties/rules/rule-subject.js";
import { integratorProperties, ruleProperties, systemProperties } from "../verification/properties-registry.js";
import type { VerificationProperty } from "../verification/verification-property.js";
import { rateTask, sixUnits, skewTask } from "./example-tasks.js";
import { applicable, expectHolds } from "./verification-cases.js";

const SEED = 20;
/** At most this part of the cases may be undecided, over all properties of one subject. */
const MOST_UNDECIDED = 0.05;

/** Every applicable property of every subject holds, some apply to each, and few cases stay undecided. */
function expectAllHold<Subject>(
  properties: readonly VerificationProperty<Subject>[],
  subjects: readonly Subject[],
  { runs, atLeast }: { readonly runs: number; readonly atLeast: number },
): void {
  expect(subjects.length).toBeGreaterThanOrEqual(1);
  const counts = subjects.flatMap((subject) => {
    const chosen = applicable(properties, subject);
    expect(chosen.length).toBeGreaterThanOrEqual(atLeast);
    return chosen.map((property) => expectHolds(property, subject, { runs, seed: SEED }));
  });
  for (const { decided } of counts) expect(decided).toBe(runs);
  const reasons = counts.flatMap((count) => count.reasons);
  expect(reasons.length / (runs * counts.length), reasons.join(", ")).toBeLessThanOrEqual(MOST_UNDECIDED);
}

describe("every registered system has the properties it declares", () => {
  test.each(systems)("$name", ({ make }) => {
    expectAllHold(systemProperties, [make().system], { runs: 15, atLeast: 9 });
  });
});

describe("every registered integrator has the properties it declares on every registered system it accepts", () => {
  test.each(integrators)("$name", ({ make }) => {
    const integrator = make(0.05);
    const accepted = systems
      .map((each) => ({ system: each.make().system, integrator }))
      .filter(({ system }) => integrator.refusal(system) === undefined);
    expectAllHold(integratorProperties, accepted, { runs: 4, atLeast: 2 });
  });
});

const tasks = [sixUnits, rateTask, skewTask] as unknown as readonly LearningTask[];

/** Rules by registered name, on a backend. */
const onBackend: Readonly<Record<string, (backend: Backend) => LearningRule>> = {
  equilibriumPropagation: (backend) => equilibriumPropagation({ nudge: 1e-3, settle: carefulSolver(), backend }),
  implicitDifferentiation: (backend) => implicitDifferentiation({ settle: carefulSolver(), backend }),
  finiteDifferences: (backend) => finiteDifferences({ settle: carefulSolver(), backend }),
};

describe("every registered rule has the properties it declares on the tasks it accepts", () => {
  test.each(rules)("$name", ({ name, order, make }) => {
    const other = onBackend[name];
    const subjects = tasks.map(
      (task): RuleSubject => ({
        task,
        rule: make(carefulSolver()),
        order,
        atNudge: (nudge) => make(carefulSolver(), nudge),
        ...(other === undefined ? {} : { onBackend: other }),
      }),
    );
    const accepted = subjects.filter(({ task, rule }) => rule.refusal(task) === undefined);
    expectAllHold(ruleProperties, accepted, { runs: 3, atLeast: 5 });
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

  test("every property has a name of its own and says what it demands", () => {
    const all = [...systemProperties, ...integratorProperties, ...ruleProperties];
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { statement } of all) expect(statement.length).toBeGreaterThan(10);
  });
});
