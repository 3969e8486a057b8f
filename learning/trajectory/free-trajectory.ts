import type { CompiledFunction } from "../../core/compile/program.js";
import { gradient, transposedJacobianProduct } from "../../core/expression/derivatives.js";
import type { Expression, Shape } from "../../core/expression/expression.js";
import { symbol } from "../../core/expression/functions.js";
import { substitute } from "../../core/expression/transform.js";
import type { Integrator, StateExpressions, StepContext } from "../../core/integrator.js";
import { simulate } from "../../core/simulation/simulate.js";
import { START_TIME, stepProgram } from "../../core/simulation/step-program.js";
import { TIME } from "../../core/system.js";
import { type GradientResult, PhaseError, type TaskData } from "../rule.js";
import { mean } from "../rules/stationary-rule.js";
import { type Node, TrajectoryCost } from "./trajectory-cost.js";
import { nameOf, type TrajectoryData } from "./trajectory-data.js";
import type { Row, Total, TrajectoryLoop, TrajectoryPlan } from "./trajectory-plan.js";

/** A parameter, or an input that does not vary: what a gradient is summed up for. */
export interface Learned {
  readonly name: string;
  readonly shape: Shape;
  readonly symbol: Expression;
  /** The sum of its gradient; one per example for inputs. */
  readonly sum: Expression;
  readonly perExample: boolean;
}

const COST = symbol("cost");

/** The states before and after a step, with their times, as expressions of a step program. */
export function nodesOf(context: StepContext, next: StateExpressions): { readonly before: Node; readonly after: Node } {
  const inOrder = (state: StateExpressions): Expression[] =>
    context.system.state.map(({ name }) => state.get(name) as Expression);
  const time = symbol(TIME);
  const timeAt = (fraction: number): Expression =>
    context.at(context.state, fraction, new Map([[TIME, time]])).get(TIME) as Expression;
  return {
    before: { state: inOrder(context.state), time: timeAt(0) },
    after: { state: inOrder(next), time: timeAt(1) },
  };
}

/** Rows of a step program for a plan. */
export const rowsOf = (rows: ReturnType<typeof stepProgram>["inputRows"]): Row[] =>
  rows.map(({ input, fraction, symbol: row }) => ({ source: input, fraction, symbol: row }));

/**
 * The free trajectory of a task under an integrator. It finds the cost of each example, and starts the sums of the gradients
 * of parameters and constant inputs with the direct derivative of the cost; a rule adds its own part and calls
 * {@link FreeTrajectory.finish}.
 */
export class FreeTrajectory {
  readonly cost: TrajectoryCost;
  readonly learned: readonly Learned[];
  /** d(final cost)/d(last state), by state block, after {@link run}. */
  readonly endSlopes: readonly Float64Array[];
  private readonly loop: TrajectoryLoop;
  private readonly initial: CompiledFunction;
  private readonly end: CompiledFunction;
  private readonly endTotals: CompiledFunction;
  private readonly throughInitial: CompiledFunction;
  private readonly throughInitialTotals: CompiledFunction;

  constructor(
    readonly plan: TrajectoryPlan,
    private readonly integrator: Integrator,
  ) {
    const { task } = plan;
    const { state, parameters, input } = task.system;
    const constants = input.filter(({ name }) => plan.timing(name) === "constant");
    const learnedOf = (blocks: typeof input, perExample: boolean): Learned[] =>
      blocks.map((block) => ({ ...block, sum: symbol(`gradient ${block.name}`, block.shape), perExample }));
    this.learned = [...learnedOf(parameters, false), ...learnedOf(constants, true)];
    this.cost = new TrajectoryCost(task, plan);
    this.loop = this.compileLoop();
    const each = this.learned.filter(({ perExample }) => perExample).map((block) => block.symbol);
    const shared = this.learned.filter(({ perExample }) => !perExample).map((block) => block.symbol);
    const places = state.map((block) => block.symbol);
    const final = substitute([this.cost.ofEnd], new Map([[symbol(TIME), symbol("end time")]]))[0] as Expression;
    plan.buffers["end time"] = new Float64Array(1);
    this.end = plan.compileEach([final, ...gradient(final, places), ...gradient(final, each)]);
    this.endSlopes = this.end.outputs.slice(1, 1 + places.length);
    this.endTotals = plan.compileTotal(gradient(final, shared));
    const computed = [...(task.initial?.entries() ?? [])];
    const expressions = computed.map(([, expression]) => expression);
    this.initial = plan.compileEach(expressions);
    const cotangents = computed.map(([name, { shape }]) => symbol(`initial gradient ${name}`, shape));
    for (const { name, shape } of state) plan.each(symbol(`initial gradient ${name}`, shape));
    const through = (blocks: readonly Expression[]): Expression[] =>
      transposedJacobianProduct(expressions, cotangents, blocks);
    this.throughInitial = plan.compileEach(through(each));
    this.throughInitialTotals = plan.compileTotal(through(shared));
  }

