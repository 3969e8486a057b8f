import type { Expression } from "../../../core/expression/expression.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { pointFunction } from "../../measures/point-function.js";
import { relabelledSystem } from "../../measures/relabelled-system.js";
import { sameField } from "../../measures/same-field.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import { lacksJson } from "./json-round-trip.js";

const NAME = "the order of declaration does not matter";

/** The field of a block is the same when all blocks are declared in the opposite order. */
export const orderOfBlocksImmaterial: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "every block has the same field when the blocks are declared in the opposite order",
  inapplicable: lacksJson,
  property(system, options) {
    const turned = relabelledSystem(system);
    const other = pointFunction(system.state.map(({ name }) => turned.field.get(name) as Expression));
    const likely = "blocks are paired by position instead of by name";
    return sameField(system, other, { property: NAME, tolerance: 1e-11, roundings: 32, likely }, options);
  },
};
