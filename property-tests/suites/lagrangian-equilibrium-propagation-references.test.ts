import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { interpreter } from "../../core/compile/interpreter/interpreter.js";
import { held, nodes } from "../../core/simulation/inputs.js";
import { conformalLeapfrog } from "../../integrators/steppers/conformal-leapfrog.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import { variational } from "../../integrators/steppers/variational.js";
import type { GradientResult, LearningRule, TaskData } from "../../learning/rule.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { hamiltonianEcho } from "../../learning/rules/hamiltonian-echo.js";
import {
  type LagrangianEquilibriumPropagationOptions,
  lagrangianEquilibriumPropagation,
} from "../../learning/rules/lagrangian-equilibrium-propagation.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import { lagrangianSystem } from "../../systems/lagrangian-system.js";
import { wave } from "./example-tasks.js";
import { relativeError } from "./gradient-distance.js";

const STEP = 0.1;
const STEPS = 12;

const rule = (options: Partial<LagrangianEquilibriumPropagationOptions>): LearningRule =>
  lagrangianEquilibriumPropagation({ boundary: "final value", step: STEP, nudge: 1e-5, ...options });

/** Coupled oscillators in two blocks, with inputs of every kind, all kinds of costs, and a computed initial state. */
const network = learningTask(
  lagrangianSystem({
    name: "network of two blocks",
    coordinates: { x: [2], z: [] },
    parameters: { K: [2, 2], mass: [2], heavy: [], c: [2], A: [2, 3] },
    input: { drive: [2], push: [], wind: [], image: [3] },
    lagrangian:
      "sum(mass*x_dot^2)/2 + heavy*z_dot^2/2 - sum(x^2)/2 - dot(x, K @ x)/2 - sum(c*x^4)/4 - z^2/2 - 0.3*z*sum(x) + dot(drive, x) + push*z + sin(wind)*x[0] + 0.1*sin(t)*z",
  }),
  {
    target: { y: [2], end: [2], path: [2] },
    cost: {
      final: "sum((x - end)^2)/2 + 0.1*z^4",
      perStep: "0.2*sum((x - y)^2) + 0.01*sum(K^2)",
      running: "sum((x - path)^2)/2*(1 + t/5) + z^2 + 0.02*dot(image, image)*sum(c^2)",
    },
    horizon: { start: 0.3, steps: STEPS },
    initial: { x: "tanh(A @ image)" },
  },
) as unknown as LearningTask;

function networkData(examples: number, which?: number): TaskData {
  const rows = (count: number, size: number, phase: number): number[][] | number[][][] => {
    const all = wave(count * examples * size, phase);
    return Array.from({ length: count }, (_, k) => {
      const of = (example: number): number[] => {
        const from = (k * examples + example) * size;
        return [...all.slice(from, from + size)];
      };
      if (which !== undefined) return of(which);
      return examples === 1 ? of(0) : Array.from({ length: examples }, (_, example) => of(example));
    }) as number[][];
  };
  const each = (size: number, phase: number): Float64Array => {
    const all = wave(size * examples, phase);
    return which === undefined ? all : all.slice(which * size, (which + 1) * size);
  };
  return {
    parameters: { K: [0.3, -0.1, 0.2, 0.4], mass: [1.1, 0.7], heavy: 1.4, c: [0.5, 0.2], A: wave(6, 2) },
    input: {
      drive: held(rows(STEPS, 2, 1) as never),
      push: nodes(Array.from(wave(STEPS + 1, 9))),
      wind: 0.3,
      image: each(3, 3),
    },
    target: { y: held(rows(STEPS, 2, 4) as never), end: each(2, 5), path: nodes(rows(STEPS + 1, 2, 6) as never) },
    initial: { x_dot: each(2, 7), z: each(1, 8), z_dot: each(1, 10) },
  } as unknown as TaskData;
}

