import { gradient, jacobianProduct } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import {
  add,
  constant,
  divide,
  exp,
  multiply,
  negate,
  rootOf,
  solve,
  subtract,
  symbol,
} from "../../core/expression/functions.js";
import { jacobianMatrix } from "../../core/expression/jacobian-matrix.js";
import { substitute, substituteOne } from "../../core/expression/transform.js";
import type { Integrator, StateExpressions, StepContext } from "../../core/integrator.js";
import { separated } from "../../core/layers/canonical-steps.js";
import { START_TIME, STEP_SIZE, stepProgram } from "../../core/simulation/step-program.js";
import { dependsOn, diagonalOf, directionSymbols, isDiagonal } from "../../core/structure-proofs.js";
import { TIME } from "../../core/system.js";
import { variational } from "../../integrators/steppers/variational.js";
import { rowsOf } from "../trajectory/free-trajectory.js";
import type { Node, TrajectoryCost } from "../trajectory/trajectory-cost.js";
import type { Row, TrajectoryPlan } from "../trajectory/trajectory-plan.js";
import { NUDGE } from "../transformations/names.js";
import type { LagrangianForm } from "./lagrangian-form.js";

/**
 * The nudged action of a path s_0, ..., s_K, all coordinates joined to one vector per node, as expressions of one step from
 * `before` = s_k to `after` = s_(k+1):
 *
 *     S + nudge C = sum over k of L_d(s_k, s_(k+1)) + nudge c_d(s_k, s_(k+1))   and the final cost at s_K,
 *     L_d = h mu_(k+1/2) [T(s_k, v) + T(s_(k+1), v)] / 2 - (h/2) [mu_k V(s_k) + mu_(k+1) V(s_(k+1))],   v = (s_(k+1) - s_k)/h,
 *
 * where V = -L at rest, T = L + V, and mu = exp(integral of the damping rate) with 1 at the start. Undamped that is
 * (h/2) [L(s_k, v) + L(s_(k+1), v)]. Costs carry no weight. The momenta of the action,
 *
 *     p_k = -d(L_d + nudge c_d)/ds_k (s_k, s_(k+1)) = d(L_d + nudge c_d)/ds_k (s_(k-1), s_k),
 *
 * agree on both sides of an inner node where the Euler-Lagrange equations hold; they are mu times the physical momenta.
 */
export class DiscreteAction {
  /** Entries of all coordinates. */
  readonly size: number;
  readonly before: Expression;
  readonly after: Expression;
  /** L_d, of {@link before} and {@link after}. */
  readonly lagrangian: Expression;
  /** c_d, of {@link before} and {@link after}. */
  readonly cost: Expression;
  /** L_d + nudge c_d. */
  readonly nudged: Expression;
  readonly rows: readonly Row[];
  readonly inputRows: readonly Row[];
  readonly stepIndex: Expression;

  constructor(
    private readonly plan: TrajectoryPlan,
    readonly form: LagrangianForm,
    private readonly trajectoryCost: TrajectoryCost,
  ) {
    const { system } = plan.task;
    this.size = form.coordinates.reduce((total, { shape }) => total + sizeOf(shape), 0);
    this.before = symbol("path before the step", [this.size]);
    this.after = symbol("path after the step", [this.size]);
    const step = stepProgram(system, still, {
      timings: plan.timings(),
      observe: (context) => [this.ofStep(context), timeAt(context, 0), timeAt(context, 1)],
    });
    const [lagrangian, start, end] = step.observed as [Expression, Expression, Expression];
    this.lagrangian = lagrangian;
    const ofStep = trajectoryCost.ofStep;
    [this.cost] = trajectoryCost.place([ofStep], this.node(this.before, start), this.node(this.after, end)) as [
      Expression,
    ];
    this.nudged = add(this.lagrangian, multiply(symbol(NUDGE), this.cost));
    this.inputRows = rowsOf(step.inputRows);
    this.rows = [...this.inputRows, ...trajectoryCost.rows];
    this.stepIndex = step.loop.stepIndex as Expression;
  }

  private ofStep(context: StepContext): Expression {
    const { form, before, after, size } = this;
    const velocity = divide(subtract(after, before), STEP_SIZE);
    const at = (position: Expression, fraction: number, expression: Expression): Expression =>
      context
        .at(this.blocks(position, velocity), fraction, new Map([["value", expression]]))
        .get("value") as Expression;
    const weight = (fraction: number): Expression => {
      const { dampingIntegral } = form;
      if (dampingIntegral === undefined) return constant(1);
      const elapsed = substituteOne(dampingIntegral, new Map([[symbol(TIME), timeAt(context, fraction)]]));
      return exp(subtract(elapsed, atStart(dampingIntegral)));
    };
    const still = constant(0, [size]);
    const resting = (position: Expression, fraction: number): Expression =>
      context.at(this.blocks(position, still), fraction, new Map([["value", form.atRest]])).get("value") as Expression;
    const half = multiply(0.5, STEP_SIZE);
    const kinetic = multiply(weight(0.5), add(at(before, 0, form.kinetic), at(after, 1, form.kinetic)));
    const rest = add(multiply(weight(0), resting(before, 0)), multiply(weight(1), resting(after, 1)));
    return multiply(half, add(kinetic, rest));
  }

