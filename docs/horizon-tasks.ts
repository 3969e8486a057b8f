import type { Integrator } from "../core/integrator.js";
import { held, nodes } from "../core/simulation/inputs.js";
import { conformalLeapfrog } from "../integrators/steppers/conformal-leapfrog.js";
import { implicitMidpoint } from "../integrators/steppers/implicit-midpoint.js";
import { leapfrog } from "../integrators/steppers/leapfrog.js";
import { rungeKutta4 } from "../integrators/steppers/runge-kutta-4.js";
import type { TaskData } from "../learning/rule.js";
import { type LearningTask, learningTask } from "../learning/task.js";
import { energySystem } from "../systems/energy-system.js";
import { hamiltonianSystem } from "../systems/hamiltonian-system.js";

/** A small task with a horizon, and what integrates it. */
export interface HorizonTask {
  readonly structure: string;
  readonly task: LearningTask;
  readonly data: TaskData;
  readonly integrator: Integrator;
}

const [STEP, STEPS] = [0.05, 20];
const horizon = { until: 1 };
const sampled = (count: number, of: (time: number) => number[]): number[][] =>
  Array.from({ length: count }, (_, k) => of(k * STEP));

/** Two masses whose path and last state are to be those given; `factor` multiplies the kinetic energy. */
function masses(name: string, factor: string, damped: boolean): Pick<HorizonTask, "task" | "data"> {
  const system = hamiltonianSystem({
    name,
    coordinates: { x: [2] },
    momenta: { p: [2] },
    parameters: { mass: [2], K: [2, 2], c: [2], ...(damped ? { gamma: [] } : {}) },
    input: { drive: [2] },
    hamiltonian: `sum(p^2/mass)/2${factor} + dot(x, K @ x)/2 + sum(c^2*x^4)/4 - dot(drive, x)`,
    ...(damped ? { damping: "gamma" as const } : {}),
  });
  const task = learningTask(system, {
    target: { y: [2], z: [2] },
    cost: { perStep: "0.1*sum((x - y)^2)", final: "sum((x - z)^2)/2" },
    horizon,
  });
  const data = {
    parameters: { mass: [1.2, 0.8], K: [1.1, 0.3, -0.2, 0.9], c: [0.5, 0.8], ...(damped ? { gamma: 0.4 } : {}) },
    input: { drive: nodes(sampled(STEPS + 1, (t) => [Math.sin(2 * t), 0.3 * Math.cos(t)])) },
    target: { y: held(sampled(STEPS, (t) => [0.2 * t, Math.cos(3 * t)])), z: [0.4, -0.3] },
    initial: { x: [0.5, -0.2], p: [0.1, 0.4] },
  };
  return { task: task as unknown as LearningTask, data: data as TaskData };
}

const flow: Pick<HorizonTask, "task" | "data"> = {
  task: learningTask(
    energySystem({
      name: "two units",
      state: { s: [2] },
      parameters: { W: [2, 2] },
      input: { x: [2] },
      energy: "sum(s^2)/2 - dot(x, W @ tanh(s))",
    }),
    { target: { y: [2] }, cost: { final: "sum((s - y)^2)/2" }, horizon },
  ) as unknown as LearningTask,
  data: {
    parameters: { W: [0.5, -0.3, 0.8, 0.2] },
    input: { x: [0.6, -0.4] },
    target: { y: [0.3, 0.1] },
    initial: { s: [0.2, -0.5] },
  },
};

/** The tasks on which the rules of trajectories are measured and explained, one for each structure. */
export const horizonTasks: readonly HorizonTask[] = [
  { structure: "separable Hamiltonian", ...masses("two masses", "", false), integrator: leapfrog({ step: STEP }) },
  {
    structure: "damped Hamiltonian",
    ...masses("two damped masses", "", true),
    integrator: conformalLeapfrog({ step: STEP }),
  },
  {
    structure: "Hamiltonian that is not separable",
    ...masses("two masses that change", "*(1 + dot(x, x)/4)", false),
    integrator: implicitMidpoint({ step: STEP }),
  },
  { structure: "gradient flow", ...flow, integrator: rungeKutta4({ step: STEP }) },
];
