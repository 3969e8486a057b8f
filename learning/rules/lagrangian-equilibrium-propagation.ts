import { describeGiven } from "../../core/block-declarations.js";
import type { Backend } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import type { Expression } from "../../core/expression/expression.js";
import { negate } from "../../core/expression/functions.js";
import { substituteOne } from "../../core/expression/transform.js";
import { dependsOn, equalAtRandom } from "../../core/structure-proofs.js";
import type { BlockNames, DynamicalSystem, NumericValue } from "../../core/system.js";
import { variational } from "../../integrators/steppers/variational.js";
import type { Nudging } from "../estimators/contrast.js";
import type { Boundary, BoundaryName } from "../lagrangian/boundaries/boundary.js";
import { boundaryValues } from "../lagrangian/boundaries/boundary-values.js";
import { finalValue } from "../lagrangian/boundaries/final-value.js";
import { freeEnd } from "../lagrangian/boundaries/free-end.js";
import { initialValue } from "../lagrangian/boundaries/initial-value.js";
import { periodic } from "../lagrangian/boundaries/periodic.js";
import { type DampingIntegral, lagrangianForm, refuseLagrangianForm } from "../lagrangian/lagrangian-form.js";
import { LagrangianPlan } from "../lagrangian/lagrangian-plan.js";
import type { LagrangianGradientResult, LagrangianRule } from "../lagrangian/lagrangian-result.js";
import type { FixedMotion } from "../lagrangian/start-point.js";
import type { TaskData } from "../rule.js";
import type { LearningTask } from "../task.js";
import { checkedNudging, checkNudge } from "./check-nudging.js";
import { namedByNudging } from "./nudged-phases.js";
import { trajectoryRule } from "./trajectory-rule.js";

/** Options of {@link lagrangianEquilibriumPropagation}. */
export interface LagrangianEquilibriumPropagationOptions {
  /** What is given at the ends of the trajectories, in all phases. */
  readonly boundary: BoundaryName;
  /**
   * Under given initial values, and for the free run before a final value: whether the initial momentum or the initial velocity
   * is a constant. It changes the gradient for whatever stands in dL/dv, such as masses. The data hold velocities either way.
   * @defaultValue "velocity"; "momentum" for Hamiltonian systems, which have no other
   */
  readonly fixed?: FixedMotion;
  /** The step size h > 0 of the discrete action. */
  readonly step: number;
  /** The strength b > 0 with which the cost is added to the action; scale it by the inverse of the cost's slopes. */
  readonly nudge: number;
  /**
   * "centred" compares nudges of both signs (error of second order in the nudge), "one-sided" a nudged with the free
   * trajectory (first order, one phase less).
   * @defaultValue "centred"
   */
  readonly nudging?: Nudging;
  /**
   * Damping that varies in time: the integral of its rate over time, a formula of `t` and parameters, such as
   * "gamma*t + c*sin(t)"; the system declares the force that goes with it, -rate * dL/dv. A constant rate is the system's
   * `damping`.
   */
  readonly dampingIntegral?: DampingIntegral;
  /** The most Newton steps of a boundary value problem. @defaultValue 50 */
  readonly iterations?: number;
  /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
  readonly backend?: Backend;
}

const BOUNDARIES: readonly Boundary[] = [initialValue, boundaryValues, periodic, freeEnd, finalValue];

/**
 * Lagrangian equilibrium propagation. A trajectory that makes the action S + b C stationary under boundary conditions obeys the
 * Euler-Lagrange equations of L + b c, in which the cost pushes up: M d2s/dt2 = -dV/ds + b dc/ds. The gradient is
 *
 *     dC/dtheta = d/db [d(S + b C)/dtheta] + R(T) - R(0),   R(t) = (d_theta s)' d_b p - (d_theta p)' d_b s   at b = 0,
 *
 * the derivatives by b being contrasts of trajectories. Which residuals R are left, and what a phase costs, depends on the
 * boundary condition (K steps, n coordinates, P parameters):
 *
 * | boundary          | residual left     | cost                                                             |
 * | ----------------- | ----------------- | ---------------------------------------------------------------- |
 * | "initial value"   | R(T) in full      | forward runs, and P + 2 n tangent runs: impractical               |
 * | "boundary values" | none              | a boundary value problem per phase: O(K n^3) per Newton step      |
 * | "periodic"        | they cancel       | the same, cyclic                                                  |
 * | "free end"        | none              | the same                                                          |
 * | "final value"     | -R(0), local      | one forward and one or two reversed runs: the Hamiltonian echo    |
 *
 * Everything is derived from the discrete action (see `DiscreteAction`), so the gradient is exactly that of the discrete
 * trajectory as the nudge goes to 0; for separable systems that is leapfrog's. The result holds the terms apart, as `bulk` and
 * `boundaryTerm`. With the final value the residual gives the initial state's gradient too, dC/ds_0 = -d_b p_0, dC/dp_0 = d_b s_0.
 *
 * Damping by one scalar rate, d(dL/dv)/dt = dL/ds - gamma dL/dv, is the action of e^(gamma t) L, nudged by the cost without a
 * weight; the rate may vary in time and is learned like any parameter. The reversed run of a damped system is unstable: a
 * warning says where float64 does not carry it.
 *
 * Every path is kept while a gradient is found, so memory grows with the steps; `hamiltonianEcho` does the same as "final value"
 * without. Costs read positions, not velocities.
 *
 * The four choices of the rule: transformation nudged (and echoed, for the final value), phases integrate or solve a boundary
 * value problem, functional action with its boundary terms, estimator contrast.
 *
 * Source: generalised Lagrangian equilibrium propagation 2025, arXiv 2506.06248; boundary values and periodic orbits: Massar
 * 2025, arXiv 2505.07363.
 *
 * @throws InputError for a nudge that is not positive, an unknown boundary condition, or `fixed` where nothing is
 */
