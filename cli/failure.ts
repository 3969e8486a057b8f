import { InputError } from "../core/errors.js";
import { DownloadError } from "../learning/data/index.js";
import { PhaseError } from "../learning/rule.js";
import { TrainingError } from "../learning/training/index.js";

/** Errors that say all a user needs in their message. */
const explained = [InputError, PhaseError, TrainingError, DownloadError];

/**
 * Tells the user what went wrong: one sentence where the error is meant for people, the whole stack where it is a defect.
 *
 * @returns the exit status: 2 for bad input, 1 otherwise
 */
export function reportFailure(error: unknown): number {
  if (explained.some((kind) => error instanceof kind)) {
    console.error(`eqprop: ${(error as Error).message}`);
    return error instanceof InputError ? 2 : 1;
  }
  console.error(error);
  return 1;
}
