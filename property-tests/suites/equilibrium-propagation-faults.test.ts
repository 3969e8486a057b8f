import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gradient } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { divide, multiply, subtract, symbol } from "../../core/expression/functions.js";
import { substitute } from "../../core/expression/transform.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import { newton } from "../../integrators/solvers/newton.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import type { LearningRule } from "../../learning/rule.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { stationaryResult, stationaryRule } from "../../learning/rules/stationary-rule.js";
import type { LearningTask } from "../../learning/task.js";
import { nudged } from "../../learning/transformations/nudged.js";
import {
  arbitraryEnergyTask,
  arbitraryTaskData,
  carefulSolver,
  gradientMatchesFiniteDifferences,
  measureExactness,
} from "../index.js";
import { sixUnits, sixUnitsData } from "./example-tasks.js";

const settle = carefulSolver();
const NUDGE = 1e-2;

/** What a contrast is made of; the defaults are those of centred equilibrium propagation. */
interface Variant {
  /** The nudges of the two phases. */
  readonly phases?: readonly [number, number];
  /** What the difference is divided by. */
  readonly width?: number;
  /** Which scalar is differentiated with respect to the parameters. */
  readonly functional?: "nudged energy" | "energy";
  /** What happens to the gradient at last. */
  readonly finish?: (value: Expression) => Expression;
  /** Both phases contrasted at this state instead of their own. */
  readonly freezes?: string;
}

/** Equilibrium propagation written out once more, with a place for each mistake. */
function contrastRule(variant: Variant = {}): LearningRule {
  const {
    phases = [NUDGE, -NUDGE],
    width = 2 * NUDGE,
    functional = "nudged energy",
    finish = (value) => value,
  } = variant;
  return stationaryRule({
    name: "contrast",
    reference: "",
    maker: "contrastRule",
    variant: JSON.stringify([phases, width, functional, variant.freezes, finish.toString()]),
    settle,
    backend: undefined,
    prepare(plan) {
      const { task, buffers, examples, perExample, backend } = plan;
      const system = nudged(task);
      const strength = new Float64Array(1);
      buffers.nudge = strength;
      const [free, pushed] = [plan.prepare(settle), plan.prepare(settle, system)];
      const labels = ["first", "second"] as const;
      for (const { name, shape } of system.state) {
        for (const label of labels) buffers[`${name} ${label}`] = new Float64Array(examples * sizeOf(shape));
      }
      const scalar = functional === "energy" ? task.system.scalar : system.scalar;
      const stored = new Set(system.state.flatMap(({ name }) => labels.map((label) => `${name} ${label}`)));
      const contrasts = (blocks: readonly { readonly symbol: Expression }[]): Expression[] => {
        const partials = gradient(
          scalar as Expression,
          blocks.map((block) => block.symbol),
        );
        const at = (label: string, nudge: number): Expression[] =>
          substitute(
            partials,
            new Map<Expression, Expression>([
              ...system.state.map(
                ({ name, shape, symbol: state }) => [state, symbol(`${name} ${label}`, shape)] as const,
              ),
              [symbol("nudge"), multiply(nudge, symbol("one"))],
            ]),
          );
        const second = at("second", phases[1]);
        return at("first", phases[0]).map((value, k) =>
          finish(divide(subtract(value, second[k] as Expression), width)),
        );
      };
      buffers.one = Float64Array.of(1);
      const parameters = plan.compileMean(contrasts(task.system.parameters), stored);
      const inputs = backend.compileFunction(
        { outputs: contrasts(task.system.input).map((value) => divide(value, examples)) },
        { trajectories: examples, perTrajectory: new Set([...perExample, ...stored]), bind: buffers },
      );
      return { plan, strength, free, pushed, labels, parameters, inputs };
    },
    gradient({ plan, strength, free, pushed, labels, parameters, inputs }, data) {
      plan.load(data);
      const reports = [plan.settle("free", free)];
      const [freeState, costs] = [plan.copyState(), plan.costs()];
      labels.forEach((label, k) => {
        plan.restoreState(freeState);
        strength[0] = phases[k] as number;
        if (phases[k] !== 0) reports.push(plan.settle(label, pushed, freeState));
        for (const name of Object.keys(freeState)) {
          const state = (name === variant.freezes ? freeState : plan.buffers)[name] as Float64Array;
          plan.buffers[`${name} ${label}`]?.set(state);
        }
      });
      parameters.run();
      inputs.run();
      const found = { gradient: parameters.outputs, inputGradient: inputs.outputs };
      return stationaryResult(plan, { costs, freeState, phases: reports, ...found });
    },
  });
}

const property = (rule: LearningRule, tolerance?: number) =>
  gradientMatchesFiniteDifferences(sixUnits, rule, {
    data: arbitraryTaskData(sixUnits, { examples: 2 }),
    ...(tolerance === undefined ? {} : { tolerance }),
  });

const RUNS = { seed: 5, numRuns: 8 };
const UNSHRUNK = { ...RUNS, endOnFailure: true };

