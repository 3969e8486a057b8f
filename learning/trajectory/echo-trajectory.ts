import { gradient } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import {
  add,
  constant,
  divide,
  exp,
  multiply,
  negate,
  subtract,
  sum,
  symbol,
} from "../../core/expression/functions.js";
import { substitute } from "../../core/expression/transform.js";
import type { HamiltonianTerm, Integrator, StateExpressions, StepContext } from "../../core/integrator.js";
import { START_TIME, STEP_SIZE, stepProgram } from "../../core/simulation/step-program.js";
import type { ParameterBlock, StateBlock } from "../../core/system.js";
import type { Nudging } from "../estimators/contrast.js";
import { PhaseError } from "../rule.js";
import { echoed, reversedDampingName } from "../transformations/echoed.js";
import { NUDGE } from "../transformations/names.js";
import { type FreeTrajectory, type Learned, nodesOf, rowsOf } from "./free-trajectory.js";
import { FIRST_TIME, type IntegralSlopes, integralSlopes, sinceStart } from "./hamiltonian-integrals.js";
import { RowGradients } from "./row-gradients.js";
import type { Node } from "./trajectory-cost.js";
import { nameOf } from "./trajectory-data.js";
import type { Row, TrajectoryLoop, TrajectoryPlan } from "./trajectory-plan.js";

/** An echo pushed by plus or minus the nudge, or not at all. */
type Lane = "plus" | "minus" | "free";

const SIGNS: Readonly<Record<Lane, 1 | -1 | 0>> = { plus: 1, minus: -1, free: 0 };

const laneSymbol = ({ name, shape }: StateBlock, lane: Lane): Expression =>
  symbol(`${name} of the ${lane} echo`, shape);

/** What belongs to coordinates where momenta stand, and the other way round. */
const swapped = <V>(values: readonly V[]): V[] => {
  const half = values.length / 2;
  return [...values.slice(half), ...values.slice(0, half)];
};

/**
 * The echoes of a free trajectory: from its end, with the momenta turned round, they run back under the same step; each time
 * they meet a state that carries cost they are pushed by plus or minus the nudge times the cost's slope at the free state.
 * Where costs are spread over the trajectory, an echo that is not pushed runs beside them and meets the free states again, so
 * that no state is stored. What the integrals of dH/dtheta differ by goes to the sums of the gradients.
 */
export class EchoTrajectory {
  readonly rowGradients: RowGradients;
  private readonly lanes: readonly Lane[];
  private readonly loop: TrajectoryLoop;
  private readonly strength = new Float64Array(1);
  private readonly damping: ParameterBlock | undefined;

