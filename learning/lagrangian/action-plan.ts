import type { CompiledFunction } from "../../core/compile/program.js";
import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { subtract, symbol } from "../../core/expression/functions.js";
import { jacobianMatrix } from "../../core/expression/jacobian-matrix.js";
import { substitute } from "../../core/expression/transform.js";
import type { PathAction } from "../../integrators/solvers/stationary-path.js";
import { PhaseError } from "../rule.js";
import { nameOf } from "../trajectory/trajectory-data.js";
import type { TrajectoryLoop, TrajectoryPlan } from "../trajectory/trajectory-plan.js";
import { NUDGE } from "../transformations/names.js";
import { type DiscreteAction, END_TIME } from "./discrete-action.js";

/** A path under the action, with the momenta it begins and ends with. */
export interface Trajectory {
  /** [nodes, examples, size] */
  readonly path: Float64Array;
  /** p_0 and p_K, [examples, size]; cost and final cost at these nodes included. */
  readonly momenta: readonly [start: Float64Array, end: Float64Array];
}

/** A position and a momentum, [examples, size] each. */
export interface PhasePoint {
  readonly position: Float64Array;
  readonly momentum: Float64Array;
}

/** What a sweep over the steps of a path computes in each. */
interface Sweep {
  readonly loop: TrajectoryLoop;
  readonly found: readonly Float64Array[];
}

const COST = symbol("cost");

/** What is compiled of the action of one task: marches that solve the Euler-Lagrange equations, and derivatives along a path. */
export class ActionPlan {
  readonly nodes: number;
  readonly size: number;
  readonly examples: number;
  /** Entries of one node of all examples. */
  readonly stride: number;
  private readonly position: Expression;
  private readonly momentum: Expression;
  private readonly march: Readonly<Record<"forward" | "backward", TrajectoryLoop>>;
  private readonly visited: Float64Array;
  private readonly forceSweep: Sweep;
  private readonly costLoop: TrajectoryLoop;
  private readonly end: CompiledFunction;
  private curvatureSweep: Sweep | undefined;

  constructor(
    readonly plan: TrajectoryPlan,
    readonly action: DiscreteAction,
  ) {
    const { examples, clock } = plan;
    this.examples = examples;
    this.size = action.size;
    this.nodes = clock.steps + 1;
    this.stride = examples * this.size;
    this.position = symbol("position", [this.size]);
    this.momentum = symbol("momentum", [this.size]);
    plan.buffers[NUDGE] = new Float64Array(1);
    plan.buffers[nameOf(END_TIME)] = new Float64Array(1);
    this.march = {
      forward: this.compileMarch(action.advance(this.position, this.momentum), false),
      backward: this.compileMarch(action.retreat(this.position, this.momentum), true),
    };
    this.visited = new Float64Array(this.nodes * this.stride);
    this.forceSweep = this.compileSweep(["force before", "force after"], action.slopes);
    this.costLoop = plan.compileLoop({
      carried: [],
      totals: [{ symbol: COST, perExample: true, adds: action.cost }],
      rows: action.rows,
      stored: this.storedIn(this.visited),
      stepIndex: action.stepIndex,
    });
    const final = action.finalCost(this.position);
    const slope = gradient(final, [this.position]);
    this.end = plan.compileEach([final, ...slope, jacobianMatrix(slope, [this.position])]);
  }

  /** Where the nodes before and after a step are found in a path. */
  storedIn(path: Float64Array, places: readonly [Expression, Expression] = [this.action.before, this.action.after]) {
    const [before, after] = places;
    return new Map([
      [before, path.subarray(0, path.length - this.stride)],
      [after, path.subarray(this.stride)],
    ]);
  }

  private compileMarch(next: { readonly position: Expression; readonly momentum: Expression }, backwards: boolean) {
    const { plan, action, position, momentum } = this;
    const { stepIndex } = action;
    const nexts = [next.position, next.momentum];
    const last = plan.clock.steps - 1;
    const [place, push] = backwards ? substitute(nexts, new Map([[stepIndex, subtract(last, stepIndex)]])) : nexts;
    return plan.compileLoop({
      carried: [
        { symbol: position, next: place as Expression },
        { symbol: momentum, next: push as Expression },
      ],
      rows: action.rows,
      stepIndex,
    });
  }

  private compileSweep(names: readonly string[], values: readonly Expression[]): Sweep {
    const symbols = values.map(({ shape }, k) => symbol(names[k] as string, shape));
    const found = symbols.map((each) => this.plan.each(each));
    const loop = this.plan.compileLoop({
      carried: symbols.map((each, k) => ({ symbol: each, next: values[k] as Expression })),
      rows: this.action.rows,
      stored: this.storedIn(this.visited),
      stepIndex: this.action.stepIndex,
    });
    return { loop, found };
  }

  set nudge(value: number) {
    this.plan.buffers[NUDGE]?.fill(value);
  }

  get nudge(): number {
    return (this.plan.buffers[NUDGE] as Float64Array)[0] as number;
  }

  /** Tells the programs of the last node the time it has. */
  setEndTime(): void {
    const { start, step, steps } = this.plan.clock;
    this.plan.buffers[nameOf(END_TIME)]?.fill(start + steps * step);
  }

