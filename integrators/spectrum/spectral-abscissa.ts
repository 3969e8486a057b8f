import type { Matrix } from "ml-matrix";
import { defaultBackend } from "../../core/compile/choose.js";
import type { Backend } from "../../core/compile/program.js";
import { formatShape, InputError } from "../../core/errors.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { checkSeed } from "../../core/random.js";
import type { InputOption, ParameterOption } from "../../core/simulation/options.js";
import { readBlock, readParameters } from "../../core/simulation/read-values.js";
import { checkNames, entryName, indexOf } from "../../core/simulation/values.js";
import type { BlockNames, DynamicalSystem, NumericValue, StateArray, Values } from "../../core/system.js";
import { denseJacobian } from "../solvers/dense-jacobian.js";
import { SingleTrajectory } from "../solvers/single-trajectory.js";
import { StateVector } from "../solvers/state-vector.js";
import { refuseMovingTarget, type SolverPlan } from "../solvers/stationary-solver.js";
import { denseSpectrum, type Eigenpair, eigenvalueError } from "./dense-eigenvalue.js";
import { JacobianAction } from "./jacobian-action.js";
import { type LinearAction, rightmostEigenvalue } from "./rightmost-eigenvalue.js";

/** How {@link spectralAbscissa} works. */
export interface SpectralAbscissaOptions {
  /**
   * "dense" builds the Jacobian and finds all eigenvalues by the QR algorithm; "iterative" takes products with it only.
   * @defaultValue "automatic": dense up to 200 state entries
   */
  readonly method?: "automatic" | "dense" | "iterative";
  /** Iterative: vectors of the state's size that are kept. @defaultValue 64 */
  readonly subspace?: number;
  /** Iterative: the most products with the Jacobian. @defaultValue 4000 */
  readonly products?: number;
  /** Iterative: the residual of a unit eigenvector at which it ends, relative to the norm of J. @defaultValue 1e-6 */
  readonly tolerance?: number;
  /** Iterative: of the start vector. @defaultValue 0 */
  readonly seed?: number;
}

/** The rightmost eigenvalue of the Jacobian of one trajectory. */
export interface SpectralAbscissa<Names extends string = string> {
  /**
   * The largest real part of the eigenvalues: small perturbations of a stationary state grow as exp(abscissa t). Minus
   * infinity where every entry is held at a bound; not a number where the Jacobian is not finite.
   */
  readonly abscissa: number;
  /** The imaginary part of that eigenvalue, 0 or more: the angular frequency at which the perturbation oscillates. */
  readonly frequency: number;
  /**
   * How much larger the abscissa may be: to first order the residual (or rounding) times the eigenvalue's condition number;
   * where that is no small number, the extent of the pseudospectrum to the right. The abscissa of a field that is extremely
   * non-normal, as that of a long chain with one-way couplings, may be much smaller than what is found: the state is then
   * as good as unstable, since a change of J by the residual or by rounding makes it so. Of the iteration, the estimate
   * sees what the subspace has seen.
   */
  readonly errorEstimate: number;
  readonly method: "dense" | "iterative";
  /** Whether the iteration ended by itself. Where it did not, the abscissa is that of the best vector found. */
  readonly converged: boolean;
  /** |J x - lambda x| of the unit eigenvector x. */
  readonly residual: number;
  /** Products with the Jacobian. */
  readonly products: number;
  /**
   * An upper bound of the abscissa, estimated where the iteration did not converge: the numerical abscissa, the largest
   * eigenvalue of (J + J') / 2. Where it is negative, the state is stable all the same.
   */
  readonly bound?: number;
  /** The eigenvector by state block: the pattern that grows or decays slowest. Held entries are 0. */
  readonly mode: {
    readonly real: { readonly [K in Names]: StateArray };
    readonly imaginary: { readonly [K in Names]: StateArray };
  };
}

/** What {@link spectralAbscissa} takes. */
export type SpectralAbscissaAt<N extends BlockNames> = SpectralAbscissaOptions & {
  /** The state, mostly a stationary one, by block. */
  readonly state: Values<N["state"]>;
  /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
  readonly backend?: Backend;
} & ParameterOption<N> &
  InputOption<N, NumericValue>;

/** The largest system whose Jacobian is built, unless asked otherwise: some tenths of a second. */
const DENSE_SIZE = 200;

/**
 * The spectral abscissa max Re(eigenvalue) of the Jacobian J = dF/dz of a system's field at a state, over the entries that
 * no bound holds. A stationary state is stable (attracts what starts near it) where it is negative. Small systems: all
 * eigenvalues of the dense Jacobian. Large ones: Arnoldi's method with thick restarts, on products J v alone, in memory of
 * 64 states beside the system's own arrays.
 *
 * @throws InputError for a system in discrete time or a field that depends on t, values that are not those of the system,
 * or options out of range
 */
