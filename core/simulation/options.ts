import type { Backend } from "../compile/program.js";
import type { ExpressionSource } from "../expression-source.js";
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

/** A formula, or a function of the system's symbols and `t` that returns an expression. */
export type SystemExpression<N extends BlockNames> = ExpressionSource<N["state"] | N["parameters"] | N["input"]>;

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
  /** Keep these blocks of the state alone, by name; by default all of them. */
  readonly keep?: readonly (Saved & N["state"])[];
  /** Keep functions of the state instead of its blocks, by name: formulas or functions of the system's symbols. */
  readonly map?: { readonly [K in Saved]: SystemExpression<N> };
}

/** An object with these keys; where there are no names, an object without keys. */
type ByName<Names extends string, Value> = [Names] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [K in Names]: Value };

/** The parameters that have a default, where the system's type knows them; else any may have one. */
type Defaulted<N extends BlockNames> = N extends { readonly defaults: infer Names extends string }
  ? Names
  : N["parameters"];

/** Parameter values by name; those that have a default may be left out. */
export type ParameterValues<N extends BlockNames> = [N["parameters"]] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [K in Exclude<N["parameters"], Defaulted<N>>]: NumericValue } & {
      readonly [K in Extract<N["parameters"], Defaulted<N>>]?: NumericValue;
    };

/** The option `parameters`, which may be left out where all have a default. */
export type ParameterOption<N extends BlockNames> = [Exclude<N["parameters"], Defaulted<N>>] extends [never]
  ? { readonly parameters?: ParameterValues<N> }
  : { readonly parameters: ParameterValues<N> };

/** Initial state by block name. */
export type InitialValues<N extends BlockNames> = ByName<N["state"], NumericValue>;

/** The option `input`, which is left out where the system has none. */
export type InputOption<N extends BlockNames, Value = InputValue> = [N["input"]] extends [never]
  ? { readonly input?: Readonly<Record<string, never>> }
  : string extends N["input"]
    ? { readonly input?: Readonly<Record<string, Value>> }
    : { readonly input: ByName<N["input"], Value> };

type HorizonOption =
  | { readonly until: number; readonly steps?: undefined }
  | { readonly steps: number; readonly until?: undefined };

interface CommonOptions<N extends BlockNames, Saved extends string> {
  /** The method, for example `leapfrog({ step: 0.01 })`. */
  readonly integrator: Integrator;
  /** The state at the start. With several trajectories a block may have one value for all, or a leading axis. */
  readonly initial: InitialValues<N>;
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
 * `parameters` has values of the parameters without a default and of others to change,
 * `input` a value for each declared input: a constant, `held(rows)`, `nodes(rows)` or a function of t.
 */
export type SimulateOptions<N extends BlockNames = BlockNames, Saved extends string = N["state"]> = CommonOptions<
  N,
  Saved
> &
  HorizonOption &
  ParameterOption<N> &
  InputOption<N>;

/** {@link SimulateOptions}, and a signal that stops the run and keeps what it has. */
export type SimulateAsyncOptions<
  N extends BlockNames = BlockNames,
  Saved extends string = N["state"],
> = SimulateOptions<N, Saved> & { readonly signal?: AbortSignal };
