import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { yoshida4 } from "../../integrators/steppers/yoshida.js";
import { hamiltonianEcho } from "../../learning/rules/hamiltonian-echo.js";
import {
  arbitraryTrajectoryTask,
  type TrajectoryCase,
  type TrajectoryTaskOptions,
} from "../arbitraries/trajectory-task.js";
import { type Exactness, measureExactness } from "../measures/exactness.js";
import { relativeError } from "../measures/relative-error.js";
import { trajectoryReferences } from "../measures/trajectory-references.js";

const sample = (options: TrajectoryTaskOptions, seed: number, count: number): TrajectoryCase[] =>
  fc.sample(fc.noBias(arbitraryTrajectoryTask(options)), { seed, numRuns: count });

const NUDGES = [3e-2, 3e-3, 3e-4, 1e-5, 1e-6];

const measured = ({ task, data, integrator }: TrajectoryCase, nudging: "centred" | "one-sided"): Exactness =>
  measureExactness({
    task,
    data,
    nudges: NUDGES,
    reference: trajectoryReferences(integrator).exact,
    makeRule: (nudge) => hamiltonianEcho({ integrator, nudge, nudging }),
  });

const KINDS: readonly (readonly [string, TrajectoryTaskOptions, count: number])[] = [
  ["undamped", {}, 8],
  ["damped, the damping learned", { damped: true }, 8],
  ["a batch of three", { examples: 3, steps: 6 }, 4],
  ["a batch of damped ones", { examples: 2, damped: true, steps: 6 }, 3],
  ["under Yoshida's method of order 4", { integrator: yoshida4({ step: 0.1 }), steps: 6 }, 3],
];

describe.each(KINDS)("random tasks over trajectories: %s", (_, options, count) => {
  const cases = sample(options, 5, count);

  test("differences of the cost are the exact gradient", () => {
    const errors = cases.slice(0, 4).map(({ task, data, integrator }) => {
      const { exact, differences } = trajectoryReferences(integrator);
      return relativeError(differences.gradient(task, data), exact.gradient(task, data));
    });
    expect(errors.filter((error) => !(error < 1e-7))).toEqual([]);
  });

  test("the centred echo is of second order and reaches 1e-9", () => {
    const found = cases.map((each) => measured(each, "centred"));
    const slopes = found.map(({ slope }) => slope).filter((slope) => slope !== undefined);
    expect(found.map(({ best }) => best.error).filter((error) => !(error < 1e-9))).toEqual([]);
    expect(slopes.filter((slope) => !(Math.abs(slope - 2) < 0.1))).toEqual([]);
    expect(slopes.length).toBeGreaterThanOrEqual(cases.length / 4);
  });

  test("the one-sided echo is of first order", () => {
    const found = cases.slice(0, 3).map((each) => measured(each, "one-sided"));
    const slopes = found.map(({ slope }) => slope).filter((slope) => slope !== undefined);
    expect(slopes.filter((slope) => !(Math.abs(slope - 1) < 0.1))).toEqual([]);
    expect(slopes.length).toBeGreaterThan(1);
  });
});
