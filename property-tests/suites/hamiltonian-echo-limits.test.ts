import { describe, expect, test } from "vitest";
import { held } from "../../core/simulation/inputs.js";
import { conformalLeapfrog } from "../../integrators/steppers/conformal-leapfrog.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import { splitStep } from "../../integrators/steppers/split-step.js";
import type { PhaseReport, TaskData } from "../../learning/rule.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { hamiltonianEcho } from "../../learning/rules/hamiltonian-echo.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import { quarticChain } from "../measures/echo-oscillators.js";
import { relativeError } from "../measures/relative-error.js";
import { trajectoryReferences } from "../measures/trajectory-references.js";

describe("a damped echo in doubles", () => {
  const integrator = conformalLeapfrog({ step: 0.05 });
  const echoAt = (exponent: number, nudge: number) => {
    const { task, data } = quarticChain({ oscillators: 2, steps: 200, damping: exponent / 10 });
    return hamiltonianEcho({ integrator, nudge }).gradient(task, data).phases.at(-1) as PhaseReport;
  };

  test.each([
    [1, 1e-6],
    [5, 1e-6],
    [10, 1e-3],
    [20, 0.03],
  ])("says nothing at gamma T = %d and the nudge %d", (exponent, nudge) => {
    expect(echoAt(exponent, nudge).warning).toBeUndefined();
  });

  test.each([
    [30, 0.1, "1.1e+13", "2.4e-2"],
    [20, 1e-6, "4.9e+8", "1.1e-1"],
    [0.001, 1e-14, "1.0e+0", "2.2e-2"],
  ])("warns at gamma T = %d and the nudge %d, with both numbers", (exponent, nudge, growth, share) => {
    const { warning, phase, converged } = echoAt(exponent, nudge);
    expect(phase).toBe("echo");
    expect(converged).toBe(true);
    expect(warning).toContain(`e^(gamma T) = ${growth}`);
    expect(warning).toContain(`${share} of the gradient`);
    expect(warning).toMatch(/larger nudge, a shorter horizon or less damping$/);
  });

  test("what is lost stays below what the warning says", () => {
    for (const [exponent, nudge] of [
      [20, 1e-6],
      [25, 1e-5],
      [30, 1e-5],
    ] as const) {
      const { task, data } = quarticChain({ oscillators: 2, steps: 200, damping: exponent / 10 });
      const found = hamiltonianEcho({ integrator, nudge }).gradient(task, data);
      const error = relativeError(found, trajectoryReferences(integrator).exact.gradient(task, data));
      expect(error).toBeGreaterThan(1e-6);
      expect(error).toBeLessThan((Math.exp(exponent) * Number.EPSILON) / nudge);
    }
  });

  test("has one damping for all: a vector of them is refused in a sentence", () => {
    const declare = () =>
      hamiltonianSystem({
        name: "unequally damped",
        coordinates: { q: [2] },
        momenta: { p: [2] },
        parameters: { rates: [2] },
        hamiltonian: "sum(p^2 + q^2)/2",
        damping: "rates",
      });
    expect(declare).toThrow(/unequally damped", damping: got "rates", expected the name of a scalar parameter\.$/);
  });
});

/** Damped, with a kinetic energy that is not quadratic and costs of the momenta of every kind. */
const relativistic = learningTask(
  hamiltonianSystem({
    name: "relativistic oscillators",
    coordinates: { q: [2] },
    momenta: { p: [2] },
    parameters: { k: [2], gamma: 0.7 },
    hamiltonian: "sum(sqrt(1 + p^2)) + sum(k*q^2)/2 + sum(q^4)/8",
    damping: "gamma",
  }),
  {
    cost: { final: "sum(p^2)/2", perStep: "0.1*sum(q*p)", running: "sum(p^4)/4" },
    horizon: { start: 0.4, steps: 12 },
  },
) as unknown as LearningTask;

test("the damping is learned also where the kinetic energy is not quadratic and costs are of momenta", () => {
  const integrator = conformalLeapfrog({ step: 0.1 });
  const data = { parameters: { k: [0.8, 1.2] }, initial: { q: [0.7, -0.4], p: [0.9, 1.3] } } as unknown as TaskData;
  const expected = backpropagationThroughTime({ integrator }).gradient(relativistic, data);
  const found = hamiltonianEcho({ integrator, nudge: 1e-5 }).gradient(relativistic, data);
  expect(Math.abs(expected.gradient.gamma!.data[0]!)).toBeGreaterThan(0.1);
  expect(relativeError(found, expected)).toBeLessThan(1e-8);
});

describe("inputs", () => {
  const integrator = leapfrog({ step: 0.1 });
  const task = learningTask(
    hamiltonianSystem({
      name: "driven oscillator",
      coordinates: { q: [] },
      momenta: { p: [] },
      parameters: { k: [] },
      input: { u: [], spare: [2] },
      hamiltonian: "p^2/2 + k*q^2/2 - u*q",
    }),
    { target: { y: [] }, cost: { perStep: "(q - y)^2" }, horizon: { steps: 6 } },
  ) as unknown as LearningTask;
  const rules = [backpropagationThroughTime({ integrator }), hamiltonianEcho({ integrator, nudge: 1e-5 })];
  const data = {
    parameters: { k: 1.1 },
    input: { u: 0.3, spare: [1, 2] },
    target: { y: 0.2 },
    initial: { q: 1, p: 0 },
  };
  const gradientAt = (rule: (typeof rules)[number], input: object) =>
    rule.gradient(task, { ...data, input: { ...data.input, ...input } } as unknown as TaskData);

  test.each(rules)("functions of time have no gradient: $name", (rule) => {
    const sampled = Array.from({ length: 6 }, (_, k) => Math.sin(0.1 * k));
    const steps = (t: number) => sampled[Math.min(5, Math.floor(t / 0.1 + 1e-9))]!;
    const { gradient, inputGradient } = gradientAt(rule, { u: steps });
    expect(Object.keys(inputGradient)).toEqual(["spare"]);
    expect(Number.isFinite(gradient.k!.data[0]!)).toBe(true);
  });

  test.each(rules)("rows that the motion does not read have the gradient 0: $name", (rule) => {
    const { inputGradient } = gradientAt(rule, { spare: held(new Float64Array(12).fill(2)) });
    expect(inputGradient.spare!.shape).toEqual([6, 2]);
    expect([...inputGradient.spare!.data]).toEqual(new Array(12).fill(0));
    expect(inputGradient.u!.data[0]).not.toBe(0);
  });
});

test("an integrator that does not say how it integrates the Hamiltonian is refused for that", () => {
  const { task } = quarticChain({ oscillators: 2, steps: 10 });
  const silent = { ...splitStep({ step: 0.1 }), refusal: () => undefined };
  expect(hamiltonianEcho({ integrator: silent, nudge: 1e-3 }).refusal(task)).toMatch(
    /whose step says how it integrates the Hamiltonian, such as leapfrog .* split-step does not say it$/,
  );
});
