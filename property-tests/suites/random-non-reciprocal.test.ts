import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gradient } from "../../core/expression/derivatives.js";
import type { Expression, Shape } from "../../core/expression/expression.js";
import { exp, multiply, negate, symbol } from "../../core/expression/functions.js";
import { asymmetricEquilibriumPropagation } from "../../learning/rules/asymmetric-equilibrium-propagation.js";
import { dyadicEquilibriumPropagation } from "../../learning/rules/dyadic-equilibrium-propagation.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { reciprocityProbes } from "../../learning/rules/reciprocity-probes.js";
import { twistedEquilibriumPropagation } from "../../learning/rules/twisted-equilibrium-propagation.js";
import { vectorFieldRule } from "../../learning/rules/vector-field.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { forceSystem } from "../../systems/force-system.js";
import { arbitraryEnergyTask } from "../arbitraries/energy-task.js";
import { arbitraryForceTask } from "../arbitraries/force-task.js";
import { arbitraryTaskCase, type TaskCase } from "../arbitraries/task-case.js";
import { measureConditioning } from "../measures/conditioning.js";
import { compareGradients, errorNorm, expectedNorm } from "../measures/relative-error.js";
import { expectExact, expectOrder, expectWrong, measureAll, type RuleAt, sample, settle } from "./random-rules.js";

const TIMEOUT = 120_000;
const BATCH_NUDGES = [0.1, 0.1 ** 1.5, 1e-2, 0.1 ** 2.5, 1e-3, 1e-5];

const centred: RuleAt = (nudge) => asymmetricEquilibriumPropagation({ nudge, settle });
const oneSided: RuleAt = (nudge) => asymmetricEquilibriumPropagation({ nudge, nudging: "one-sided", settle });
const contrasted: RuleAt = (nudge) => asymmetricEquilibriumPropagation({ nudge, energyPart: "contrast", settle });
const merged: RuleAt = (nudge) => dyadicEquilibriumPropagation({ nudge, settle });
const copies: RuleAt = (nudge) => dyadicEquilibriumPropagation({ nudge, cost: "copies", settle });
const split: RuleAt = (nudge) => dyadicEquilibriumPropagation({ nudge, form: "split", settle });
const probes: RuleAt = (nudge) => reciprocityProbes({ nudge, settle });
const twistedRule: RuleAt = (nudge) => twistedEquilibriumPropagation({ nudge, settle });
const vectorField: RuleAt = (nudge) => vectorFieldRule({ nudge, settle });

describe("on random forces", () => {
  const cases = sample(arbitraryForceTask({ leastAsymmetry: 0.1 }), 31, 12);

  test(
    "asymmetric equilibrium propagation errs by the square of a centred nudge",
    () => {
      expectOrder(measureAll(cases, centred), 2);
    },
    TIMEOUT,
  );

  test(
    "and by a one-sided nudge",
    () => {
      expectOrder(measureAll(cases, oneSided), 1);
    },
    TIMEOUT,
  );

  test(
    "dyadic equilibrium propagation is exact at any nudge",
    () => {
      expectExact(cases, merged);
    },
    TIMEOUT,
  );

  test(
    "and with the cost on the copies errs by its square, so that a strong one is no longer exact",
    () => {
      expectOrder(measureAll(cases, copies), 2);
      const strong = measureAll(cases, copies, [1]).map(({ best }) => best.error);
      expect(strong.filter((error) => error < 1e-8).length).toBeLessThan(cases.length / 4);
    },
    TIMEOUT,
  );

  test(
    "reciprocity probes err by the square of the nudge",
    () => {
      expectOrder(measureAll(cases, probes), 2);
    },
    TIMEOUT,
  );

  test(
    "the vector-field rule is wrong whatever the nudge",
    () => {
      expectWrong(measureAll(cases, vectorField));
    },
    TIMEOUT,
  );

  test(
    "batches have the same orders",
    () => {
      const batches = sample(arbitraryForceTask({ examples: 3, leastAsymmetry: 0.1 }), 32, 4);
      expectOrder(measureAll(batches, centred, BATCH_NUDGES), 2);
      expectExact(batches, merged);
      expectWrong(measureAll(batches, vectorField, BATCH_NUDGES));
    },
    TIMEOUT,
  );

  test(
    "bounded states follow asymmetric equilibrium propagation and probes, and are refused where copies part",
    () => {
      const bounded = sample(arbitraryForceTask({ bounded: true, leastAsymmetry: 0.1 }), 33, 8);
      expectOrder(measureAll(bounded, oneSided), 1);
      for (const rule of [centred, probes]) {
        const found = measureAll(bounded, rule);
        expect(found.filter(({ slope = 2 }) => Math.abs(slope - 2) > 0.1)).toEqual([]);
        expect(found.filter(({ best }) => best.error > 1e-8)).toEqual([]);
      }
      for (const { task } of bounded) expect(merged(1).refusal(task)).toMatch(/without bounds/);
    },
    TIMEOUT,
  );
});

