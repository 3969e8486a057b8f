import type { Backend, CompiledFunction } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import type { Expression } from "../../core/expression/expression.js";
import { divide } from "../../core/expression/functions.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import type { GradientResult, LearningRule, PhaseReport, RulePhase, TaskData } from "../rule.js";
import { StabilityCheck, type StabilityOption } from "../stability-check.js";
import type { PreparedPhase, StationaryPlan } from "../stationary-plan.js";
import type { LearningTask } from "../task.js";
import { NUDGE, refuseNames } from "../transformations/names.js";
import { checkNudge } from "./check-nudging.js";
import { byParameter, settledPhases } from "./reliances.js";
import { stationaryResult, stationaryRule } from "./stationary-rule.js";

/** Options every rule with nudged phases has. */
export interface PhaseRuleOptions {
  /** The strength beta > 0 with which the cost pushes the state. */
  readonly nudge: number;
  /** How every phase settles. Its tolerance must lie well below the nudge times the state's response. */
  readonly settle: StationarySolver;
  /**
   * Whether to find the gradient for the inputs too. Where only parameters are trained it is work for nothing, in a wide
   * first layer a quarter of it; the result then holds no input gradient.
   * @defaultValue true
   */
  readonly inputGradient?: boolean;
  /**
   * "checked" ends with a StabilityError where the free state of a force or skew-gradient system is not stable: a physical
   * system would not stay there. It costs the rightmost eigenvalue of the Jacobian per example, and only where the solver
   * does not follow the dynamics (Newton's method), since a relaxation that settles has shown it. "unchecked" trusts any state.
   * @defaultValue "checked"
   */
  readonly stability?: StabilityOption;
  /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
  readonly backend?: Backend;
}

/** What {@link phaseRule} makes a learning rule of: its four choices, and what is to be said of it. */
export interface PhaseRuleDefinition extends Pick<LearningRule, "name" | "reference"> {
  /** The function a user calls, for error texts. */
  readonly maker: string;
  readonly options: PhaseRuleOptions;
  /** Further options that phases and estimate depend on, as text. */
  readonly variant?: string;
  /** What the rule asks of the task besides a final cost and a system the solver takes. */
  refusal(task: LearningTask): string | undefined;
  /** The phases in order; they are the transformation's. */
  phases(task: LearningTask): readonly RulePhase[];
  /**
   * The functional and the estimator: dC/dtheta for the symbols given, as expressions of the states the phases kept, of
   * parameters, inputs, targets and the nudge.
   */
  estimate(task: LearningTask, withRespectTo: readonly Expression[]): Expression[];
  /** What the rule relies on beyond settled phases, for this task: see `LearningDynamics`. */
  reliesOn?(task: LearningTask): readonly string[];
}

/**
 * Makes a learning rule of phases and an estimate.
 *
 * @throws InputError for a nudge that is not positive
 */
export function phaseRule(definition: PhaseRuleDefinition): LearningRule {
  const { name, reference, maker, options, variant = "" } = definition;
  const { nudge, settle, inputGradient = true, backend } = options;
  checkNudge(`${maker} nudge`, nudge);
  return stationaryRule({
    name,
    reference,
    maker,
    settle,
    backend,
    refusal: (task) => definition.refusal(task) ?? refuseNames(task),
    variant: `${variant}, ${inputGradient}, ${options.stability}`,
    dynamics: (task) => ({
      phases: definition.phases(task),
      gradient: byParameter(task, (symbols) => definition.estimate(task, symbols)),
      reliesOn: [...(definition.reliesOn?.(task) ?? []), ...settledPhases(task, settle, nudge)],
    }),
    prepare: (plan) => new PhasePlan(plan, definition),
    gradient: (prepared, data) => prepared.gradient(data, nudge),
  });
}

type State = Readonly<Record<string, Float64Array>>;

interface PreparedRulePhase extends RulePhase {
  readonly prepared: PreparedPhase;
}

/** The phases and the estimate of one task for one number of examples. */
class PhasePlan {
  private readonly phases: readonly PreparedRulePhase[];
  private readonly strength: Float64Array;
  private readonly stability: StabilityCheck;
  private readonly parameterEstimate: CompiledFunction;
  private readonly inputEstimate: CompiledFunction | undefined;

  constructor(
    private readonly plan: StationaryPlan,
    definition: PhaseRuleDefinition,
  ) {
    const { task, buffers, examples, backend } = plan;
    const { settle, inputGradient = true, stability } = definition.options;
    this.stability = new StabilityCheck(plan, settle, stability);
    const phases = definition.phases(task);
    this.strength = new Float64Array(1);
    buffers[NUDGE] = this.strength;
    for (const { keep } of phases) if (keep !== undefined) plan.makeRoom(keep);
    this.phases = phases.map((phase) => {
      const refused = settle.refusal(phase.system);
      if (refused !== undefined) {
        throw new InputError({ field: definition.maker, given: `the solver ${settle.name}`, expected: refused });
      }
      return { ...phase, prepared: plan.prepare(settle, phase.system) };
    });
    const estimates = (blocks: readonly { readonly symbol: Expression }[]): Expression[] =>
      definition.estimate(
        task,
        blocks.map((block) => block.symbol),
      );
    this.parameterEstimate = plan.compileMean(estimates(task.system.parameters));
    if (inputGradient) {
      this.inputEstimate = backend.compileFunction(
        { outputs: estimates(task.system.input).map((value) => divide(value, examples)) },
        { trajectories: examples, perTrajectory: plan.perExample, bind: buffers },
      );
    }
  }

  gradient(data: TaskData, nudge: number): GradientResult {
    const { plan } = this;
    plan.load(data);
    const reports: PhaseReport[] = [];
    let costs: Float64Array | undefined;
    let freeState: State | undefined;
    for (const phase of this.phases) {
      this.strength[0] = phase.nudge * nudge;
      reports.push(this.settle(phase, freeState));
      if (freeState === undefined) {
        this.stability.run(phase.name);
        costs = plan.costs();
        freeState = plan.copyState();
      }
      if (phase.keep !== undefined) plan.keep(phase.keep);
    }
    this.strength[0] = nudge;
    this.parameterEstimate.run();
    this.inputEstimate?.run();
    return stationaryResult(plan, {
      costs: costs as Float64Array,
      freeState: freeState as State,
      gradient: this.parameterEstimate.outputs,
      inputGradient: this.inputEstimate?.outputs ?? [],
      phases: reports,
    });
  }

  /** Blocks that the phase's system has besides the task's start from zero. */
  private settle({ name, system, prepared }: PreparedRulePhase, freeState: State | undefined): PhaseReport {
    const { plan } = this;
    if (freeState !== undefined) plan.restoreState(freeState);
    for (const block of system.state.slice(plan.task.system.state.length)) plan.buffers[block.name]?.fill(0);
    return plan.settle(name, prepared, freeState);
  }
}
