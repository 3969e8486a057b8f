import { describe, expect, test } from "vitest";
import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { divide, multiply, subtract, symbol } from "../../core/expression/functions.js";
import type { DynamicalSystem } from "../../core/system.js";
import { contrast } from "../../learning/estimators/contrast.js";
import type { GradientResult, LearningRule, TaskData } from "../../learning/rule.js";
import { asymmetricEquilibriumPropagation } from "../../learning/rules/asymmetric-equilibrium-propagation.js";
import { dyadicEquilibriumPropagation } from "../../learning/rules/dyadic-equilibrium-propagation.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { nudgedPhases } from "../../learning/rules/nudged-phases.js";
import { phaseRule } from "../../learning/rules/phase-rule.js";
import { twistedEquilibriumPropagation } from "../../learning/rules/twisted-equilibrium-propagation.js";
import { vectorFieldRule } from "../../learning/rules/vector-field.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { nudged } from "../../learning/transformations/nudged.js";
import { skewGradientSystem } from "../../systems/skew-gradient-system.js";
import { arbitrarySkewGradientTask } from "../arbitraries/skew-gradient-task.js";
import { compareGradients, relativeError } from "../measures/relative-error.js";
import { wave } from "./example-tasks.js";
import {
  expectExact,
  expectOrder,
  expectWrong,
  measureAll,
  type RuleAt,
  reference,
  sample,
  settle,
} from "./random-rules.js";

const TIMEOUT = 120_000;

const centred: RuleAt = (nudge) => equilibriumPropagation({ nudge, settle });
const twistedRule: RuleAt = (nudge) => twistedEquilibriumPropagation({ nudge, settle });

describe("on random skew-gradient systems", () => {
  const cases = sample(arbitrarySkewGradientTask(), 41, 10);

  test.each([
    ["equilibrium propagation", 2, centred],
    [
      "one-sided equilibrium propagation",
      1,
      (nudge: number) => equilibriumPropagation({ nudge, nudging: "one-sided", settle }),
    ],
    ["twisted equilibrium propagation", 2, twistedRule],
    ["asymmetric equilibrium propagation", 2, (nudge: number) => asymmetricEquilibriumPropagation({ nudge, settle })],
  ] as const)(
    "%s errs by the power %d of the nudge",
    (_, order, makeRule) => {
      expectOrder(measureAll(cases, makeRule), order);
    },
    TIMEOUT,
  );

  test(
    "dyadic equilibrium propagation is exact at any nudge",
    () => {
      expectExact(cases, (nudge) => dyadicEquilibriumPropagation({ nudge, settle }));
    },
    TIMEOUT,
  );

  test(
    "the vector-field rule is wrong whatever the nudge",
    () => {
      expectWrong(measureAll(cases, (nudge) => vectorFieldRule({ nudge, settle })));
    },
    TIMEOUT,
  );

  test("twisted phases are those of equilibrium propagation", () => {
    for (const { task, data } of cases) {
      const [twist, plain] = [twistedRule, centred].map((rule) => rule(0.05).gradient(task, data).phases);
      twist?.forEach(({ phase, displacement }, k) => {
        expect(phase).toBe(plain?.[k]?.phase);
        expect(displacement).toBeCloseTo(plain?.[k]?.displacement as number, 11);
      });
    }
  });

  test(
    "batches have the same order",
    () => {
      const batches = sample(arbitrarySkewGradientTask({ examples: 3 }), 42, 3);
      expectOrder(measureAll(batches, centred, [0.1, 0.1 ** 1.5, 1e-2, 0.1 ** 2.5, 1e-3, 1e-5]), 2);
    },
    TIMEOUT,
  );
});

/** The nudged system of somebody who pushes inhibitors down the cost as if they were activators. */
function nudgedWithoutFlip(task: LearningTask): DynamicalSystem {
  const { system, cost } = task;
  const slopes = gradient(
    cost.final as Expression,
    system.state.map((block) => block.symbol),
  );
  const field = system.state.map(({ name }, k) => {
    const push = multiply(symbol("nudge"), slopes[k] as Expression);
    const own = system.field.get(name) as Expression;
    return [name, subtract(own, divide(push, system.timeConstants?.get(name) ?? 1))] as const;
  });
  return { ...nudged(task), field: new Map(field) };
}

