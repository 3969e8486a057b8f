import { SimulationError } from "../../core/simulation/failure.js";
import { PhaseError } from "../rule.js";
import type { Checkpoint } from "./checkpoint.js";
import type { WorstPhase } from "./settling-watch.js";

/** Where a training stopped and what it keeps. */
export interface TrainingFailure {
  /**
   * "unsettled": phases did not reach their tolerance; "not finite": a state, cost, gradient or parameter became NaN or
   * infinite; "failed": the data or one of the callbacks threw an error.
   */
  readonly reason: "unsettled" | "not finite" | "failed";
  /** Counted from 1. */
  readonly epoch: number;
  /** Counted from 1. */
  readonly batch: number;
  /**
   * The last good state: for "failed" the one before the batch or callback; else the last one that was kept while phases
   * settled, at most a few windows of the settling limit ago.
   */
  readonly checkpoint: Checkpoint;
  /** The phase that did not settle or left the numbers. */
  readonly phase?: string;
  /** The largest residual of that phase in the last batch. */
  readonly residual?: number;
  readonly tolerance?: number;
  /** The unsettled fraction over the window. */
  readonly unsettled?: number;
}

/** A training that could not go on. The message says why and what to change; nothing learned is lost. */
export class TrainingError extends Error implements TrainingFailure {
  readonly reason: TrainingFailure["reason"];
  readonly epoch: number;
  readonly batch: number;
  /** Not enumerable, so that an error nobody catches prints its sentence and not all parameters. */
  declare readonly checkpoint: Checkpoint;
  readonly phase?: string;
  readonly residual?: number;
  readonly tolerance?: number;
  readonly unsettled?: number;

  constructor(explanation: string, failure: TrainingFailure, options?: ErrorOptions) {
    super(`Training stopped in epoch ${failure.epoch}, batch ${failure.batch}: ${explanation}`, options);
    this.name = "TrainingError";
    this.reason = failure.reason;
    this.epoch = failure.epoch;
    this.batch = failure.batch;
    Object.defineProperty(this, "checkpoint", { value: failure.checkpoint });
    if (failure.phase !== undefined) this.phase = failure.phase;
    if (failure.residual !== undefined) this.residual = failure.residual;
    if (failure.tolerance !== undefined) this.tolerance = failure.tolerance;
    if (failure.unsettled !== undefined) this.unsettled = failure.unsettled;
  }
}

/** A cost, gradient or parameter that is no finite number. */
export class NotFiniteError extends Error {
  constructor(what: string, value: number) {
    super(`${what} is ${value}; take a smaller learning rate, or look for a term of the cost that is unbounded there.`);
    this.name = "NotFiniteError";
  }
}

/** Says that phases do not settle. */
export function unsettledMessage(worst: WorstPhase, mean: number, over: number): string {
  return (
    `the ${worst.phase} phase does not settle (on average ${(100 * mean).toFixed(0)} % of the examples over the last ` +
    `${over} batches are above the tolerance ${worst.tolerance}, the largest residual is ` +
    `${worst.residual.toPrecision(3)}); allow the solver more iterations or a smaller step, or keep the weights small ` +
    "by a smaller learning rate."
  );
}

/** Says what an error in a batch or a callback means for the training. */
export function causeMessage(cause: unknown, example: number | undefined): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const which = example === undefined ? "" : ` Among all examples it is number ${example}.`;
  const remedy =
    cause instanceof PhaseError || cause instanceof SimulationError
      ? " A smaller learning rate may keep the weights where phases stay finite."
      : "";
  return `${message}${which}${remedy}`;
}
