import fc from "fast-check";
import type { DynamicalSystem, StateBlock } from "../../../core/system.js";
import { arbitraryDirection, arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { directionalDerivative } from "../../measures/directional-derivative.js";
import { largest, type PointValues } from "../../measures/point-function.js";
import { blockEntries, fieldOf, finiteField, stateSymbols } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "the system is separable as it claims";

const isCoordinate = ({ role }: StateBlock): boolean => role === "coordinate";

/** d(dq/dt)/dq = 0 and d(dp/dt)/dp = 0: drifts and kicks have exact flows. */
export const separabilityHolds: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "d(dq/dt)/dq = 0 and d(dp/dt)/dp = 0",
  inapplicable: ({ facts }) => (facts.separable ? undefined : "it does not claim to be separable"),
  property(system, options) {
    const [field, derivative] = [
      finiteField(system, options),
      directionalDerivative(fieldOf(system), stateSymbols(system)),
    ];
    const restricted = (direction: PointValues, coordinates: boolean): PointValues =>
      Object.fromEntries(
        system.state.map((block) => {
          const along = direction[block.name] as Float64Array;
          return [block.name, isCoordinate(block) === coordinates ? along : along.map(() => 0)];
        }),
      );
    return fc.property(arbitrarySystemPoint(system), arbitraryDirection(system.state), (point, direction) => {
      const rates = field(point);
      for (const coordinates of [true, false]) {
        const { values, errors } = derivative(point, restricted(direction, coordinates));
        const moving = coordinates ? "coordinates" : "momenta or velocities";
        system.state.forEach((block, k) => {
          if (isCoordinate(block) !== coordinates) return;
          const change = values[k] as Float64Array;
          requireAgreement(
            blockEntries(
              (entry) => `the change of d${entry}/dt with the ${moving}`,
              block,
              change,
              change.map(() => 0),
            ),
            {
              property: NAME,
              tolerance: 1e-9,
              scale: largest(rates[k] as Float64Array),
              floor: errors[k] as number,
              likely: "drifts or kicks are not exact flows here, so that splitting methods lose their order",
            },
            options,
          );
        });
      }
    });
  },
};
