import { InputError } from "../core/errors.js";
import { sizeOf } from "../core/expression/expression.js";
import type { Integrator } from "../core/integrator.js";
import { gradientFlow } from "../integrators/solvers/gradient-flow.js";
import type { StationarySolver } from "../integrators/solvers/stationary-solver.js";
import { trajectoryCandidates, usualIntegrator } from "./choose-trajectory-rule.js";
import type { LearningRule } from "./rule.js";
import { asymmetricEquilibriumPropagation } from "./rules/asymmetric-equilibrium-propagation.js";
import { dyadicEquilibriumPropagation } from "./rules/dyadic-equilibrium-propagation.js";
import { equilibriumPropagation } from "./rules/equilibrium-propagation.js";
import { reciprocityProbes } from "./rules/reciprocity-probes.js";
import { twistedEquilibriumPropagation } from "./rules/twisted-equilibrium-propagation.js";
import { vectorFieldRule } from "./rules/vector-field.js";
import { type LearningTask, taskName } from "./task.js";

/** Options of {@link chooseRule}. */
export interface ChooseRuleOptions {
  /**
   * How the phases settle.
   * @defaultValue gradientFlow({ step: 0.2, tolerance: 1e-9 }), explicit Euler steps of the system's own dynamics, which
   * settle where every rate of decay lies below 2 / 0.2
   */
  readonly settle?: StationarySolver;
  /**
   * How trajectories are integrated, for tasks with a horizon.
   * @defaultValue leapfrog, conformalLeapfrog with damping or implicitMidpoint, the first under which the echo is exact, else
   * variational for Lagrangian systems and rungeKutta4 for others, in whole steps of at most 0.05 to the horizon, for rates
   * of order one; iterate for maps. It has to be given where the horizon is a number of steps. The rule for Lagrangian systems
   * takes its step alone.
   */
  readonly integrator?: Integrator;
  /** @defaultValue 0.01, where a centred rule errs by about 1e-4 of the gradient */
  readonly nudge?: number;
}

/** What {@link chooseRule} returns. */
export interface RuleChoice {
  readonly rule: LearningRule;
  /** Why this rule, in one sentence. */
  readonly reason: string;
  /** The other rules, each with the reason why not, in one sentence. */
  readonly rejected: readonly { readonly name: string; readonly reason: string }[];
}

/** A rule, and what speaks for it and against it where it fits. */
export interface Candidate {
  readonly rule: LearningRule;
  /** Why it is taken where it is the first that fits. */
  readonly reason: string;
  /** Why it comes after the one that is taken. */
  readonly behind: string;
}

/**
 * The rule that a task's structure calls for, the reason, and what was rejected. Of the rules that fit, it prefers
 *
 *     an energy, or a skew-gradient potential     equilibriumPropagation: forces alone, and the update is a contrast
 *     J' = P J P^-1 with a known P                twistedEquilibriumPropagation: forces alone
 *     any other force                             dyadicEquilibriumPropagation: one relaxation, exact at any nudge,
 *                                                 for products with J'
 *     such a force with bounds                    asymmetricEquilibriumPropagation: products with J and J'
 *
 * and, for a task with a horizon,
 *
 *     a Hamiltonian even in the momenta           hamiltonianEcho: the system's own motion, and no state is stored
 *     a Lagrangian even in the velocities         lagrangianEquilibriumPropagation, "final value": the same motion and pushes
 *     anything else                               backpropagationThroughTime: exact, but it stores every state
 *
 * P is known where the Jacobian J is symmetric as the graph proves it (P = 1), or where the system declares its `twist`.
 * The rules are made with the solver and the nudge given. It decides by structure; `verify` measures the result.
 *
 * @throws InputError where no rule fits the task; it lists what each of them asks for; or where the horizon is a number of
 * steps and no integrator is given
 */