describe("the gradient matches finite differences", () => {
  test("for the rule written out here, and for the library's", () => {
    fc.assert(property(contrastRule()), RUNS);
    fc.assert(property(equilibriumPropagation({ nudge: NUDGE, settle })), RUNS);
  });

  test("for the library's rules on random tasks", () => {
    const cases = fc.sample(arbitraryEnergyTask(), { seed: 6, numRuns: 6 });
    const rule = equilibriumPropagation({ nudge: 1e-3, settle });
    for (const { task } of cases) fc.assert(gradientMatchesFiniteDifferences(task, rule), { seed: 1, numRuns: 4 });
  });

  test("for one-sided nudging to the first order only", () => {
    const rule = equilibriumPropagation({ nudge: NUDGE, nudging: "one-sided", settle });
    fc.assert(property(rule, 0.2), RUNS);
    expect(fc.check(property(rule), UNSHRUNK).failed).toBe(true);
  });
});

const faults: readonly (readonly [what: string, variant: Variant])[] = [
  ["the nudge on the wrong side", { phases: [-NUDGE, NUDGE] }],
  ["no factor 1/2 in the width", { width: NUDGE }],
  ["one-sided phases under a centred label", { phases: [NUDGE, 0] }],
  ["one-sided phases over a one-sided width, called centred", { phases: [NUDGE, 0], width: NUDGE }],
  ["no direct derivative of the cost", { functional: "energy" }],
  ["a layer that keeps its free state", { freezes: "output" }],
  ["a gradient of the wrong sign", { finish: (value) => multiply(-1, value) }],
  ["a gradient one percent too large", { finish: (value) => multiply(1.01, value) }],
];

describe("a planted fault is found:", () => {
  test.each(faults)("%s", (_, variant) => {
    const details = fc.check(property(contrastRule(variant)), UNSHRUNK);
    expect(details.failed).toBe(true);
    expect(String(details.errorInstance)).toMatch(
      /The gradient of contrast is not that of the cost: its relative error is/,
    );
    expect(String(details.errorInstance)).toMatch(/worst at (W|V|b|x)\[/);
  });

  test("the sum over a batch instead of its mean", () => {
    const rule = contrastRule({ finish: (value) => multiply(2, value) });
    expect(fc.check(property(rule), UNSHRUNK).failed).toBe(true);
  });

  test("phases that have not settled", () => {
    const details = fc.check(
      property(equilibriumPropagation({ nudge: NUDGE, settle: gradientFlow({ iterations: 4 }) })),
      RUNS,
    );
    expect(details.failed).toBe(true);
    expect(String(details.errorInstance)).toMatch(
      /the (free|nudged|nudged back) phase did not settle; its residual is/,
    );
  });

  test("a cost that is not the task's", () => {
    const good = equilibriumPropagation({ nudge: NUDGE, settle });
    const wrong = {
      ...good,
      gradient: (task: LearningTask, data: never) => ({ ...good.gradient(task, data), cost: 1 }),
    };
    const details = fc.check(property(wrong as LearningRule), UNSHRUNK);
    expect(String(details.errorInstance)).toMatch(/reports the cost 1, which should be/);
  });
});

describe("measured exactness tells rules apart", () => {
  const slopeOf = (make: (nudge: number) => Variant): number | undefined =>
    measureExactness({ task: sixUnits, data: sixUnitsData(), makeRule: (nudge) => contrastRule(make(nudge)) }).slope;

  test.each([
    ["centred", 2, (nudge: number): Variant => ({ phases: [nudge, -nudge], width: 2 * nudge })],
    ["one-sided", 1, (nudge: number): Variant => ({ phases: [nudge, 0], width: nudge })],
    ["wrong by a factor", 0, (nudge: number): Variant => ({ phases: [nudge, -nudge], width: nudge })],
    [
      "without the direct derivative",
      0,
      (nudge: number): Variant => ({ phases: [nudge, -nudge], width: 2 * nudge, functional: "energy" }),
    ],
  ])("%s: slope %d", (_, slope, make) => {
    expect(Math.abs((slopeOf(make) ?? Number.NaN) - slope)).toBeLessThan(0.05);
  });

  test("a rule that is exact at any nudge has no slope", () => {
    const exact = contrastRule();
    const { slope, best } = measureExactness({
      task: sixUnits,
      data: sixUnitsData(),
      makeRule: () => exact,
      reference: exact,
    });
    expect(slope).toBeUndefined();
    expect(best.error).toBe(0);
  });

  test("nudges at which a phase does not settle or diverges count as failures", () => {
    const errorsWith = (solver: StationarySolver): readonly number[] =>
      measureExactness({
        task: sixUnits,
        data: sixUnitsData(),
        nudges: [1e-2, 1e3],
        makeRule: (nudge) => equilibriumPropagation({ nudge, settle: solver }),
      }).errors;
    expect(errorsWith(gradientFlow({ tolerance: 1e-9 }))).toEqual([Number.POSITIVE_INFINITY, expect.closeTo(0, 3)]);
    expect(errorsWith(newton({ iterations: 1 }))).toEqual(Array(2).fill(Number.POSITIVE_INFINITY));
  });

  test("and needs two decades of nudges for a slope", () => {
    const narrow = measureExactness({
      task: sixUnits,
      data: sixUnitsData(),
      nudges: [1e-2, 1e-3],
      makeRule: (nudge) => equilibriumPropagation({ nudge, settle }),
    });
    expect(narrow.slope).toBeUndefined();
    expect(narrow.best.nudge).toBe(1e-3);
  });
});
