import { javascript } from "../../../core/compile/javascript/javascript.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { pointFunction } from "../../measures/point-function.js";
import { sameField } from "../../measures/same-field.js";
import { fieldOf } from "../../measures/system-measures.js";
import { usableBackends } from "../../measures/usable-backends.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "backends agree on the field";

/** Generated code against the interpreter. */
export const backendsAgreeOnField: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "F computed by generated code equals F computed primitive by primitive",
  inapplicable: () => (usableBackends([javascript]).length > 0 ? undefined : "code generation is forbidden here"),
  property: (system, options) =>
    sameField(
      system,
      pointFunction(fieldOf(system), javascript),
      {
        property: NAME,
        tolerance: 1e-13,
        roundings: 8,
        likely: "a fault of a backend: please report it with the system",
      },
      options,
    ),
};
