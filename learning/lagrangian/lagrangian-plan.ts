import type { CompiledFunction } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import { type Expression, topologicalOrder } from "../../core/expression/expression.js";
import { subtract, symbol } from "../../core/expression/functions.js";
import { symbolsOf } from "../../core/expression/primitives/leaves.js";
import { substituteOne } from "../../core/expression/transform.js";
import { type StateArray, TIME } from "../../core/system.js";
import type { Nudging } from "../estimators/contrast.js";
import type { PhaseReport, TaskData } from "../rule.js";
import { mean } from "../rules/stationary-rule.js";
import { taskName } from "../task.js";
import type { Learned } from "../trajectory/free-trajectory.js";
import { TrajectoryCost } from "../trajectory/trajectory-cost.js";
import { nameOf, type TrajectoryData } from "../trajectory/trajectory-data.js";
import type { TrajectoryPlan } from "../trajectory/trajectory-plan.js";
import { ActionContrast } from "./action-contrast.js";
import { ActionPlan, type PhasePoint } from "./action-plan.js";
import type { Boundary, BoundaryPhase } from "./boundaries/boundary.js";
import { atStart, DiscreteAction, END_TIME } from "./discrete-action.js";
import { joinGiven, splitBlocks } from "./joined-blocks.js";
import type { LagrangianForm } from "./lagrangian-form.js";
import { type LagrangianGradientResult, reversedRunWarnings, unsettledWarning } from "./lagrangian-result.js";
import { type FixedMotion, StartPoint, type StartSlopes } from "./start-point.js";
import { TangentRuns } from "./tangent-runs.js";

/** What a rule of Lagrangian equilibrium propagation was made with. */
export interface LagrangianChoices {
  readonly boundary: Boundary;
  readonly form: LagrangianForm;
  readonly fixed: FixedMotion;
  readonly nudge: number;
  readonly nudging: Nudging;
  readonly iterations: number;
}

/** A force below this, relative to the largest momentum (at least 1), counts as none. */
const BALANCED = 1e-9;

/** What is compiled for one task, number of examples and way of varying the inputs; finds gradients. */
export class LagrangianPlan {
  private readonly compiled: ActionPlan;
  private readonly learned: readonly Learned[];
  private readonly contrast: ActionContrast;
  private readonly startPoint: StartPoint;
  private readonly lastMotions: CompiledFunction;
  private readonly growth: CompiledFunction;
  private readonly tangents: TangentRuns | undefined;

  /** @throws InputError for too few steps, or masses that depend on an input that varies in time */
  constructor(
    private readonly plan: TrajectoryPlan,
    private readonly choices: LagrangianChoices,
  ) {
    const { boundary, form, fixed, nudging } = choices;
    const { parameters, input } = plan.task.system;
    const constants = input.filter(({ name }) => plan.timing(name) === "constant");
    const learnedOf = (blocks: typeof input, perExample: boolean): Learned[] =>
      blocks.map((block) => ({ ...block, sum: symbol(`gradient ${block.name}`, block.shape), perExample }));
    this.learned = [...learnedOf(parameters, false), ...learnedOf(constants, true)];
    this.refuseFewSteps();
    this.refuseVaryingMasses();
    const action = new DiscreteAction(plan, form, new TrajectoryCost(plan.task, plan));
    this.compiled = new ActionPlan(plan, action);
    this.contrast = new ActionContrast(this.compiled, this.learned, nudging);
    this.startPoint = new StartPoint(this.compiled, this.learned, fixed);
    this.tangents = boundary.needsTangents && new TangentRuns(this.compiled, this.learned, this.contrast.rowGradients);
    const [position, momentum, guess] = ["last position", "last momentum", "last step's velocity"].map((name) =>
      symbol(name, [action.size]),
    ) as [Expression, Expression, Expression];
    for (const each of [position, momentum, guess]) plan.each(each);
    this.lastMotions = plan.compileEach([action.lastMotions(position, momentum, guess)]);
    const integral = form.dampingIntegral;
    this.growth = plan.compileTotal(
      integral === undefined
        ? []
        : [subtract(substituteOne(integral, new Map([[symbol(TIME), END_TIME]])), atStart(integral))],
    );
  }

  private refuseFewSteps(): void {
    const { name, leastSteps = 1 } = this.choices.boundary;
    const { steps } = this.plan.clock;
    if (steps >= leastSteps) return;
    throw new InputError({
      field: `${taskName(this.plan.task)}, horizon`,
      given: `${steps} ${steps === 1 ? "step" : "steps"}`,
      expected: `at least ${leastSteps} for the boundary condition "${name}"`,
    });
  }

