import { describe, expect, test } from "vitest";
import type { Expression } from "../../core/expression/expression.js";
import { constant, multiply, negate } from "../../core/expression/functions.js";
import type { StateArray } from "../../core/system.js";
import { gradientFlow } from "../../integrators/index.js";
import {
  equilibriumPropagation,
  type GradientResult,
  type LearningRule,
  type LearningTask,
} from "../../learning/index.js";
import { learningTask } from "../../learning/task.js";
import { energySystem } from "../../systems/index.js";
import { carefulSolver, type KnownRule, verify } from "../index.js";
import { altered, expectCaught } from "./verify-fault.js";

const task = learningTask(
  energySystem({
    name: "four units",
    state: { h: [2], s: [2] },
    parameters: { W: [2, 2], b: [2] },
    input: { x: [2] },
    energy: "sum(h^2)/2 + sum(s^2)/2 - dot(tanh(s), W @ tanh(h)) - dot(x + b, tanh(h))",
  }),
  { target: { y: [2] }, cost: { final: "sum((s - y)^2)/2 + 0.1*sum(W^2) + 0.1*dot(x, h)" } },
) as LearningTask;

const settle = carefulSolver();
const right = (nudge = 1e-3): LearningRule => equilibriumPropagation({ nudge, settle });

type Arrays = Readonly<Record<string, StateArray>>;

/** A rule that asks the right one about something else, or changes what it says. */
const wrong = (
  gradient: (task: LearningTask, data: Parameters<LearningRule["gradient"]>[1]) => GradientResult,
): LearningRule => ({
  ...right(),
  name: "wrong rule",
  gradient: gradient as LearningRule["gradient"],
});

const changed = (
  result: GradientResult,
  change: (data: Float64Array, name: string) => Float64Array,
): GradientResult => {
  const each = (arrays: Arrays): Arrays =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, array]) => [name, { ...array, data: change(array.data, name) }]),
    );
  return { ...result, gradient: each(result.gradient), inputGradient: each(result.inputGradient) };
};

const withCost = (given: LearningTask, change: (cost: Expression) => Expression): LearningTask => ({
  ...given,
  cost: { final: change(given.cost.final as Expression) },
});

const stale = (): LearningRule => {
  let kept: GradientResult | undefined;
  return wrong((given, data) => {
    kept ??= right().gradient(given, data);
    return kept;
  });
};

const remembering = (): LearningRule => {
  let previous: Float64Array | undefined;
  return wrong((given, data) => {
    const result = right().gradient(given, data);
    const momentum = previous;
    previous = result.gradient.b?.data;
    return changed(result, (values, name) =>
      name === "b" && momentum !== undefined ? values.map((value, k) => value + 0.1 * (momentum[k] as number)) : values,
    );
  });
};

const TRUTH = "the gradient matches implicit differentiation";

type Fault = readonly [mistake: string, property: string, rule: KnownRule];

const FAULTS: readonly Fault[] = [
  [
    "the nudge on the wrong side",
    TRUTH,
    { rule: wrong((given, data) => right().gradient(withCost(given, negate), data)) },
  ],
  [
    "a factor 1/2",
    TRUTH,
    {
      rule: wrong((given, data) =>
        changed(right().gradient(given, data), (values) => values.map((value) => value / 2)),
      ),
    },
  ],
  [
    "a cost of twice the size",
    TRUTH,
    {
      rule: wrong((given, data) =>
        right().gradient(
          withCost(given, (cost) => multiply(2, cost)),
          data,
        ),
      ),
    },
  ],
  [
    "the direct part of the cost left out",
    TRUTH,
    {
      rule: wrong((given, data) => {
        const direct = (data.parameters as Readonly<Record<string, Float64Array>>).W as Float64Array;
        return changed(right().gradient(given, data), (values, name) =>
          name === "W" ? values.map((value, k) => value - 0.2 * (direct[k] as number)) : values,
        );
      }),
    },
  ],
  [
    "a transposed gradient of a matrix",
    TRUTH,
    {
      rule: wrong((given, data) =>
        changed(right().gradient(given, data), (values, name) =>
          name === "W" ? Float64Array.of(values[0]!, values[2]!, values[1]!, values[3]!) : values,
        ),
      ),
    },
  ],
  [
    "no gradient for one parameter",
    TRUTH,
    {
      rule: wrong((given, data) =>
        changed(right().gradient(given, data), (values, name) => (name === "b" ? values.map(() => 0) : values)),
      ),
    },
  ],
  [
    "a one-sided rule that claims to be centred",
    "the error falls with the nudge as the rule's order says",
    {
      rule: right(),
      order: 2,
      atNudge: (nudge) => equilibriumPropagation({ nudge, settle, nudging: "one-sided" }),
    },
  ],
  [
    "a bias that does not fall with the nudge",
    "the error falls with the nudge as the rule's order says",
    {
      rule: right(),
      order: 2,
      atNudge: (nudge) =>
        wrong((given, data) =>
          changed(right(nudge).gradient(given, data), (values) => values.map((value) => 1.01 * value)),
        ),
    },
  ],
  [
    "phases that do not settle",
    TRUTH,
    {
      rule: equilibriumPropagation({
        nudge: 1e-3,
        settle: gradientFlow({ step: 0.25, tolerance: 1e-12, iterations: 10 }),
      }),
    },
  ],
  [
    "phases that settle too little for the nudge",
    TRUTH,
    {
      rule: equilibriumPropagation({ nudge: 1e-5, settle: gradientFlow({ step: 0.25, tolerance: 1e-4 }) }),
    },
  ],
  [
    "the sum over a batch instead of the mean",
    "the gradient of a batch is the mean over its examples",
    {
      rule: wrong((given, data) => {
        const result = right().gradient(given, data);
        return changed(result, (values) => values.map((value) => value * result.costs.length));
      }),
    },
  ],
  ["a stale gradient", TRUTH, { rule: stale() }],
  ["a gradient with a memory", "the gradient is a function", { rule: remembering() }],
  [
    "another gradient on another backend",
    "backends agree on one gradient",
    {
      rule: right(),
      onBackend: (backend) => (backend.name === "interpreter" ? right() : right(0.1)),
    },
  ],
];

const check = (given: LearningTask, rule: KnownRule) =>
  verify(given, { rules: [rule], properties: { system: [] }, runs: 5 });

describe("verify finds planted faults of rules", () => {
  test("and none without one", async () => {
    const report = await verify(task, { properties: { system: [] }, runs: 10 });
    const others = report.results.filter(({ outcome }) => outcome !== "passed");
    expect(others.map(({ property, outcome }) => [property, outcome])).toEqual([
      ["the gradient matches backpropagation through time", "not applicable"],
      ["the gradient is exact at any nudge", "not applicable"],
      ["an echo that is not pushed returns to the start", "not applicable"],
      ["memory does not grow with the number of steps", "not applicable"],
    ]);
  });

  test.each(FAULTS)("%s: %s", async (_mistake, property, rule) => {
    expectCaught(await check(task, rule), property);
  });

  test("also where the system and not the rule is wrong", async () => {
    const field = { h: "-h + (1 - tanh(h)^2)*(W @ tanh(s) + x + b)" };
    const broken = { ...task, system: altered(task.system, { field }) };
    expectCaught(await verify(broken, { runs: 5 }), "the field is minus the gradient of the energy");
  });

  test("a cost that is constant has no gradient and no fault", async () => {
    const idle = withCost(task, () => constant(0));
    const { results } = await check(idle, { rule: right() });
    expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  });
});