export function spectralAbscissa<N extends BlockNames>(
  system: DynamicalSystem<N>,
  at: SpectralAbscissaAt<N>,
): SpectralAbscissa<N["state"]> {
  const erased = system as DynamicalSystem;
  const { state, parameters = {}, input = {}, backend, ...options } = at as SpectralAbscissaAt<BlockNames>;
  checkSystem(erased);
  const buffers: Record<string, Float64Array> = {};
  for (const [name, { data }] of Object.entries(readParameters(erased, parameters, 1))) buffers[name] = data;
  const groups = [
    ["state", erased.state, state],
    ["input", erased.input, input],
  ] as const;
  for (const [group, blocks, given] of groups) {
    checkNames(
      group,
      given,
      blocks.map(({ name }) => name),
    );
    for (const block of blocks) buffers[block.name] = readBlock(group, block, given);
  }
  checkBounds(erased, buffers);
  const plan = { buffers, ...(backend === undefined ? {} : { backend }) };
  const [found] = prepareSpectralAbscissa(erased, plan, options)();
  return found as SpectralAbscissa<N["state"]>;
}

/**
 * Compiles {@link spectralAbscissa} over the buffers of a plan. Each call reads the state there and returns one result per
 * trajectory; results equal those of the trajectories alone.
 *
 * @throws InputError for a system in discrete time or a field that depends on t, or options out of range
 */
export function prepareSpectralAbscissa(
  system: DynamicalSystem,
  plan: SolverPlan,
  options: SpectralAbscissaOptions = {},
): () => SpectralAbscissa[] {
  checkSystem(system);
  const chosen = checkedOptions(options);
  const small = new StateVector(system).size <= DENSE_SIZE;
  const dense = chosen.method === "dense" || (chosen.method === "automatic" && small);
  return dense ? prepareDense(system, plan) : prepareIterative(system, plan, chosen);
}

function prepareDense(system: DynamicalSystem, plan: SolverPlan): () => SpectralAbscissa[] {
  const { perTrajectory = [], buffers, backend = defaultBackend(), trajectories = 1 } = plan;
  const vector = new StateVector(system);
  const states = system.state.map(({ name }) => buffers[name] as Float64Array);
  const jacobians = denseJacobian(system, plan);
  const field = backend.compileFunction(
    { outputs: system.state.map(({ name }) => system.field.get(name) as Expression) },
    {
      trajectories,
      perTrajectory: new Set([...perTrajectory, ...system.state.map(({ name }) => name)]),
      bind: buffers,
    },
  );
  return () => {
    field.run();
    return jacobians().map((jacobian, trajectory) => {
      const free = vector.free(vector.read(states, trajectory), vector.read(field.outputs, trajectory));
      return resultOf(system, free, "dense", vector.size, denseRightmost(jacobian.selection(free, free)));
    });
  };
}

function prepareIterative(
  system: DynamicalSystem,
  plan: SolverPlan,
  options: Required<SpectralAbscissaOptions>,
): () => SpectralAbscissa[] {
  const { trajectories = 1, backend = defaultBackend() } = plan;
  const single = new SingleTrajectory(system, plan);
  const action = new JacobianAction(system, { buffers: single.buffers, backend });
  let transposed: JacobianAction | undefined;
  const bound = (): number => {
    transposed ??= new JacobianAction(system, { buffers: single.buffers, backend }, true);
    transposed.update();
    return numericalAbscissa(action, transposed, options);
  };
  const one = (trajectory: number): SpectralAbscissa => {
    single.load(trajectory);
    action.update();
    const { free } = action;
    if (free.length === 0) return resultOf(system, free, "iterative", 0, nothingMoves);
    const rightmost = rightmostEigenvalue(action, options);
    const more = rightmost.converged || Number.isNaN(rightmost.real) ? {} : { bound: bound() };
    return { ...resultOf(system, free, "iterative", rightmost.products, rightmost), ...more };
  };
  return () => Array.from({ length: trajectories }, (_, trajectory) => one(trajectory));
}

/** An eigenvalue with what is known of its error. */
interface Rightmost extends Eigenpair {
  readonly residual: number;
  readonly errorEstimate: number;
  readonly converged: boolean;
}

const unknown = (real: number, converged: boolean, error: number): Rightmost => ({
  real,
  imaginary: 0,
  vectorReal: new Float64Array(0),
  vectorImaginary: new Float64Array(0),
  residual: error,
  errorEstimate: error,
  converged,
});

const nothingMoves = unknown(Number.NEGATIVE_INFINITY, true, 0);

