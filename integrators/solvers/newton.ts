import { LuDecomposition, Matrix } from "ml-matrix";
import { defaultBackend } from "../../core/compile/choose.js";
import type { CompiledFunction } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import { jacobianProduct } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { symbol } from "../../core/expression/functions.js";
import type { DynamicalSystem } from "../../core/system.js";
import {
  countUnsettled,
  type PreparedSolver,
  refuseMovingTarget,
  residualFunction,
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
 * It finds any regular stationary state, stable or not; `after` lets the dynamics choose the branch.
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

/** One trajectory at a time, over flat vectors of all state entries. */
class NewtonIteration implements PreparedSolver {
  private readonly size: number;
  private readonly trajectories: number;
  private readonly single: Record<string, Float64Array> = {};
  private readonly field: CompiledFunction;
  private readonly product: CompiledFunction;
  private readonly residual: () => Float64Array;
  private readonly low: Float64Array;
  private readonly high: Float64Array;

  constructor(
    private readonly system: DynamicalSystem,
    private readonly plan: SolverPlan,
    private readonly tolerance: number,
    private readonly iterations: number,
  ) {
    const { trajectories = 1, backend = defaultBackend() } = plan;
    this.trajectories = trajectories;
    const states = system.state.map((block) => block.symbol);
    const field = system.state.map(({ name }) => system.field.get(name) as Expression);
    const directions = system.state.map(({ name, shape }) => symbol(`${name}[direction]`, shape));
    for (const block of [...system.state, ...system.parameters, ...system.input]) {
      const own = this.isOwn(block.name);
      this.single[block.name] = own
        ? new Float64Array(sizeOf(block.shape))
        : (plan.buffers[block.name] as Float64Array);
    }
    this.field = backend.compileFunction({ outputs: field }, { bind: this.single });
    this.product = backend.compileFunction(
      { outputs: jacobianProduct(field, states, directions) },
      { bind: this.single },
    );
    this.residual = residualFunction(system, plan);
    this.size = system.state.reduce((total, { shape }) => total + sizeOf(shape), 0);
    this.low = this.bound(0, Number.NEGATIVE_INFINITY);
    this.high = this.bound(1, Number.POSITIVE_INFINITY);
  }

  settle(): { residual: Float64Array; iterations: number; unsettled: number } {
    let most = 0;
    for (let lane = 0; lane < this.trajectories; lane++) {
      this.exchange(lane, false);
      most = Math.max(most, this.solveOne());
      this.exchange(lane, true);
    }
    const residual = this.residual();
    return { residual, iterations: most, unsettled: countUnsettled(residual, this.tolerance) };
  }

  private isOwn(name: string): boolean {
    return this.plan.perTrajectory?.has(name) === true || this.system.state.some((block) => block.name === name);
  }

  private bound(side: 0 | 1, none: number): Float64Array {
    return Float64Array.from(
      this.system.state.flatMap(({ shape, bounds }) => new Array<number>(sizeOf(shape)).fill(bounds?.[side] ?? none)),
    );
  }

  /** Copies one trajectory's values in, or its state back. */
  private exchange(lane: number, back: boolean): void {
    for (const [name, one] of Object.entries(this.single)) {
      if (!this.isOwn(name)) continue;
      const all = this.plan.buffers[name] as Float64Array;
      if (!back) one.set(all.subarray(lane * one.length, (lane + 1) * one.length));
      else if (this.system.state.some((block) => block.name === name)) all.set(one, lane * one.length);
    }
  }

  private readState(): Float64Array {
    return this.join(this.system.state.map(({ name }) => this.single[name] as Float64Array));
  }

  private writeState(state: Float64Array): void {
    let start = 0;
    for (const { name } of this.system.state) {
      const block = this.single[name] as Float64Array;
      block.set(state.subarray(start, start + block.length));
      start += block.length;
    }
  }

  private join(parts: readonly Float64Array[]): Float64Array {
    const whole = new Float64Array(this.size);
    let start = 0;
    for (const part of parts) {
      whole.set(part, start);
      start += part.length;
    }
    return whole;
  }

  private fieldAt(state: Float64Array): Float64Array {
    this.writeState(state);
    this.field.run();
    return this.join(this.field.outputs);
  }

  /** Entries that rest at a bound because the field points outwards. */
  private held(state: Float64Array, field: Float64Array, k: number): boolean {
    const [value, force] = [state[k] as number, field[k] as number];
    return (value <= (this.low[k] as number) && force < 0) || (value >= (this.high[k] as number) && force > 0);
  }

  private norm(state: Float64Array, field: Float64Array): number {
    let total = 0;
    for (let k = 0; k < this.size; k++) if (!this.held(state, field, k)) total += (field[k] as number) ** 2;
    return Math.sqrt(total);
  }

  private solveOne(): number {
    let state = this.readState();
    let field = this.fieldAt(state);
    let norm = this.norm(state, field);
    let taken = 0;
    while (taken < this.iterations && norm > this.tolerance) {
      const step = this.newtonStep(state, field);
      if (step === undefined) break;
      const moved = this.descend(state, step, norm);
      if (moved === undefined) break;
      taken++;
      ({ state, field, norm } = moved);
    }
    this.writeState(state);
    return taken;
  }

  private descend(
    state: Float64Array,
    step: Float64Array,
    norm: number,
  ): { state: Float64Array; field: Float64Array; norm: number } | undefined {
    for (let halving = 0, scale = 1; halving < HALVINGS; halving++, scale /= 2) {
      const trial = state.map((value, k) =>
        Math.min(Math.max(value + scale * (step[k] as number), this.low[k] as number), this.high[k] as number),
      );
      const field = this.fieldAt(trial);
      const size = this.norm(trial, field);
      if (size < norm) return { state: trial, field, norm: size };
    }
    return undefined;
  }

  private newtonStep(state: Float64Array, field: Float64Array): Float64Array | undefined {
    const free = Array.from({ length: this.size }, (_, k) => k).filter((k) => !this.held(state, field, k));
    const matrix = new Matrix(free.length, free.length);
    const right = new Matrix(free.length, 1);
    this.writeState(state);
    free.forEach((column, j) => {
      const direction = new Float64Array(this.size);
      direction[column] = 1;
      let start = 0;
      for (const { name } of this.system.state) {
        const into = this.product.inputs[`${name}[direction]`];
        const length = (this.single[name] as Float64Array).length;
        into?.set(direction.subarray(start, start + length));
        start += length;
      }
      this.product.run();
      const image = this.join(this.product.outputs);
      free.forEach((row, i) => {
        matrix.set(i, j, image[row] as number);
      });
      right.set(j, 0, -(field[column] as number));
    });
    const decomposition = new LuDecomposition(matrix);
    if (free.length === 0 || decomposition.isSingular()) return undefined;
    const solution = decomposition.solve(right);
    const step = new Float64Array(this.size);
    free.forEach((k, i) => {
      step[k] = solution.get(i, 0);
    });
    return step;
  }
}
