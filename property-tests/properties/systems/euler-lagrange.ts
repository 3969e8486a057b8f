import fc from "fast-check";
import type { Expression } from "../../../core/expression/expression.js";
import { type DynamicalSystem, type StateBlock, TIME } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { type AgreementEntry, requireAgreement } from "../../measures/agreement.js";
import { hasBranchSwitch } from "../../measures/branch-switch.js";
import { directionalDerivative } from "../../measures/directional-derivative.js";
import { innerProduct, moved, type PointValues, pointFunction, roundingOf } from "../../measures/point-function.js";
import { probeDirections } from "../../measures/probe-directions.js";
import { richardsonDerivative } from "../../measures/richardson-derivative.js";
import { blockEntries, finiteField, stateSymbols, valuesOf } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "the field obeys the Euler-Lagrange equation";
const TOLERANCE = 1e-7;

const blocksOf = (system: DynamicalSystem, role: StateBlock["role"]): StateBlock[] =>
  system.state.filter((block) => block.role === role);

/** dp/dt = dL/dq - gamma p + force along the flow, with p = dL/dv, by differences of L alone; dq/dt = v. */
export const eulerLagrange: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "d(dL/dv)/dt = dL/dq - gamma dL/dv + force along the flow, and dq/dt = v",
  inapplicable: ({ kind }) => (kind === "lagrangian" ? undefined : "it is no Lagrangian system"),
  property(system, options) {
    const scalar = system.scalar as Expression;
    const [coordinates, velocities] = [blocksOf(system, "coordinate"), blocksOf(system, "velocity")];
    const slope = directionalDerivative([scalar], stateSymbols(system));
    const [field, value] = [finiteField(system, options), pointFunction([scalar])];
    const forced = coordinates.filter(({ name }) => system.generalisedForce?.has(name));
    const force = pointFunction(forced.map(({ name }) => system.generalisedForce?.get(name) as Expression));
    const [alongCoordinates, alongVelocities] = [probeDirections(coordinates), probeDirections(velocities)];
    return fc.property(arbitrarySystemPoint(system), (point) => {
      const rates = field(point);
      checkVelocities(rates.slice(0, coordinates.length));
      const flow: PointValues = {
        ...Object.fromEntries(system.state.map(({ name }, k) => [name, rates[k] as Float64Array])),
        [TIME]: Float64Array.of(1),
      };
      const gamma = system.damping === undefined ? 0 : (point[system.damping]?.[0] as number);
      const forces = force(point);
      const accelerationNoise = Math.max(...roundingOf(field, point));
      alongVelocities.forEach(({ name, direction }, k) => {
        const push = alongCoordinates[k] as (typeof alongCoordinates)[number];
        const momentum = (at: PointValues): number => slope(at, direction).values[0]?.[0] as number;
        const change = richardsonDerivative((length) => [Float64Array.of(momentum(moved(point, flow, length)))]);
        const pulled = slope(point, push.direction);
        const extra = innerProduct(forces, valuesOf(push.direction, forced));
        const expected = (pulled.values[0]?.[0] as number) - gamma * momentum(point) + extra;
        const found = change.values[0]?.[0] as number;
        const mass = Math.abs(momentumChange(momentum, point, direction));
        requireAgreement(
          [{ at: `d/dt of dL/d${name}`, found, expected }],
          {
            property: NAME,
            tolerance: TOLERANCE,
            scale: Math.max(Math.abs(found), Math.abs(expected), Math.abs(momentum(point))),
            floor: (change.errors[0] as number) + (pulled.errors[0] as number) + 64 * mass * accelerationNoise,
            likely:
              "a term of the acceleration is missing or wrong: the mass matrix and its motion, damping, or a force",
            atBranchSwitch: () =>
              [flow, direction, push.direction].some((along) => hasBranchSwitch(value, point, along)),
          },
          options,
        );
      });

      function checkVelocities(found: readonly Float64Array[]): void {
        const entries: AgreementEntry[] = coordinates.flatMap((block, k) =>
          blockEntries(
            (entry) => `d${entry}/dt`,
            block,
            found[k] as Float64Array,
            point[(velocities[k] as StateBlock).name] as Float64Array,
          ),
        );
        const likely = "the rate of a coordinate is its velocity";
        requireAgreement(entries, { property: NAME, tolerance: TOLERANCE, likely }, options);
      }
    });
  },
};

/** How much a momentum changes with its velocity: what multiplies the rounding of an acceleration. */
function momentumChange(momentum: (at: PointValues) => number, point: PointValues, direction: PointValues): number {
  const step = 1 / 64;
  return (momentum(moved(point, direction, step)) - momentum(moved(point, direction, -step))) / (2 * step);
}
