import { jacobianProduct } from "../../core/expression/derivatives.js";
import { type Expression, type Shape, sizeOf } from "../../core/expression/expression.js";
import { abs, add, less, multiply, subtract, symbol, where } from "../../core/expression/functions.js";
import type { Learned } from "../trajectory/free-trajectory.js";
import type { RowGradients } from "../trajectory/row-gradients.js";
import { nameOf } from "../trajectory/trajectory-data.js";
import type { Row, TrajectoryLoop } from "../trajectory/trajectory-plan.js";
import type { ActionPlan, PhasePoint } from "./action-plan.js";
import type { StartSlopes } from "./start-point.js";

/** Something the path depends on: one tangent run per entry. */
interface Varied {
  readonly shape: Shape;
  /** The buffer of its direction; of one example, or of all. */
  readonly direction: Float64Array;
  readonly perExample: boolean;
}

/** The row whose value is varied, for inputs that vary in time. */
const VARIED_ROW = symbol("varied row");

/**
 * The residual R(T) = (d_theta s_K)' d_b p_K - (d_theta p_K)' d_b s_K of paths that start from given data, by running the
 * linearised Euler-Lagrange equations beside the free path once for every entry theta of parameters, inputs (of each row, where
 * they vary in time) and initial data. That is P + 2 n + (rows) runs of the length of the trajectory, where every other boundary
 * condition is content with two or three runs in all; memory does not grow with the number of entries.
 */
export class TangentRuns {
  private readonly loop: TrajectoryLoop;
  private readonly point: readonly [position: Expression, momentum: Expression];
  private readonly tangent: readonly [position: Expression, momentum: Expression];
  private readonly directions: readonly Varied[];
  private readonly rowDirections: ReadonlyMap<string, Varied>;

  constructor(
    private readonly compiled: ActionPlan,
    private readonly learned: readonly Learned[],
    private readonly rowGradients: RowGradients,
  ) {
    const { plan, action, size } = compiled;
    this.point = [symbol("position", [size]), symbol("momentum", [size])];
    this.tangent = [symbol("position tangent", [size]), symbol("momentum tangent", [size])];
    const along = ({ name, shape }: { readonly name: string; readonly shape: Shape }, perExample: boolean) => {
      const direction = symbol(`direction of ${name}`, shape);
      if (perExample) plan.each(direction);
      plan.buffers[nameOf(direction)] ??= new Float64Array(sizeOf(shape));
      return { direction, varied: { shape, perExample, direction: plan.buffers[nameOf(direction)] as Float64Array } };
    };
    const ofLearned = learned.map((block) => along(block, block.perExample));
    this.directions = ofLearned.map(({ varied }) => varied);
    plan.buffers[nameOf(VARIED_ROW)] = new Float64Array(1);
    const ofRows = rowGradients.rows.map((row) => {
      const { source: name, symbol: own } = row;
      const made = along({ name, shape: own.shape }, plan.isPerExample(name));
      return { name, varied: made.varied, direction: multiply(this.isVaried(row), made.direction) };
    });
    this.rowDirections = new Map(ofRows.map(({ name, varied }) => [name, varied]));
    const next = action.advance(...this.point);
    const nexts = [next.position, next.momentum];
    const moved = jacobianProduct(
      nexts,
      [...this.point, ...learned.map((block) => block.symbol), ...rowGradients.symbols],
      [...this.tangent, ...ofLearned.map(({ direction }) => direction), ...ofRows.map(({ direction }) => direction)],
    );
    this.loop = plan.compileLoop({
      carried: [...this.point, ...this.tangent].map((own, k) => ({
        symbol: own,
        next: [...nexts, ...moved][k] as Expression,
      })),
      rows: action.rows,
      stepIndex: action.stepIndex,
    });
  }

  /** 1 in the step that meets the varied row, else 0. */
  private isVaried({ source, fraction }: Row): Expression {
    const met = this.compiled.plan.timing(source) === "held" ? 0 : fraction;
    const distance = subtract(add(this.compiled.action.stepIndex, met), VARIED_ROW);
    return where(less(abs(distance), 0.5), 1, 0);
  }

  /**
   * Adds the residual to the sums of the gradients and to those of the rows.
   *
   * @param response d_b s_K and d_b p_K, [examples, size]
   * @returns the slopes by the initial data, and the number of runs
   */
  run(from: PhasePoint, response: PhasePoint): { readonly slopes: StartSlopes; readonly runs: number } {
    const { compiled, learned, directions, rowDirections } = this;
    const { plan, examples, size } = compiled;
    compiled.nudge = 0;
    let runs = 0;
    const residual = (place: "position" | "momentum" | "neither", entry: number): Float64Array => {
      runs++;
      return this.residual(from, response, place, entry);
    };
    const along = (varied: Varied, sum: Float64Array, offset: number): void => {
      const entries = sizeOf(varied.shape);
      for (let entry = 0; entry < entries; entry++) {
        varied.direction.fill(0);
        for (let k = entry; k < varied.direction.length; k += entries) varied.direction[k] = 1;
        residual("neither", 0).forEach((value, example) => {
          const at = offset + entry + (varied.perExample ? example * entries : 0);
          sum[at] = (sum[at] as number) + value;
        });
      }
      varied.direction.fill(0);
    };
    learned.forEach(({ sum }, k) => {
      along(directions[k] as Varied, plan.buffers[nameOf(sum)] as Float64Array, 0);
    });
    for (const [name, varied] of rowDirections) {
      const { data, shape } = this.rowGradients.gradients.get(name) as { data: Float64Array; shape: Shape };
      const rows = shape[0] as number;
      for (let row = 0; row < rows; row++) {
        plan.buffers[nameOf(VARIED_ROW)]?.fill(row);
        along(varied, data, row * (data.length / rows));
      }
    }
    const slopesBy = (place: "position" | "momentum"): Float64Array => {
      const slopes = new Float64Array(examples * size);
      for (let entry = 0; entry < size; entry++) {
        residual(place, entry).forEach((value, example) => {
          slopes[example * size + entry] = value;
        });
      }
      return slopes;
    };
    return { slopes: { position: slopesBy("position"), momentum: slopesBy("momentum") }, runs };
  }

  /** The residual by example along the directions in the buffers and a unit direction of the initial data. */
  private residual(
    from: PhasePoint,
    response: PhasePoint,
    place: "position" | "momentum" | "neither",
    entry: number,
  ): Float64Array {
    const { examples, size, nodes } = this.compiled;
    const [position, momentum] = this.point.map((own) => this.buffer(own)) as [Float64Array, Float64Array];
    const [moved, pushed] = this.tangent.map((own) => this.buffer(own)) as [Float64Array, Float64Array];
    position.set(from.position);
    momentum.set(from.momentum);
    for (const [name, tangent] of [
      ["position", moved],
      ["momentum", pushed],
    ] as const) {
      tangent.fill(0);
      for (let k = entry; name === place && k < tangent.length; k += size) tangent[k] = 1;
    }
    this.loop.run(0, nodes - 1);
    return Float64Array.from({ length: examples }, (_, example) => {
      let sum = 0;
      for (let k = example * size; k < (example + 1) * size; k++) {
        sum += (moved[k] as number) * (response.momentum[k] as number);
        sum -= (pushed[k] as number) * (response.position[k] as number);
      }
      return sum;
    });
  }

  private buffer(quantity: Expression): Float64Array {
    return this.compiled.plan.buffers[nameOf(quantity)] as Float64Array;
  }
}