  private refuseVaryingMasses(): void {
    const { plan, choices } = this;
    const read = symbolsOf(topologicalOrder([choices.form.momenta]));
    const varying = plan.task.system.input.find(({ name }) => read.has(name) && plan.timing(name) !== "constant");
    if (varying === undefined) return;
    throw new InputError({
      field: `input.${varying.name}`,
      given: "an input that varies in time and that momenta depend on",
      expected: "a constant value",
      remedy: "let it act on the coordinates alone",
    });
  }

  /** The gradient for data that the plan has not loaded yet. */
  gradient(data: TrajectoryData, given: TaskData): LagrangianGradientResult {
    const { plan, compiled, contrast, learned, choices } = this;
    const { boundary, nudge, nudging, iterations } = choices;
    plan.load(data);
    compiled.setEndTime();
    const start = this.startPoint.read();
    const nudges = nudging === "centred" ? [nudge, -nudge] : [nudge];
    const lastPosition = this.readLastPosition(given);
    const [free, plus, minus] = boundary.run(compiled, { start, lastPosition, nudges, iterations }) as [
      BoundaryPhase,
      BoundaryPhase,
      BoundaryPhase?,
    ];
    const other = minus ?? free;
    const [atFirst, atLast] = this.responses(plus, other);
    compiled.nudge = nudge;
    contrast.run(plus.path, other.path);
    const sums = (): Float64Array[] => learned.map(({ sum }) => (plan.buffers[nameOf(sum)] as Float64Array).slice());
    const bulk = sums();
    const found = this.tangents?.run(start, atLast);
    const initialGradient = this.startPoint.passOn(found?.slopes ?? this.startSlopes(atFirst));
    const whole = sums();
    const growth = this.growthAtNodes();
    const phases = [free, plus, ...(minus === undefined ? [] : [minus])].map((phase, k) =>
      this.report(phase, k === 0 ? 0 : (nudges[k - 1] as number), free, growth),
    );
    const runs = found?.runs ?? 0;
    const costs = compiled.costsOf(free.path);
    return {
      cost: mean(costs),
      costs,
      ...this.named(whole),
      bulk: this.named(bulk).gradient,
      boundaryTerm: this.named(whole.map((sum, k) => sum.map((value, i) => value - (bulk[k]?.[i] as number)))).gradient,
      initialGradient: this.byBlock(plan.task.system.state, initialGradient),
      ...(boundary.endsAt === undefined ? {} : { boundaryGradient: this.byCoordinate(atLast.momentum) }),
      state: this.lastState(free),
      residual: Math.max(...phases.map(({ residual }) => Math.max(...residual))),
      phases: runs === 0 ? phases : [...phases, tangentReport(compiled, runs)],
      tangentRuns: runs,
      warnings: this.warnings(phases, growth.at(-1) as number),
    };
  }

  /** What the nudge does to either end, per nudge. */
  private responses(plus: BoundaryPhase, other: BoundaryPhase): readonly [first: PhasePoint, last: PhasePoint] {
    const { nudge, nudging } = this.choices;
    const { stride } = this.compiled;
    const width = (nudging === "centred" ? 2 : 1) * nudge;
    const per = (a: Float64Array, b: Float64Array) => a.map((value, k) => (value - (b[k] as number)) / width);
    return [
      {
        position: per(plus.path.subarray(0, stride), other.path.subarray(0, stride)),
        momentum: per(plus.momenta[0], other.momenta[0]),
      },
      {
        position: per(plus.path.subarray(-stride), other.path.subarray(-stride)),
        momentum: per(plus.momenta[1], other.momenta[1]),
      },
    ];
  }

  /** dC/ds_0 = -d_b p_0 and dC/dp_0 = d_b s_0, of what is given at the start. */
  private startSlopes({ position, momentum }: PhasePoint): StartSlopes {
    const { startsFrom } = this.choices.boundary;
    const none = new Float64Array(position.length);
    return {
      position: startsFrom === "nothing" ? none : momentum.map((value) => -value),
      momentum: startsFrom === "positions and momenta" ? position : none,
    };
  }

  /** The integral of the damping rate from the start to each node. */
  private growthAtNodes(): Float64Array {
    const { plan, compiled, growth } = this;
    const { start, step } = plan.clock;
    const exponents = Float64Array.from({ length: compiled.nodes }, (_, node) => {
      plan.buffers[nameOf(END_TIME)]?.fill(start + node * step);
      growth.run();
      return growth.outputs[0]?.[0] ?? 0;
    });
    compiled.setEndTime();
    return exponents;
  }

