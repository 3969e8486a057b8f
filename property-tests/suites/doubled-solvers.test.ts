import { describe, expect, test } from "vitest";
import { blockCoordinate } from "../../integrators/solvers/block-coordinate.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import { solvers } from "../../integrators/solvers/registry.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import { type GradientResult, type LearningRule, PhaseError, type TaskData } from "../../learning/rule.js";
import { dyadicEquilibriumPropagation } from "../../learning/rules/dyadic-equilibrium-propagation.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { forceSystem } from "../../systems/index.js";
import { carefulSolver, relativeError } from "../index.js";
import { hopfieldTask, rateTask, sixUnits, sixUnitsData, skewTask, wave } from "./example-tasks.js";

type Case = readonly [name: string, task: LearningTask, data: TaskData];

const CASES = [
  [
    "rate network",
    rateTask,
    {
      parameters: { W: wave(16, 1, 0.3), b: wave(4, 2) },
      input: { x: wave(4, 3) },
      target: { y: wave(4, 5) },
    },
  ],
  [
    "activators and inhibitors",
    skewTask,
    {
      parameters: { G: wave(6, 1), c: wave(3, 2), slow: [0.5, 1.3] },
      input: { x: wave(2, 4) },
      target: { y: wave(3, 6) },
    },
  ],
  [
    "Hopfield force",
    hopfieldTask,
    {
      parameters: { W: wave(9, 1, 0.4), b: wave(3, 2) },
      input: { x: wave(3, 3) },
      target: { y: wave(3, 5) },
    },
  ],
  ["six units", sixUnits, sixUnitsData()],
] as unknown as readonly Case[];

const FORMS = [
  ["merged", {}, 1e-9],
  ["merged, cost on the copies", { cost: "copies" }, 1e-5],
  ["split", { form: "split" }, 1e-5],
] as const;

/** The result, or `undefined` where a phase leaves the numbers or does not settle. */
function settled(rule: LearningRule, task: LearningTask, data: TaskData): GradientResult | undefined {
  try {
    const result = rule.gradient(task, data);
    return result.phases.every(({ converged }) => converged) ? result : undefined;
  } catch (error) {
    if (error instanceof PhaseError) return undefined;
    throw error;
  }
}

const reference = implicitDifferentiation({ settle: carefulSolver() });
/** Nothing but a free phase. */
const freeSettles = (settle: StationarySolver, task: LearningTask, data: TaskData): boolean =>
  settled(implicitDifferentiation({ settle }), task, data) !== undefined;

const SOLVERS: readonly (readonly [string, StationarySolver])[] = [
  ...solvers.map(({ name, make }) => [name, make(1e-12)] as const),
  ["gradientFlow, shorter step", gradientFlow({ step: 0.2, tolerance: 1e-12 })],
  ["blockCoordinate, shorter step", blockCoordinate({ step: 0.5, tolerance: 1e-12 })],
];

describe("a doubled system settles under every solver under which the system does, and then has the gradient", () => {
  for (const [taskName, task, data] of CASES) {
    for (const [form, choice, tolerance] of FORMS) {
      const ruleWith = (settle: StationarySolver): LearningRule =>
        dyadicEquilibriumPropagation({ nudge: 1e-3, settle, ...choice });
      if (ruleWith(carefulSolver()).refusal(task) !== undefined) continue;

      test.each(SOLVERS)(`${taskName}, ${form}: %s`, (_, settle) => {
        const found = settled(ruleWith(settle), task, data);
        expect(found !== undefined).toBe(freeSettles(settle, task, data));
        if (found !== undefined) {
          expect(relativeError(found, reference.gradient(task, data))).toBeLessThan(tolerance);
        }
      });
    }
  }

  test("most do", () => {
    const outcomes = CASES.flatMap(([, task, data]) => SOLVERS.map(([, settle]) => freeSettles(settle, task, data)));
    const count = outcomes.filter((settles) => settles).length;
    expect(count).toBeGreaterThan(outcomes.length / 2);
    expect(count).toBeLessThan(outcomes.length);
  });
});

describe("the spectrum of the doubled system is that of the system, twice", () => {
  const [, task, data] = CASES[0] as Case;

  test("so that gradient flow takes the same steps", () => {
    const outcomes = [0.2, 0.8, 1.2, 1.6, 1.8, 2, 2.2].map((step) => {
      const settle = gradientFlow({ step, tolerance: 1e-10, iterations: 3000 });
      const doubles = settled(dyadicEquilibriumPropagation({ nudge: 1e-3, settle }), task, data) !== undefined;
      return [freeSettles(settle, task, data), doubles] as const;
    });
    for (const [free, doubles] of outcomes) expect(doubles).toBe(free);
    expect(new Set(outcomes.map(([free]) => free))).toEqual(new Set([true, false]));
  });

  test("and a system that never rests leaves it restless", () => {
    const oscillator = learningTask(
      forceSystem({
        name: "oscillator",
        state: { r: [2] },
        parameters: { W: [2, 2] },
        force: { r: "-r + W @ tanh(r) + 0.1" },
      }),
      { cost: { final: "sum(r^2)/2" } },
    );
    const rule = dyadicEquilibriumPropagation({ nudge: 1e-3, settle: gradientFlow({ step: 0.1, iterations: 2000 }) });
    const turning = { parameters: { W: [2, -3, 3, 2] } };
    const found = settled(rule, oscillator as LearningTask, turning);
    expect(found).toBeUndefined();
    expect(settled(rule, oscillator as LearningTask, { parameters: { W: [0.5, -0.3, 0.3, 0.5] } })).toBeDefined();
  });
});