  private compileLoop(): TrajectoryLoop {
    const { plan, cost, learned } = this;
    const ofStep = cost.ofStep;
    const direct = gradient(
      ofStep,
      learned.map((block) => block.symbol),
    );
    const step = stepProgram(plan.task.system, this.integrator, {
      timings: plan.timings(),
      observe: (context, next) => {
        const { before, after } = nodesOf(context, next);
        return cost.place([ofStep, ...direct], before, after);
      },
    });
    const totals = learned.map(
      ({ sum, perExample }, k): Total => ({ symbol: sum, perExample, adds: step.observed[k + 1] as Expression }),
    );
    return plan.compileLoop({
      carried: step.loop.carried,
      totals: [...totals, { symbol: COST, perExample: true, adds: step.observed[0] as Expression }],
      rows: [...rowsOf(step.inputRows), ...cost.rows],
      stepIndex: step.loop.stepIndex as Expression,
    });
  }

  /**
   * Integrates from the initial state of the data. The state is left in the plan's buffers.
   *
   * @param visit called before each step with its number, where every state is wanted; steps are then taken one by one
   * @returns the cost of each example
   * @throws SimulationError where the trajectory leaves the finite numbers
   */
  run(data: TrajectoryData, given: TaskData, visit?: (step: number) => void): Float64Array {
    const { plan, loop } = this;
    const { clock, task, buffers } = plan;
    this.start(data);
    loop.clear();
    if (visit === undefined) loop.run(0, clock.steps);
    for (let step = 0; visit !== undefined && step < clock.steps; step++) {
      visit(step);
      loop.run(step, 1);
    }
    if (!task.system.state.every(({ name }) => (buffers[name] as Float64Array).every(Number.isFinite))) {
      this.explainFailure(data, given);
    }
    buffers["end time"]?.fill(clock.start + clock.steps * clock.step);
    this.end.run();
    this.endTotals.run();
    const costs = buffers[nameOf(COST)] as Float64Array;
    addTo(costs, this.end.outputs[0] as Float64Array);
    this.addToSums(this.endTotals, this.end, 1 + task.system.state.length);
    return costs.slice();
  }

  /** Puts the initial state into the buffers. */
  private start(data: TrajectoryData): void {
    const { plan } = this;
    plan.load(data);
    this.initial.run();
    [...(plan.task.initial?.keys() ?? [])].forEach((name, k) => {
      plan.buffers[name]?.set(this.initial.outputs[k] as Float64Array);
    });
    plan.buffers[nameOf(START_TIME)]?.fill(plan.clock.start);
  }

  /** Runs again as a simulation, which finds the step, the entry and the likely cause. */
  private explainFailure(data: TrajectoryData, given: TaskData): never {
    const { plan, integrator } = this;
    this.start(data);
    simulate(plan.task.system, {
      integrator,
      parameters: given.parameters,
      input: given.input ?? {},
      initial: plan.copyState(),
      start: data.clock.start,
      steps: data.clock.steps,
      ...(data.examples > 1 ? { trajectories: data.examples } : {}),
      save: { every: data.clock.steps },
    } as never);
    throw new PhaseError("free", "the cost", 0, Number.NaN, "look for a term of the cost that is undefined there");
  }

  private addToSums(totals: CompiledFunction, each: CompiledFunction, first: number): void {
    const sums = this.learned.map(({ sum }) => this.plan.buffers[nameOf(sum)] as Float64Array);
    const shared = totals.outputs.length;
    sums.forEach((sum, k) => {
      addTo(sum, (k < shared ? totals.outputs[k] : each.outputs[first + k - shared]) as Float64Array);
    });
  }

  /**
   * The result of a rule, from the sums of the gradients and the gradient for the initial state, [examples, ...shape] by
   * state block; where the task computes the initial state, its part is added.
   */
  finish(
    found: Pick<GradientResult, "costs" | "phases" | "state"> & {
      readonly initialGradient: readonly Float64Array[];
      /** Of inputs that vary in time, [rows, examples, ...shape] by name. */
      readonly varyingInputGradient: ReadonlyMap<string, { readonly data: Float64Array; readonly shape: Shape }>;
    },
  ): GradientResult {
    const { plan } = this;
    const { examples, task, buffers } = plan;
    const { state, parameters, input } = task.system;
    state.forEach(({ name }, k) => {
      buffers[`initial gradient ${name}`]?.set(found.initialGradient[k] as Float64Array);
    });
    this.throughInitial.run();
    this.throughInitialTotals.run();
    this.addToSums(this.throughInitialTotals, this.throughInitial, 0);
    const averaged = (values: Float64Array): Float64Array => values.map((value) => value / examples);
    const sumOf = (name: string): Float64Array => averaged(buffers[`gradient ${name}`] as Float64Array);
    const withGradient = input.filter(({ name }) => plan.timing(name) !== "function");
    const inputGradient = withGradient.map(({ name, shape }) => {
      const varying = found.varyingInputGradient.get(name);
      if (varying !== undefined) return [name, { ...varying, data: averaged(varying.data) }] as const;
      return [name, plan.result(sumOf(name), shape, true)] as const;
    });
    return {
      cost: mean(found.costs),
      costs: found.costs,
      gradient: Object.fromEntries(parameters.map(({ name, shape }) => [name, plan.result(sumOf(name), shape, false)])),
      inputGradient: Object.fromEntries(inputGradient),
      initialGradient: Object.fromEntries(
        state.map(({ name, shape }, k) => [
          name,
          plan.result(averaged(found.initialGradient[k] as Float64Array), shape, true),
        ]),
      ),
      state: found.state,
      residual: Math.max(...found.phases.map(({ residual }) => Math.max(...residual))),
      phases: found.phases,
    };
  }
}

function addTo(sum: Float64Array, values: Float64Array): void {
  for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] as number) + (values[k] as number);
}
