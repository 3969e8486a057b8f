import { type LearningTask, learningTask } from "../../learning/task.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";

const oscillators = (damped: boolean) =>
  hamiltonianSystem({
    name: damped ? "two damped oscillators" : "two driven oscillators",
    coordinates: { x: [2] },
    momenta: { p: [2] },
    parameters: { K: [2, 2], c: [2], A: [2, 3], gamma: [] },
    input: { drive: [2], image: [3] },
    hamiltonian: "sum(p^2)/2 + sum(x^2)/2 + dot(x, K @ x)/2 + sum(c^2*x^4)/4 - dot(drive, x) + 0.1*sin(t)*sum(x)",
    ...(damped ? { damping: "gamma" as const } : {}),
  });

const taskOf = (damped: boolean): LearningTask =>
  learningTask(oscillators(damped), {
    target: { y: [2], z: [2], path: [2] },
    cost: {
      final: "sum((x - z)^2)/2 + 0.1*sum(p^2)",
      perStep: "0.2*sum((p - y)^2) + 0.01*sum(K^2)",
      running: "sum((x - path)^2)*(1 + t/5)",
    },
    horizon: { start: 0.3, steps: 8 },
    initial: { x: "tanh(A @ image)" },
  }) as unknown as LearningTask;

/** Every kind of cost over a trajectory, of coordinates, momenta and parameters; the coordinates start where an input says. */
export const trajectoryTask = taskOf(false);

/** The same with damping, which is learned. */
export const dampedTrajectoryTask = taskOf(true);
