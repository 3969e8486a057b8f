import { defaultBackend } from "../core/compile/choose.js";
import { constant } from "../core/expression/functions.js";
import type { Integrator } from "../core/integrator.js";
import { SimulationError } from "../core/simulation/failure.js";
import { entryName } from "../core/simulation/values.js";
import { SharedCaches } from "./plan-cache.js";
import { PhaseError, type PhaseReport, type TaskData } from "./rule.js";
import { trajectoryPhase } from "./rules/trajectory-rule.js";
import type { LearningTask } from "./task.js";
import { FreeTrajectory } from "./trajectory/free-trajectory.js";
import { readTrajectoryData } from "./trajectory/trajectory-data.js";
import { TrajectoryPlan } from "./trajectory/trajectory-plan.js";

/** What a batch left: its last states and its costs. */
export interface BatchOutcome {
  readonly report: PhaseReport;
  /** [examples, ...shape] of a state block. */
  state(name: string): Float64Array;
  /** Cost of each example. */
  costs(): Float64Array;
}

const caches = new SharedCaches<Integrator>();
const withoutCost = new WeakMap<LearningTask, LearningTask>();

/**
 * Integrates a batch to the horizon.
 *
 * @param withTarget whether costs are wanted; else the data hold no targets
 * @throws InputError for data that are not those of the task
 * @throws PhaseError where a trajectory leaves the finite numbers
 */
export function integrateBatch(
  given: LearningTask,
  integrator: Integrator,
  data: TaskData,
  withTarget: boolean,
): BatchOutcome {
  const task = withTarget ? given : costless(given);
  const read = readTrajectoryData(task, integrator, data);
  const free = caches
    .of<FreeTrajectory>(integrator)
    .get(
      task,
      read.signature,
      () => new FreeTrajectory(new TrajectoryPlan(task, read.examples, defaultBackend(), read), integrator),
    );
  const costs = finiteRun(() => free.run(read, data));
  return {
    report: trajectoryPhase("free", free.plan),
    state: (name) => free.plan.buffers[name] as Float64Array,
    costs: () => costs,
  };
}

function costless(task: LearningTask): LearningTask {
  const known = withoutCost.get(task) ?? { ...task, target: [], cost: { final: constant(0) } };
  withoutCost.set(task, known);
  return known;
}

function finiteRun(run: () => Float64Array): Float64Array {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof SimulationError)) throw error;
    const { block, component, trajectory = 0, value, reason } = error;
    throw new PhaseError("free", entryName(block, component), trajectory, value, reason);
  }
}
