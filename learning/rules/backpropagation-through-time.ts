import type { Backend } from "../../core/compile/program.js";
import { gradient, transposedJacobianProduct } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { add, subtract, symbol } from "../../core/expression/functions.js";
import { substitute } from "../../core/expression/transform.js";
import type { Integrator } from "../../core/integrator.js";
import { stepProgram } from "../../core/simulation/step-program.js";
import type { StateArray } from "../../core/system.js";
import type { GradientResult, LearningRule, TaskData } from "../rule.js";
import { FreeTrajectory, nodesOf, rowsOf } from "../trajectory/free-trajectory.js";
import { RowGradients } from "../trajectory/row-gradients.js";
import { nameOf, type TrajectoryData } from "../trajectory/trajectory-data.js";
import type { TrajectoryLoop, TrajectoryPlan } from "../trajectory/trajectory-plan.js";
import { trajectoryPhase, trajectoryRule } from "./trajectory-rule.js";

/** Options of {@link backpropagationThroughTime}. */
export interface BackpropagationThroughTimeOptions {
  /** What integrates the trajectories; the gradient is that of its discrete steps. */
  readonly integrator: Integrator;
  /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
  readonly backend?: Backend;
}

/**
 * The exact gradient of a trajectory's cost by reverse differentiation of every step; a reference for rules that learn by
 * physics. With s_(k+1) = S(s_k, theta) and the cost a sum over nodes,
 *
 *     lambda_k = (dS/ds)' lambda_(k+1) + dC/ds_k,   dC/dtheta = (direct part) + sum over k of (dS/dtheta)' lambda_(k+1),
 *
 * and dC/ds_0 = lambda_0. It stores every state: memory grows with the number of steps.
 *
 * Source: Werbos 1990.
 */
export function backpropagationThroughTime(options: BackpropagationThroughTimeOptions): LearningRule {
  const { integrator, backend } = options;
  return trajectoryRule({
    name: "backpropagation through time",
    reference: "Werbos 1990 (Proceedings of the IEEE 78:1550)",
    maker: "backpropagationThroughTime",
    integrator,
    backend,
    variant: "",
    refusal: () => (integrator.stochastic ? "an integrator without noise" : undefined),
    dynamics: ({ system }) => ({
      phases: [{ name: "free", system, nudge: 0, motion: "integrates from the initial state" }],
      reliesOn: [
        `no local update: the steps of ${integrator.name} are gone through in reverse, with a product with the transposed derivatives of the whole step at each`,
        "every state of the free trajectory, stored",
        "the equations of the system and of its steps, known exactly",
      ],
    }),
    prepare: (plan) => new BackpropagationPlan(plan, integrator),
    gradient: (prepared, data, given) => prepared.gradient(data, given),
  });
}

class BackpropagationPlan {
  private readonly free: FreeTrajectory;
  /** The states before each step, [steps, examples, ...shape] by state block. */
  private readonly visited: readonly Float64Array[];
  private readonly adjoint: readonly Expression[];
  private readonly rowGradients: RowGradients;
  private readonly loop: TrajectoryLoop;

  constructor(
    private readonly plan: TrajectoryPlan,
    integrator: Integrator,
  ) {
    const { system } = plan.task;
    this.free = new FreeTrajectory(plan, integrator);
    const { cost, learned } = this.free;
    const { state } = system;
    this.visited = state.map(({ shape }) => new Float64Array(plan.clock.steps * plan.examples * sizeOf(shape)));
    this.adjoint = state.map(({ name, shape }) => symbol(`adjoint ${name}`, shape));
    const slopes = gradient(cost.ofStep, [...cost.before.state, ...cost.after.state]);
    const step = stepProgram(system, integrator, {
      timings: plan.timings(),
      observe: (context, next) => {
        const { before, after } = nodesOf(context, next);
        return cost.place(slopes, before, after);
      },
    });
    const nexts = step.loop.carried.map(({ next }) => next);
    const later = this.adjoint.map((value, k) => add(value, step.observed[state.length + k] as Expression));
    const rows = rowsOf(step.inputRows);
    this.rowGradients = new RowGradients(plan, rows);
    const sought = [...state, ...learned].map((block) => block.symbol);
    const index = step.loop.stepIndex as Expression;
    const lastStep = plan.clock.steps - 1;
    const through = substitute(
      [
        ...transposedJacobianProduct(nexts, later, [...sought, ...this.rowGradients.symbols]),
        ...step.observed.slice(0, state.length),
      ],
      new Map([[index, subtract(lastStep, index)]]),
    );
    const before = through.slice(-state.length);
    this.loop = plan.compileLoop({
      carried: [
        ...this.adjoint.map((value, k) => ({
          symbol: value,
          next: add(through[k] as Expression, before[k] as Expression),
        })),
        ...this.rowGradients.carried(through.slice(sought.length, -state.length)),
      ],
      totals: learned.map(({ sum, perExample }, k) => ({
        symbol: sum,
        perExample,
        adds: through[state.length + k] as Expression,
      })),
      rows: [...rows, ...cost.rows],
      stored: new Map(state.map((block, k) => [block.symbol, this.visited[k] as Float64Array])),
      stepIndex: index,
    });
  }

  gradient(data: TrajectoryData, given: TaskData): GradientResult {
    const { plan, free, rowGradients } = this;
    const { steps } = data.clock;
    const { state } = plan.task.system;
    const costs = free.run(data, given, (step) => this.visit(step));
    const last = state.map(({ name, shape }) => plan.result(plan.buffers[name] as Float64Array, shape, true));
    this.adjoint.forEach((value, k) => {
      plan.buffers[nameOf(value)]?.set(free.endSlopes[k] as Float64Array);
    });
    rowGradients.clear();
    if (rowGradients.rows.length === 0) this.loop.run(0, steps, true);
    for (let step = steps - 1; rowGradients.rows.length > 0 && step >= 0; step--) {
      this.loop.run(steps - 1 - step, 1, true);
      rowGradients.collect(step);
    }
    return free.finish({
      costs,
      phases: [trajectoryPhase("free", plan), trajectoryPhase("reverse", plan)],
      state: Object.fromEntries(state.map(({ name }, k) => [name, last[k] as StateArray])),
      initialGradient: this.adjoint.map((value) => plan.buffers[nameOf(value)] as Float64Array),
      varyingInputGradient: rowGradients.gradients,
    });
  }

  private visit(step: number): void {
    const { plan } = this;
    plan.task.system.state.forEach(({ name }, k) => {
      const values = plan.buffers[name] as Float64Array;
      this.visited[k]?.set(values, step * values.length);
    });
  }
}
