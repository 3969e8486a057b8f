import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { add, constant, multiply, sum } from "../../core/expression/functions.js";
import type { Integrator } from "../../core/integrator.js";
import { SimulationError } from "../../core/simulation/index.js";
import { type GradientResult, PhaseError, type TaskData } from "../../learning/rule.js";
import type { LearningTask } from "../../learning/task.js";
import { trajectoryReferences } from "./trajectory-references.js";

/** How a trajectory moves: the worst over the examples. */
export interface Motion {
  /** It stays within the finite numbers. */
  readonly finite: boolean;
  /**
   * How much the end answers to the start: |M' d| / |d| for the tangent map M of the whole trajectory and a fixed direction d
   * without a pattern, which is about the root mean square of its singular values.
   */
  readonly amplification: number;
}

const probes = new WeakMap<LearningTask, { readonly task: LearningTask; readonly length: number }>();

/**
 * Measures a task's free trajectory.
 *
 * @throws InputError for data that are not those of the task
 */
export function measureMotion(task: LearningTask, integrator: Integrator, data: TaskData): Motion {
  const probe = probes.get(task) ?? probeOf(task);
  probes.set(task, probe);
  try {
    const { target: _, ...given } = data;
    const { initialGradient, costs } = trajectoryReferences(integrator).exact.gradient(probe.task, given as TaskData);
    return { finite: true, amplification: largestRow(initialGradient, costs.length) / probe.length };
  } catch (error) {
    if (error instanceof SimulationError || error instanceof PhaseError)
      return { finite: false, amplification: Infinity };
    throw error;
  }
}

/** The most by which a trajectory may magnify small changes where gradients are compared. */
const AMPLIFICATION = 30;

/** Passes over data whose trajectory leaves the finite numbers or magnifies small changes too much. */
export function requireMotion(
  task: LearningTask,
  integrator: Integrator,
  data: TaskData,
  inconclusive: (reason: string) => never,
): void {
  const { finite, amplification } = measureMotion(task, integrator, data);
  if (!finite) inconclusive("the trajectory leaves the finite numbers");
  if (!(amplification <= AMPLIFICATION)) inconclusive("the trajectory magnifies small changes too much");
}

/** The task of a cost that is linear in the last state. */
function probeOf(task: LearningTask): { readonly task: LearningTask; readonly length: number } {
  let count = 0;
  const directions = task.system.state.map(({ shape }) =>
    Float64Array.from({ length: sizeOf(shape) }, () => Math.cos(1 + 2.4 * count++)),
  );
  const terms = task.system.state.map(
    ({ symbol, shape }, k): Expression => sum(multiply(constant(directions[k] as Float64Array, shape), symbol)),
  );
  return {
    task: { ...task, target: [], cost: { final: terms.reduce(add) } },
    length: Math.hypot(...directions.flatMap((each) => [...each])),
  };
}

/** The largest Euclidean norm over the examples of a gradient of their mean. */
function largestRow(gradient: GradientResult["initialGradient"], examples: number): number {
  const blocks = Object.values(gradient ?? {}).map(({ data }) => data);
  const norms = Array.from({ length: examples }, (_, example) => {
    const own = blocks.flatMap((data) => {
      const size = data.length / examples;
      return [...data.subarray(example * size, (example + 1) * size)];
    });
    return examples * Math.hypot(...own);
  });
  return Math.max(...norms);
}
