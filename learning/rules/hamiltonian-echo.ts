import type { Backend } from "../../core/compile/program.js";
import type { Integrator } from "../../core/integrator.js";
import type { StateArray } from "../../core/system.js";
import type { Nudging } from "../estimators/contrast.js";
import type { GradientResult, LearningRule, PhaseReport, TaskData } from "../rule.js";
import { echoDynamics } from "../trajectory/echo-dynamics.js";
import { EchoTrajectory } from "../trajectory/echo-trajectory.js";
import { FreeTrajectory } from "../trajectory/free-trajectory.js";
import type { TrajectoryData } from "../trajectory/trajectory-data.js";
import type { TrajectoryPlan } from "../trajectory/trajectory-plan.js";
import { refuseEcho } from "../transformations/echoed.js";
import { checkedNudging, checkNudge } from "./check-nudging.js";
import { namedByNudging } from "./nudged-phases.js";
import { trajectoryPhase, trajectoryRule } from "./trajectory-rule.js";

/** Options of {@link hamiltonianEcho}. */
export interface HamiltonianEchoOptions {
  /** What integrates both ways. The gradient is that of its discrete steps where it is symmetric and symplectic. */
  readonly integrator: Integrator;
  /** The strength of the pushes; scale it by the inverse of the cost's slopes. */
  readonly nudge: number;
  /**
   * "centred" compares echoes pushed both ways (error of second order in the nudge), "one-sided" a pushed echo with one that
   * is not.
   * @defaultValue "centred"
   */
  readonly nudging?: Nudging;
  /**
   * Accepts integrators under which the echo is not exact (neither symmetric nor symplectic), to see by how much; H is then
   * integrated by the trapezoid rule.
   * @defaultValue false
   */
  readonly inexact?: boolean;
  /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
  readonly backend?: Backend;
}

/** The part of the gradient that rounding may be without a warning. */
const ROUNDING_SHARE = 1e-3;

/**
 * Hamiltonian echo learning. After the free trajectory the momenta are turned round, and the system runs back to its start
 * under its own dynamics, inputs in reverse. On the way each state that carries cost pushes it: with g = dC/ds at the free
 * state,
 *
 *     q <- q + nudge dC/dp,   p <- p + nudge dC/dq      (in the echo's own momenta, which are turned),
 *
 * beginning with the end, and with the opposite sign in a second echo. What the two differ by is the gradient,
 *
 *     dC/dtheta = (direct part) - [integral of dH/dtheta along the first - along the second] / (2 nudge),
 *     dC/dq_0 = (p_+ - p_-) / (2 nudge),   dC/dp_0 = (q_+ - q_-) / (2 nudge),
 *
 * for parameters, inputs (row by row) and the initial state; exactly that of the discrete steps as the nudge goes to 0, where
 * the integrator is symmetric and symplectic. No state is stored. It is Lagrangian equilibrium propagation with the final
 * values fixed, in Hamiltonian form.
 *
 * Damping proportional to the momenta (dp/dt = -dH/dq - gamma p) is reversed in the echo, pushes carry e^(-gamma t) and the
 * integrals e^(gamma t); gamma can be learned. The reversed run is unstable: rounding grows by up to e^(gamma T), and the best
 * nudge gives about 1e-9 at gamma T = 10, 1e-6 at 20 and little at 30. Where rounding, at most about e^(gamma T) 2.2e-16 / nudge,
 * may be more than a thousandth of the gradient, the report of the phase "echo" has a `warning`.
 *
 * The four choices of the rule: transformation echoed, phases integrate and integrate back, functional integrated
 * Hamiltonian, estimator contrast.
 *
 * Source: Lopez-Pastor & Marquardt 2023; Pourcel & Ernoult 2025, arXiv 2506.05259; damping: Lagrangian equilibrium
 * propagation, arXiv 2506.06248.
 *
 * @throws InputError for a nudge that is not positive
 */
export function hamiltonianEcho(options: HamiltonianEchoOptions): LearningRule {
  const maker = "hamiltonianEcho";
  const { integrator, nudge, inexact = false, backend } = options;
  checkNudge(`${maker} nudge`, nudge);
  const nudging = checkedNudging(`${maker} nudging`, options.nudging);
  return trajectoryRule({
    name: namedByNudging("Hamiltonian echo", nudging),
    reference: "Lopez-Pastor & Marquardt 2023 (PRX 13, 031020); Pourcel & Ernoult 2025 (arXiv 2506.05259)",
    maker,
    integrator,
    backend,
    variant: `${nudging}, ${inexact}`,
    refusal: ({ system }) => refuseEcho(system) ?? (inexact ? undefined : refuseEchoIntegrator(integrator)),
    dynamics: (task) => echoDynamics(task, { integrator, nudge, nudging }),
    prepare: (plan) => new EchoPlan(plan, integrator, nudging),
    gradient: (prepared, data, given) => prepared.gradient(data, given, nudge),
  });
}

/** Why the echo is not exact under an integrator; `undefined` where it is. */
export function refuseEchoIntegrator({ name, symmetric, preserves, hamiltonianTerms }: Integrator): string | undefined {
  const symplectic = preserves === "symplectic" || preserves === "conformal symplectic";
  if (symmetric && symplectic) {
    return hamiltonianTerms === undefined
      ? `an integrator whose step says how it integrates the Hamiltonian, such as leapfrog or splitStep({ linear: "midpoint" }), because gradients for parameters are such integrals, and ${name} does not say it`
      : undefined;
  }
  const lacking = symmetric ? "symplectic" : symplectic ? "symmetric" : "symmetric and symplectic";
  return `an integrator that is symmetric and symplectic, such as leapfrog, because the echo is exact under no other, and ${name} is not ${lacking}`;
}

class EchoPlan {
  private readonly free: FreeTrajectory;
  private readonly echo: EchoTrajectory;

  constructor(
    private readonly plan: TrajectoryPlan,
    integrator: Integrator,
    nudging: Nudging,
  ) {
    this.free = new FreeTrajectory(plan, integrator);
    this.echo = new EchoTrajectory(plan, this.free, integrator, nudging);
  }

  gradient(data: TrajectoryData, given: TaskData, nudge: number): GradientResult {
    const { plan, free, echo } = this;
    const { state } = plan.task.system;
    const costs = free.run(data, given);
    const last = state.map(({ name, shape }): readonly [string, StateArray] => [
      name,
      plan.result(plan.buffers[name] as Float64Array, shape, true),
    ]);
    const initialGradient = echo.run(nudge);
    return free.finish({
      costs,
      phases: [trajectoryPhase("free", plan), this.report(nudge)],
      state: Object.fromEntries(last),
      initialGradient,
      varyingInputGradient: echo.rowGradients.gradients,
    });
  }

  private report(nudge: number): PhaseReport {
    const report = trajectoryPhase("echo", this.plan);
    const { growth } = this.echo;
    const share = (Number.EPSILON * growth) / nudge;
    if (share <= ROUNDING_SHARE) return report;
    const [magnified, lost, pushed] = [growth, share, nudge].map((value) => value.toExponential(1));
    const warning = `rounding, which the echo magnifies by e^(gamma T) = ${magnified}, may be ${lost} of the gradient at the nudge ${pushed}: take a larger nudge, a shorter horizon or less damping`;
    return { ...report, warning };
  }
}
