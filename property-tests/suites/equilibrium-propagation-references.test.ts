import fc from "fast-check";
import { EigenvalueDecomposition } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { InputError } from "../../core/errors.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import { newton } from "../../integrators/solvers/newton.js";
import type { GradientResult, LearningRule, TaskData } from "../../learning/rule.js";
import { finiteDifferences } from "../../learning/rules/finite-differences.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import { InconclusiveError } from "../../learning/rules/inconclusive.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { energySystem } from "../../systems/energy-system.js";
import { arbitraryEnergyTask, carefulSolver, measureConditioning, relativeError } from "../index.js";
import { stateAsGuess } from "../measures/state-as-guess.js";
import { rateTask, sixUnits, sixUnitsData, skewTask, wave } from "./example-tasks.js";

const implicit = implicitDifferentiation({ settle: carefulSolver() });
const differences = finiteDifferences({ settle: newton() });

/** Implicit differentiation against finite differences on its branch. */
function disagreement(task: LearningTask, data: TaskData): number {
  const exact = implicit.gradient(task, data);
  return relativeError(differences.gradient(task, stateAsGuess(exact, data)), exact);
}

describe("implicit differentiation equals finite differences", () => {
  test.each([false, true])("on random energies, with bounded states: %s", (bounded) => {
    const cases = fc.sample(arbitraryEnergyTask({ bounded, examples: 2 }), { seed: 11, numRuns: 16 });
    const gaps = cases.map(({ task, data }) => disagreement(task, data));
    expect(gaps.filter((gap) => gap > 1e-9)).toEqual([]);
  });

  test("on a force without an energy, whose Jacobian is not symmetric", () => {
    const data = {
      parameters: { W: wave(16, 1, 0.6), b: wave(4, 2) },
      input: { x: wave(8, 3) },
      target: { y: wave(8, 4) },
    };
    expect(disagreement(rateTask as LearningTask, data)).toBeLessThan(1e-10);
  });

  test("on a skew-gradient system, time constants included", () => {
    const data = {
      parameters: { G: wave(6, 1), c: wave(3, 2), slow: [1.5, 0.5] },
      input: { x: wave(4, 3) },
      target: { y: wave(6, 4) },
    };
    expect(disagreement(skewTask as LearningTask, data)).toBeLessThan(1e-10);
    expect(implicit.gradient(skewTask, data).gradient.slow.data.every((value) => Math.abs(value) < 1e-11)).toBe(true);
  });
});

test("a random energy's Hessian has a condition number of at most 100, and positive eigenvalues", () => {
  const cases = fc.sample(arbitraryEnergyTask(), { seed: 3, numRuns: 20 });
  const measured = cases.map(({ task, data }) => measureConditioning(task, data));
  expect(measured.every(({ abscissa, conditionNumber }) => abscissa < 0 && conditionNumber <= 100)).toBe(true);
  expect(measured.some(({ conditionNumber }) => conditionNumber > 5)).toBe(true);
});