/** A random energy with a force besides: couplings of every layer with itself, in one direction more than in the other. */
function withRest({ system, target, cost }: LearningTask): LearningTask {
  const own = system.state.map(({ name, shape }) => [`A_${name}`, [...shape, ...shape] as Shape] as const);
  const made = forceSystem({
    name: `${system.name} with a force besides`,
    state: Object.fromEntries(system.state.map(({ name, shape }) => [name, shape])),
    parameters: Object.fromEntries([...system.parameters.map(({ name, shape }) => [name, shape] as const), ...own]),
    input: Object.fromEntries(system.input.map(({ name, shape }) => [name, shape])),
    energy: () => system.scalar as Expression,
    force: Object.fromEntries(system.state.map(({ name }) => [name, `A_${name} @ tanh(${name}) + 0.1*cos(${name})`])),
  });
  return declaredAgain(made as unknown as LearningTask["system"], { system, target, cost });
}

/** The same cost of another system. */
const declaredAgain = (made: LearningTask["system"], { target, cost }: LearningTask): LearningTask =>
  learningTask(made, {
    target: Object.fromEntries(target.map(({ name, shape }) => [name, shape])),
    cost: { final: () => cost.final as Expression },
  }) as LearningTask;

/** Whether the Jacobian at the state is as asymmetric as that. */
const atLeast =
  (asymmetry: number) =>
  ({ task, data }: TaskCase): boolean =>
    measureConditioning(task, data).asymmetry >= asymmetry;

/** Random tasks made of the random energies. */
const made = (make: (task: LearningTask) => LearningTask, leastAsymmetry: number): fc.Arbitrary<TaskCase> =>
  arbitraryTaskCase(
    arbitraryEnergyTask({ layers: 2 }).map(({ task }) => make(task)),
    {},
  ).filter(atLeast(leastAsymmetry));

describe("on random forces that declare the energy of their conservative part", () => {
  const cases = sample(made(withRest, 0.1), 34, 8);

  test(
    "its parameters may be read by contrast",
    () => {
      expectOrder(measureAll(cases, contrasted), 2);
    },
    TIMEOUT,
  );

  test(
    "split copies err by the square of the nudge, and merged ones not at all",
    () => {
      expectOrder(measureAll(cases, split), 2);
      expectExact(cases, merged);
    },
    TIMEOUT,
  );

  test(
    "which the vector-field rule does not see",
    () => {
      expectWrong(measureAll(cases, vectorField));
    },
    TIMEOUT,
  );
});

