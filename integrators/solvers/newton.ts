import { LuDecomposition, Matrix } from "ml-matrix";
import { defaultBackend } from "../../core/compile/choose.js";
import type { CompiledFunction } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import type { Expression } from "../../core/expression/expression.js";
import type { DynamicalSystem } from "../../core/system.js";
import { denseJacobian } from "./dense-jacobian.js";
import { SingleTrajectory } from "./single-trajectory.js";
import { StateVector } from "./state-vector.js";
import {
  countUnsettled,
  type PreparedSolver,
  refuseMovingTarget,
  residualFunction,
  type SettleReport,
  type SolverPlan,
  type StationarySolver,
} from "./stationary-solver.js";

/** Options of {@link newton}. */
export interface NewtonOptions {
  /** A trajectory is settled when the Euclidean norm of its field is at most this. @defaultValue 1e-12 */
  readonly tolerance?: number;
  /** The most Newton steps. @defaultValue 50 */
  readonly iterations?: number;
  /** A relaxation that runs first, so that Newton's method starts near the state the dynamics itself would reach. */
  readonly after?: StationarySolver;
}

/** A step is halved at most this often before the iteration gives up. */
const HALVINGS = 30;

/**
 * Newton's method, J dz = -F with the step halved until |F| falls: quadratic convergence to rounding, for small systems
 * (a dense Jacobian is factorised per step and trajectory). Entries at a bound whose field points outwards are held there.
 * It finds any regular stationary state, stable or not; `after` lets the dynamics choose the branch, which is no proof of
 * stability, because the polish may still leave it.
 *
 * @throws InputError for a tolerance or number of iterations that is not positive
 */
export function newton(options: NewtonOptions = {}): StationarySolver {
  const { tolerance = 1e-12, iterations = 50, after } = options;
  if (!(tolerance > 0)) {
    throw new InputError({ field: "newton tolerance", given: String(tolerance), expected: "a positive number" });
  }
  if (!Number.isInteger(iterations) || iterations < 1) {
    throw new InputError({
      field: "newton iterations",
      given: String(iterations),
      expected: "a whole number, 1 or more",
    });
  }
  return {
    name: after === undefined ? "newton" : `newton after ${after.name}`,
    tolerance,
    followsDynamics: false,
    refusal: (system) => refuseMovingTarget(system) ?? after?.refusal(system),
    prepare(system, plan) {
      const first = after?.prepare(system, plan);
      const polish = new NewtonIteration(system, plan, tolerance, iterations);
      return {
        settle() {
          const before = first?.settle().iterations ?? 0;
          const report = polish.settle();
          return { ...report, iterations: before + report.iterations };
        },
      };
    },
  };
}

/** A state of one trajectory, its field, and the norm of what of the field can still move it. */
interface Point {
  readonly state: Float64Array;
  readonly field: Float64Array;
  readonly norm: number;
}

/** One trajectory at a time, on buffers of its own that each trajectory's values are copied to. */
class NewtonIteration implements PreparedSolver {
  private readonly vector: StateVector;
  private readonly trajectories: number;
  private readonly single: SingleTrajectory;
  private readonly state: readonly Float64Array[];
  private readonly field: CompiledFunction;
  private readonly jacobian: () => Matrix[];
  private readonly residual: () => Float64Array;

  constructor(
    system: DynamicalSystem,
    plan: SolverPlan,
    private readonly tolerance: number,
    private readonly iterations: number,
  ) {
    const { trajectories = 1, backend = defaultBackend() } = plan;
    this.trajectories = trajectories;
    this.vector = new StateVector(system);
    this.single = new SingleTrajectory(system, plan);
    this.state = this.single.state;
    const { buffers } = this.single;
    const field = system.state.map(({ name }) => system.field.get(name) as Expression);
    this.field = backend.compileFunction({ outputs: field }, { bind: buffers });
    this.jacobian = denseJacobian(system, { buffers, backend });
    this.residual = residualFunction(system, plan);
  }

  settle(): SettleReport {
    let most = 0;
    for (let trajectory = 0; trajectory < this.trajectories; trajectory++) {
      this.single.load(trajectory);
      most = Math.max(most, this.solve());
      this.single.storeState(trajectory);
    }
    const residual = this.residual();
    const { tolerance } = this;
    return { residual, tolerance, iterations: most, unsettled: countUnsettled(residual, tolerance) };
  }

  /** @returns the number of steps taken */
  private solve(): number {
    let point = this.at(this.vector.read(this.state));
    let taken = 0;
    while (taken < this.iterations && point.norm > this.tolerance) {
      const step = this.step(point);
      const next = step && this.descend(point, step);
      if (next === undefined) break;
      point = next;
      taken++;
    }
    this.vector.write(point.state, this.state);
    return taken;
  }

  private at(state: Float64Array): Point {
    this.vector.write(state, this.state);
    this.field.run();
    const field = this.vector.read(this.field.outputs);
    const squared = field.reduce(
      (total, force, k) => (this.vector.isHeld(state, field, k) ? total : total + force ** 2),
      0,
    );
    return { state, field, norm: Math.sqrt(squared) };
  }

  /** The first of the halved steps that makes the norm smaller. */
  private descend({ state, norm }: Point, step: Float64Array): Point | undefined {
    const { low, high } = this.vector;
    for (let halving = 0, scale = 1; halving < HALVINGS; halving++, scale /= 2) {
      const trial = this.at(
        state.map((value, k) =>
          Math.min(Math.max(value + scale * (step[k] as number), low[k] as number), high[k] as number),
        ),
      );
      if (trial.norm < norm) return trial;
    }
    return undefined;
  }

  /** Solves J dz = -F over the entries that are not held; `undefined` where J is singular. */
  private step({ state, field }: Point): Float64Array | undefined {
    this.vector.write(state, this.state);
    const free = this.vector.free(state, field);
    const jacobian = (this.jacobian()[0] as Matrix).selection(free, free);
    const decomposition = new LuDecomposition(jacobian);
    if (decomposition.isSingular()) return undefined;
    const solution = decomposition.solve(Matrix.columnVector(free.map((k) => -(field[k] as number))));
    const step = new Float64Array(this.vector.size);
    free.forEach((k, i) => {
      step[k] = solution.get(i, 0);
    });
    return step;
  }
}
