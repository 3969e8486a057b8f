import type { Backend, CompiledFunction } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { constant, divide, negate, symbol } from "../../core/expression/functions.js";
import type { DynamicalSystem } from "../../core/system.js";
import type { PreparedSolver, StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import { contrast, type Phase, phaseName } from "../estimators/contrast.js";
import type { GradientResult, LearningRule, PhaseReport, TaskData } from "../rule.js";
import type { StationaryPlan } from "../stationary-plan.js";
import { NUDGE, nudged } from "../transformations/nudged.js";
import { stationaryResult, stationaryRule } from "./stationary-rule.js";

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
  /**
   * Whether to find the gradient for the inputs too. Where only parameters are trained it is work for nothing, in a wide
   * first layer a quarter of it; the result then holds no input gradient.
   * @defaultValue true
   */
  readonly inputGradient?: boolean;
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
  const { nudge, nudging = "centred", settle, inputGradient = true, backend } = options;
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
  return stationaryRule({
    name: nudging === "centred" ? "equilibrium propagation" : "one-sided equilibrium propagation",
    reference: "Scellier & Bengio 2017 (Frontiers in Computational Neuroscience 11:24); centred: Laborieux et al. 2021",
    maker: "equilibriumPropagation",
    settle,
    refusal: ({ system }) =>
      system.kind === "energy"
        ? undefined
        : `an energy system, because the rule contrasts energies and ${system.name} is a ${system.kind} system`,
    backend,
    variant: `${nudging}, ${inputGradient}`,
    prepare: (plan) => new EquilibriumPlan(plan, settle, nudging === "centred", inputGradient),
    gradient: (prepared, data) => prepared.gradient(data, nudge),
  });
}

/** Phases and contrast of one task for one number of examples. */
class EquilibriumPlan {
  private readonly free: PreparedSolver;
  private readonly nudged: PreparedSolver;
  private readonly strength = new Float64Array(1);
  private readonly parameterContrast: CompiledFunction;
  private readonly inputContrast: CompiledFunction | undefined;

  constructor(
    private readonly plan: StationaryPlan,
    settle: StationarySolver,
    private readonly centred: boolean,
    inputGradient: boolean,
  ) {
    const { task, buffers, examples, backend } = plan;
    const system = nudged(task);
    buffers[NUDGE] = this.strength;
    const stored = (["plus", "minus"] as const).flatMap((phase) =>
      system.state.map(({ name, shape }) => {
        buffers[phaseName(name, phase)] = new Float64Array(examples * sizeOf(shape));
        return phaseName(name, phase);
      }),
    );
    this.free = plan.prepare(settle);
    this.nudged = plan.prepare(settle, system);
    this.parameterContrast = plan.compileMean(this.contrasts(system, task.system.parameters), new Set(stored));
    if (inputGradient) {
      const outputs = this.contrasts(system, task.system.input).map((value) => divide(value, examples));
      const perTrajectory = new Set([...plan.perExample, ...stored]);
      this.inputContrast = backend.compileFunction(
        { outputs },
        { trajectories: examples, perTrajectory, bind: buffers },
      );
    }
  }

  private contrasts(system: DynamicalSystem, blocks: readonly { readonly symbol: Expression }[]): Expression[] {
    const strength = symbol(NUDGE);
    return contrast({
      scalar: system.scalar as Expression,
      state: system.state,
      withRespectTo: blocks.map((block) => block.symbol),
      nudge: strength,
      plus: strength,
      minus: this.centred ? negate(strength) : constant(0),
    });
  }

  gradient(data: TaskData, nudge: number): GradientResult {
    const { plan } = this;
    plan.load(data);
    const phases = [plan.settle("free", this.free)];
    const freeState = plan.copyState();
    const costs = plan.costs();
    phases.push(this.nudgedPhase("nudged", nudge, freeState, "plus"));
    if (this.centred) phases.push(this.nudgedPhase("nudged back", -nudge, freeState, "minus"));
    else this.keep(freeState, "minus");
    this.strength[0] = nudge;
    this.parameterContrast.run();
    this.inputContrast?.run();
    return stationaryResult(plan, {
      costs,
      freeState,
      gradient: this.parameterContrast.outputs,
      inputGradient: this.inputContrast?.outputs ?? [],
      phases,
    });
  }

  private nudgedPhase(
    name: string,
    strength: number,
    freeState: Readonly<Record<string, Float64Array>>,
    phase: Phase,
  ): PhaseReport {
    const { plan } = this;
    plan.restoreState(freeState);
    this.strength[0] = strength;
    const report = plan.settle(name, this.nudged, freeState);
    this.keep(plan.buffers, phase);
    return report;
  }

  private keep(state: Readonly<Record<string, Float64Array>>, phase: Phase): void {
    for (const { name } of this.plan.task.system.state) {
      this.plan.buffers[phaseName(name, phase)]?.set(state[name] as Float64Array);
    }
  }
}
