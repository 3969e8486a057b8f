import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from "ml-matrix";
import { defaultBackend } from "../../core/compile/choose.js";
import type { Backend, CompiledLoop } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import { jacobianProduct } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { symbol } from "../../core/expression/functions.js";
import { symbolName } from "../../core/expression/primitives/leaves.js";
import { batchExpressions } from "../../core/expression/transform.js";
import type { Integrator } from "../../core/integrator.js";
import { layClock } from "../../core/simulation/clock.js";
import type { InputOption, ParameterOption } from "../../core/simulation/options.js";
import { readBlock, readInputs, readParameters } from "../../core/simulation/read-values.js";
import { rowFiller } from "../../core/simulation/rows.js";
import { START_TIME, STEP_SIZE, stepProgram } from "../../core/simulation/step-program.js";
import { directionSymbols } from "../../core/structure-proofs.js";
import type { BlockNames, DynamicalSystem, StateArray, Values } from "../../core/system.js";

/** Options of {@link periodicOrbit}. */
export type PeriodicOrbitOptions<N extends BlockNames> = ParameterOption<N> &
  InputOption<N> & {
    readonly integrator: Integrator;
    /** The period in steps of the integrator; for driven systems that of the drive, or a multiple. */
    readonly steps: number;
    /** The time of the state that is sought. @defaultValue 0 */
    readonly start?: number;
    /** Where the search starts, by state block. */
    readonly guess: Values<N["state"]>;
    /** The distance between the ends of the orbit at which it counts as closed. @defaultValue 1e-10 */
    readonly tolerance?: number;
    /** The most Newton steps. @defaultValue 50 */
    readonly iterations?: number;
    /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
    readonly backend?: Backend;
  };

/** A complex number. */
export interface FloquetMultiplier {
  readonly real: number;
  readonly imaginary: number;
}

/** A state to which the motion returns after the period. */
export interface PeriodicOrbit<N extends BlockNames = BlockNames> {
  readonly state: { readonly [K in N["state"]]: StateArray };
  /** Euclidean distance between the state and where it returns. */
  readonly residual: number;
  readonly converged: boolean;
  readonly iterations: number;
  /**
   * Eigenvalues of the monodromy matrix dPhi/dz: errors of the state grow by these factors per period. The orbit is stable where
   * none is above 1 in modulus; where no drive fixes the orbit's phase, one is 1.
   */
  readonly multipliers: readonly FloquetMultiplier[];
}

/** Singular values below this, relative to the largest, are those of directions along which the orbit is not isolated. */
const NOT_ISOLATED = 1e-7;
/** A Newton step is halved at most this often. */
const HALVINGS = 12;

/**
 * A periodic orbit by shooting: Newton's method on Phi(z) - z = 0, with Phi the flow of the integrator over the period and its
 * derivative, the monodromy matrix, from tangents that run along. Directions in which orbits form families, such as the phase of
 * an autonomous system or its energy, are left as the guess has them: of all Newton steps the shortest is taken. Orbits whose
 * multipliers are huge are better found as a boundary value problem, which does not run through the whole period at once.
 *
 * @throws InputError for an integrator that does not fit the system, noise, or data that do not fit
 */
export function periodicOrbit<N extends BlockNames>(
  system: DynamicalSystem<N>,
  options: PeriodicOrbitOptions<N>,
): PeriodicOrbit<N> {
  const { integrator, tolerance = 1e-10, iterations: most = 50 } = options;
  const erased = system as DynamicalSystem;
  const refused = integrator.stochastic ? "an integrator without noise" : integrator.refusal(erased);
  if (refused !== undefined) {
    throw new InputError({ field: "periodicOrbit integrator", given: integrator.name, expected: refused });
  }
  const flow = new PeriodFlow(erased, options as unknown as PeriodicOrbitOptions<BlockNames>);
  let state = Float64Array.from(erased.state.flatMap((block) => [...readBlock("guess", block, options.guess)]));
  let pass = flow.run(state);
  let iterations = 0;
  while (iterations < most && pass.residual > 0 && Number.isFinite(pass.residual)) {
    const step = shortestStep(pass);
    let better: Pass | undefined;
    for (let halving = 0, scale = 1; better === undefined && halving <= HALVINGS; halving++, scale /= 2) {
      const moved = state.map((entry, k) => entry - scale * (step[k] as number));
      const candidate = flow.run(moved);
      if (!(candidate.residual < pass.residual)) continue;
      better = candidate;
      state = moved;
    }
    if (better === undefined) break;
    pass = better;
    iterations++;
  }
  const multipliers = Number.isFinite(pass.residual) ? multipliersOf(pass.monodromy) : [];
  return {
    state: flow.blocksOf(state) as PeriodicOrbit<N>["state"],
    residual: pass.residual,
    converged: pass.residual <= tolerance,
    iterations,
    multipliers,
  };
}

/** One run over the period. */
interface Pass {
  /** Phi(z) - z. */
  readonly miss: Float64Array;
  readonly residual: number;
  /** dPhi/dz. */
  readonly monodromy: Matrix;
}