export function lagrangianEquilibriumPropagation(options: LagrangianEquilibriumPropagationOptions): LagrangianRule {
  const maker = "lagrangianEquilibriumPropagation";
  const { step, nudge, dampingIntegral, iterations = 50, backend } = options;
  checkNudge(`${maker} nudge`, nudge);
  const nudging = checkedNudging(`${maker} nudging`, options.nudging);
  const boundary = readBoundary(maker, options);
  const refusal = (task: LearningTask): string | undefined =>
    refuseLagrangianForm(task.system, dampingIntegral) ?? refuseTask(task, boundary, options);
  const rule = trajectoryRule({
    name: `${namedByNudging("Lagrangian equilibrium propagation", nudging)}, ${boundary.name}`,
    reference: "generalised Lagrangian equilibrium propagation 2025 (arXiv 2506.06248); Massar 2025 (arXiv 2505.07363)",
    maker,
    integrator: { ...variational({ step }), refusal: () => undefined },
    backend,
    refusal,
    prepare: (plan) =>
      new LagrangianPlan(plan, {
        boundary,
        form: lagrangianForm(plan.task.system, dampingIntegral),
        fixed: options.fixed ?? (plan.task.system.kind === "hamiltonian" ? "momentum" : "velocity"),
        nudge,
        nudging,
        iterations,
      }),
    gradient: (prepared, data, given) => prepared.gradient(data, given),
  });
  return {
    ...rule,
    gradient: <N extends BlockNames, T extends string>(task: LearningTask<N, T>, data: TaskData<N, T>) =>
      rule.gradient(task, withGuess(boundary, task as LearningTask, data)) as LagrangianGradientResult<N>,
  };
}

function readBoundary(maker: string, { boundary: name, fixed }: LagrangianEquilibriumPropagationOptions): Boundary {
  const boundary = BOUNDARIES.find((each) => each.name === name);
  if (boundary === undefined) {
    throw new InputError({
      field: `${maker} boundary`,
      given: describeGiven(name),
      expected: BOUNDARIES.map((each) => `"${each.name}"`).join(", "),
    });
  }
  const known = fixed === undefined || fixed === "momentum" || fixed === "velocity";
  if (known && (fixed === undefined || boundary.startsFrom === "positions and momenta")) return boundary;
  throw new InputError({
    field: `${maker} fixed`,
    given: describeGiven(fixed),
    expected: known ? `none, because ${boundary.name} fixes no initial motion` : '"momentum" or "velocity"',
  });
}

function refuseTask(
  { system, cost }: LearningTask,
  boundary: Boundary,
  { fixed, dampingIntegral }: LagrangianEquilibriumPropagationOptions,
): string | undefined {
  const { kind, damping, state, name } = system;
  if (kind === "hamiltonian" && fixed === "velocity") {
    return `fixed: "momentum", because the initial data of ${name} are momenta`;
  }
  if (boundary.undamped !== undefined && (damping !== undefined || dampingIntegral !== undefined)) {
    return `a system without damping, because ${boundary.undamped}`;
  }
  const motions = state.filter(({ role }) => role !== "coordinate").map((block) => block.symbol);
  if (dependsOn(Object.values(cost) as Expression[], motions)) {
    return "a cost of positions, because nudges that depend on velocities or momenta change what the momenta are: hamiltonianEcho takes them";
  }
  return boundary.runsBack ? refuseReversed(system, motions) : undefined;
}

/** The reversed run is the system's own where L is even in the velocities. */
function refuseReversed({ name, scalar }: DynamicalSystem, motions: readonly Expression[]): string | undefined {
  const turned = new Map(motions.map((motion) => [motion, negate(motion)] as const));
  if (equalAtRandom(scalar as Expression, substituteOne(scalar as Expression, turned))) return undefined;
  return `a Lagrangian that is even in the velocities, because the echo starts from turned velocities, and that of ${name} is not (a magnetic field would have to be turned round with them)`;
}

/** The data with an initial state at rest in the origin where a boundary condition does not ask for one. */
function withGuess<D extends TaskData>({ startsFrom }: Boundary, { system, initial }: LearningTask, data: D): D {
  if (startsFrom === "positions and momenta") return data;
  const free = system.state.filter(
    ({ name, role }) => !initial?.has(name) && (startsFrom === "nothing" || role !== "coordinate"),
  );
  const rest = Object.fromEntries(free.map(({ name }): [string, NumericValue] => [name, 0]));
  return { ...data, initial: { ...rest, ...data.initial } };
}
