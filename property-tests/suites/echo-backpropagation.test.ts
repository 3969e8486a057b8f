import { describe, expect, test } from "vitest";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import type { TaskData } from "../../learning/rule.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { type EchoBackpropagationOptions, echoBackpropagation } from "../../learning/rules/echo-backpropagation.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";

/** Two data oscillators whose stiffness and coupling are coordinates that move as well. */
const learner = hamiltonianSystem({
  name: "self-learning oscillators",
  coordinates: { x: [2], theta: [2] },
  momenta: { p: [2], theta_momentum: [2] },
  hamiltonian:
    "sum(p^2 + x^2)/2 + sum(x^4)/8 + (theta[0]*x[0]*x[1] + theta[1]*x[1]^2/2) + sum(theta_momentum^2)/20 + sum(theta^2)/20",
});
const task = learningTask(learner, {
  target: { y: [] },
  cost: { final: "(x[1] - y)^2/2" },
  horizon: { until: 4 },
}) as unknown as LearningTask;
const data = {
  parameters: {},
  target: { y: 0.4 },
  initial: { x: [0.8, -0.3], p: [0.1, 0.2], theta: [0.3, -0.2], theta_momentum: [0, 0] },
} as TaskData;

const integrator = leapfrog({ step: 0.05 });
const options: EchoBackpropagationOptions = { integrator, learning: ["theta"], nudge: 1e-4, mass: 1 };
const exact = backpropagationThroughTime({ integrator }).gradient(task, data);
const slope = (name: string): number[] => [...exact.initialGradient![name]!.data];
const moved = (changed: Partial<EchoBackpropagationOptions>): { q: number[]; r: number[] } => {
  const { learned } = echoBackpropagation({ ...options, ...changed }).update(task, data);
  return {
    q: [...learned.theta!.data].map((value, k) => value - [0.3, -0.2][k]!),
    r: [...learned.theta_momentum!.data],
  };
};
const error = (found: readonly number[], expected: readonly number[]): number =>
  Math.hypot(...found.map((value, k) => value - expected[k]!)) / Math.hypot(...expected);

describe("echo backpropagation", () => {
  test("before the decay, learning momenta change by -nudge dC/dq and coordinates by +nudge dC/dr", () => {
    const errors = [1e-2, 1e-3, 1e-4].map((nudge) => {
      const { q, r } = moved({ nudge, decay: 0, form: "single" });
      return [
        error(
          r.map((value) => -value / nudge),
          slope("theta"),
        ),
        error(
          q.map((value) => value / nudge),
          slope("theta_momentum"),
        ),
      ];
    });
    for (const k of [1, 2]) {
      for (const which of [0, 1]) expect(Math.log10(errors[k - 1]![which]! / errors[k]![which]!)).toBeCloseTo(1, 0);
    }
    expect(Math.max(...errors[2]!)).toBeLessThan(1e-2);
  });

  test("averaged, coordinates descend by 2 nudge / mass; a single echo is biased by dC/dr, as much as the mass", () => {
    const descent = (mass: number, factor: number): number[] =>
      slope("theta").map((value) => (-factor * 1e-4 * value) / mass);
    expect(error(moved({ form: "averaged" }).q, descent(1, 2))).toBeLessThan(2e-3);
    const [light, heavy] = [0.01, 1].map((mass) => error(moved({ form: "single", mass }).q, descent(mass, 1)));
    expect(heavy).toBeGreaterThan(0.2);
    expect(light! / heavy!).toBeCloseTo(0.01, 2);
  });

  test("repeated updates lower the cost, and momenta stay at rest", () => {
    const rule = echoBackpropagation({ ...options, nudge: 1e-2, mass: 0.05 });
    let initial = data.initial as Record<string, readonly number[]>;
    const costs: number[] = [];
    for (let k = 0; k < 60; k++) {
      const { cost, learned } = rule.update(task, { ...data, initial } as TaskData);
      costs.push(cost);
      initial = {
        ...initial,
        ...Object.fromEntries(Object.entries(learned).map(([name, value]) => [name, [...value.data]])),
      };
    }
    expect(costs[59]!).toBeLessThan(0.01 * costs[0]!);
    expect(Math.hypot(...initial.theta_momentum!)).toBeLessThan(1e-6);
  });

  test("bad input and tasks that do not fit, in a sentence", () => {
    expect(() => echoBackpropagation({ ...options, mass: 0 })).toThrow(
      /mass: got 0, expected a number that is not zero/,
    );
    expect(() => echoBackpropagation({ ...options, learning: [] })).toThrow(/learning/);
    expect(echoBackpropagation({ ...options, learning: ["p"] }).refusal(task)).toMatch(
      /among the coordinates x, theta/,
    );
    const running = learningTask(learner, {
      cost: { running: "x[0]^2" },
      horizon: { until: 1 },
    }) as unknown as LearningTask;
    expect(echoBackpropagation(options).refusal(running)).toMatch(/last state alone/);
    const two = {
      ...data,
      initial: {
        ...data.initial,
        x: [
          [0.8, -0.3],
          [0.1, 0.2],
        ],
      },
    } as TaskData;
    expect(() => echoBackpropagation(options).update(task, two)).toThrow(/one example/);
  });
});
