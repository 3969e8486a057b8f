import { sizeOf } from "../core/expression/expression.js";
import type { Integrator } from "../core/integrator.js";
import { type Horizon, layClock } from "../core/simulation/clock.js";
import { conformalLeapfrog } from "../integrators/steppers/conformal-leapfrog.js";
import { implicitMidpoint } from "../integrators/steppers/implicit-midpoint.js";
import { iterate } from "../integrators/steppers/iterate.js";
import { leapfrog } from "../integrators/steppers/leapfrog.js";
import { rungeKutta4 } from "../integrators/steppers/runge-kutta-4.js";
import { variational } from "../integrators/steppers/variational.js";
import type { Candidate } from "./choose-rule.js";
import { backpropagationThroughTime } from "./rules/backpropagation-through-time.js";
import { finiteDifferences } from "./rules/finite-differences.js";
import { hamiltonianEcho } from "./rules/hamiltonian-echo.js";
import { lagrangianEquilibriumPropagation } from "./rules/lagrangian-equilibrium-propagation.js";
import type { LearningTask } from "./task.js";

/** The longest step that is chosen, for rates of order one. */
export const LONGEST_STEP = 0.05;

/**
 * The integrator for a task with a horizon in time: leapfrog, conformal leapfrog with damping or the implicit midpoint rule, the
 * first of them under which the echo is exact; for a system without an echo the variational integrator where it is Lagrangian,
 * else Runge-Kutta 4. Whole steps of at most 0.05
 * lead to the horizon. Maps are iterated. `undefined` where the horizon is a number of steps, which says nothing of their size.
 */
export function usualIntegrator(task: LearningTask): Integrator | undefined {
  if (task.system.time === "discrete") return iterate();
  const step = wholeStep(task);
  if (step === undefined) return undefined;
  return (
    echoingIntegrator(task, step) ?? (task.system.kind === "lagrangian" ? variational({ step }) : rungeKutta4({ step }))
  );
}

/** A step of at most {@link LONGEST_STEP} with which whole steps lead to a task's horizon, if that is a time. */
export function wholeStep({ horizon = {} }: LearningTask): number | undefined {
  const { start = 0, until = start } = horizon;
  const span = Math.abs(until - start);
  return span > 0 ? span / Math.ceil(span / LONGEST_STEP) : undefined;
}

/**
 * Leapfrog, conformal leapfrog or the implicit midpoint rule: the first of them under which the task has an exact echo.
 */
export function echoingIntegrator(task: LearningTask, step: number): Integrator | undefined {
  return [leapfrog({ step }), conformalLeapfrog({ step }), implicitMidpoint({ step })].find(
    (integrator) => hamiltonianEcho({ integrator, nudge: 1 }).refusal(task) === undefined,
  );
}

/** The rules of trajectories in the order in which a task with a horizon prefers them. */
export function trajectoryCandidates(task: LearningTask, integrator: Integrator, nudge: number): Candidate[] {
  const { system } = task;
  const { steps } = layClock(task.horizon as Horizon, integrator.step);
  const blocks = [...system.state, ...system.parameters, ...system.input];
  const entries = blocks.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const echo = hamiltonianEcho({ integrator, nudge });
  const action = lagrangianEquilibriumPropagation({ boundary: "final value", step: integrator.step, nudge });
  const isLagrangian = system.kind === "lagrangian";
  const lacking = isLagrangian ? action.refusal(task) : echo.refusal(task);
  const ofAction: Candidate = {
    rule: action,
    reason: `${system.name} is a Lagrangian system whose motion runs back when its velocities are turned round, so that one run there and two pushed runs back, as the final value is fixed, give the gradient of its discrete action to second order in the nudge.`,
    behind:
      "It is the same echo in Lagrangian form, under the steps of its discrete action, but keeps every path while the gradient is found.",
  };
  return [
    {
      rule: echo,
      reason: `${system.name} is a Hamiltonian system whose motion runs back when its momenta are turned round, so that echoes pushed by the cost give the gradient of the ${integrator.name} steps to second order in the nudge, with no state stored.`,
      behind: "",
    },
    {
      rule: hamiltonianEcho({ integrator, nudge, nudging: "one-sided" }),
      reason: "",
      behind:
        "It errs in proportion to the nudge, where the centred echo errs as its square, and runs at most one pass less.",
    },
    ...(isLagrangian ? [ofAction] : []),
    {
      rule: backpropagationThroughTime({ integrator }),
      reason: `${system.name} has no echo, which would need ${lacking}; the gradient is found exactly, though not by the system's own motion, from the stored states of all ${steps} steps.`,
      behind: `It is exact, but stores the states of all ${steps} steps, and its way back is no motion of the system.`,
    },
    {
      rule: finiteDifferences({ integrator }),
      reason: "",
      behind: `It runs the trajectory six times for each entry of parameters, inputs and initial state, at least ${entries} of them here, and once besides.`,
    },
    ...(isLagrangian ? [] : [ofAction]),
  ];
}
