import fc from "fast-check";
import type { Expression } from "../../../core/expression/expression.js";
import { constant, symbol } from "../../../core/expression/functions.js";
import { substitute } from "../../../core/expression/transform.js";
import { type DynamicalSystem, TIME } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { hasBranchSwitch } from "../../measures/branch-switch.js";
import { directionalDerivative } from "../../measures/directional-derivative.js";
import { largest, type PointValues, pointFunction, roundingOf } from "../../measures/point-function.js";
import { probeDirections } from "../../measures/probe-directions.js";
import { finiteField, stateSymbols } from "../../measures/system-measures.js";
import type { PropertyOptions, VerificationProperty } from "../../verification/verification-property.js";

const NAME = "the motion conserves the invariants";
const TOLERANCE = 1e-9;

/** dI/dz F + dI/dt = 0, or I(next(z)) = I(z) in discrete time. */
export const invariantsConserved: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "dI/dz F + dI/dt = 0 for the energy and every declared invariant; in discrete time I(next(z)) = I(z)",
  inapplicable: ({ invariants }) => (invariants.size > 0 ? undefined : "it has no invariants"),
  property: (system, options) =>
    system.time === "continuous" ? alongTheFlow(system, options) : underTheMap(system, options),
};

function alongTheFlow(system: DynamicalSystem, options: PropertyOptions): fc.IRawProperty<unknown> {
  const names = [...system.invariants.keys()];
  const invariants = [...system.invariants.values()];
  const [field, evaluate] = [finiteField(system, options), pointFunction(invariants)];
  const derivative = directionalDerivative(invariants, [...stateSymbols(system), symbol(TIME)]);
  const probes = probeDirections(system.state);
  return fc.property(arbitrarySystemPoint(system), (point) => {
    const velocity = field(point);
    const along: PointValues = {
      ...Object.fromEntries(system.state.map(({ name }, k) => [name, velocity[k] as Float64Array])),
      [TIME]: Float64Array.of(1),
    };
    const { values, errors } = derivative(point, along);
    // How fast the invariant would change if nothing cancelled.
    const slopes = probes.map(({ direction }) => derivative(point, direction).values);
    const speed = Math.max(...velocity.map(largest));
    const noise = roundingOf(evaluate, point);
    names.forEach((name, k) => {
      const steepest = Math.max(...slopes.map((values) => Math.abs(values[k]?.[0] as number)));
      if (!Number.isFinite(steepest)) options.inconclusive(`the invariant ${name} is not defined here`);
      requireAgreement(
        [{ at: `the rate of ${name}`, found: values[k]?.[0] as number, expected: 0 }],
        {
          property: NAME,
          tolerance: TOLERANCE,
          scale: steepest * speed,
          floor: (errors[k] as number) + 8 * (noise[k] as number),
          likely: "it is not conserved by these equations, or the equations have a wrong term",
          atBranchSwitch: () => hasBranchSwitch(evaluate, point, along),
        },
        options,
      );
    });
  });
}

function underTheMap(system: DynamicalSystem, options: PropertyOptions): fc.IRawProperty<unknown> {
  const names = [...system.invariants.keys()];
  const invariants = [...system.invariants.values()];
  const next = new Map<Expression, Expression>(
    system.state.map(({ name, symbol: state }) => [state, system.field.get(name) as Expression]),
  );
  next.set(symbol(TIME), constant(1));
  const [before, after] = [pointFunction(invariants), pointFunction(substitute(invariants, next))];
  const field = finiteField(system, options);
  return fc.property(arbitrarySystemPoint(system), (point) => {
    const start = { ...point, [TIME]: Float64Array.of(0) };
    field(start);
    const [expected, found] = [before(start), after(start)];
    const noise = [roundingOf(before, start), roundingOf(after, start)];
    names.forEach((name, k) => {
      requireAgreement(
        [{ at: `${name} after a step`, found: found[k]?.[0] as number, expected: expected[k]?.[0] as number }],
        {
          property: NAME,
          tolerance: TOLERANCE,
          floor: 32 * Math.max(...noise.map((each) => each[k] as number)),
          likely: "the map does not conserve it",
        },
        options,
      );
    });
  });
}
