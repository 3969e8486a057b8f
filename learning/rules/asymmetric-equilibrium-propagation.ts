import { InputError } from "../../core/errors.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, constant } from "../../core/expression/functions.js";
import { constantValue } from "../../core/expression/primitives/leaves.js";
import type { DynamicalSystem } from "../../core/system.js";
import { contrast, type Nudging } from "../estimators/contrast.js";
import { pairedResponse } from "../estimators/pairing.js";
import type { LearningRule } from "../rule.js";
import type { LearningTask } from "../task.js";
import { corrected, correctionOf } from "../transformations/corrected.js";
import { checkedNudging } from "./check-nudging.js";
import { refuseMovingStructures } from "./moving-structures.js";
import { type NudgedPhasesOptions, namedByNudging, nudgedPhases } from "./nudged-phases.js";
import { phaseRule } from "./phase-rule.js";
import { listed, parametersIn, smallNudge } from "./reliances.js";

/** Options of {@link asymmetricEquilibriumPropagation}. */
export interface AsymmetricEquilibriumPropagationOptions extends NudgedPhasesOptions {
  /**
   * How parameters are read off. "pairing" pairs the displacement with the derivative of the whole force; "contrast" reads
   * those of the conservative part as equilibrium propagation does, from the energy at both nudges, and pairs the rest; it
   * needs a force system declared with an `energy`, or an energy system.
   * @defaultValue "pairing"
   */
  readonly energyPart?: "pairing" | "contrast";
}

/**
 * Asymmetric equilibrium propagation (AsymEP), for any force F with stable stationary states. The free phase settles to
 * F(x_0) = 0. In the nudged phases the antisymmetric part of the Jacobian J at x_0 is turned round,
 *
 *     dx/dt = F(x) - (J - J') (x - x_0) -+ nudge dC/dx,
 *
 * so that the state answers with J' where plain nudging answers with J, and
 *
 *     dC/dtheta = (direct part) - (dF/dtheta at x_0)' (x_+ - x_-) / (2 nudge) + O(nudge^2)   (centred)
 *     dC/dtheta = (direct part) - (dF/dtheta at x_0)' (x_+ - x_0) / nudge + O(nudge)         (one-sided)
 *
 * for parameters and inputs. The correction takes one product with J and one with J' per step; for a Hopfield force
 * -x + rho'(x) (W rho(x) + b) it is local, -rho'(x_0) (W - W') [rho'(x_0) (x - x_0)]: each connection needs the weight of its
 * reverse. For an energy it is equilibrium propagation read off by the force.
 *
 * The four choices of the rule: transformation corrected, phases relax, functional force, estimator pairing.
 *
 * Source: Scurria, Vanden Abeele, Mognetti & Massar 2026, arXiv 2602.03670.
 *
 * @throws InputError for a nudge that is not positive
 */
export function asymmetricEquilibriumPropagation(options: AsymmetricEquilibriumPropagationOptions): LearningRule {
  const maker = "asymmetricEquilibriumPropagation";
  const nudging = checkedNudging(`${maker} nudging`, options.nudging);
  const { energyPart = "pairing" } = options;
  if (energyPart !== "pairing" && energyPart !== "contrast") {
    throw new InputError({
      field: `${maker} energyPart`,
      given: JSON.stringify(energyPart),
      expected: '"pairing" or "contrast"',
    });
  }
  const needsEnergy = energyPart === "contrast";
  return phaseRule({
    name: namedByNudging("asymmetric equilibrium propagation", nudging),
    reference: "Scurria, Vanden Abeele, Mognetti & Massar 2026 (arXiv 2602.03670)",
    maker,
    options,
    variant: `${nudging}, ${energyPart}`,
    refusal: ({ system }) =>
      refuseMovingStructures(system) ??
      (needsEnergy && conservativePart(system) === undefined
        ? "a force system declared with an `energy`, because parameters of the conservative part are to be read from it"
        : undefined),
    phases: (task) => nudgedPhases(task, corrected(task), nudging),
    estimate: (task, withRespectTo) =>
      needsEnergy ? mixedEstimate(task, withRespectTo, nudging) : pairedResponse(task, withRespectTo, nudging),
    reliesOn: (task) => [correctionSentence(task), smallNudge(options.nudge, nudging)],
  });
}

function correctionSentence(task: LearningTask): string {
  const correction = correctionOf(task);
  if (correction.every((value) => constantValue(value) === 0)) {
    return "the symmetry of the Jacobian J, proved on the graph, so that nothing is to be corrected";
  }
  const weights = parametersIn(task, correction);
  const through = weights.length === 0 ? "" : `, through ${listed(weights)}`;
  return `products with J and J' at the stored free state, for the correction -(J - J') (x - x_free)${through}: what acts along a connection is read against it too`;
}

/** Of a force that is known in two parts. */
function conservativePart({ kind, rates, scalar, decomposition }: DynamicalSystem): DynamicalSystem["decomposition"] {
  if (kind !== "energy" || scalar === undefined || rates !== undefined) return decomposition;
  return { energy: scalar, nonConservative: new Map() };
}

/** The contrast of the energy, and the pairing with the rest of the force. */
function mixedEstimate(task: LearningTask, withRespectTo: readonly Expression[], nudging: Nudging): Expression[] {
  const { system } = task;
  const parts = conservativePart(system) as NonNullable<DynamicalSystem["decomposition"]>;
  const energy = contrast(parts.energy, system.state, withRespectTo, nudging);
  const rest = new Map(
    system.state.map(({ name, shape }) => [name, parts.nonConservative.get(name) ?? constant(0, shape)]),
  );
  const pairs = pairedResponse({ ...task, system: { ...system, field: rest } }, withRespectTo, nudging);
  return energy.map((value, k) => add(value, pairs[k] as Expression));
}
