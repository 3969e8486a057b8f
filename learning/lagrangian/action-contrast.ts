import type { CompiledFunction } from "../../core/compile/program.js";
import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { constant, divide, multiply, negate, subtract, symbol } from "../../core/expression/functions.js";
import { substitute } from "../../core/expression/transform.js";
import type { Nudging } from "../estimators/contrast.js";
import type { Learned } from "../trajectory/free-trajectory.js";
import { RowGradients } from "../trajectory/row-gradients.js";
import { nameOf } from "../trajectory/trajectory-data.js";
import type { TrajectoryLoop } from "../trajectory/trajectory-plan.js";
import { NUDGE } from "../transformations/names.js";
import { type ActionPlan, addTo } from "./action-plan.js";

/**
 * The contrast of the action between two paths: with S_theta = d(S + nudge C)/dtheta,
 *
 *     [S_theta(plus, nudge) - S_theta(minus, -nudge)] / (2 nudge)   or   [S_theta(plus, nudge) - S_theta(free, 0)] / nudge,
 *
 * subtracted step by step, so that sums of large numbers do not lose the small difference.
 */
export class ActionContrast {
  readonly rowGradients: RowGradients;
  private readonly plus: Float64Array;
  private readonly other: Float64Array;
  private readonly loop: TrajectoryLoop;
  private readonly end: CompiledFunction;
  private readonly endTotals: CompiledFunction;

  constructor(
    private readonly compiled: ActionPlan,
    private readonly learned: readonly Learned[],
    nudging: Nudging,
  ) {
    const { plan, action, nodes, stride, size } = compiled;
    this.plus = new Float64Array(nodes * stride);
    this.other = new Float64Array(nodes * stride);
    this.rowGradients = new RowGradients(plan, action.inputRows);
    const nudge = symbol(NUDGE);
    const [otherNudge, width] = nudging === "centred" ? [negate(nudge), multiply(2, nudge)] : [constant(0), nudge];
    const contrasted = (
      expressions: readonly Expression[],
      plus: readonly (readonly [Expression, Expression])[],
      other: readonly (readonly [Expression, Expression])[],
    ): Expression[] => {
      const ahead = substitute(expressions, new Map(plus));
      const behind = substitute(expressions, new Map([...other, [nudge, otherNudge]]));
      return ahead.map((value, k) => divide(subtract(value, behind[k] as Expression), width));
    };
    const node = (lane: string, place: string): Expression => symbol(`${lane} path ${place} the step`, [size]);
    const nodesOf = (lane: string): [Expression, Expression] => [node(lane, "before"), node(lane, "after")];
    const pairs = ([before, after]: readonly [Expression, Expression]) =>
      [
        [action.before, before],
        [action.after, after],
      ] as const;
    const [plusNodes, otherNodes] = [nodesOf("nudged"), nodesOf("other")];
    const symbols = learned.map((block) => block.symbol);
    const slopes = contrasted(
      action.parameterSlopes([...symbols, ...this.rowGradients.symbols]),
      pairs(plusNodes),
      pairs(otherNodes),
    );
    this.loop = plan.compileLoop({
      carried: this.rowGradients.carried(slopes.slice(symbols.length)),
      totals: learned.map(({ sum, perExample }, k) => ({ symbol: sum, perExample, adds: slopes[k] as Expression })),
      rows: action.rows,
      stored: new Map([...compiled.storedIn(this.plus, plusNodes), ...compiled.storedIn(this.other, otherNodes)]),
      stepIndex: action.stepIndex,
    });
    const [place, plusEnd, otherEnd] = ["last", "nudged last", "other last"].map((name) =>
      symbol(`${name} position`, [size]),
    ) as [Expression, Expression, Expression];
    plan.each(plusEnd);
    plan.each(otherEnd);
    const final = multiply(nudge, action.finalCost(place));
    const endSlopes = contrasted(gradient(final, symbols), [[place, plusEnd]], [[place, otherEnd]]);
    this.end = plan.compileEach(endSlopes.filter((_, k) => learned[k]?.perExample));
    this.endTotals = plan.compileTotal(endSlopes.filter((_, k) => !learned[k]?.perExample));
  }

  /** Starts the sums of the gradients with the contrast of two paths, under a nudge of the plan. */
  run(plus: Float64Array, other: Float64Array): void {
    const { compiled, loop, rowGradients, learned } = this;
    const { plan, stride } = compiled;
    const { steps } = plan.clock;
    this.plus.set(plus);
    this.other.set(other);
    loop.clear();
    rowGradients.clear();
    if (rowGradients.rows.length === 0) loop.run(0, steps);
    for (let step = 0; rowGradients.rows.length > 0 && step < steps; step++) {
      loop.run(step, 1);
      rowGradients.collect(step);
    }
    plan.buffers["nudged last position"]?.set(plus.subarray(steps * stride));
    plan.buffers["other last position"]?.set(other.subarray(steps * stride));
    this.end.run();
    this.endTotals.run();
    addToSums(compiled, learned, this.endTotals.outputs, this.end.outputs);
  }
}

/** Adds to the sums of gradients what was found for parameters, and for each example's inputs. */
export function addToSums(
  { plan }: ActionPlan,
  learned: readonly Learned[],
  shared: readonly Float64Array[],
  each: readonly Float64Array[],
): void {
  const found = [...shared, ...each];
  const inOrder = [
    ...learned.filter(({ perExample }) => !perExample),
    ...learned.filter(({ perExample }) => perExample),
  ];
  inOrder.forEach(({ sum }, k) => {
    addTo(plan.buffers[nameOf(sum)] as Float64Array, found[k] as Float64Array);
  });
}
