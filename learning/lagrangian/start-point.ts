import type { CompiledFunction } from "../../core/compile/program.js";
import { transposedJacobianProduct } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, symbol } from "../../core/expression/functions.js";
import { joined, separated } from "../../core/layers/canonical-steps.js";
import type { Learned } from "../trajectory/free-trajectory.js";
import { nameOf } from "../trajectory/trajectory-data.js";
import { addToSums } from "./action-contrast.js";
import type { ActionPlan, PhasePoint } from "./action-plan.js";
import { atStart } from "./discrete-action.js";

/** What does not change with the parameters of the motion at the start, where positions and motions are given. */
export type FixedMotion = "momentum" | "velocity";

/** The slopes of the cost by where the path starts, [examples, size]. */
export interface StartSlopes {
  /** dC/ds_0 at a constant momentum. */
  readonly position: Float64Array;
  /** dC/dp_0. */
  readonly momentum: Float64Array;
}

/**
 * Where a path starts: s_0 and p_0 = dL/dv(s_0, v_0) of the initial data or of what the task computes from parameters and
 * inputs; and the way back, from slopes by s_0 and p_0 to gradients of all of these. With the velocity fixed p_0 depends on
 * parameters (masses) and on s_0; with the momentum fixed it is the same number whatever they are.
 */
export class StartPoint {
  private readonly computed: CompiledFunction;
  private readonly point: CompiledFunction;
  private readonly slopes: readonly [Expression, Expression];
  private readonly each: CompiledFunction;
  private readonly totals: CompiledFunction;

  constructor(
    private readonly compiled: ActionPlan,
    private readonly learned: readonly Learned[],
    fixed: FixedMotion,
  ) {
    const { plan, action, size } = compiled;
    const { form } = action;
    const { state } = plan.task.system;
    const initial = [...(plan.task.initial?.entries() ?? [])];
    const expressions = initial.map(([, expression]) => expression);
    this.computed = plan.compileEach(expressions);
    const coordinates = form.coordinates.map((block) => block.symbol);
    const momenta = atStart(form.momenta);
    this.point = plan.compileEach([joined(coordinates), momenta]);
    this.slopes = [symbol("slope by position", [size]), symbol("slope by momentum", [size])];
    for (const slope of this.slopes) plan.each(slope);
    const [byPosition, byMomentum] = this.slopes;
    const symbols = learned.map((block) => block.symbol);
    const places = state.map((block) => block.symbol);
    const through = transposedJacobianProduct([momenta], [byMomentum], [...places, ...symbols]);
    const direct = separated(byPosition, coordinates);
    const ofState = state.map(({ name, role }, k) => {
      if (role !== "coordinate") return through[k] as Expression;
      const slope = direct[form.coordinates.findIndex((block) => block.name === name)] as Expression;
      return fixed === "velocity" ? add(slope, through[k] as Expression) : slope;
    });
    const cotangents = initial.map(([name]) => ofState[state.findIndex((block) => block.name === name)] as Expression);
    const chained = transposedJacobianProduct(expressions, cotangents, symbols);
    const ofLearned = symbols.map((_, k) =>
      fixed === "velocity"
        ? add(chained[k] as Expression, through[places.length + k] as Expression)
        : (chained[k] as Expression),
    );
    this.each = plan.compileEach([...ofState, ...ofLearned.filter((_, k) => learned[k]?.perExample)]);
    this.totals = plan.compileTotal(ofLearned.filter((_, k) => !learned[k]?.perExample));
  }

  /** Reads s_0 and p_0 off the data in the plan's buffers. */
  read(): PhasePoint {
    const { plan } = this.compiled;
    this.computed.run();
    [...(plan.task.initial?.keys() ?? [])].forEach((name, k) => {
      plan.buffers[name]?.set(this.computed.outputs[k] as Float64Array);
    });
    this.point.run();
    const [position, momentum] = this.point.outputs as readonly [Float64Array, Float64Array];
    return { position: position.slice(), momentum: momentum.slice() };
  }

  /**
   * Adds to the sums of the gradients what comes through the start, and returns the gradient by state block. The initial state
   * must still be in the plan's buffers.
   */
  passOn(found: StartSlopes): Float64Array[] {
    const { compiled, learned, slopes, each, totals } = this;
    const { plan } = compiled;
    const count = plan.task.system.state.length;
    [found.position, found.momentum].forEach((values, k) => {
      plan.buffers[nameOf(slopes[k] as Expression)]?.set(values);
    });
    each.run();
    totals.run();
    addToSums(compiled, learned, totals.outputs, each.outputs.slice(count));
    return each.outputs.slice(0, count).map((values) => values.slice());
  }
}
