import fc from "fast-check";
import type { DynamicalSystem } from "../../core/system.js";
import { arbitrarySystemPoint } from "../arbitraries/system-point.js";
import type { PropertyOptions } from "../verification/verification-property.js";
import { requireAgreement } from "./agreement.js";
import { largest, type PointFunction, roundingOf } from "./point-function.js";
import { blockEntries, finiteField } from "./system-measures.js";

/** How near the two fields must be, and what a difference means. */
export interface FieldAgreement {
  readonly property: string;
  readonly tolerance: number;
  /** How often the rounding of the field may be the difference. */
  readonly roundings: number;
  readonly likely: string;
}

/** A property: at random points, the field of a system is what another function gives, block by block. */
export function sameField(
  system: DynamicalSystem,
  other: PointFunction,
  { property, tolerance, roundings, likely }: FieldAgreement,
  options: PropertyOptions,
): fc.IRawProperty<unknown> {
  const field = finiteField(system, options);
  return fc.property(arbitrarySystemPoint(system), (point) => {
    const [expected, found] = [field(point), other(point)];
    const rounding = roundingOf(field, point);
    system.state.forEach((block, k) => {
      const values = expected[k] as Float64Array;
      requireAgreement(
        blockEntries((entry) => `d${entry}/dt`, block, found[k] as Float64Array, values),
        { property, tolerance, scale: largest(values), floor: roundings * (rounding[k] as number), likely },
        options,
      );
    });
  });
}