describe("on random energies", () => {
  const cases = sample(arbitraryEnergyTask(), 35, 10);
  const NUDGE = 0.05;

  test("split copies are centred equilibrium propagation at half the nudge", () => {
    for (const { task, data } of cases) {
      const found = split(NUDGE).gradient(task, data);
      const expected = equilibriumPropagation({ nudge: NUDGE / 2, settle }).gradient(task, data);
      const entries = compareGradients(found, expected);
      expect(errorNorm(entries)).toBeLessThan(1e-9 * (1 + expectedNorm(entries)));
    }
  });

  test.each([
    ["asymmetric equilibrium propagation", centred],
    ["twisted equilibrium propagation", twistedRule],
    ["the vector-field rule", vectorField],
    ["the contrast of the energy", contrasted],
  ] as const)(
    "%s has the phases of equilibrium propagation, and its order",
    (_, makeRule) => {
      for (const { task, data } of cases) {
        const [found, expected] = [makeRule, (nudge: number) => equilibriumPropagation({ nudge, settle })].map((make) =>
          make(NUDGE)
            .gradient(task, data)
            .phases.map(({ phase, displacement }) => [phase, displacement] as const),
        );
        found?.forEach(([phase, displacement], k) => {
          expect(phase).toBe(expected?.[k]?.[0]);
          expect(displacement).toBeCloseTo(expected?.[k]?.[1] as number, 11);
        });
      }
      expectOrder(measureAll(cases.slice(0, 4), makeRule), 2);
    },
    TIMEOUT,
  );
});

/** A random energy descended at another rate by every entry: dx/dt = -exp(mobility) dE/dx, symmetric in P = exp(-mobility). */
function withMobility({ system, target, cost }: LearningTask): LearningTask {
  const symbols = system.state.map((block) => block.symbol);
  const slopes = gradient(system.scalar as Expression, symbols);
  const mobility = (k: number): Expression => symbol(`m_${system.state[k]?.name}`, system.state[k]?.shape as Shape);
  const each = <T>(value: (k: number) => T): Record<string, T> =>
    Object.fromEntries(system.state.map(({ name }, k) => [name, value(k)]));
  const made = forceSystem({
    name: `${system.name} with mobilities`,
    state: Object.fromEntries(system.state.map(({ name, shape }) => [name, shape])),
    parameters: Object.fromEntries([
      ...system.parameters.map(({ name, shape }) => [name, shape] as const),
      ...system.state.map(({ name, shape }) => [`m_${name}`, shape] as const),
    ]),
    input: Object.fromEntries(system.input.map(({ name, shape }) => [name, shape])),
    force: each((k) => () => negate(multiply(exp(mobility(k)), slopes[k] as Expression))),
    twist: each((k) => () => exp(negate(mobility(k)))),
  });
  return declaredAgain(made as unknown as LearningTask["system"], { system, target, cost });
}

/** Symmetric rate networks of one block, whose metric is the slope of the activation at the state. */
const arbitrarySymmetricRates: fc.Arbitrary<TaskCase> = arbitraryTaskCase(
  fc
    .record({
      units: fc.integer({ min: 2, max: 5 }),
      activation: fc.constantFrom(
        ["tanh(r)", "1 - tanh(r)^2"],
        ["sigmoid(r)", "sigmoid(r)*(1 - sigmoid(r))"],
        ["softplus(r)", "sigmoid(r)"],
        ["r + sin(r)/2", "1 + cos(r)/2"],
      ),
    })
    .map(({ units, activation: [rho, slope] }) => {
      const system = forceSystem({
        name: `symmetric rate network of ${units}`,
        state: { r: [units] },
        parameters: { W: [units, units], b: [units] },
        input: { x: [units] },
        force: { r: `-2*r + (W + transpose(W)) @ (${rho}) + b + x` },
        twist: { r: slope as string },
      });
      return learningTask(system, {
        target: { y: [units] },
        cost: { final: "sum((r - y)^2)/2 + 0.1*dot(b, r)" },
      }) as unknown as LearningTask;
    }),
  {},
).filter(atLeast(0.02));

describe("where a twist is declared", () => {
  test.each([
    ["constant mobilities", made(withMobility, 0.02), 36],
    ["the slope of the activation", arbitrarySymmetricRates, 37],
  ] as const)(
    "twisted equilibrium propagation errs by the square of the nudge: %s",
    (_, arbitrary, seed) => {
      const cases = sample(arbitrary, seed, 6);
      expectOrder(measureAll(cases, twistedRule), 2);
      expectOrder(measureAll(cases, centred), 2);
      const untwisted = measureAll(cases, vectorField);
      expect(untwisted.filter(({ slope }) => !(Math.abs(slope as number) < 0.1))).toEqual([]);
    },
    TIMEOUT,
  );
});
