import { describe, expect, test } from "vitest";
import { sizeOf } from "../../core/expression/expression.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import type { GradientResult, LearningRule, TaskData } from "../../learning/rule.js";
import { asymmetricEquilibriumPropagation } from "../../learning/rules/asymmetric-equilibrium-propagation.js";
import { dyadicEquilibriumPropagation } from "../../learning/rules/dyadic-equilibrium-propagation.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { fitzhughNagumoLattice } from "../../systems/catalogue/fitzhugh-nagumo.js";
import { rateNetwork } from "../../systems/catalogue/rate-network.js";
import { allocatedBytes } from "../measures/allocated-bytes.js";
import { wave } from "./example-tasks.js";

const BYTES = 8;

/** One step of gradient descent that should lower the cost by a tenth, to first order; returns by how much it did. */
function descend(rule: LearningRule, task: LearningTask, data: TaskData, before: GradientResult): number {
  const slopes = Object.values(before.gradient).map((block) => block.data);
  const squared = slopes.reduce((sum, block) => sum + block.reduce((total, slope) => total + slope ** 2, 0), 0);
  const rate = (0.1 * before.cost) / squared;
  const given = data.parameters as Readonly<Record<string, Float64Array | number>>;
  const learned = Object.entries(given).map(([name, values]) => {
    const block = before.gradient[name]?.data as Float64Array;
    const flat = typeof values === "number" ? block.slice().fill(values) : values;
    return [name, flat.map((value, k) => value - rate * (block[k] as number))] as const;
  });
  const after = rule.gradient(task, { ...data, parameters: Object.fromEntries(learned) } as TaskData);
  expect([...before.phases, ...after.phases].every(({ converged }) => converged)).toBe(true);
  return (before.cost - after.cost) / before.cost;
}

describe("a rate network of 2,000 units learns", () => {
  const UNITS = 2000;
  const { system, parameters, input } = rateNetwork({ units: UNITS, inputs: 5, gain: 0.6 });
  const task = learningTask(system, {
    target: { y: [10] },
    cost: { final: "sum((x[0:10] - y)^2)/2" },
  }) as unknown as LearningTask;
  const data = { parameters, input, target: { y: wave(10, 3, 0.5) } } as TaskData;
  const settle = gradientFlow({ step: 0.5, tolerance: 1e-7, iterations: 400 });
  const synapses = UNITS * UNITS;

  test.each([
    ["asymmetric", asymmetricEquilibriumPropagation({ nudge: 0.05, settle, inputGradient: false })],
    ["dyadic", dyadicEquilibriumPropagation({ nudge: 0.05, settle, inputGradient: false })],
  ])("by %s equilibrium propagation, within six times the memory of its synapses", (_, rule) => {
    let result: GradientResult | undefined;
    const bytes = allocatedBytes(() => {
      result = rule.gradient(task, data);
    });
    expect(bytes).toBeLessThan(6 * BYTES * synapses);
    const lowered = descend(rule, task, data, result as GradientResult);
    expect(lowered).toBeGreaterThan(0.06);
    expect(lowered).toBeLessThan(0.12);
  });
});

describe("a FitzHugh-Nagumo lattice of 64 x 64 cells learns", () => {
  const lattice = (side: number) => {
    const { system, parameters, initial } = fitzhughNagumoLattice({ rows: side, columns: side });
    const task = learningTask(system, {
      target: { y: [side, side] },
      cost: { final: "mean((u - y)^2)/2" },
    }) as unknown as LearningTask;
    // Cells that rest near 0 by themselves: a stable state for any time constant, with a lively current.
    const cells = { gain: 0.2, diffusion_v_vertical: 1, diffusion_v_horizontal: 1, current: wave(side * side, 1, 0.3) };
    const values = Object.entries({ ...parameters, ...cells }).map(([name, value]) => {
      const { shape } = system.parameters.find((block) => block.name === name) as { shape: readonly number[] };
      return [name, typeof value === "number" ? new Float64Array(sizeOf(shape)).fill(value) : value] as const;
    });
    const data = {
      parameters: Object.fromEntries(values),
      target: { y: wave(side * side, 2, 0.2) },
      guess: initial,
    } as unknown as TaskData;
    return { task, data };
  };
  const settle = gradientFlow({ step: 0.1, tolerance: 1e-7, iterations: 5000 });
  const rule = equilibriumPropagation({ nudge: 1, settle });

  test("within memory linear in its cells, a hundredth of its Jacobian", () => {
    const [small, large] = [16, 64].map((side) => {
      const { task, data } = lattice(side);
      const rule = equilibriumPropagation({ nudge: 1, settle: gradientFlow({ step: 0.1, iterations: 1 }) });
      return allocatedBytes(() => rule.gradient(task, data));
    }) as [number, number];
    expect(large / small).toBeGreaterThan(10);
    expect(large / small).toBeLessThan(17);
    const jacobian = BYTES * (2 * 64 * 64) ** 2;
    expect(large).toBeLessThan(jacobian / 100);
  });

  test("and a step lowers the cost as the gradient says", () => {
    const { task, data } = lattice(64);
    const lowered = descend(rule, task, data, rule.gradient(task, data));
    expect(lowered).toBeGreaterThan(0.06);
    expect(lowered).toBeLessThan(0.12);
  });
});
