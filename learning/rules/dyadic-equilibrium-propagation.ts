import { InputError } from "../../core/errors.js";
import { gradient, transposedJacobianProduct } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { divide, symbol } from "../../core/expression/functions.js";
import { constantValue } from "../../core/expression/primitives/leaves.js";
import type { LearningRule } from "../rule.js";
import type { LearningTask } from "../task.js";
import { type DoubledOptions, doubled, doubledEnergy, refuseDoubling } from "../transformations/doubled.js";
import { derivedBlock, NUDGE } from "../transformations/names.js";
import { refuseMovingStructures } from "./moving-structures.js";
import { type PhaseRuleOptions, phaseRule } from "./phase-rule.js";
import { listed, parametersIn } from "./reliances.js";

/** Options of {@link dyadicEquilibriumPropagation}. */
export type DyadicEquilibriumPropagationOptions = PhaseRuleOptions & DoubledOptions;

/**
 * Dyadic equilibrium propagation, for any force F with stable stationary states. Two copies of the state relax together,
 * once; their midpoint m does inference while their difference d becomes the adjoint state times the nudge:
 *
 *     dm/dt = F(m),   dd/dt = J(m)'d - nudge dC/dm,
 *     dC/dtheta = dE/dtheta / nudge = (direct part) - (dF/dtheta at m)' d / nudge.
 *
 * With the merged form and the cost at the midpoint the gradient is exact at any nudge, since d is linear in it; the other
 * forms (see `DoubledOptions`) err by O(nudge^2). It takes one product with J' per step and twice the state. It converges
 * where the free phase does. Of a feedforward network, 2L steps of length one (`fixedPoint({ iterations: 2 * L })`) give the
 * result of backpropagation. Reported cost and state are those of the midpoint, which is the free state in the merged form
 * with the cost there, and off by O(nudge^2) in the others.
 *
 * The four choices of the rule: transformation doubled, phases relax once, functional energy of the pair of copies,
 * estimator derivative at one state.
 *
 * Source: Scurria, Vanden Abeele, Mognetti & Massar 2026, arXiv 2602.03670; feedforward: Scurria 2026, arXiv 2602.02281.
 *
 * @throws InputError for a nudge that is not positive
 */
export function dyadicEquilibriumPropagation(options: DyadicEquilibriumPropagationOptions): LearningRule {
  const { form = "merged", cost = form === "split" ? "copies" : "midpoint" } = options;
  const choice: DoubledOptions = { form, cost };
  for (const [field, given, known] of [
    ["form", form, ["merged", "split"]],
    ["cost", cost, ["midpoint", "copies"]],
  ] as const) {
    if ((known as readonly string[]).includes(given)) continue;
    throw new InputError({
      field: `dyadicEquilibriumPropagation ${field}`,
      given: JSON.stringify(given),
      expected: known.map((each) => `"${each}"`).join(" or "),
    });
  }
  return phaseRule({
    name: form === "split" ? "split dyadic equilibrium propagation" : "dyadic equilibrium propagation",
    reference: "Scurria, Vanden Abeele, Mognetti & Massar 2026 (arXiv 2602.03670)",
    maker: "dyadicEquilibriumPropagation",
    options,
    variant: `${form}, ${cost}`,
    refusal: (task) => refuseMovingStructures(task.system) ?? refuseDoubling(task, choice),
    phases: (task) => [{ name: "doubled", system: doubled(task, choice), nudge: 1 }],
    estimate: (task, withRespectTo) =>
      gradient(doubledEnergy(task, choice), withRespectTo).map((value) => divide(value, symbol(NUDGE))),
    reliesOn: (task) => {
      const exact = form === "merged" && cost === "midpoint";
      return [
        backwardProducts(task, form),
        exact
          ? `a nudge (${options.nudge}) of any size: the difference is linear in it, and the gradient exact`
          : `a nudge (${options.nudge}) under which the copies still answer in proportion: the error falls as its square`,
      ];
    },
  });
}

/** What is read against its direction: nothing of the conservative part where each copy has its own. */
function backwardProducts(task: LearningTask, form: "merged" | "split"): string {
  const { state, field, decomposition } = task.system;
  const merged = form === "merged" ? field : (decomposition?.nonConservative ?? new Map<string, Expression>());
  const blocks = state.filter(({ name }) => merged.has(name));
  const products = transposedJacobianProduct(
    blocks.map(({ name }) => merged.get(name) as Expression),
    blocks.map((block) => derivedBlock(block, "difference").symbol),
    state.map((block) => block.symbol),
  );
  if (products.every((product) => constantValue(product) === 0)) return "a second copy of the state";
  const weights = parametersIn(task, products);
  const through = weights.length === 0 ? "" : `, through ${listed(weights)}`;
  return `a second copy of the state, and a product with J' at every step${through}: what acts along a connection is read against it too`;
}
