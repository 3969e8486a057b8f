import fc from "fast-check";
import type { Expression } from "../../../core/expression/expression.js";
import { subtract, symbol } from "../../../core/expression/functions.js";
import type { Integrator } from "../../../core/integrator.js";
import { dependsOn } from "../../../core/structure-proofs.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { largest, type PointValues } from "../../measures/point-function.js";
import { type StepGraph, stepGraph, stepMap } from "../../measures/step-map.js";
import { blockEntries, finiteField } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import type { IntegratedSystem } from "../../verification/verify-subject.js";

const NAME = "a stationary state stays";
const STEPS = [0.05, 0.5];

/**
 * Where the field vanishes a step changes nothing. So that every state may be tried, not only the few that are stationary,
 * the field is taken relative to its value there: F(z) - F(z0), which vanishes at z0.
 */
export const stationaryStatesStay: VerificationProperty<IntegratedSystem> = {
  name: NAME,
  statement: "step(h, z0) = z0 where F(z0) = 0, tried on the field F - F(z0)",
  inapplicable({ system, integrator }) {
    const refusal = integrator.refusal(system);
    if (refusal !== undefined) return refusal;
    if (integrator.stochastic) return "its noise moves every state";
    if (system.time === "discrete") return "it moves in discrete time";
    if (system.facts.timeDependent) return "the field depends on the time";
    return dependsOn(shifted(system, integrator).next, pullsOf(system))
      ? undefined
      : "its step follows from the scalar and not from the field";
  },
  property({ system, integrator }, options) {
    const step = stepMap(shifted(system, integrator));
    const field = finiteField(system, options);
    return fc.property(arbitrarySystemPoint(system), (drawn) => {
      const point = system.damping === undefined ? drawn : atRest(system, drawn);
      const rates = field(point);
      const pulled: PointValues = Object.fromEntries(
        system.state.map(({ name }, k) => [`the field of ${name} at the start`, rates[k] as Float64Array]),
      );
      const speed = Math.max(...rates.map(largest));
      for (const h of STEPS) {
        const found = step({ ...point, ...pulled }, h);
        system.state.forEach((block, k) => {
          const expected = point[block.name] as Float64Array;
          requireAgreement(
            blockEntries((entry) => `${entry} after a step of ${h}`, block, found[k] as Float64Array, expected),
            {
              property: NAME,
              tolerance: 1e-13,
              scale: largest(expected) + h * speed,
              likely: "the step adds something that does not vanish with the field",
            },
            options,
          );
        });
      }
    });
  },
};

const pullName = (block: string): string => `the field of ${block} at the start`;

const pullsOf = ({ state }: DynamicalSystem): Expression[] =>
  state.map(({ name, shape }) => symbol(pullName(name), shape));

/** One step on the field less its value at the start. */
function shifted(system: DynamicalSystem, integrator: Integrator): StepGraph {
  const pulls = pullsOf(system);
  const field = new Map(
    system.state.map(({ name }, k) => [name, subtract(system.field.get(name) as Expression, pulls[k] as Expression)]),
  );
  return stepGraph({ ...system, field }, integrator);
}

/** A damped system is stationary only where nothing moves. */
const atRest = ({ state }: DynamicalSystem, point: PointValues): PointValues => ({
  ...point,
  ...Object.fromEntries(
    state.flatMap(({ name, role }) =>
      role === "momentum" || role === "velocity" ? [[name, (point[name] as Float64Array).map(() => 0)]] : [],
    ),
  ),
});
