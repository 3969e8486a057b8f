import type { CompiledFunction } from "../../core/compile/program.js";
import { gradient } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { add, constant, multiply, symbol } from "../../core/expression/functions.js";
import { held } from "../../core/simulation/inputs.js";
import { dependsOn } from "../../core/structure-proofs.js";
import { type StateArray, TIME } from "../../core/system.js";
import { iterate } from "../../integrators/steppers/iterate.js";
import { type GradientResult, type LearningRule, PhaseError, type PhaseReport, type TaskData } from "../rule.js";
import { trajectoryPhase } from "../rules/trajectory-rule.js";
import type { LearningTask } from "../task.js";
import { FreeTrajectory } from "../trajectory/free-trajectory.js";
import type { VaryingGradient } from "../trajectory/row-gradients.js";
import type { TrajectoryData } from "../trajectory/trajectory-data.js";
import type { TrajectoryPlan } from "../trajectory/trajectory-plan.js";
import { type HamiltonianStack, type RecurrentLayer, type StackStructure, slopeOf } from "./hamiltonian-stack.js";
import { nameIn } from "./layers.js";
import { addTo, RowFunctions, Rows } from "./row-functions.js";

const COST_REMEDY = "look for a term of the cost that is undefined there";
const RUNNING_WEIGHT = symbol("running weight");

/** Arrays by block name. */
type Arrays = Readonly<Record<string, Float64Array>>;

/**
 * The gradient of a stack, layer by layer. The free trajectory leaves the states after each step; then, from the top
 * down, each layer's own task is given the cost's slopes at its states, and the gradient it finds for its inputs, row
 * by row, goes through the functions below it and becomes slopes of the layers they read.
 */
export class LayerwisePlan {
  private readonly stack: StackStructure;
  private readonly free: FreeTrajectory;
  private readonly rows: Rows;
  /** The states at the start, and what a running cost needs there. */
  private readonly starts: Rows;
  /**
   * The cost's slopes at the values of a block after each step, [steps, examples, ...shape], as far as they are known.
   */
  private readonly slopes: Record<string, Float64Array> = {};
  /** The same for the rows of the stack's inputs. */
  private readonly inputSlopes: Record<string, Float64Array> = {};
  private readonly costSlopes: CompiledFunction;
  private readonly startSlopes: CompiledFunction;
  /** Functions that the cost reads. */
  private readonly outputs: RowFunctions;
  private readonly outputNames: readonly string[];
  /** What drives each layer with a state. */
  private readonly drives: readonly RowFunctions[];

  /** @param rule of the layers' own tasks */
  constructor(
    private readonly plan: TrajectoryPlan,
    private readonly rule: LearningRule,
  ) {
    const { task, clock, examples, backend, buffers } = plan;
    const { system, target, cost } = task;
    this.stack = (task as HamiltonianStack).stack;
    const { ordinary, pooling, recurrent } = this.stack;
    this.free = new FreeTrajectory(plan, iterate());
    this.rows = new Rows(clock.steps * examples, backend, buffers);
    this.starts = new Rows(examples, backend, buffers);
    for (const rows of [this.rows, this.starts]) {
      for (const block of [...system.state, ...system.input, ...target]) rows.each(block.symbol);
      rows.each(symbol(TIME));
    }
    this.rows.each(RUNNING_WEIGHT);
    for (const { name, shape } of system.state) this.slopes[name] = this.newRows(shape);
    for (const { name, shape } of system.input) this.inputSlopes[name] = this.newRows(shape);
    const { perStep = constant(0), running = constant(0), final = constant(0) } = cost;
    const states = system.state.map((block) => block.symbol);
    this.costSlopes = this.rows.compileEach(gradient(add(perStep, multiply(RUNNING_WEIGHT, running)), states));
    this.startSlopes = this.starts.compileEach(gradient(multiply(0.5, running), states));
    const readByCost = [...ordinary, ...pooling].filter(([name, { shape }]) =>
      dependsOn([perStep, final], [symbol(name, shape)]),
    );
    this.outputNames = readByCost.map(([name]) => name);
    const places = {
      rows: new Map([
        ...system.state.map((block) => [block.symbol, this.slopes[block.name] as Float64Array] as const),
        ...system.input.map((block) => [block.symbol, this.inputSlopes[block.name] as Float64Array] as const),
      ]),
      sums: new Map(system.parameters.map((block) => [block.symbol, this.sumOf(block.name)] as const)),
    };
    const functionsOf = (label: string, functions: readonly Expression[]): RowFunctions =>
      new RowFunctions(this.rows, label, functions, places);
    this.outputs = functionsOf(
      "outputs",
      readByCost.map(([, value]) => value),
    );
    this.drives = recurrent.map(({ name, input }) => functionsOf(name, [...input.values()]));
  }

