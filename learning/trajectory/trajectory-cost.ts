import { InputError } from "../../core/errors.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, constant, multiply, symbol } from "../../core/expression/functions.js";
import { substitute, substituteOne } from "../../core/expression/transform.js";
import { STEP_SIZE } from "../../core/simulation/step-program.js";
import { dependsOn } from "../../core/structure-proofs.js";
import { TIME } from "../../core/system.js";
import { type LearningTask, taskName } from "../task.js";
import type { Row, TrajectoryPlan } from "./trajectory-plan.js";

/** A state, by state block in order, and its time. */
export interface Node {
  readonly state: readonly Expression[];
  readonly time: Expression;
}

/**
 * The cost of a trajectory as a sum over its steps and its last state. A step from s_k to s_(k+1) carries the per-step cost
 * at s_(k+1) and half of the step times the running cost at either end, which add up to the trapezoid rule. Targets that
 * vary in time become rows: at the start of a step row k of `nodes`, at its end row k + 1, and row k of `held` at its end.
 */
export class TrajectoryCost {
  readonly rows: readonly Row[];
  /** Symbols of the state before a step and its time. */
  readonly before: Node;
  /** Symbols of the state after a step and its time. */
  readonly after: Node;
  private readonly perStep: Expression | undefined;
  private readonly running: readonly [start: Expression, end: Expression] | undefined;
  private readonly final: Expression | undefined;

  /**
   * @throws InputError for a cost that reads inputs that vary in time, a running cost of `held` targets, or a final cost of
   * targets that vary
   */
  constructor(
    private readonly task: LearningTask,
    plan: TrajectoryPlan,
  ) {
    this.before = nodeSymbols(task, "before");
    this.after = nodeSymbols(task, "after");
    const { perStep, running, final } = task.cost;
    const varying = task.target.filter(({ name }) => plan.timing(name) !== "constant");
    const refuse = (part: string, given: string, expected: string): never => {
      throw new InputError({ field: `${taskName(task)}, cost.${part}`, given, expected });
    };
    for (const [part, cost] of Object.entries(task.cost)) {
      const input = task.system.input.find(
        ({ name, symbol: block }) => plan.timing(name) !== "constant" && dependsOn([cost], [block]),
      );
      if (input !== undefined)
        refuse(part, `a cost of ${input.name}, which varies in time`, "inputs that are constant");
    }
    const moving = varying.find((block) => final !== undefined && dependsOn([final], [block.symbol]));
    if (moving !== undefined) refuse("final", `the target ${moving.name}, which varies in time`, "a constant target");
    const held = varying.find(
      ({ name, symbol: block }) =>
        running !== undefined && plan.timing(name) === "held" && dependsOn([running], [block]),
    );
    if (held !== undefined) refuse("running", `one row of ${held.name} per step`, "`nodes` rows, one per state");
    const at = (fraction: 0 | 1): Row[] =>
      varying.map(({ name, shape }) => ({ symbol: symbol(`${name} at ${fraction}`, shape), source: name, fraction }));
    const [start, end] = [at(0), at(1)];
    this.rows = [...start, ...end];
    const read = (cost: Expression, rows: readonly Row[]): Expression =>
      substituteOne(cost, new Map(varying.map((block, k) => [block.symbol, (rows[k] as Row).symbol])));
    this.perStep = perStep && read(perStep, end);
    this.running = running && [read(running, start), read(running, end)];
    this.final = final;
  }

  /** The task has a cost besides that of the last state. */
  get hasSteps(): boolean {
    return this.perStep !== undefined || this.running !== undefined;
  }

  /**
   * The part of the cost that belongs to one step, of {@link before} and {@link after}: a function of the state before it
   * plus one of the state after it.
   */
  get ofStep(): Expression {
    const { perStep, running, before, after } = this;
    const halfStep = multiply(0.5, STEP_SIZE);
    const costs = [
      ...(perStep === undefined ? [] : [this.at(perStep, after)]),
      ...(running === undefined
        ? []
        : [multiply(halfStep, add(this.at(running[0], before), this.at(running[1], after)))]),
    ];
    return costs.reduce((total, cost) => add(total, cost), constant(0));
  }

  /** The cost of the last state, in the blocks' own symbols and `t`. */
  get ofEnd(): Expression {
    return this.final ?? constant(0);
  }

  /** Puts states and times in the places of {@link before} and {@link after}. */
  place(expressions: readonly Expression[], before: Node, after: Node): Expression[] {
    const replaced = ([place, node]: readonly [Node, Node]): (readonly [Expression, Expression])[] => [
      [place.time, node.time],
      ...place.state.map((own, k) => [own, node.state[k] as Expression] as const),
    ];
    const pairs: (readonly [Node, Node])[] = [
      [this.before, before],
      [this.after, after],
    ];
    return substitute(expressions, new Map(pairs.flatMap(replaced)));
  }

  private at(cost: Expression, { state, time }: Node): Expression {
    const places = this.task.system.state.map((block, k) => [block.symbol, state[k] as Expression] as const);
    return substituteOne(cost, new Map([...places, [symbol(TIME), time]]));
  }
}

const nodeSymbols = ({ system }: LearningTask, place: string): Node => ({
  state: system.state.map(({ name, shape }) => symbol(`${name} ${place} the step`, shape)),
  time: symbol(`time ${place} the step`),
});