describe("finite differences", () => {
  const well = learningTask(
    energySystem({
      name: "double well",
      state: { x: [] },
      parameters: { tilt: [] },
      energy: "x^4/4 - x^2/2 - tilt*x",
    }),
    { cost: { final: "x^2/2" } },
  );
  /** The tilt at which the left well vanishes. */
  const fold = 2 / (3 * Math.sqrt(3));
  const at = (rule: LearningRule, tilt: number): GradientResult =>
    rule.gradient(well, { parameters: { tilt }, guess: { x: -0.6 } }) as GradientResult;
  const flowing = finiteDifferences({
    settle: newton({ after: gradientFlow({ tolerance: 1e-9, iterations: 100000 }) }),
  });

  test("stay on their branch, with smaller steps near its end", () => {
    for (const [tilt, tolerance] of [
      [0.3, 1e-9],
      [fold - 1e-3, 1e-4],
    ] as const) {
      const exact = at(implicit, tilt);
      expect(exact.state.x?.data[0]).toBeLessThan(-0.57);
      expect(relativeError(at(flowing, tilt), exact)).toBeLessThan(tolerance);
    }
  });

  test("say so where the state jumps to another branch", () => {
    expect(() => at(flowing, fold - 1e-7)).toThrow(InconclusiveError);
    expect(() => at(flowing, fold - 1e-7)).toThrow(/respect to tilt is inconclusive: .* jumps by 1\.7e\+0/);
  });

  test("say so where a perturbed state does not settle", () => {
    expect(() => at(finiteDifferences({ settle: newton() }), fold - 1e-9)).toThrow(/does not settle/);
  });

  test("say so where the state itself does not settle", () => {
    expect(() => at(finiteDifferences({ settle: newton({ iterations: 1 }) }), 0.3)).toThrow(/need a settled state/);
  });

  test("say so where the state reaches a bound", () => {
    const edge = learningTask(
      energySystem({
        name: "edge",
        state: { x: { shape: [], bounds: [0, 1] } },
        parameters: { pull: [] },
        energy: "x^2/2 - pull*x",
      }),
      { cost: { final: "x" } },
    );
    expect(() => differences.gradient(edge, { parameters: { pull: 1 - 1e-6 } })).toThrow(/reaches or leaves a bound/);
    const close = differences.gradient(edge, { parameters: { pull: 1 - 1e-4 } });
    expect(close.gradient.pull.data[0]).toBeCloseTo(1, 9);
    const held = differences.gradient(edge, { parameters: { pull: 1.5 } });
    expect(held.gradient.pull.data[0]).toBe(0);
    expect(implicit.gradient(edge, { parameters: { pull: 1.5 } }).gradient.pull.data[0]).toBeCloseTo(0, 15);
  });

  test("estimate their own error", () => {
    const data = sixUnitsData(2);
    const exact = implicit.gradient(sixUnits, data);
    for (const step of [1 / 4, 1 / 16, 1 / 64]) {
      const found = finiteDifferences({ settle: newton(), step }).gradient(sixUnits, stateAsGuess(exact, data));
      for (const name of ["W", "V", "b"] as const) {
        found.gradient[name].data.forEach((value, k) => {
          const [error, bar] = [Math.abs(value - exact.gradient[name].data[k]!), found.errors[name].data[k]!];
          expect(error).toBeLessThan(bar + 1e-11);
          expect(bar).toBeLessThan(step ** 4);
        });
      }
      expect(found.inputErrors.x.shape).toEqual([2, 3]);
    }
  });

  test("leave the task's data as they were", () => {
    const data = sixUnitsData();
    const rule = finiteDifferences({ settle: carefulSolver() });
    const first = rule.gradient(sixUnits, data);
    expect(rule.gradient(sixUnits, data)).toEqual(first);
    expect(data).toEqual(sixUnitsData());
  });

  test("refuse a step that is not relative", () => {
    expect(() => finiteDifferences({ settle: newton(), step: 2 })).toThrow(InputError);
  });
});

test("implicit differentiation says so where the state is not isolated", () => {
  const flat = learningTask(
    energySystem({ name: "valley", state: { x: [2] }, parameters: { c: [] }, energy: "(x[0] + x[1] - c)^2/2" }),
    { cost: { final: "sum(x^2)" } },
  );
  expect(() => implicit.gradient(flat, { parameters: { c: 1 } })).toThrow(InconclusiveError);
});

test("conditioning is that of the Hessian", () => {
  const bowl = learningTask(
    energySystem({ name: "bowl", state: { x: [2] }, parameters: { A: [2, 2] }, energy: "dot(x, A @ x)/2" }),
    { cost: { final: "sum(x)" } },
  );
  const measured = measureConditioning(bowl, { parameters: { A: [3, 1, 0, 1] } });
  const eigenvalues = new EigenvalueDecomposition([
    [3, 0.5],
    [0.5, 1],
  ]).realEigenvalues;
  expect(measured.abscissa).toBeCloseTo(-Math.min(...eigenvalues), 12);
  expect(measured.conditionNumber).toBeCloseTo(Math.max(...eigenvalues) / Math.min(...eigenvalues), 12);
});