describe("references", () => {
  const exact = backpropagationThroughTime({ integrator: variational({ step: STEP }) });

  test.each(["final value", "initial value"] as const)(
    "%s: parameters, inputs by row, initial state and what it is computed from, as backpropagation has them",
    (boundary) => {
      const expected = exact.gradient(network, networkData(1));
      const found = rule({ boundary }).gradient(network, networkData(1));
      expect(found.cost).toBeCloseTo(expected.cost, 12);
      expect(relativeError(found, expected)).toBeLessThan(2e-9);
      for (const [name, { data }] of Object.entries(expected.state)) {
        data.forEach((value, k) => {
          expect(found.state[name]!.data[k]).toBeCloseTo(value, 11);
        });
      }
    },
  );

  test("a batch is the mean of its examples", () => {
    for (const boundary of ["final value", "initial value", "free end"] as const) {
      const learner = rule({ boundary, nudge: 1e-4 });
      const batch = learner.gradient(network, networkData(3));
      const singles = [0, 1, 2].map((which) => learner.gradient(network, networkData(3, which)));
      expect(batch.cost).toBeCloseTo(singles.reduce((sum, { cost }) => sum + cost, 0) / 3, 12);
      for (const name of ["K", "mass", "c", "A"]) {
        batch.gradient[name]!.data.forEach((value, k) => {
          const mean = singles.reduce((sum, { gradient }) => sum + gradient[name]!.data[k]!, 0) / 3;
          expect(value).toBeCloseTo(mean, 8);
        });
      }
      batch.inputGradient.drive!.data.forEach((value, k) => {
        const [row, example, entry] = [Math.floor(k / 6), Math.floor(k / 2) % 3, k % 2];
        expect(value).toBeCloseTo(singles[example]!.inputGradient.drive!.data[row * 2 + entry]! / 3, 8);
      });
      batch.initialGradient!.x!.data.forEach((value, k) => {
        expect(value).toBeCloseTo(singles[Math.floor(k / 2)]!.initialGradient!.x!.data[k % 2]! / 3, 8);
      });
    }
  });

  test("the interpreter finds the same", () => {
    for (const boundary of ["final value", "initial value", "free end", "periodic"] as const) {
      const [compiled, interpreted] = [{}, { backend: interpreter }].map((more) =>
        rule({ boundary, nudge: 1e-2, ...more }).gradient(network, networkData(2)),
      ) as [GradientResult, GradientResult];
      expect(relativeError(interpreted, compiled)).toBeLessThan(1e-11);
    }
  });

  test("an input that is a function of t is sampled where the action needs it", () => {
    const { input, ...data } = networkData(1) as unknown as { input: Record<string, unknown> };
    const given = (push: unknown): TaskData => ({ ...data, input: { ...input, push } }) as unknown as TaskData;
    const wanted = nodes(Array.from({ length: STEPS + 1 }, (_, k) => Math.sin(0.3 + k * STEP)));
    const [sampled, rows] = [given(Math.sin), given(wanted)].map((each) => rule({}).gradient(network, each));
    expect(sampled!.cost).toBeCloseTo(rows!.cost, 13);
    expect(sampled!.gradient.mass!.data[0]).toBeCloseTo(rows!.gradient.mass!.data[0]!, 9);
  });

  test("masses that depend on the position: every step is an implicit equation", () => {
    const pendulum = learningTask(
      lagrangianSystem({
        name: "spherical pendulum",
        coordinates: { polar: [], azimuth: [] },
        parameters: { mass: [], arm: [], gravity: [] },
        lagrangian: "mass*arm^2*(polar_dot^2 + sin(polar)^2*azimuth_dot^2)/2 + mass*gravity*arm*cos(polar)",
      }),
      { cost: { running: "(polar - 1)^2", final: "sin(azimuth)^2" }, horizon: { steps: 10 } },
    ) as unknown as LearningTask;
    const data = {
      parameters: { mass: 1.2, arm: 0.9, gravity: 2 },
      initial: { polar: 0.7, azimuth: 0.2, polar_dot: 0.3, azimuth_dot: 1.1 },
    } as unknown as TaskData;
    const expected = exact.gradient(pendulum, data);
    for (const boundary of ["final value", "initial value"] as const) {
      expect(relativeError(rule({ boundary, nudge: 1e-4 }).gradient(pendulum, data), expected)).toBeLessThan(1e-7);
    }
  });
});

/** A chain with a coupling matrix, as a Lagrangian and, by Legendre's transformation, as a Hamiltonian system. */
const chains = (damped: boolean, cost: string) => {
  const shared = { parameters: { K: [3, 3], mass: [3], gamma: [] }, input: { u: [3] } } as const;
  const potential = "sum(x^2)/2 + dot(x, K @ x)/2 + sum(x^4)/4 - dot(u, x)";
  const options = { target: { y: [3] }, cost: { perStep: cost, final: "x[0]" }, horizon: { steps: STEPS } } as const;
  const damping = damped ? { damping: "gamma" as const } : {};
  const lagrangian = lagrangianSystem({
    name: "Lagrangian chain",
    coordinates: { x: [3] },
    lagrangian: `sum(mass*x_dot^2)/2 - (${potential})`,
    ...shared,
    ...damping,
  });
  const hamiltonian = hamiltonianSystem({
    name: "Hamiltonian chain",
    coordinates: { x: [3] },
    momenta: { p: [3] },
    hamiltonian: `sum(p^2/mass)/2 + ${potential}`,
    ...shared,
    ...damping,
  });
  return [
    learningTask(lagrangian as never, options as never) as unknown as LearningTask,
    learningTask(hamiltonian as never, options as never) as unknown as LearningTask,
  ] as const;
};

const MASS = [1.1, 0.7, 1.6];
const VELOCITY = [0.3, -0.4, 0.2];
const chainData = (initial: Record<string, number[]>): TaskData =>
  ({
    parameters: { K: wave(9, 1), mass: MASS, gamma: 0.3 },
    input: { u: nodes(wave(3 * (STEPS + 1), 3)) },
    target: { y: wave(3, 2) },
    initial: { x: [...wave(3, 4)], ...initial },
  }) as unknown as TaskData;
