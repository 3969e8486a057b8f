import type { Backend } from "../compile/program.js";
import type { Expression } from "../expression/expression.js";
import type { Integrator } from "../integrator.js";
import type { BlockNames, NumericValue } from "../system.js";
import type { InputValue } from "./inputs.js";

/** What a run tells while it goes. */
export interface Progress {
  /** Steps done over all steps, 0 to 1. */
  readonly fraction: number;
  /** Steps done. */
  readonly steps: number;
  readonly elapsedSeconds: number;
  /** Extrapolated from the steps done. */
  readonly remainingSeconds: number;
}

/** The symbols of a system by name, and `t`, to build expressions of. */
export type SystemSymbols<N extends BlockNames> = {
  readonly [K in N["state"] | N["parameters"] | N["input"] | "t"]: Expression;
};

/** What is kept of a run. */
export interface SaveOptions<N extends BlockNames, Saved extends string> {
  /**
   * Keep every n-th state: 0, n, 2n, ...
   *
   * @defaultValue 1
   */
  readonly every?: number;
  /** Keep the states at these times instead; in the order of the run, each at the end of a step. */
  readonly times?: ArrayLike<number>;
  /** Keep functions of the state instead of the state: expressions of the system's symbols, by name. */
  readonly map?: (symbols: SystemSymbols<N>) => Readonly<Record<Saved, Expression>>;
}

/** An object with these keys; where there are no names, an object without keys. */
type ByName<Names extends string, Value> = [Names] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [K in Names]: Value };

/** Parameter values by name; those that have a default may be left out. */
export type ParameterValues<N extends BlockNames> = Partial<ByName<N["parameters"], NumericValue>>;

/** Initial state by block name. */
export type InitialValues<N extends BlockNames> = ByName<N["state"], NumericValue>;

type InputOption<N extends BlockNames> = [N["input"]] extends [never]
  ? { readonly input?: Readonly<Record<string, never>> }
  : string extends N["input"]
    ? { readonly input?: Readonly<Record<string, InputValue>> }
    : { readonly input: ByName<N["input"], InputValue> };

type HorizonOption =
  | { readonly until: number; readonly steps?: undefined }
  | { readonly steps: number; readonly until?: undefined };

interface CommonOptions<N extends BlockNames, Saved extends string> {
  /** The method, for example `leapfrog({ step: 0.01 })`. */
  readonly integrator: Integrator;
  /** The state at the start. With several trajectories a block may have one value for all, or a leading axis. */
  readonly initial: InitialValues<N>;
  /** Values of the parameters that have no default, and of others to change. */
  readonly parameters?: ParameterValues<N>;
  /**
   * The time of the initial state.
   *
   * @defaultValue 0
   */
  readonly start?: number;
  readonly save?: SaveOptions<N, Saved>;
  /**
   * Seed of the noise of a stochastic method.
   *
   * @defaultValue 0
   */
  readonly seed?: number;
  /** Runs so many trajectories at once; results get an axis for them. Left out, there is one and no axis. */
  readonly trajectories?: number;
  /**
   * The number of the first trajectory in the random stream, so that parts of a large set can run apart.
   *
   * @defaultValue 0
   */
  readonly firstTrajectory?: number;
  /** Called about a hundred times, and more often in slow runs; `false` stops the run, which keeps what it has. */
  readonly onProgress?: (progress: Progress) => unknown;
  /** What computes; by default the fastest backend of the machine. */
  readonly backend?: Backend;
}

/**
 * What to simulate. Exactly one of `until` (a time; before `start` the run goes backwards in time) and `steps` is given;
 * `input` has a value for each declared input: a constant, `held(rows)`, `nodes(rows)` or a function of t.
 */
export type SimulateOptions<N extends BlockNames = BlockNames, Saved extends string = N["state"]> = CommonOptions<
  N,
  Saved
> &
  HorizonOption &
  InputOption<N>;

/** {@link SimulateOptions}, and a signal that stops the run and keeps what it has. */
export type SimulateAsyncOptions<
  N extends BlockNames = BlockNames,
  Saved extends string = N["state"],
> = SimulateOptions<N, Saved> & { readonly signal?: AbortSignal };
