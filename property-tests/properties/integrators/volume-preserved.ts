import fc from "fast-check";
import { determinant, Matrix } from "ml-matrix";
import { jacobianMatrix } from "../../../core/expression/jacobian-matrix.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { allFinite, pointFunction, roundingOf } from "../../measures/point-function.js";
import { stepGraph } from "../../measures/step-map.js";
import { finiteField, stateSymbols } from "../../measures/system-measures.js";
import { shortening } from "../../measures/time-scale.js";
import { fastestBackend } from "../../measures/usable-backends.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import type { IntegratedSystem } from "../../verification/verify-subject.js";

const NAME = "the step preserves volume";
const STEPS = [0.05, 0.2, 0.5];

/** det J = 1 for the Jacobian J of a step. */
export const preservesVolume: VerificationProperty<IntegratedSystem> = {
  name: NAME,
  statement: "det J = 1 for the Jacobian J of a step, at steps up to 0.5, shorter for fast motion",
  inapplicable({ system, integrator }) {
    const refusal = integrator.refusal(system);
    if (refusal !== undefined) return refusal;
    return integrator.preserves === "volume" ? undefined : "it does not claim to preserve volume, or claims more";
  },
  property({ system, integrator }, options) {
    const graph = stepGraph(system, integrator);
    const matrix = jacobianMatrix(graph.next, stateSymbols(system));
    const [jacobian, field] = [pointFunction([matrix], fastestBackend()), finiteField(system, options)];
    const [size] = matrix.shape as [number, number];
    const shorter = shortening(system);
    return fc.property(arbitrarySystemPoint(system), (point) => {
      field(point);
      for (const length of STEPS) {
        const h = length * shorter(point);
        const start = graph.bind(point, h);
        const [entries] = jacobian(start) as [Float64Array];
        if (!allFinite([entries])) options.inconclusive("the step is not finite here");
        const [noise] = roundingOf(jacobian, start) as [number];
        requireAgreement(
          [{ at: `det J of a step of ${h}`, found: determinant(Matrix.from1DArray(size, size, entries)), expected: 1 }],
          {
            property: NAME,
            tolerance: 1e-12,
            floor: 32 * size * noise,
            likely:
              "velocities are not turned by an orthogonal matrix, or a force is taken at a state that the stage moves",
          },
          options,
        );
      }
    });
  },
};
