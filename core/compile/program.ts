import type { Expression } from "../expression/expression.js";

/** A function: expressions of symbols, evaluated together. */
export interface FunctionProgram {
  readonly outputs: readonly Expression[];
}

/** A quantity a loop carries from step to step. */
export interface Carried {
  /** Stands for the value before the step. */
  readonly symbol: Expression;
  /** The value after the step, of the same shape. */
  readonly next: Expression;
}

/**
 * A loop of steps. All `next` values are computed from the values before the step and replace them together. Whatever
 * depends neither on a carried symbol, nor on a row, nor on the step index is computed once before the loop.
 */
export interface LoopProgram {
  readonly carried: readonly Carried[];
  /** Symbols with one value (a row) per step: held inputs, noise. */
  readonly rows?: readonly Expression[];
  /** A scalar symbol that stands for the number of the step, counted from `start` of the run. */
  readonly stepIndex?: Expression;
  /** A scalar of the carried symbols, read after each step; the loop ends where it is > 0. */
  readonly until?: Expression;
}

/** Which symbols differ from trajectory to trajectory; all others are shared. */
export interface BatchOptions {
  /** Number of trajectories; 1 (default) means that no buffer has a trajectory axis. */
  readonly trajectories?: number;
  /** Names of the symbols that have one value per trajectory. Carried symbols always do. */
  readonly perTrajectory?: ReadonlySet<string>;
  /** Buffers to use as inputs, by symbol name, so that several programs share them; others are allocated. */
  readonly bind?: Readonly<Record<string, Float64Array>>;
}

/** The bound buffer of a symbol, or a new one. */
export function inputBuffer(name: string, length: number, bind: BatchOptions["bind"]): Float64Array {
  const bound = bind !== undefined && Object.hasOwn(bind, name) ? bind[name] : undefined;
  if (bound !== undefined && bound.length !== length) {
    throw new Error(`buffer bound to ${name} has ${bound.length} entries, the program needs ${length}`);
  }
  return bound ?? new Float64Array(length);
}

/** A compiled function. Write `inputs`, call `run`, read `outputs`; the buffers stay the same objects. */
export interface CompiledFunction {
  /** Flat buffers by symbol name; per-trajectory symbols hold [trajectories, ...shape]. */
  readonly inputs: Readonly<Record<string, Float64Array>>;
  /** One buffer per output; [trajectories, ...shape] when there are several trajectories. */
  readonly outputs: readonly Float64Array[];
  run(): void;
}

/** A compiled loop. Write `inputs` (carried symbols hold the state, updated in place) and `rows`, call `run`. */
export interface CompiledLoop {
  readonly inputs: Readonly<Record<string, Float64Array>>;
  /** Per row symbol: [capacity, ...shape], or [capacity, trajectories, ...shape] where it is per trajectory. */
  readonly rows: Readonly<Record<string, Float64Array>>;
  /** How many steps the row buffers hold; a run may not be longer when there are rows. */
  readonly capacity: number;
  /**
   * Runs `count` steps; the step index counts from `start`, the rows from 0.
   *
   * @returns the number of steps taken, smaller where `until` ended the loop (the largest over trajectories)
   */
  run(start: number, count: number): number;
}

/** Turns programs into something that runs. */
export interface Backend {
  readonly name: string;
  compileFunction(program: FunctionProgram, options?: BatchOptions): CompiledFunction;
  /** @param options.capacity steps the row buffers hold (default 256) */
  compileLoop(program: LoopProgram, options?: BatchOptions & { readonly capacity?: number }): CompiledLoop;
}