/** Equilibrium propagation with these phases instead. */
const withoutFlip: RuleAt = (nudge) =>
  phaseRule({
    name: "equilibrium propagation without the flip of inhibitors",
    reference: "",
    maker: "withoutFlip",
    options: { nudge, settle },
    refusal: () => undefined,
    phases: (task) => nudgedPhases(task, nudgedWithoutFlip(task), "centred"),
    estimate: (task, withRespectTo) =>
      contrast(nudged(task).scalar as Expression, task.system.state, withRespectTo, "centred"),
  });

/** The same system under another cost. */
const costing = ({ system }: LearningTask, final: string): LearningTask =>
  learningTask(system, { cost: { final } }) as LearningTask;

const withoutTarget = ({ parameters, input }: TaskData): TaskData => ({ parameters, ...(input ? { input } : {}) });

/** All entries of a gradient, one after another. */
const flat = (result: GradientResult): number[] => compareGradients(result, result).map(({ found }) => found);

const norm = (values: readonly number[]): number => Math.hypot(...values);

describe("somebody who forgets that inhibitors climb", () => {
  const cases = sample(arbitrarySkewGradientTask(), 43, 8);
  const [OF_U, OF_V] = ["sum((u - 0.2)^2)/2", "sum((v - 0.3)^2)/2"];
  const gradientOf = (rule: LearningRule, { task, data }: (typeof cases)[number], final: string): number[] =>
    flat(rule.gradient(costing(task, final), withoutTarget(data)));

  test("finds exactly the negative for a cost of inhibitors, at any nudge to second order", () => {
    for (const each of cases) {
      const right = gradientOf(reference, each, OF_V);
      const errors = [1e-2, 1e-3].map((nudge) =>
        norm(gradientOf(withoutFlip(nudge), each, OF_V).map((value, k) => value + (right[k] as number))),
      ) as [number, number];
      expect(errors[1]).toBeLessThan(1e-3 * norm(right));
      if (errors[1] > 1e-9) expect(Math.log10(errors[0] / errors[1])).toBeCloseTo(2, 1);
    }
  });

  test("is right for a cost of activators, and has the difference for a cost of both", () => {
    for (const each of cases) {
      const [ofU, ofV] = [gradientOf(reference, each, OF_U), gradientOf(reference, each, OF_V)];
      const scale = norm(ofU) + norm(ofV);
      const [alone, both] = [OF_U, `${OF_U} + ${OF_V}`].map((final) => gradientOf(withoutFlip(1e-4), each, final));
      expect(norm(ofU.map((value, k) => value - (alone?.[k] as number)))).toBeLessThan(1e-5 * scale);
      const difference = ofU.map((value, k) => value - (ofV[k] as number));
      expect(norm(difference.map((value, k) => value - (both?.[k] as number)))).toBeLessThan(1e-5 * scale);
    }
  });
});

describe("the vector-field rule on a skew-gradient system with a cost of activators", () => {
  const task = learningTask(
    skewGradientSystem({
      name: "activators and inhibitors",
      activators: { u: [3] },
      inhibitors: { v: [2] },
      parameters: { G: [2, 3], c: [3], d: [2], slow: 1.7 },
      timeConstants: { v: "slow" },
      potential: "sum(u^2)/2 + sum(u^4)/8 - sum(v^2)/2 + dot(v, G @ tanh(u)) - dot(c, u) - dot(d, v)",
    }),
    { target: { y: [3] }, cost: { final: "sum((u - y)^2)/2" } },
  );
  const data = { parameters: { G: wave(6, 1), c: wave(3, 2), d: wave(2, 4) }, target: { y: wave(3, 6) } };

  test("is right for parameters of activators, and -1/tau times the gradient for those of inhibitors", () => {
    const exact = reference.gradient(task, data).gradient;
    const found = vectorFieldRule({ nudge: 1e-4, settle }).gradient(task, data).gradient;
    exact.c.data.forEach((value, k) => {
      expect(found.c.data[k]).toBeCloseTo(value, 7);
    });
    exact.d.data.forEach((value, k) => {
      expect(Math.abs(value)).toBeGreaterThan(1e-3);
      expect(found.d.data[k]).toBeCloseTo(-value / 1.7, 7);
    });
  });

  test("where equilibrium propagation is right for both", () => {
    expect(relativeError(centred(1e-4).gradient(task, data), reference.gradient(task, data))).toBeLessThan(1e-7);
  });
});
