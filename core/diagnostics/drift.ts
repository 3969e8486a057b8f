import { InputError } from "../errors.js";
import { gradient } from "../expression/derivatives.js";
import type { Expression } from "../expression/expression.js";
import { abs, add, multiply, sum } from "../expression/functions.js";
import { constant } from "../expression/primitives/leaves.js";
import type { SimulationResult } from "../simulation/result.js";
import type { BlockNames } from "../system.js";
import { traceExpression } from "./trace.js";

/** How a quantity that should stay constant changed along a run. */
export interface Drift {
  /** The saved times, [saved]. */
  readonly times: Float64Array;
  /**
   * (I - I0) / |I0| at each saved state, [saved] or [saved, trajectories]; I - I0 in trajectories where I0 is zero to the
   * rounding of its terms.
   */
  readonly relative: Float64Array;
  /** The largest |relative| up to each saved state, of the shape of `relative`; it starts at 0 and never falls. */
  readonly largestSoFar: Float64Array;
  /** The largest |relative|. */
  readonly maximum: number;
  /** Slope of the straight line of least squares through `relative`, per unit of time: a drift, where there is one. */
  readonly slope: number;
}

/** See {@link energyDrift}. */
export interface EnergyDrift extends Drift {
  /** The energy at each saved state, [saved] or [saved, trajectories]. */
  readonly energy: Float64Array;
}

/** See {@link invariantDrift}. */
export interface InvariantDrift extends Drift {
  /** The invariant at each saved state, [saved] or [saved, trajectories]. */
  readonly values: Float64Array;
}

/** An initial value below this fraction of its terms is rounding. */
const ROUNDING = 1e-12;

/**
 * The error of the energy along a run: bounded for symplectic methods, growing for others.
 *
 * @throws InputError for a system that conserves no energy
 */
export function energyDrift<N extends BlockNames>(result: SimulationResult<N>): EnergyDrift {
  const { values, ...drift } = driftOf("energyDrift", result as unknown as SimulationResult, "energy");
  return { ...drift, energy: values };
}

/**
 * The error of an invariant of the system along a run.
 *
 * @param name a declared invariant, or "energy"
 * @throws InputError for a name that is no invariant of the system
 */
export function invariantDrift<N extends BlockNames>(result: SimulationResult<N>, name: string): InvariantDrift {
  return driftOf("invariantDrift", result as unknown as SimulationResult, name);
}

function driftOf(field: string, result: SimulationResult, name: string): InvariantDrift {
  const { system, times } = result;
  const invariant = system.invariants.get(name);
  if (invariant === undefined) {
    const names = [...system.invariants.keys()].join(", ");
    throw new InputError({
      field,
      given: `"${system.name}", which conserves no ${name}`,
      expected: names === "" ? "a system with invariants" : `one of its invariants: ${names}`,
    });
  }
  const values = traceExpression(field, result, invariant);
  const lanes = result.trajectories ?? 1;
  const terms = traceExpression(field, startOf(result), sizeOfTerms(invariant, result));
  const relative = values.map((value, k) => {
    const initial = values[k % lanes] as number;
    const zero = Math.abs(initial) <= ROUNDING * (terms[k % lanes] as number);
    return zero ? value - initial : (value - initial) / Math.abs(initial);
  });
  const largestSoFar = relative.map(Math.abs);
  for (let k = lanes; k < largestSoFar.length; k++) {
    largestSoFar[k] = Math.max(largestSoFar[k - lanes] as number, largestSoFar[k] as number);
  }
  const maximum = largestSoFar.subarray(-lanes).reduce((largest, error) => Math.max(largest, error), 0);
  return { times, values, relative, largestSoFar, maximum, slope: slopeOf(times, relative, lanes) };
}

/** Sum of |z dI/dz| over the state: the size of the terms that make up an invariant. */
function sizeOfTerms(invariant: Expression, { system }: SimulationResult): Expression {
  const symbols = system.state.map(({ symbol }) => symbol);
  const slopes = gradient(invariant, symbols);
  return symbols.map((symbol, k) => sum(abs(multiply(symbol, slopes[k] as Expression)))).reduce(add, constant(0));
}

/** The result's first saved state alone. */
const startOf = (result: SimulationResult): SimulationResult => ({
  ...result,
  savedSteps: result.savedSteps.slice(0, 1),
});

function slopeOf(times: Float64Array, errors: Float64Array, lanes: number): number {
  const mean = times.reduce((total, time) => total + time, 0) / times.length;
  let covariance = 0;
  let variance = 0;
  for (let k = 0; k < errors.length; k++) {
    const distance = (times[Math.floor(k / lanes)] as number) - mean;
    covariance += distance * (errors[k] as number);
    variance += distance * distance;
  }
  return variance === 0 ? 0 : covariance / variance;
}
