import { InputError } from "../../core/errors.js";
import type { PhaseReport } from "../rule.js";

/** When a training stops because its phases do not settle. */
export interface SettlingLimits {
  /**
   * The fraction of the examples that may stay above the solver's tolerance, in the phase that settles worst and averaged
   * over the last batches.
   *
   * @defaultValue 0.5
   */
  readonly maximumUnsettled?: number;
  /** How many batches are averaged over. @defaultValue 20 */
  readonly over?: number;
}

/** The phase of a batch that settled worst. */
export interface WorstPhase {
  readonly phase: string;
  /** The fraction of its examples above the tolerance. */
  readonly unsettled: number;
  /** The largest residual of its examples. */
  readonly residual: number;
  readonly tolerance: number;
}

const largest = (values: Float64Array): number =>
  values.reduce((most, value) => (value > most || Number.isNaN(value) ? value : most), 0);

/** The phase with the most unsettled examples; among equals, the one furthest above its tolerance. */
export function worstPhase(phases: readonly PhaseReport[]): WorstPhase {
  const judged = phases.map(({ phase, residual, tolerance, unsettled }) => ({
    phase,
    unsettled: unsettled / residual.length,
    residual: largest(residual),
    tolerance,
  }));
  return judged.reduce((worst, next) => {
    const isWorse =
      next.unsettled === worst.unsettled && next.residual / next.tolerance > worst.residual / worst.tolerance;
    return next.unsettled > worst.unsettled || isWorse ? next : worst;
  });
}

/** Averages the unsettled fraction over the last batches. */
export class SettlingWatch {
  readonly maximum: number;
  readonly over: number;
  private fractions: number[] = [];

  /** @throws InputError for a fraction outside [0, 1] or a number of batches that is no whole number, 1 or more */
  constructor({ maximumUnsettled = 0.5, over = 20 }: SettlingLimits = {}) {
    if (!(maximumUnsettled >= 0 && maximumUnsettled <= 1)) {
      throw new InputError({
        field: "train, settling.maximumUnsettled",
        given: String(maximumUnsettled),
        expected: "a fraction from 0 to 1",
      });
    }
    if (!(Number.isInteger(over) && over >= 1)) {
      throw new InputError({
        field: "train, settling.over",
        given: String(over),
        expected: "a whole number, 1 or more",
      });
    }
    this.maximum = maximumUnsettled;
    this.over = over;
  }

  /** The fractions averaged over, oldest first. */
  get recent(): readonly number[] {
    return this.fractions;
  }

  set recent(fractions: readonly number[]) {
    this.fractions = fractions.slice(-this.over);
  }

  /** The mean over the last batches; 0 before the first. */
  get mean(): number {
    return this.fractions.reduce((total, value) => total + value, 0) / Math.max(1, this.fractions.length);
  }

  /** As many batches as are averaged over were seen, and too little of them settled. */
  get isExceeded(): boolean {
    return this.fractions.length === this.over && this.mean > this.maximum;
  }

  add(unsettled: number): void {
    if (this.fractions.length === this.over) this.fractions.shift();
    this.fractions.push(unsettled);
  }
}