  constructor(
    private readonly plan: TrajectoryPlan,
    private readonly free: FreeTrajectory,
    integrator: Integrator,
    private readonly nudging: Nudging,
  ) {
    const { task, buffers } = plan;
    const { state, parameters, input } = task.system;
    const { cost, learned } = free;
    const system = echoed(task.system);
    this.damping = parameters.find(({ name }) => name === task.system.damping);
    const centred = nudging === "centred";
    this.lanes = centred ? ["plus", "minus", ...(cost.hasSteps ? (["free"] as const) : [])] : ["plus", "free"];
    buffers[NUDGE] = this.strength;
    buffers[nameOf(FIRST_TIME)] = new Float64Array(1);
    for (const { name, shape } of system.parameters) buffers[name] ??= new Float64Array(sizeOf(shape));
    const varying = input.filter(({ name }) => plan.timing(name) !== "constant");
    let integrals: IntegralSlopes = { learned: [], rows: new Map() };
    const step = stepProgram(system, integrator, {
      timings: plan.timings(),
      observe: (context, next) => {
        const { before, after } = nodesOf(context, next);
        integrals = integralSlopes(context, termsOf(integrator, context, next), learned, varying, this.damping?.symbol);
        return [before.time, after.time, ...integrals.learned, ...integrals.rows.values()];
      },
    });
    const [met, left] = step.observed as [Expression, Expression];
    const starts = this.lanes.map((lane) =>
      this.pushed(lane, (each) => state.map((block) => laneSymbol(block, each)), met, "after"),
    );
    const at = (lane: Lane, expressions: readonly Expression[]): Expression[] => {
      const start = starts[this.lanes.indexOf(lane)] as readonly Expression[];
      return substitute(expressions, new Map(state.map((block, k) => [block.symbol, start[k] as Expression])));
    };
    const nexts = step.loop.carried.map(({ next }) => next);
    const carried = this.lanes.flatMap((lane) =>
      this.pushed(lane, (each) => at(each, nexts), left, "before").map((next, k) => ({
        symbol: laneSymbol(state[k] as StateBlock, lane),
        next,
      })),
    );
    const width = multiply(centred ? 2 : 1, symbol(NUDGE));
    const [plus, other] = [at("plus", step.observed), at(centred ? "minus" : "free", step.observed)];
    const slopes = plus
      .map((value, k) => divide(multiply(STEP_SIZE, subtract(other[k] as Expression, value)), width))
      .slice(2);
    const rows = rowsOf(step.inputRows).map((row): Row => ({ ...row, fraction: 1 - row.fraction }));
    this.rowGradients = new RowGradients(plan, rows);
    const rowNames = [...integrals.rows.keys()];
    const rowSlopes = this.rowGradients.symbols.map(
      (row) => slopes[learned.length + rowNames.indexOf(nameOf(row))] ?? constant(0, row.shape),
    );
    const throughMomenta =
      this.damping === undefined || !cost.hasSteps
        ? constant(0)
        : add(
            this.throughMomenta(
              state.map((block) => laneSymbol(block, "free")),
              met,
              "after",
            ),
            this.throughMomenta(at("free", nexts), left, "before"),
          );
    this.loop = plan.compileLoop({
      carried: [...carried, ...this.rowGradients.carried(rowSlopes)],
      totals: learned.map(({ name, sum, perExample }, k) => {
        const slope = slopes[k] as Expression;
        return { symbol: sum, perExample, adds: name === this.damping?.name ? add(slope, throughMomenta) : slope };
      }),
      rows: [...rows, ...cost.rows],
      stepIndex: step.loop.stepIndex as Expression,
    });
  }

  /**
   * A lane's state with its push by the cost that a step has at the state before or after it.
   *
   * @param stateOf the state of each lane, unpushed
   * @param time of the echo
   */
  private pushed(
    lane: Lane,
    stateOf: (lane: Lane) => readonly Expression[],
    time: Expression,
    place: "before" | "after",
  ): readonly Expression[] {
    const own = stateOf(lane);
    if (lane === "free" || !this.free.cost.hasSteps) return own;
    const strength = multiply(SIGNS[lane], multiply(symbol(NUDGE), this.decay(time)));
    const { slopes } = this.slopesAt(stateOf("free"), time, place);
    return swapped(slopes).map((slope, k) => add(own[k] as Expression, multiply(strength, slope)));
  }

  /** The original state that an echo without pushes meets, and the slopes of the cost that a step has there. */
  private slopesAt(free: readonly Expression[], time: Expression, place: "before" | "after") {
    const { cost } = this.free;
    const met: Node = { state: this.turned(free), time: negate(time) };
    const slopes = gradient(cost.ofStep, cost[place].state);
    const found = place === "before" ? cost.place(slopes, met, cost.after) : cost.place(slopes, cost.before, met);
    return { state: met.state, slopes: found };
  }

  /**
   * What costs of the momenta add to dC/dgamma. The integrals are taken at fixed P = e^(gamma t) p, and at fixed P the momenta
   * p = e^(-gamma t) P of a cost depend on gamma: -t p dC/dp.
   */
  private throughMomenta(free: readonly Expression[], time: Expression, place: "before" | "after"): Expression {
    const { state, slopes } = this.slopesAt(free, time, place);
    const half = state.length / 2;
    const products = slopes.slice(half).map((slope, k) => sum(multiply(slope, state[half + k] as Expression)));
    return negate(multiply(sinceStart(time), products.reduce(add)));
  }

  /** e^(-gamma t) of a damped system, else 1. */
  private decay(time: Expression): Expression {
    return this.damping === undefined ? constant(1) : exp(negate(multiply(this.damping.symbol, sinceStart(time))));
  }

  /** With the momenta turned round. */
  private turned(state: readonly Expression[]): Expression[] {
    return state.map((value, k) => (k < state.length / 2 ? value : negate(value)));
  }

