import { describe, expect, test } from "vitest";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import { symplecticEuler } from "../../integrators/steppers/symplectic-euler.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { hamiltonianEcho } from "../../learning/rules/hamiltonian-echo.js";
import type { LearningTask } from "../../learning/task.js";
import { type KnownRule, type RuleSubject, verify } from "../index.js";
import { type WrittenOutEchoOptions, writtenOutEcho } from "../measures/written-out-echo.js";
import { ruleProperties } from "../verification/properties-registry.js";
import type { VerificationProperty } from "../verification/verification-property.js";
import { dampedTrajectoryTask, trajectoryTask } from "./trajectory-tasks.js";
import { expectFails } from "./verification-cases.js";
import { expectCaught } from "./verify-fault.js";

const STEP = 0.1;

/** The written-out echo with one of its parts changed, at any nudge. */
function echo(changed: Partial<WrittenOutEchoOptions> = {}): KnownRule {
  const atNudge = (nudge: number) => writtenOutEcho({ step: STEP, nudge, ...changed });
  return { rule: atNudge(1e-4), atNudge, order: 2 };
}

const TRUTH = "the gradient matches backpropagation through time";
const DIFFERENCES = "the gradient matches finite differences of the cost";
const SLOPE = "the error falls with the nudge as the rule's order says";
const DESCENT = "the cost falls along the gradient as its length says";
const BATCH = "the gradient of a batch is the mean over its examples";
const RETURNS = "an echo that is not pushed returns to the start";
const MEMORY = "memory does not grow with the number of steps";

type Fault = readonly [mistake: string, property: string, task: LearningTask, broken: KnownRule];

const plain = leapfrog({ step: STEP });
const asymmetric = { ...symplecticEuler({ step: STEP }), symmetric: true };

const FAULTS: readonly Fault[] = [
  ["momenta that are not turned round", TRUTH, trajectoryTask, echo({ turned: false })],
  ["momenta that are not turned round", SLOPE, trajectoryTask, echo({ turned: false })],
  ["pushes up the cost", TRUTH, trajectoryTask, echo({ push: -1 })],
  ["pushes up the cost", DESCENT, trajectoryTask, echo({ push: -1 })],
  ["whole instead of half weights of a running cost at the ends", TRUTH, trajectoryTask, echo({ endWeight: 1 })],
  ["no push by a running cost at the ends", DIFFERENCES, trajectoryTask, echo({ endWeight: 0 })],
  ["integrals with the sign plus", TRUTH, trajectoryTask, echo({ integral: 1 })],
  ["integrals with the sign plus", DESCENT, trajectoryTask, echo({ integral: 1 })],
  ["inputs that are not replayed in reverse", TRUTH, trajectoryTask, echo({ replayed: false })],
  ["the sum over a batch", BATCH, trajectoryTask, echo({ averaged: false })],
  ["damping that is not reversed", TRUTH, dampedTrajectoryTask, echo({ damped: true, reversed: false })],
  ["damping that is not reversed", SLOPE, dampedTrajectoryTask, echo({ damped: true, reversed: false })],
  ["no weights e^(gamma t)", TRUTH, dampedTrajectoryTask, echo({ damped: true, weighted: false })],
  ["no weights e^(gamma t)", DIFFERENCES, dampedTrajectoryTask, echo({ damped: true, weighted: false })],
  [
    "a step that only claims to be symmetric",
    RETURNS,
    trajectoryTask,
    { rule: hamiltonianEcho({ integrator: asymmetric, nudge: 1e-4, inexact: true }) },
  ],
  [
    "a step that only claims to be symmetric",
    TRUTH,
    trajectoryTask,
    { rule: hamiltonianEcho({ integrator: asymmetric, nudge: 1e-4, inexact: true }) },
  ],
  [
    "states stored at every step",
    MEMORY,
    trajectoryTask,
    {
      rule: backpropagationThroughTime({ integrator: plain }),
      integrator: plain,
      storesNoStates: true,
    },
  ],
];

describe("verify finds planted faults of rules over trajectories", () => {
  test.each(FAULTS)("%s: %s", (_mistake, name, task, broken) => {
    const [property] = ruleProperties.filter((each) => each.name === name);
    const message = expectFails(
      property as VerificationProperty<RuleSubject>,
      { task, ...broken },
      { runs: 4, seed: 2 },
    );
    expect(message).toMatch(name === DIFFERENCES ? "is not that of the cost" : name);
  });

  test("and reports them, with the data", async () => {
    const { rule } = echo({ replayed: false });
    const report = await verify(trajectoryTask, { rule, properties: { system: [] }, runs: 2, seed: 2 });
    expectCaught(report, TRUTH);
    expect(report.results.find(({ property }) => property === TRUTH)?.counterexample).toMatch(/timing = /);
  });

  test.each([
    ["undamped", trajectoryTask, echo()],
    ["damped", dampedTrajectoryTask, echo({ damped: true })],
  ])("and none in the echo written out here: %s", async (_, task, known) => {
    const { results } = await verify(task, { rules: [known], properties: { system: [] }, runs: 3, seed: 2 });
    const outcomes = results.filter(({ outcome }) => outcome !== "not applicable");
    expect(outcomes.map(({ outcome, message }) => message ?? outcome)).toEqual(outcomes.map(() => "passed"));
    expect(outcomes.length).toBeGreaterThan(6);
  });
});
