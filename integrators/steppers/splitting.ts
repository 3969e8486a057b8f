import { InputError } from "../../core/errors.js";
import type { Integrator } from "../../core/integrator.js";
import { type SplittingStage, splittingMethod } from "../splitting.js";
import { splittingOrder } from "../splitting-order.js";

/** Options of {@link splitting}. */
export interface SplittingOptions {
  /** The step size h > 0. */
  readonly step: number;
  /** Coefficients of the drifts q <- q + a_i h dT/dp, in the order they are applied; they add up to 1. */
  readonly drift: readonly number[];
  /** Coefficients of the kicks p <- p - b_i h dV/dq, in the order they are applied; they add up to 1. */
  readonly kick: readonly number[];
  /**
   * Which part comes first. Drifts and kicks alternate, so that there is a choice only where there are as many of both.
   *
   * @defaultValue the longer list; "kick" where both are of one length
   */
  readonly first?: "kick" | "drift";
  /**
   * The order of convergence.
   *
   * @defaultValue the order that follows from the coefficients for every separable system; a method may have a higher one
   * where T is quadratic in p, and then accepts only such systems
   */
  readonly order?: number;
  /** @defaultValue "splitting" */
  readonly name?: string;
  /** Where the coefficients come from. @defaultValue "own coefficients" */
  readonly reference?: string;
}

/** Sums of coefficients that are given to fewer digits are refused: the method would not even have order 1. */
const ROUNDING = 1e-12;

/**
 * A symplectic method of one's own for separable systems H = T(p) + V(q), from the coefficients of its drifts and kicks:
 *
 *     splitting({ step: 0.1, kick: [1 / 2, 1 / 2], drift: [1] })    // leapfrog
 *
 * Its order follows from the coefficients (see `splittingOrder`); it is symmetric where they read the same from both ends.
 *
 * @throws InputError for lists that cannot alternate, coefficients that are not finite or do not add up to 1, an order that
 * is no positive whole number, or a step that is not finite and positive
 */
export function splitting(options: SplittingOptions): Integrator {
  const { step, drift, kick, name = "splitting", reference = "own coefficients" } = options;
  const longer = drift.length > kick.length ? "drift" : "kick";
  const { first = longer } = options;
  const stages = alternating(drift, kick, first);
  checkSum("drift", drift);
  checkSum("kick", kick);
  const proven = splittingOrder(stages);
  const { order = proven } = options;
  if (!Number.isInteger(order) || order < 1) {
    throw new InputError({ field: "order of splitting", given: String(order), expected: "a positive whole number" });
  }
  return splittingMethod({
    name,
    step,
    order,
    symmetric: stages.every((stage, k) => mirrors(stage, stages[stages.length - 1 - k] as SplittingStage)),
    reference,
    stages,
    quadratic: order > proven,
  });
}

const mirrors = (stage: SplittingStage, other: SplittingStage): boolean =>
  stage.part === other.part && Math.abs(stage.coefficient - other.coefficient) <= ROUNDING;

function alternating(drift: readonly number[], kick: readonly number[], first: "kick" | "drift"): SplittingStage[] {
  const lists = { drift, kick };
  const second = first === "kick" ? "drift" : "kick";
  const [leading, following] = [lists[first], lists[second]];
  const extra = leading.length - following.length;
  if (following.length === 0 || (extra !== 0 && extra !== 1)) {
    throw new InputError({
      field: "drift and kick of splitting",
      given: `${drift.length} drifts and ${kick.length} kicks`,
      expected: `lists that alternate from a ${first} on: as many of both, or one ${first} more`,
    });
  }
  return leading.flatMap((coefficient, k): SplittingStage[] => {
    const next = following[k];
    const stage = { part: first, coefficient };
    return next === undefined ? [stage] : [stage, { part: second, coefficient: next }];
  });
}

function checkSum(part: "drift" | "kick", coefficients: readonly number[]): void {
  const sum = coefficients.reduce((total, coefficient) => total + coefficient, 0);
  if (Math.abs(sum - 1) <= ROUNDING) return;
  throw new InputError({
    field: `${part} of splitting`,
    given: `coefficients that add up to ${sum}`,
    expected: "finite coefficients that add up to 1",
    remedy: "give them to 16 digits",
  });
}