  /**
   * Runs the echoes back from the free trajectory's end, which is in the plan's buffers, and adds to the sums of the gradients.
   *
   * @returns the gradient for the initial state, by state block
   * @throws PhaseError where an echo leaves the finite numbers
   */
  run(nudge: number): Float64Array[] {
    const { plan, rowGradients } = this;
    const { steps } = plan.clock;
    this.start(nudge);
    rowGradients.clear();
    if (rowGradients.rows.length === 0) this.loop.run(0, steps, true);
    for (let step = 0; rowGradients.rows.length > 0 && step < steps; step++) {
      this.loop.run(step, 1, true);
      rowGradients.collect(steps - 1 - step);
    }
    this.checkFinite();
    const other = this.nudging === "centred" ? "minus" : "free";
    const width = (this.nudging === "centred" ? 2 : 1) * nudge;
    const response = plan.task.system.state.map((block) => {
      const [plus, minus] = [this.lane(block, "plus"), this.lane(block, other)];
      return plus.map((value, k) => (value - (minus[k] as number)) / width);
    });
    return swapped(response);
  }

  /** e^(gamma T), by which the way back magnifies what the way there damped, rounding included; 1 without damping. */
  get growth(): number {
    const { clock } = this.plan;
    return Math.exp(this.rate * clock.steps * clock.step);
  }

  /** The damping gamma, 0 where there is none. */
  private get rate(): number {
    return this.damping === undefined ? 0 : ((this.plan.buffers[this.damping.name] as Float64Array)[0] as number);
  }

  private start(nudge: number): void {
    const { plan, damping, rate, growth } = this;
    const { buffers, clock, task } = plan;
    const end = clock.start + clock.steps * clock.step;
    this.strength[0] = nudge;
    buffers[nameOf(FIRST_TIME)]?.fill(clock.start);
    buffers[nameOf(START_TIME)]?.fill(-end);
    if (damping !== undefined) buffers[reversedDampingName(damping.name)]?.fill(-rate);
    if (damping !== undefined) this.addThroughLastMomenta(damping, end - clock.start);
    const push = nudge / growth;
    const slopes = swapped(this.free.endSlopes);
    for (const lane of this.lanes) {
      task.system.state.forEach((block, k) => {
        const [values, slope] = [buffers[block.name] as Float64Array, slopes[k] as Float64Array];
        const turn = block.role === "momentum" ? -1 : 1;
        const echo = this.lane(block, lane);
        for (let i = 0; i < echo.length; i++) {
          echo[i] = turn * (values[i] as number) + SIGNS[lane] * push * (slope[i] as number);
        }
      });
    }
  }

  /** What the cost of the last state adds to dC/dgamma, see {@link throughMomenta}. */
  private addThroughLastMomenta({ name }: ParameterBlock, elapsed: number): void {
    const { buffers, task } = this.plan;
    const total = this.free.learned.find((block) => block.name === name) as Learned;
    const sums = buffers[nameOf(total.sum)] as Float64Array;
    task.system.state.forEach((block, k) => {
      if (block.role !== "momentum") return;
      const [values, slopes] = [buffers[block.name] as Float64Array, this.free.endSlopes[k] as Float64Array];
      const product = values.reduce((partial, value, i) => partial + value * (slopes[i] as number), 0);
      sums[0] = (sums[0] as number) - elapsed * product;
    });
  }

  private lane = (block: StateBlock, lane: Lane): Float64Array =>
    this.plan.buffers[nameOf(laneSymbol(block, lane))] as Float64Array;

  private checkFinite(): void {
    const remedy = "take a smaller step or nudge, or a shorter horizon: a damped system's echo grows as it runs back";
    for (const lane of this.lanes) {
      for (const block of this.plan.task.system.state) {
        const values = this.lane(block, lane);
        const bad = values.findIndex((value) => !Number.isFinite(value));
        if (bad >= 0) throw new PhaseError("echo", block.name, 0, values[bad] as number, remedy);
      }
    }
  }
}

/** The integrator's quadrature of the Hamiltonian, or the trapezoid rule where it has none of its own. */
function termsOf(integrator: Integrator, context: StepContext, next: StateExpressions): readonly HamiltonianTerm[] {
  return (
    integrator.hamiltonianTerms?.(context) ?? [
      { part: "whole", weight: 0.5, state: context.state, fraction: 0 },
      { part: "whole", weight: 0.5, state: next, fraction: 1 },
    ]
  );
}