  gradient(data: TrajectoryData, given: TaskData): GradientResult {
    const { plan, free, stack } = this;
    const { state } = plan.task.system;
    const costs = free.run(data, given, (step) => this.keep(step));
    const bad = costs.findIndex((cost) => !Number.isFinite(cost));
    if (bad >= 0) throw new PhaseError("free", "the cost", bad, costs[bad] as number, COST_REMEDY);
    const last = state.map(({ name, shape }) => [name, plan.result(this.buffer(name), shape, true)] as const);
    this.keep(plan.clock.steps);
    this.fillRows(data);
    this.costToSlopes();
    const initialSlopes: Record<string, Float64Array> = {};
    state.forEach(({ name }, k) => {
      const start = stack.pooling.has(name) ? free.endSlopes[k] : this.startSlopes.outputs[k];
      initialSlopes[name] = (start as Float64Array).slice();
    });
    const phases: PhaseReport[] = [trajectoryPhase("free", plan)];
    for (let k = stack.recurrent.length - 1; k >= 0; k--) {
      phases.push(
        ...this.layerToSlopes(stack.recurrent[k] as RecurrentLayer, this.drives[k] as RowFunctions, initialSlopes),
      );
    }
    return free.finish({
      costs,
      phases,
      state: Object.fromEntries(last) as Record<string, StateArray>,
      initialGradient: state.map(({ name }) => initialSlopes[name] as Float64Array),
      varyingInputGradient: this.collectInputs(),
    });
  }

  private newRows = (shape: readonly number[]): Float64Array =>
    new Float64Array(this.plan.clock.steps * this.plan.examples * sizeOf(shape));

  private buffer = (name: string): Float64Array => this.plan.buffers[name] as Float64Array;

  private sumOf = (name: string): Float64Array => this.buffer(`gradient ${name}`);

  /** Keeps the state that the free trajectory has now, after `step` steps. */
  private keep(step: number): void {
    for (const { name } of this.plan.task.system.state) {
      const values = this.buffer(name);
      if (step === 0) this.starts.buffers[name]?.set(values);
      else this.rows.buffers[name]?.set(values, (step - 1) * values.length);
    }
  }

  /** Samples inputs, targets and times for every row. */
  private fillRows({ clock, examples, sources }: TrajectoryData): void {
    const { rows, starts, plan } = this;
    const write = (at: Rows, row: number, name: string, step: number, fraction: number): void => {
      const source = sources.get(name) as NonNullable<ReturnType<typeof sources.get>>;
      const [buffer, size] = [at.buffers[name] as Float64Array, sizeOf(source.block.shape)];
      const first = row * examples * size;
      source.write(buffer, first, step, fraction);
      for (let k = 1; k < examples && !source.perTrajectory; k++) {
        buffer.copyWithin(first + k * size, first, first + size);
      }
    };
    const [input, target] = [plan.task.system.input, plan.task.target];
    for (const { name } of [...input, ...target]) write(starts, 0, name, 0, 0);
    for (let row = 0; row < clock.steps; row++) {
      for (const { name } of input) write(rows, row, name, row, 0);
      for (const { name } of target) write(rows, row, name, row, 1);
      rows.buffers[TIME]?.fill(clock.start + (row + 1) * clock.step, row * examples, (row + 1) * examples);
    }
    starts.buffers[TIME]?.fill(clock.start);
    rows
      .each(RUNNING_WEIGHT)
      .fill(1)
      .fill(0.5, (clock.steps - 1) * examples);
  }

