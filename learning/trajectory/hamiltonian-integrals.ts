import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, constant, multiply, negate, subtract, sum, symbol } from "../../core/expression/functions.js";
import { exp } from "../../core/expression/primitives/transcendental.js";
import { hamiltonianPart } from "../../core/hamiltonian-parts.js";
import type { HamiltonianPartName, HamiltonianTerm, StepContext } from "../../core/integrator.js";
import { type DynamicalSystem, type InputBlock, TIME } from "../../core/system.js";
import type { Learned } from "./free-trajectory.js";
import { nameOf } from "./trajectory-data.js";

/** The time of the initial state of the free trajectory. */
export const FIRST_TIME = symbol("first time");

/** The time since the start of the free trajectory, at a time of the echo, which is minus the original one. */
export const sinceStart = (echoTime: Expression): Expression => subtract(negate(echoTime), FIRST_TIME);

/** What a step of an echo adds to the integrals of dH/dtheta, in steps. */
export interface IntegralSlopes {
  /** One per learned block. */
  readonly learned: readonly Expression[];
  /** For inputs that vary in time, by the name of the row's symbol. */
  readonly rows: ReadonlyMap<string, Expression>;
}

/**
 * The integral of dH/dtheta over one step of an echo by the integrator's own quadrature. With damping gamma the integrand
 * carries the factor e^(gamma t), t since the start of the free trajectory; for gamma itself it is t e^(gamma t) (H - p dH/dp),
 * the derivative of e^(gamma t) H(q, e^(-gamma t) P) at fixed P = e^(gamma t) p.
 *
 * @param damping the parameter of the original system, if it is damped
 */
export function integralSlopes(
  context: StepContext,
  terms: readonly HamiltonianTerm[],
  learned: readonly Learned[],
  varying: readonly InputBlock[],
  damping: Expression | undefined,
): IntegralSlopes {
  const { system } = context;
  const blocks = [...learned, ...varying].map((block) => block.symbol);
  const named = (expressions: readonly Expression[]): Map<string, Expression> =>
    new Map(expressions.map((expression, k) => [String(k), expression]));
  const slopesOf = memoised((part: HamiltonianPartName) => gradient(hamiltonianPart(system, part), blocks));
  const sums = learned.map(({ shape }): Expression => constant(0, shape));
  const rows = new Map<string, Expression>();
  for (const { part, weight, state, fraction } of terms) {
    const at = (expressions: readonly Expression[]): Expression[] => [
      ...context.at(state, fraction, named(expressions)).values(),
    ];
    const [time] = at([symbol(TIME)]) as [Expression];
    const elapsed = sinceStart(time);
    const factor = damping === undefined ? weight : multiply(weight, exp(multiply(damping, elapsed)));
    const slopes = at(slopesOf(part)).map((slope) => multiply(factor, slope));
    learned.forEach((block, k) => {
      let slope = slopes[k] as Expression;
      if (block.symbol === damping)
        slope = add(slope, multiply(factor, multiply(elapsed, at([work(system, part)])[0] as Expression)));
      sums[k] = add(sums[k] as Expression, slope);
    });
    at(varying.map((block) => block.symbol)).forEach((row, k) => {
      const known = rows.get(nameOf(row));
      const slope = slopes[learned.length + k] as Expression;
      rows.set(nameOf(row), known === undefined ? slope : add(known, slope));
    });
  }
  return { learned: sums, rows };
}

/** A part of H less p dH/dp: V of the potential; of the kinetic energy T - p dT/dp, which is -T where it is quadratic. */
function work(system: DynamicalSystem, part: HamiltonianPartName): Expression {
  const value = hamiltonianPart(system, part);
  const momenta = system.state.filter(({ role }) => role === "momentum").map((block) => block.symbol);
  const velocities = gradient(value, momenta);
  return momenta.reduce(
    (rest, momentum, k) => subtract(rest, sum(multiply(momentum, velocities[k] as Expression))),
    value,
  );
}

function memoised<K, V>(make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = make(key);
      known.set(key, value);
    }
    return value;
  };
}