  /** The state blocks of a position and a velocity. */
  blocks(position: Expression, velocity: Expression): StateExpressions {
    const { coordinates, motions } = this.form;
    const parts = (vector: Expression, blocks: typeof coordinates): Expression[] =>
      separated(
        vector,
        blocks.map((block) => block.symbol),
      );
    const values = [...parts(position, coordinates), ...parts(velocity, motions)];
    return new Map([...coordinates, ...motions].map(({ name }, k) => [name, values[k] as Expression]));
  }

  /** A node of the path for the cost, which does not depend on velocities. */
  private node(position: Expression, time: Expression): Node {
    const blocks = this.blocks(position, constant(0, [this.size]));
    return { state: this.plan.task.system.state.map(({ name }) => blocks.get(name) as Expression), time };
  }

  /** The final cost at a position. */
  finalCost(position: Expression): Expression {
    const blocks = this.blocks(position, constant(0, [this.size]));
    const places = this.plan.task.system.state.map(
      (block) => [block.symbol, blocks.get(block.name) as Expression] as const,
    );
    return substituteOne(this.trajectoryCost.ofEnd, new Map([...places, [symbol(TIME), END_TIME]]));
  }

  /** d(L_d + nudge c_d) by the two ends of a step; the first is minus p_k, the second p_(k+1). */
  get slopes(): readonly [before: Expression, after: Expression] {
    return gradient(this.nudged, [this.before, this.after]) as [Expression, Expression];
  }

  /**
   * The Euler-Lagrange equations, solved for the next node and its momentum: Stoermer-Verlet where masses are constant, else an
   * implicit equation that the step solves.
   */
  advance(
    position: Expression,
    momentum: Expression,
  ): { readonly position: Expression; readonly momentum: Expression } {
    const [left, right] = this.slopes;
    const [equation] = substitute([add(momentum, left)], new Map([[this.before, position]])) as [Expression];
    const next = solved(equation, this.after, position);
    return { position: next, momentum: this.at(right, position, next) };
  }

  /** The same backwards in time, for the node before and its momentum: inverse to {@link advance}. */
  retreat(
    position: Expression,
    momentum: Expression,
  ): { readonly position: Expression; readonly momentum: Expression } {
    const [left, right] = this.slopes;
    const [equation] = substitute([subtract(right, momentum)], new Map([[this.after, position]])) as [Expression];
    const previous = solved(equation, this.before, position);
    return { position: previous, momentum: negate(this.at(left, previous, position)) };
  }

  private at(expression: Expression, before: Expression, after: Expression): Expression {
    return substituteOne(
      expression,
      new Map([
        [this.before, before],
        [this.after, after],
      ]),
    );
  }

  /** d(S + nudge C)/d(symbol) of one step. */
  parameterSlopes(symbols: readonly Expression[]): Expression[] {
    return gradient(this.nudged, symbols);
  }

  /** The second derivatives of a step: by its start twice, by both ends, by its end twice. */
  get curvatures(): readonly [here: Expression, mixed: Expression, next: Expression] {
    const [left, right] = this.slopes;
    const { before, after } = this;
    return [jacobianMatrix([left], [before]), jacobianMatrix([left], [after]), jacobianMatrix([right], [after])];
  }

  /** The motions (velocities or momenta, as the system has them) at the last node, from its momentum in the action. */
  lastMotions(position: Expression, momentum: Expression, guess: Expression): Expression {
    const { form, size } = this;
    const { dampingIntegral } = form;
    const physical =
      dampingIntegral === undefined
        ? momentum
        : divide(
            momentum,
            exp(
              subtract(substituteOne(dampingIntegral, new Map([[symbol(TIME), END_TIME]])), atStart(dampingIntegral)),
            ),
          );
    if (form.hasMomenta) return physical;
    const unknown = symbol("last velocity", [size]);
    const blocks = this.blocks(position, unknown);
    const places = [...form.coordinates, ...form.motions].map(
      (block) => [block.symbol, blocks.get(block.name) as Expression] as const,
    );
    const found = substituteOne(form.momenta, new Map([...places, [symbol(TIME), END_TIME]]));
    return solved(subtract(found, physical), unknown, guess);
  }
}

/** The time of the last node. */
export const END_TIME = symbol("end time");

/** A function of time, at the start of the trajectory. */
export const atStart = (expression: Expression): Expression =>
  substituteOne(expression, new Map([[symbol(TIME), START_TIME]]));

const timeAt = (context: StepContext, fraction: number): Expression =>
  context.at(context.state, fraction, new Map([[TIME, symbol(TIME)]])).get(TIME) as Expression;

/** A step that stays where it is: the step program then gives inputs and times alone. */
const still: Integrator = { ...variational({ step: 1 }), name: "rest", advance: ({ state }) => state };

/** The root of an equation, explicitly where it is linear. */
function solved(equation: Expression, unknown: Expression, guess: Expression): Expression {
  const directions = directionSymbols([unknown]);
  const moved = jacobianProduct([equation], [unknown], directions);
  if (dependsOn(moved, [unknown]))
    return rootOf([equation], { unknowns: [unknown], guesses: [guess] })[0] as Expression;
  const miss = substituteOne(equation, new Map([[unknown, guess]]));
  const correction = isDiagonal(moved, directions)
    ? divide(miss, diagonalOf(moved, directions)[0] as Expression)
    : solve(jacobianMatrix([equation], [unknown]), miss);
  return subtract(guess, correction);
}