  /** Starts the slopes with those of the cost, taken through the functions that it reads. */
  private costToSlopes(): void {
    const { plan, free, stack, slopes, outputs } = this;
    const { state } = plan.task.system;
    const { steps } = plan.clock;
    this.costSlopes.run();
    this.startSlopes.run();
    state.forEach(({ name }, k) => {
      const [own, end] = [slopes[name] as Float64Array, free.endSlopes[k] as Float64Array];
      own.set(this.costSlopes.outputs[k] as Float64Array);
      const averaged = stack.pooling.has(name);
      for (let step = averaged ? 0 : steps - 1; step < steps; step++) {
        addTo(own.subarray(step * end.length, (step + 1) * end.length), end, averaged ? 1 / steps : 1);
      }
    });
    for (const own of Object.values(this.inputSlopes)) own.fill(0);
    this.outputNames.forEach((name, k) => {
      outputs.slopes[k]?.set(slopes[name] as Float64Array);
    });
    outputs.pullBack();
  }

  /** Learns one layer from the slopes at its states, and takes the slopes at its inputs to what drives it. */
  private layerToSlopes(
    { name, system, task }: RecurrentLayer,
    drives: RowFunctions,
    initialSlopes: Arrays,
  ): readonly PhaseReport[] {
    if (task.target.length === 0) return [];
    const { plan, starts, slopes } = this;
    const { examples } = plan;
    const read = system.state.filter((block) => task.target.some((target) => target.name === slopeOf(block.name)));
    drives.run();
    const result = this.learn(name, task, {
      parameters: byName(system.parameters, (block) => this.buffer(nameIn(name, block))),
      input: Object.fromEntries(system.input.map((block, k) => [block.name, held(drives.values[k] as Float64Array)])),
      target: Object.fromEntries(
        read.map((block) => [slopeOf(block.name), held(slopes[nameIn(name, block.name)] as Float64Array)]),
      ),
      initial: byName(system.state, (block) => starts.buffers[nameIn(name, block)] as Float64Array),
    } as TaskData);
    for (const block of system.parameters) {
      addTo(this.sumOf(nameIn(name, block.name)), (result.gradient[block.name] as StateArray).data, examples);
    }
    for (const block of system.state) {
      const found = (result.initialGradient as Readonly<Record<string, StateArray>>)[block.name] as StateArray;
      addTo(initialSlopes[nameIn(name, block.name)] as Float64Array, found.data, examples);
    }
    system.input.forEach((block, k) => {
      const found = (result.inputGradient[block.name] as StateArray).data;
      drives.slopes[k]?.set(found.map((value) => examples * value));
    });
    drives.pullBack();
    return result.phases.map((report) => ({ ...report, phase: `${report.phase} of ${name}` }));
  }

  private learn(layer: string, task: LearningTask, data: TaskData): GradientResult {
    try {
      return this.rule.gradient(task, data);
    } catch (error) {
      if (!(error instanceof PhaseError)) throw error;
      const { phase, component, example, value, remedy } = error;
      throw new PhaseError(`${phase} of ${layer}`, nameIn(layer, component), example, value, remedy);
    }
  }

  /** Adds the slopes of constant inputs to their sums, and gives those of rows; functions of t have none. */
  private collectInputs(): ReadonlyMap<string, VaryingGradient> {
    const { plan } = this;
    const { steps } = plan.clock;
    const varying = new Map<string, VaryingGradient>();
    for (const { name, shape } of plan.task.system.input) {
      const found = this.inputSlopes[name] as Float64Array;
      const size = plan.examples * sizeOf(shape);
      const timing = plan.timing(name);
      if (timing === "function") continue;
      if (timing === "constant") {
        const sum = this.sumOf(name);
        for (let step = 0; step < steps; step++) addTo(sum, found.subarray(step * size));
        continue;
      }
      const each = plan.examples > 1 && plan.isPerExample(name);
      const full = [timing === "held" ? steps : steps + 1, ...(each ? [plan.examples] : []), ...shape];
      const data = new Float64Array(sizeOf(full));
      const rowSize = each ? size : sizeOf(shape);
      found.forEach((value, k) => {
        const place = Math.floor(k / size) * rowSize + (k % rowSize);
        data[place] = (data[place] as number) + value;
      });
      varying.set(name, { data, shape: full });
    }
    return varying;
  }
}

const byName = <V>(
  blocks: readonly { readonly name: string }[],
  of: (name: string) => V,
): Readonly<Record<string, V>> => Object.fromEntries(blocks.map(({ name }) => [name, of(name)]));