const velocities = chainData({ x_dot: VELOCITY });
const momenta = chainData({ p: VELOCITY.map((velocity, k) => velocity * MASS[k]!) });

describe("the final value is the Hamiltonian echo", () => {
  test.each([
    ["undamped", false],
    ["damped", true],
  ] as const)("to rounding, at any nudge, where the push does not depend on the state: %s", (_, damped) => {
    const [lagrangian, hamiltonian] = chains(damped, "dot(y, x)");
    const integrator = damped ? conformalLeapfrog({ step: STEP }) : leapfrog({ step: STEP });
    const echo = hamiltonianEcho({ integrator, nudge: 0.1 }).gradient(hamiltonian, momenta);
    const found = rule({ fixed: "momentum", nudge: 0.1 }).gradient(lagrangian, velocities);
    for (const name of ["K", "mass", ...(damped ? ["gamma"] : [])]) {
      found.gradient[name]!.data.forEach((value, k) => {
        expect(Math.abs(value - echo.gradient[name]!.data[k]!)).toBeLessThan(1e-12);
      });
    }
    found.inputGradient.u!.data.forEach((value, k) => {
      expect(Math.abs(value - echo.inputGradient.u!.data[k]!)).toBeLessThan(1e-12);
    });
    found.initialGradient!.x_dot!.data.forEach((value, k) => {
      expect(Math.abs(value - MASS[k]! * echo.initialGradient!.p!.data[k]!)).toBeLessThan(1e-12);
    });
    // Not because both are the limit of small nudges.
    const small = rule({ fixed: "momentum", nudge: 1e-4 }).gradient(lagrangian, velocities);
    expect(Math.abs(small.gradient.K!.data[0]! - found.gradient.K!.data[0]!)).toBeGreaterThan(1e-6);
  });

  test("as a rule of Hamiltonian systems too", () => {
    const [lagrangian, hamiltonian] = chains(true, "sum((x - y)^2)/2");
    const onHamiltonian = rule({}).gradient(hamiltonian, momenta);
    const onLagrangian = rule({ fixed: "momentum" }).gradient(lagrangian, velocities);
    const echo = hamiltonianEcho({ integrator: conformalLeapfrog({ step: STEP }), nudge: 1e-5 });
    expect(relativeError(onHamiltonian, echo.gradient(hamiltonian, momenta))).toBeLessThan(2e-9);
    expect(onHamiltonian.gradient.K!.data[1]).toBeCloseTo(onLagrangian.gradient.K!.data[1]!, 9);
    onHamiltonian.state.p!.data.forEach((value, k) => {
      expect(value).toBeCloseTo(MASS[k]! * onLagrangian.state.x_dot!.data[k]!, 12);
    });
  });
});

describe("random systems", () => {
  const entry = fc.double({ min: -0.6, max: 0.6, noNaN: true });
  const list = (count: number) => fc.array(entry, { minLength: count, maxLength: count });

  test("the exact gradient of the discrete steps, given either initial or final values", () => {
    const tasks = new Map<number, LearningTask>();
    const taskOf = (n: number): LearningTask => {
      const made = learningTask(
        lagrangianSystem({
          name: `random network of ${n}`,
          coordinates: { x: [n] },
          parameters: { W: [n, n], mass: [n] },
          input: { u: [n] },
          lagrangian: "sum(mass*x_dot^2)/2 - sum(x^2)/2 - sum(logcosh(W @ x + u))",
        }) as never,
        { cost: { perStep: "sum((x - 0.3)^2)", final: "sum(sin(x))" } as never, horizon: { steps: 8 } },
      ) as unknown as LearningTask;
      tasks.set(n, tasks.get(n) ?? made);
      return tasks.get(n)!;
    };
    const exact = backpropagationThroughTime({ integrator: variational({ step: STEP }) });
    const sweep = [1e-4, 1e-5, 1e-6];
    const [back, forth] = (["final value", "initial value"] as const).map((boundary) =>
      sweep.map((nudge) => rule({ boundary, nudge })),
    );
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 3 })
          .chain((n) =>
            fc.record({ n: fc.constant(n), W: list(n * n), mass: list(n), u: list(n), x: list(n), x_dot: list(n) }),
          ),
        ({ n, W, mass, u, x, x_dot }) => {
          const data = {
            parameters: { W, mass: mass.map((value) => 1 + value) },
            input: { u },
            initial: { x, x_dot },
          } as unknown as TaskData;
          const expected = exact.gradient(taskOf(n), data);
          for (const learners of [back!, forth!]) {
            const errors = learners.map((learner) => relativeError(learner.gradient(taskOf(n), data), expected));
            expect(Math.min(...errors)).toBeLessThan(1e-8);
          }
        },
      ),
      { numRuns: 20, seed: 3 },
    );
  });
});
