import { InputError } from "../errors.js";

/** The grid of times of a run: state k belongs to the time `start + k * step`. */
export interface Clock {
  readonly start: number;
  /** Negative where the run goes backwards in time. */
  readonly step: number;
  readonly steps: number;
}

/** How far a run goes: to a time, or a number of steps. */
export interface Horizon {
  readonly start?: number;
  readonly until?: number;
  readonly steps?: number;
}

/** A time belongs to the grid when it is this close to it, relative to the number of steps. */
const GRID_TOLERANCE = 1e-9;

const MAXIMUM_STEPS = 2 ** 48;

/** The time at a fraction of a step, by the same operations as in the compiled step. */
export function timeAt(clock: Clock, step: number, fraction = 0): number {
  return clock.start + (step + fraction) * clock.step;
}

/** The number of steps from the start to `time`, or `undefined` where no step ends there. */
export function stepOf(clock: Pick<Clock, "start" | "step">, time: number): number | undefined {
  const ratio = (time - clock.start) / clock.step;
  const nearest = Math.round(ratio);
  return Math.abs(ratio - nearest) <= GRID_TOLERANCE * Math.max(1, Math.abs(nearest)) ? nearest : undefined;
}

function checkFiniteNumber(field: string, value: number): void {
  if (!Number.isFinite(value)) throw new InputError({ field, given: String(value), expected: "a finite number" });
}

/**
 * Lays the grid of times.
 *
 * @param step the integrator's step size, positive
 * @throws InputError unless exactly one of `until` and `steps` is given and a whole number of steps leads there
 */
export function layClock({ start = 0, until, steps }: Horizon, step: number): Clock {
  checkFiniteNumber("start", start);
  if ((until === undefined) === (steps === undefined)) {
    throw new InputError({
      field: "until, steps",
      given: until === undefined ? "neither" : "both",
      expected: "exactly one of them",
    });
  }
  if (steps !== undefined) {
    if (!(Number.isInteger(steps) && steps >= 0 && steps < MAXIMUM_STEPS)) {
      throw new InputError({ field: "steps", given: String(steps), expected: "a whole number from 0 to 2^48 - 1" });
    }
    return { start, step, steps };
  }
  const end = until as number;
  checkFiniteNumber("until", end);
  const signed = end < start ? -step : step;
  const count = stepOf({ start, step: signed }, end);
  if (count === undefined || count >= MAXIMUM_STEPS) {
    const whole = Math.max(1, Math.round((end - start) / signed));
    throw new InputError({
      field: "until",
      given: String(end),
      expected: `a whole number of steps of ${step} from ${start}`,
      remedy: `the nearest step that fits is ${Math.abs(end - start) / whole}, ${whole} of them`,
    });
  }
  return { start, step: signed, steps: count };
}
