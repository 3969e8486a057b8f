import fc from "fast-check";
import type { Expression } from "../../../core/expression/expression.js";
import { multiply } from "../../../core/expression/functions.js";
import type { DynamicalSystem, StateBlock } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { largest, pointFunction, roundingOf } from "../../measures/point-function.js";
import { blockEntries, finiteField } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "the masses are those of the motion";

/** dq/dt = p / m with the masses that thermostats use. */
export const massesMatchMotion: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "dq/dt = p / m, entry by entry",
  inapplicable: ({ kinetic }) => (kinetic === undefined ? "it declares no masses" : undefined),
  property(system, options) {
    const coordinates = system.state.filter(({ role }) => role === "coordinate");
    const momenta = system.state.filter(({ role }) => role === "momentum");
    const inverse = (block: StateBlock): Expression => system.kinetic?.inverseMass.get(block.name) as Expression;
    const velocities = pointFunction(momenta.map((block) => multiply(inverse(block), block.symbol)));
    const field = finiteField(system, options);
    return fc.property(arbitrarySystemPoint(system), (point) => {
      const [rates, expected] = [field(point), velocities(point)];
      const rounding = roundingOf(velocities, point);
      coordinates.forEach((block, k) => {
        const velocity = expected[k] as Float64Array;
        requireAgreement(
          blockEntries((entry) => `d${entry}/dt`, block, rates[k] as Float64Array, velocity),
          {
            property: NAME,
            tolerance: 1e-11,
            scale: largest(velocity),
            floor: 8 * (rounding[k] as number),
            likely: "the inverse masses are not those of the kinetic energy",
          },
          options,
        );
      });
    });
  },
};
