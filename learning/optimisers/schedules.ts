import { InputError } from "../../core/errors.js";
import { checkNumber, type Schedule } from "./optimiser.js";

/** Options of {@link cosineSchedule}. */
export interface CosineScheduleOptions {
  /** The rate of the first update. */
  readonly initial: number;
  /** The rate after `updates` updates, and from then on. @defaultValue 0 */
  readonly final?: number;
  /** How many updates the descent takes; epochs times batches per epoch for a whole training. */
  readonly updates: number;
}

/**
 * Falls from one rate to another along half a cosine: after k of n updates
 *
 *     final + (initial - final) (1 + cos(pi k / n)) / 2.
 *
 * Source: Loshchilov & Hutter 2017 (SGDR), one period.
 *
 * @throws InputError for a rate below 0 or a number of updates that is no whole number, 1 or more
 */
export function cosineSchedule(options: CosineScheduleOptions): Schedule {
  const { initial, final = 0, updates: all } = options;
  checkNumber("cosineSchedule initial", initial);
  checkNumber("cosineSchedule final", final);
  if (!(Number.isInteger(all) && all >= 1)) {
    throw new InputError({
      field: "cosineSchedule updates",
      given: String(all),
      expected: "a whole number, 1 or more",
    });
  }
  return (updates) => final + ((initial - final) * (1 + Math.cos((Math.PI * Math.min(updates, all)) / all))) / 2;
}
