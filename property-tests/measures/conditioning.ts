import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from "ml-matrix";
import type { CompiledFunction } from "../../core/compile/program.js";
import type { Expression } from "../../core/expression/expression.js";
import type { BlockNames } from "../../core/system.js";
import { denseJacobian } from "../../integrators/solvers/dense-jacobian.js";
import { StateVector } from "../../integrators/solvers/state-vector.js";
import { PlanCache } from "../../learning/plan-cache.js";
import { PhaseError, type TaskData } from "../../learning/rule.js";
import { countExamples, type PreparedPhase, StationaryPlan } from "../../learning/stationary-plan.js";
import type { LearningTask } from "../../learning/task.js";
import { carefulSolver } from "./careful-solver.js";

/** How well a stationary state is determined: the worst over the examples. */
export interface Conditioning {
  /** Every example reached the solver's tolerance. */
  readonly settled: boolean;
  /** Largest over smallest singular value of the Jacobian, of the entries that can move. */
  readonly conditionNumber: number;
  /** The largest real part of its eigenvalues; the state is stable where this is negative. */
  readonly abscissa: number;
  /**
   * How far the state is from the edge of a bound: the smallest distance of a moving entry from its bounds, and the smallest
   * force that holds an entry at one. At 0 the state has a kink as a function of the parameters.
   */
  readonly clearance: number;
  /** |J - J'| / |J + J'| of the Jacobian of the entries that can move (Frobenius norms), the smallest over the examples. */
  readonly asymmetry: number;
}

const UNSETTLED: Conditioning = {
  settled: false,
  conditionNumber: Infinity,
  abscissa: Infinity,
  clearance: 0,
  asymmetry: 0,
};

/**
 * Settles a task's system (the dynamics first, then Newton's method) and measures how well its state is determined there.
 *
 * @throws InputError for data that are not those of the task
 */
export function measureConditioning<N extends BlockNames, T extends string>(
  task: LearningTask<N, T>,
  data: TaskData<N, T>,
): Conditioning {
  const [erased, values] = [task as LearningTask, data as TaskData];
  const examples = countExamples(erased, values);
  const plan = prepared.get(erased, examples, () => new ConditioningPlan(new StationaryPlan(erased, examples)));
  return plan.measure(values);
}

/** What is compiled for one task and number of examples. */
class ConditioningPlan {
  private readonly vector: StateVector;
  private readonly solver: PreparedPhase;
  private readonly field: CompiledFunction;
  private readonly jacobian: () => Matrix[];

  constructor(private readonly plan: StationaryPlan) {
    const { task, buffers, backend, examples, perExample } = plan;
    const { system } = task;
    this.vector = new StateVector(system);
    this.solver = plan.prepare(carefulSolver());
    this.field = plan.compileEach(system.state.map(({ name }) => system.field.get(name) as Expression));
    this.jacobian = denseJacobian(system, { trajectories: examples, perTrajectory: perExample, buffers, backend });
  }

  measure(data: TaskData): Conditioning {
    const { plan, vector } = this;
    plan.load(data);
    if (!this.settles()) return UNSETTLED;
    this.field.run();
    const states = plan.task.system.state.map(({ name }) => plan.buffers[name] as Float64Array);
    let [conditionNumber, abscissa, clearance, asymmetry] = [1, -Infinity, Infinity, Infinity];
    this.jacobian().forEach((jacobian, example) => {
      const [state, force] = [vector.read(states, example), vector.read(this.field.outputs, example)];
      const free = vector.free(state, force);
      clearance = Math.min(clearance, ...state.map((_, k) => clearanceOf(vector, state, force, k)));
      if (free.length === 0) return;
      const moving = jacobian.selection(free, free);
      conditionNumber = Math.max(conditionNumber, new SingularValueDecomposition(moving).condition);
      abscissa = Math.max(abscissa, ...new EigenvalueDecomposition(moving).realEigenvalues);
      const transposed = moving.transpose();
      asymmetry = Math.min(asymmetry, Matrix.sub(moving, transposed).norm() / Matrix.add(moving, transposed).norm());
    });
    return { settled: true, conditionNumber, abscissa, clearance, asymmetry };
  }

  private settles(): boolean {
    try {
      return this.plan.settle("free", this.solver).converged;
    } catch (error) {
      if (error instanceof PhaseError) return false;
      throw error;
    }
  }
}

const prepared = new PlanCache<ConditioningPlan>();

function clearanceOf(vector: StateVector, state: Float64Array, force: Float64Array, k: number): number {
  if (vector.isHeld(state, force, k)) return Math.abs(force[k] as number);
  const value = state[k] as number;
  return Math.min(value - (vector.low[k] as number), (vector.high[k] as number) - value);
}
