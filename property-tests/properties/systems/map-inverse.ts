import fc from "fast-check";
import type { Expression } from "../../../core/expression/expression.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import {
  allFinite,
  largest,
  type PointFunction,
  type PointValues,
  pointFunction,
  roundingOf,
} from "../../measures/point-function.js";
import { blockEntries, fieldOf } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "the inverse undoes the map";

/** inverse(next(z)) = z and next(inverse(z)) = z. */
export const inverseUndoesMap: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "inverse(next(z)) = z and next(inverse(z)) = z",
  inapplicable: ({ inverse }) => (inverse === undefined ? "it declares no inverse map" : undefined),
  property(system, options) {
    const next = pointFunction(fieldOf(system));
    const inverse = pointFunction(system.state.map(({ name }) => system.inverse?.get(name) as Expression));
    const applied = (map: PointFunction, at: PointValues): PointValues => {
      const values = map(at);
      if (!allFinite(values)) options.inconclusive("the map is not finite here");
      return { ...at, ...Object.fromEntries(system.state.map(({ name }, k) => [name, values[k] as Float64Array])) };
    };
    const orders = [
      ["inverse(next(z))", next, inverse],
      ["next(inverse(z))", inverse, next],
    ] as const;
    return fc.property(arbitrarySystemPoint(system), (point) => {
      for (const [what, first, second] of orders) {
        const both: PointFunction = (at) => second(applied(first, at));
        const back = both(point);
        const [near, far] = [roundingOf(both, point), roundingOf(second, applied(first, point))];
        const scale = Math.max(
          ...first(point).map(largest),
          ...system.state.map(({ name }) => largest(point[name] as Float64Array)),
        );
        system.state.forEach((block, k) => {
          requireAgreement(
            blockEntries(
              (entry) => `${entry} of ${what}`,
              block,
              back[k] as Float64Array,
              point[block.name] as Float64Array,
            ),
            {
              property: NAME,
              tolerance: 1e-11,
              scale,
              floor: 8 * Math.max(near[k] as number, far[k] as number),
              likely: "the inverse belongs to another map, or uses a block at the wrong time",
            },
            options,
          );
        });
      }
    });
  },
};