  /**
   * Solves the Euler-Lagrange equations under a nudge, forward from p_0 or backward from p_K. No equation is solved for more than
   * one node at a time, so that nothing of the trajectory has to be known ahead.
   *
   * @throws PhaseError where the trajectory leaves the finite numbers
   */
  integrate(phase: string, from: PhasePoint, nudge: number, direction: "forward" | "backward"): Trajectory {
    const { nodes, stride } = this;
    const path = new Float64Array(nodes * stride);
    const [position, momentum] = [this.buffer(this.position), this.buffer(this.momentum)];
    this.nudge = nudge;
    position.set(from.position);
    momentum.set(from.momentum);
    const backward = direction === "backward";
    if (backward) addTo(momentum, this.endSlope(from.position), -nudge);
    const loop = this.march[direction];
    for (let step = 0; step < nodes - 1; step++) {
      path.set(position, (backward ? nodes - 1 - step : step) * stride);
      loop.run(step, 1, backward);
    }
    path.set(position, backward ? 0 : (nodes - 1) * stride);
    const arrived = momentum.slice();
    const bad = path.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw this.notFinite(phase, path, bad);
    if (backward) return { path, momenta: [arrived, from.momentum.slice()] };
    addTo(arrived, this.endSlope(path.subarray((nodes - 1) * stride)), nudge);
    return { path, momenta: [from.momentum.slice(), arrived] };
  }

  private notFinite(phase: string, path: Float64Array, entry: number): PhaseError {
    const node = Math.floor(entry / this.stride);
    const example = Math.floor((entry % this.stride) / this.size);
    const remedy = "take a smaller step or nudge, or a shorter horizon";
    return new PhaseError(phase, `the path at node ${node}`, example, path[entry] as number, remedy);
  }

  private buffer(quantity: Expression): Float64Array {
    return this.plan.buffers[nameOf(quantity)] as Float64Array;
  }

  /** d(final cost)/ds_K. */
  private endSlope(position: Float64Array): Float64Array {
    this.buffer(this.position).set(position);
    this.end.run();
    return this.end.outputs[1] as Float64Array;
  }

  /** dS/ds_k + nudge dC/ds_k at every node, and the momenta at the ends, under the present nudge. */
  forcesOn(path: Float64Array): { readonly forces: Float64Array; readonly momenta: Trajectory["momenta"] } {
    const { nodes, stride, forceSweep } = this;
    const [before, after] = forceSweep.found as readonly [Float64Array, Float64Array];
    const forces = new Float64Array(nodes * stride);
    this.visited.set(path);
    let start = before;
    for (let step = 0; step < nodes - 1; step++) {
      forceSweep.loop.run(step, 1);
      addTo(forces.subarray(step * stride), before);
      forces.set(after, (step + 1) * stride);
      if (step === 0) start = before.map((value) => -value);
    }
    const last = forces.subarray((nodes - 1) * stride);
    addTo(last, this.endSlope(path.subarray((nodes - 1) * stride)), this.nudge);
    return { forces, momenta: [start, last.slice()] };
  }

  /** The action as boundary value problems need it, under the present nudge. */
  get pathAction(): PathAction {
    const { nodes, examples, size } = this;
    return {
      nodes,
      trajectories: examples,
      size,
      forces: (path) => this.forcesOn(path).forces,
      curvature: (path) => this.curvatureOn(path),
    };
  }

  private curvatureOn(path: Float64Array): { readonly diagonal: Float64Array; readonly upper: Float64Array } {
    const { nodes, examples, size, stride } = this;
    this.curvatureSweep ??= this.compileSweep(
      ["curvature before", "mixed curvature", "curvature after"],
      this.action.curvatures,
    );
    const { loop, found } = this.curvatureSweep;
    const [here, mixed, next] = found as readonly [Float64Array, Float64Array, Float64Array];
    const block = examples * size * size;
    const [diagonal, upper] = [new Float64Array(nodes * block), new Float64Array((nodes - 1) * block)];
    this.visited.set(path);
    for (let step = 0; step < nodes - 1; step++) {
      loop.run(step, 1);
      addTo(diagonal.subarray(step * block), here);
      upper.set(mixed, step * block);
      diagonal.set(next, (step + 1) * block);
    }
    this.endSlope(path.subarray((nodes - 1) * stride));
    addTo(diagonal.subarray((nodes - 1) * block), this.end.outputs[2] as Float64Array, this.nudge);
    return { diagonal, upper };
  }

  /** The cost of each example. */
  costsOf(path: Float64Array): Float64Array {
    const { costLoop, nodes, stride } = this;
    this.visited.set(path);
    costLoop.clear();
    costLoop.run(0, nodes - 1);
    this.endSlope(path.subarray((nodes - 1) * stride));
    const costs = this.buffer(COST).slice();
    addTo(costs, this.end.outputs[0] as Float64Array);
    return costs;
  }
}

/** Adds a multiple of some values to as many first entries of a sum. */
export function addTo(sum: Float64Array, values: Float64Array, factor = 1): void {
  for (let k = 0; k < values.length; k++) sum[k] = (sum[k] as number) + factor * (values[k] as number);
}