function denseRightmost(jacobian: Matrix): Rightmost {
  if (jacobian.isEmpty()) return nothingMoves;
  const norm = jacobian.norm();
  if (!Number.isFinite(norm)) return unknown(Number.NaN, false, Number.NaN);
  const spectrum = denseSpectrum(jacobian);
  const [pair] = spectrum.pairs;
  const residual = residualOf(jacobian, pair);
  const errorEstimate = eigenvalueError(spectrum, pair, Math.max(residual, Number.EPSILON * norm));
  return { ...pair, residual, errorEstimate, converged: true };
}

/** |J x - lambda x|. */
function residualOf(jacobian: Matrix, { real, imaginary, vectorReal, vectorImaginary }: Eigenpair): number {
  let squared = 0;
  for (let row = 0; row < jacobian.rows; row++) {
    const [a, b] = [vectorReal[row] as number, vectorImaginary[row] as number];
    let [x, y] = [imaginary * b - real * a, -imaginary * a - real * b];
    for (let column = 0; column < jacobian.columns; column++) {
      const entry = jacobian.get(row, column);
      x += entry * (vectorReal[column] as number);
      y += entry * (vectorImaginary[column] as number);
    }
    squared += x ** 2 + y ** 2;
  }
  return Math.sqrt(squared);
}

/** An upper estimate of the largest eigenvalue of (J + J') / 2, with its residual; no eigenvalue of J lies to its right. */
function numericalAbscissa(
  forwards: JacobianAction,
  backwards: JacobianAction,
  options: Required<SpectralAbscissaOptions>,
): number {
  const other = new Float64Array(forwards.size);
  const symmetric: LinearAction = {
    size: forwards.size,
    apply(vector, out) {
      forwards.apply(vector, out);
      backwards.apply(vector, other);
      for (let k = 0; k < out.length; k++) out[k] = ((out[k] as number) + (other[k] as number)) / 2;
    },
  };
  const { real, residual } = rightmostEigenvalue(symmetric, { ...options, products: Math.max(options.products, 400) });
  return real + residual;
}

function resultOf(
  system: DynamicalSystem,
  free: readonly number[],
  method: "dense" | "iterative",
  products: number,
  { real, imaginary, vectorReal, vectorImaginary, residual, errorEstimate, converged }: Rightmost,
): SpectralAbscissa {
  return {
    abscissa: real,
    // Where rounding parts equal eigenvalues, their distance from the real axis is within the error.
    frequency: imaginary <= errorEstimate ? 0 : imaginary,
    errorEstimate,
    method,
    converged,
    residual,
    products,
    mode: { real: byBlock(system, free, vectorReal), imaginary: byBlock(system, free, vectorImaginary) },
  };
}

function byBlock(system: DynamicalSystem, free: readonly number[], vector: Float64Array): Record<string, StateArray> {
  const whole = new Float64Array(new StateVector(system).size);
  free.forEach((place, k) => {
    whole[place] = vector[k] ?? Number.NaN;
  });
  let start = 0;
  return Object.fromEntries(
    system.state.map(({ name, shape }) => {
      const data = whole.slice(start, start + sizeOf(shape));
      start += data.length;
      return [name, { data, shape }];
    }),
  );
}

function checkSystem(system: DynamicalSystem): void {
  const refusal = refuseMovingTarget(system);
  if (refusal === undefined) return;
  throw new InputError({
    field: "spectralAbscissa",
    given: `${system.name} (${refusal})`,
    expected: "a system in continuous time whose field does not depend on the time t",
  });
}

function checkBounds({ state }: DynamicalSystem, buffers: Readonly<Record<string, Float64Array>>): void {
  for (const { name, shape, bounds } of state) {
    if (bounds === undefined) continue;
    const values = buffers[name] as Float64Array;
    const outside = values.findIndex((value) => value < bounds[0] || value > bounds[1]);
    if (outside < 0) continue;
    throw new InputError({
      field: entryName(`state.${name}`, indexOf(shape, outside)),
      given: String(values[outside]),
      expected: `a number in the block's bounds ${formatShape(bounds)}`,
    });
  }
}

function checkedOptions(options: SpectralAbscissaOptions): Required<SpectralAbscissaOptions> {
  const { method = "automatic", subspace = 64, products = 4000, tolerance = 1e-6, seed = 0 } = options;
  const refuse = (field: string, given: unknown, expected: string): never => {
    throw new InputError({ field: `spectralAbscissa ${field}`, given: String(given), expected });
  };
  if (!["automatic", "dense", "iterative"].includes(method)) {
    refuse("method", method, `"automatic", "dense" or "iterative"`);
  }
  if (!Number.isInteger(subspace) || subspace < 4) refuse("subspace", subspace, "a whole number, 4 or more");
  if (!Number.isInteger(products) || products < 1) refuse("products", products, "a whole number, 1 or more");
  if (!(tolerance > 0 && tolerance < 1)) refuse("tolerance", tolerance, "a number between 0 and 1");
  checkSeed(seed, "spectralAbscissa seed");
  return { method, subspace, products, tolerance, seed };
}