  /** How a phase went; forces are told without the weights of a damped action. */
  private report(phase: BoundaryPhase, nudge: number, free: BoundaryPhase, growth: Float64Array): PhaseReport {
    const { compiled } = this;
    const { nodes, stride, size, examples } = compiled;
    compiled.nudge = nudge;
    const { forces } = compiled.forcesOn(phase.path);
    const residual = new Float64Array(examples);
    let displacement = 0;
    for (let example = 0; example < examples; example++) {
      let [square, moved] = [0, 0];
      for (let node = 0; node < nodes; node++) {
        for (let k = node * stride + example * size; k < node * stride + (example + 1) * size; k++) {
          moved += ((phase.path[k] as number) - (free.path[k] as number)) ** 2;
          if (node > 0 && node < nodes - 1) square += ((forces[k] as number) / Math.exp(growth[node] as number)) ** 2;
        }
      }
      residual[example] = Math.sqrt(square);
      displacement = Math.max(displacement, Math.sqrt(moved));
    }
    const largest = phase.momenta[0].reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const tolerance = BALANCED * largest;
    const unsettled = residual.filter((value) => !(value <= tolerance)).length;
    const { name, iterations } = phase;
    return { phase: name, residual, tolerance, iterations, unsettled, displacement, converged: unsettled === 0 };
  }

  private readLastPosition({ boundary: given = {} }: TaskData): Float64Array | undefined {
    const { choices, compiled } = this;
    const isGiven = choices.boundary.endsAt !== undefined;
    const joined = joinGiven("boundary", isGiven ? choices.form.coordinates : [], given, compiled.examples);
    return isGiven ? joined : undefined;
  }

  private lastState(free: BoundaryPhase): Record<string, StateArray> {
    const { plan, compiled, choices } = this;
    const { stride, examples } = compiled;
    const last = free.path.slice(-stride);
    const before = free.path.subarray(-2 * stride, -stride);
    plan.buffers["last position"]?.set(last);
    plan.buffers["last momentum"]?.set(free.momenta[1]);
    plan.buffers["last step's velocity"]?.set(
      last.map((value, k) => (value - (before[k] as number)) / plan.clock.step),
    );
    this.lastMotions.run();
    const motions = splitBlocks(choices.form.motions, this.lastMotions.outputs[0] as Float64Array, examples);
    return Object.fromEntries(
      [...splitBlocks(choices.form.coordinates, last, examples), ...motions].map(({ name, shape, values }) => [
        name,
        plan.result(values, shape, true),
      ]),
    );
  }

  private averaged = (values: Float64Array): Float64Array => values.map((value) => value / this.plan.examples);

  private byCoordinate(joined: Float64Array): Record<string, StateArray> {
    const { coordinates } = this.choices.form;
    const values = splitBlocks(coordinates, joined, this.compiled.examples).map((block) => block.values);
    return this.byBlock(coordinates, values);
  }

  private byBlock(blocks: LagrangianForm["coordinates"], values: readonly Float64Array[]): Record<string, StateArray> {
    return Object.fromEntries(
      blocks.map(({ name, shape }, k) => [
        name,
        this.plan.result(this.averaged(values[k] as Float64Array), shape, true),
      ]),
    );
  }

  private named(sums: readonly Float64Array[]): Pick<LagrangianGradientResult, "gradient" | "inputGradient"> {
    const { plan, learned, contrast } = this;
    const { parameters, input } = plan.task.system;
    const sumOf = (name: string): Float64Array =>
      this.averaged(sums[learned.findIndex((block) => block.name === name)] as Float64Array);
    return {
      gradient: Object.fromEntries(parameters.map(({ name, shape }) => [name, plan.result(sumOf(name), shape, false)])),
      inputGradient: Object.fromEntries(
        input
          .filter(({ name }) => plan.timing(name) !== "function")
          .map(({ name, shape }) => {
            const varying = contrast.rowGradients.gradients.get(name);
            if (varying !== undefined) return [name, { ...varying, data: this.averaged(varying.data) }];
            return [name, plan.result(sumOf(name), shape, true)];
          }),
      ),
    };
  }

  private warnings(phases: readonly PhaseReport[], growth: number): string[] {
    const unsettled = phases.filter(({ converged }) => !converged).map(({ phase }) => phase);
    return [
      ...(unsettled.length === 0 ? [] : [unsettledWarning(unsettled)]),
      ...(this.choices.boundary.runsBack ? reversedRunWarnings(growth) : []),
    ];
  }
}

/** The tangent runs as a phase, so that their cost is seen. */
function tangentReport({ examples, nodes }: ActionPlan, runs: number): PhaseReport {
  return {
    phase: `${runs} tangent runs`,
    residual: new Float64Array(examples),
    tolerance: 0,
    iterations: runs * (nodes - 1),
    unsettled: 0,
    displacement: 0,
    converged: true,
  };
}