export function chooseRule(task: LearningTask, options: ChooseRuleOptions = {}): RuleChoice {
  const { settle = gradientFlow({ step: 0.2, tolerance: 1e-9 }), nudge = 0.01 } = options;
  const settling = inOrder(task, { settle, nudge });
  const candidates =
    task.horizon === undefined
      ? settling
      : [...trajectoryCandidates(task, options.integrator ?? requireIntegrator(task), nudge), ...settling];
  const chosen = candidates.find(({ rule }) => rule.refusal(task) === undefined);
  if (chosen === undefined) {
    const asked = new Set(candidates.map(({ rule }) => rule.refusal(task) as string));
    throw new InputError({ field: "chooseRule", given: taskName(task), expected: [...asked].join("; or ") });
  }
  const rejected = candidates.flatMap(({ rule, behind }) => {
    if (rule === chosen.rule) return [];
    const refusal = rule.refusal(task);
    return [{ name: rule.name, reason: refusal === undefined ? behind : `It needs ${refusal}.` }];
  });
  return { rule: chosen.rule, reason: chosen.reason, rejected };
}

function requireIntegrator(task: LearningTask): Integrator {
  const integrator = usualIntegrator(task);
  if (integrator !== undefined) return integrator;
  throw new InputError({
    field: "chooseRule integrator",
    given: `none, for ${taskName(task)}`,
    expected: "an integrator with its step, because a horizon that is a number of steps does not say how long it is",
  });
}

/** The rules in the order in which a structure prefers them. */
function inOrder({ system }: LearningTask, options: { settle: StationarySolver; nudge: number }): Candidate[] {
  const { name, kind, facts, twist, state } = system;
  const entries = state.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const reciprocal = kind === "energy" || kind === "skew-gradient" || facts.gradient || twist !== undefined;
  const scalar = kind === "energy" ? "an energy" : "a potential";
  const symmetry = facts.gradient ? "is symmetric, as its graph proves" : "is symmetric in the metric of its `twist`";
  return [
    {
      rule: equilibriumPropagation(options),
      reason: `${name} follows from ${scalar}, so that three relaxations under forces alone give the gradient to second order in the nudge, parameter by parameter as a difference of two states.`,
      behind: "",
    },
    {
      rule: twistedEquilibriumPropagation(options),
      reason: `The Jacobian of ${name} ${symmetry}, so that three relaxations under forces alone give the gradient to second order in the nudge, without products with J or J'.`,
      behind: `It is as exact at the same cost, but reads parameters off the force, for which an update may need slopes and time constants that ${scalar} spares it.`,
    },
    {
      rule: dyadicEquilibriumPropagation(options),
      reason: `${name} is a force whose Jacobian J is not known to be symmetric in any metric, and here one relaxation of a doubled state gives the gradient exactly at any nudge, at one product with J' per step.`,
      behind:
        "It is exact at any nudge and relaxes once, but takes a product with J' at every step, which the symmetry of this system makes unnecessary.",
    },
    {
      rule: asymmetricEquilibriumPropagation(options),
      reason: `${name} is a force whose Jacobian J is not known to be symmetric in any metric, and its state has bounds; three relaxations, corrected by products with J and J' at the stored free state, give the gradient to second order in the nudge.`,
      behind: reciprocal
        ? facts.gradient
          ? "It comes to the same, because nothing is to be corrected where J is symmetric, and reads parameters off the force."
          : "It gives the same to second order in the nudge, but takes products with J and J' for a correction that the symmetry of this system makes unnecessary."
        : "It relaxes three times instead of once, stores the free state, takes products with both J and J', and errs to second order in the nudge.",
    },
    {
      rule: reciprocityProbes(options),
      reason: `${name} is a force that no other rule fits; probing every entry of its state finds the gradient to second order in the nudge.`,
      behind: `It needs no Jacobian but settles ${1 + 2 * entries} times, twice for each of the ${entries} entries of the state.`,
    },
    {
      rule: vectorFieldRule(options),
      reason: "",
      behind: facts.gradient
        ? "It gives the same here, because J is symmetric, but would be wrong without a word where J is not."
        : "It answers with J where the gradient needs J', and J is not known to be symmetric: its error would not shrink with the nudge.",
    },
  ];
}
