import type { Backend, CompiledFunction } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { constant, divide, negate, symbol } from "../../core/expression/functions.js";
import type { BlockNames, DynamicalSystem, StateArray } from "../../core/system.js";
import type { PreparedSolver, StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import { contrast } from "../estimators/contrast.js";
import type { GradientResult, LearningRule, PhaseReport, TaskData } from "../rule.js";
import { countExamples, PlanCache, StationaryPlan } from "../stationary-plan.js";
import { type LearningTask, taskName } from "../task.js";
import { NUDGE, nudged } from "../transformations/nudged.js";

/** Options of {@link equilibriumPropagation}. */
export interface EquilibriumPropagationOptions {
  /** The strength beta > 0 with which the cost pushes the state. */
  readonly nudge: number;
  /**
   * "centred" compares nudges of both signs (error of second order in the nudge), "one-sided" the nudged with the free
   * state (first order, one phase less).
   * @defaultValue "centred"
   */
  readonly nudging?: "centred" | "one-sided";
  /** How every phase settles. Its tolerance must lie well below the nudge times the state's response. */
  readonly settle: StationarySolver;
  /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
  readonly backend?: Backend;
}

/**
 * Equilibrium propagation. The free phase settles to a stationary state s_0 of the energy E; nudged phases settle from
 * there to states s_+ (and s_-) of E + nudge * C, with nudge > 0 (and < 0). The gradient is the contrast
 *
 *     dC/dtheta = [d(E + nudge C)/dtheta(s_+) - d(E - nudge C)/dtheta(s_-)] / (2 nudge) + O(nudge^2)   (centred)
 *     dC/dtheta = [d(E + nudge C)/dtheta(s_+) - dE/dtheta(s_0)] / nudge + O(nudge)                     (one-sided)
 *
 * for parameters and inputs alike; a cost that depends on them directly is included. Over several examples it is the
 * gradient of the mean cost.
 *
 * The four choices of the rule: transformation nudged, phases relax, functional energy, estimator contrast.
 *
 * Source: Scellier & Bengio 2017; centred nudging: Laborieux et al. 2021.
 *
 * @throws InputError for a nudge that is not positive
 */
export function equilibriumPropagation(options: EquilibriumPropagationOptions): LearningRule {
  const { nudge, nudging = "centred", settle, backend } = options;
  if (!(nudge > 0 && Number.isFinite(nudge))) {
    throw new InputError({
      field: "equilibriumPropagation nudge",
      given: String(nudge),
      expected: "a positive number",
    });
  }
  if (nudging !== "centred" && nudging !== "one-sided") {
    throw new InputError({
      field: "equilibriumPropagation nudging",
      given: JSON.stringify(nudging),
      expected: '"centred" or "one-sided"',
    });
  }
  const plans = new PlanCache(
    (task, examples) => new EquilibriumPlan(new StationaryPlan(task, examples, backend), settle, nudge, nudging),
  );
  const refusal = (task: LearningTask): string | undefined => refuse(task, settle);
  return {
    name: nudging === "centred" ? "equilibrium propagation" : "one-sided equilibrium propagation",
    reference: "Scellier & Bengio 2017 (Frontiers in Computational Neuroscience 11:24); centred: Laborieux et al. 2021",
    refusal,
    gradient<N extends BlockNames, T extends string>(task: LearningTask<N, T>, data: TaskData<N, T>) {
      const refused = refusal(task as LearningTask);
      if (refused !== undefined) {
        throw new InputError({
          field: "equilibriumPropagation",
          given: taskName(task as LearningTask),
          expected: refused,
        });
      }
      const erased = task as LearningTask;
      const plan = plans.get(erased, countExamples(erased, data as TaskData));
      return plan.gradient(data as TaskData) as GradientResult<N>;
    },
  };
}

function refuse(task: LearningTask, settle: StationarySolver): string | undefined {
  const { system, cost } = task;
  if (system.kind !== "energy") {
    return `an energy system, because the rule contrasts energies and ${system.name} is a ${system.kind} system`;
  }
  if (cost.final === undefined || cost.running !== undefined || cost.perStep !== undefined) {
    return "a cost of the stationary state alone (cost.final)";
  }
  return settle.refusal(system);
}

/** Phases and contrast of one task for one number of examples. */
class EquilibriumPlan {
  private readonly free: PreparedSolver;
  private readonly nudgedSolver: PreparedSolver;
  private readonly parameterContrast: CompiledFunction;
  private readonly inputContrast: CompiledFunction;

  constructor(
    private readonly plan: StationaryPlan,
    settle: StationarySolver,
    private readonly nudge: number,
    private readonly nudging: "centred" | "one-sided",
  ) {
    const { task, buffers, examples } = plan;
    const system = nudged(task);
    buffers[NUDGE] = new Float64Array(1);
    for (const block of system.state) {
      for (const phase of ["plus", "minus"]) {
        buffers[`${block.name}[${phase}]`] = new Float64Array(examples * sizeOf(block.shape));
      }
    }
    this.free = plan.prepare(settle);
    this.nudgedSolver = plan.prepare(settle, system);
    const phases = new Set(system.state.flatMap(({ name }) => [`${name}[plus]`, `${name}[minus]`]));
    const parameters = this.contrasts(system, task.system.parameters);
    const inputs = this.contrasts(system, task.system.input).map((value) => divide(value, examples));
    this.parameterContrast = plan.compileMean(parameters, phases);
    this.inputContrast = plan.backend.compileFunction(
      { outputs: inputs },
      { trajectories: examples, perTrajectory: new Set([...plan.perExample, ...phases]), bind: buffers },
    );
  }

  private contrasts(system: DynamicalSystem, blocks: readonly { readonly symbol: Expression }[]): Expression[] {
    const strength = symbol(NUDGE);
    return contrast({
      scalar: system.scalar as Expression,
      state: system.state,
      withRespectTo: blocks.map((block) => block.symbol),
      nudge: strength,
      plus: strength,
      minus: this.nudging === "centred" ? negate(strength) : constant(0),
    });
  }

  gradient(data: TaskData): GradientResult {
    const { plan } = this;
    const { system } = plan.task;
    plan.load(data);
    const phases: PhaseReport[] = [plan.settle("free", this.free)];
    const freeState = plan.copyState();
    const costs = plan.costs();
    phases.push(this.nudgedPhase("nudged", this.nudge, freeState, "plus"));
    if (this.nudging === "centred") phases.push(this.nudgedPhase("nudged back", -this.nudge, freeState, "minus"));
    else this.keepPhase(freeState, "minus");
    this.strength[0] = this.nudge;
    this.parameterContrast.run();
    this.inputContrast.run();
    const collect = (
      blocks: readonly { readonly name: string; readonly shape: readonly number[] }[],
      values: readonly Float64Array[],
      perExample: boolean,
    ): Record<string, StateArray> =>
      Object.fromEntries(
        blocks.map(({ name, shape }, k) => [name, plan.result(values[k] as Float64Array, shape, perExample)]),
      );
    return {
      cost: costs.reduce((total, value) => total + value, 0) / costs.length,
      costs,
      gradient: collect(system.parameters, this.parameterContrast.outputs, false),
      inputGradient: collect(system.input, this.inputContrast.outputs, true),
      state: collect(
        system.state,
        system.state.map(({ name }) => freeState[name] as Float64Array),
        true,
      ),
      residual: Math.max(...phases.map(({ residual }) => residual.reduce((most, value) => Math.max(most, value), 0))),
      phases,
    };
  }

  private get strength(): Float64Array {
    return this.plan.buffers[NUDGE] as Float64Array;
  }

  private nudgedPhase(
    name: string,
    strength: number,
    freeState: Readonly<Record<string, Float64Array>>,
    phase: "plus" | "minus",
  ): PhaseReport {
    const { plan } = this;
    plan.restoreState(freeState);
    this.strength[0] = strength;
    const report = plan.settle(name, this.nudgedSolver, freeState);
    this.keepPhase(plan.buffers, phase);
    return report;
  }

  private keepPhase(from: Readonly<Record<string, Float64Array>>, phase: "plus" | "minus"): void {
    const { plan } = this;
    for (const block of plan.task.system.state) {
      const name = `${block.name}[${phase}]`;
      plan.buffers[name]?.set(from[block.name] as Float64Array);
    }
  }
}