/** The shortest solution of (dPhi/dz - 1) step = miss in the directions in which orbits are isolated. */
function shortestStep({ miss, monodromy }: Pass): number[] {
  const size = miss.length;
  const { leftSingularVectors, rightSingularVectors, diagonal } = new SingularValueDecomposition(
    Matrix.sub(monodromy, Matrix.eye(size)),
  );
  const smallest = NOT_ISOLATED * Math.max(...diagonal, 1);
  const along = leftSingularVectors.transpose().mmul(Matrix.columnVector(miss));
  const scaled = diagonal.map((value, k) => (value > smallest ? along.get(k, 0) / value : 0));
  return rightSingularVectors.mmul(Matrix.columnVector(scaled)).getColumn(0);
}

function multipliersOf(monodromy: Matrix): FloquetMultiplier[] {
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(monodromy);
  return realEigenvalues.map((real, k) => ({ real, imaginary: imaginaryEigenvalues[k] as number }));
}

/** The flow over one period with all tangents. */
class PeriodFlow {
  private readonly loop: CompiledLoop;
  private readonly steps: number;
  private readonly tangents: readonly Float64Array[];

  constructor(
    private readonly system: DynamicalSystem,
    { integrator, steps, start = 0, backend = defaultBackend(), ...data }: PeriodicOrbitOptions<BlockNames>,
  ) {
    const clock = layClock({ start, steps }, integrator.step);
    this.steps = clock.steps;
    const inputs = readInputs(system, data.input ?? {}, clock, 1);
    const timings = Object.fromEntries([...inputs].map(([name, { timing }]) => [name, timing]));
    const program = stepProgram(system, integrator, { timings });
    const { carried } = program.loop;
    const states = carried.map((each) => each.symbol);
    const size = states.reduce((total, { shape }) => total + sizeOf(shape), 0);
    const directions = directionSymbols(states);
    const moved = jacobianProduct(
      carried.map(({ next }) => next),
      states,
      directions,
    );
    const names = system.state.map(({ name }) => `tangent of ${name}`);
    const all = directions.map(({ shape }, k): Expression => symbol(names[k] as string, [size, ...shape]));
    const batched = batchExpressions(moved, new Map(directions.map((each, k) => [each, all[k] as Expression])), size);
    const tangents = all.map((each, k) => ({ symbol: each, next: batched[k] as Expression }));
    this.loop = backend.compileLoop({ ...program.loop, carried: [...carried, ...tangents] }, { capacity: clock.steps });
    for (const [name, { data: values }] of Object.entries(readParameters(system, data.parameters ?? {}, 1))) {
      this.loop.inputs[name]?.set(values);
    }
    for (const { timing, write, block } of inputs.values()) {
      const buffer = this.loop.inputs[block.name];
      if (timing === "constant" && buffer !== undefined) write(buffer, 0, 0, 0);
    }
    this.loop.inputs[symbolName(START_TIME) as string]?.fill(clock.start);
    this.loop.inputs[symbolName(STEP_SIZE) as string]?.fill(clock.step);
    rowFiller(program, this.loop.rows, inputs, { seed: 0, trajectories: 1, firstTrajectory: 0 })(0, clock.steps);
    this.tangents = names.map((name) => this.loop.inputs[name] as Float64Array);
  }

  run(state: Float64Array): Pass {
    const { system, loop, tangents, steps } = this;
    const size = state.length;
    const blocks = this.split(state);
    let first = 0;
    system.state.forEach(({ name }, k) => {
      const [block, tangent] = [blocks[k] as Float64Array, tangents[k] as Float64Array];
      loop.inputs[name]?.set(block);
      tangent.fill(0);
      for (let i = 0; i < block.length; i++) tangent[(first + i) * block.length + i] = 1;
      first += block.length;
    });
    loop.run(0, steps);
    const end = system.state.flatMap(({ name }) => [...(loop.inputs[name] as Float64Array)]);
    const miss = state.map((entry, k) => (end[k] as number) - entry);
    const monodromy = new Matrix(size, size);
    let row = 0;
    for (const [k, block] of blocks.entries()) {
      for (let i = 0; i < block.length; i++, row++) {
        for (let column = 0; column < size; column++) {
          monodromy.set(row, column, (tangents[k] as Float64Array)[column * block.length + i] as number);
        }
      }
    }
    return { miss, residual: Math.hypot(...miss), monodromy };
  }

  private split(state: Float64Array): Float64Array[] {
    let first = 0;
    return this.system.state.map(({ shape }) => {
      const start = first;
      first += sizeOf(shape);
      return state.subarray(start, first);
    });
  }

  blocksOf(state: Float64Array): Record<string, StateArray> {
    const blocks = this.split(state);
    return Object.fromEntries(
      this.system.state.map(({ name, shape }, k) => [name, { data: (blocks[k] as Float64Array).slice(), shape }]),
    );
  }
}
