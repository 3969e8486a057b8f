import { iterate, rungeKutta4 } from "../../integrators/index.js";
import { echoingIntegrator, LONGEST_STEP, wholeStep } from "../../learning/choose-trajectory-rule.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { hamiltonianEcho } from "../../learning/rules/hamiltonian-echo.js";
import type { LearningTask } from "../../learning/task.js";
import type { RuleSubject } from "../properties/rules/rule-subject.js";

const NUDGE = 1e-4;
/**
 * The rule a task with a horizon is checked with where none is chosen, with a step of at most 0.05: the centred Hamiltonian
 * echo under leapfrog (conformal leapfrog with damping, the implicit midpoint rule where neither fits), or for a system without
 * an echo backpropagation through Runge-Kutta steps.
 */
export function usualTrajectoryRule(task: LearningTask): Omit<RuleSubject, "task"> {
  const step = wholeStep(task) ?? LONGEST_STEP;
  const echoing = echoingIntegrator(task, step);
  if (echoing !== undefined) {
    return {
      rule: hamiltonianEcho({ integrator: echoing, nudge: NUDGE }),
      integrator: echoing,
      order: 2,
      storesNoStates: true,
      atNudge: (nudge) => hamiltonianEcho({ integrator: echoing, nudge }),
      onBackend: (backend) => hamiltonianEcho({ integrator: echoing, nudge: NUDGE, backend }),
    };
  }
  const integrator = task.system.time === "discrete" ? iterate() : rungeKutta4({ step });
  return {
    rule: backpropagationThroughTime({ integrator }),
    integrator,
    order: 0,
    onBackend: (backend) => backpropagationThroughTime({ integrator, backend }),
  };
}
