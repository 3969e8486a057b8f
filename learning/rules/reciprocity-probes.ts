import type { CompiledFunction } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import { gradient } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { add, divide, multiply, sum, symbol } from "../../core/expression/functions.js";
import { tidy } from "../../core/expression/tidy.js";
import { printFormula } from "../../core/formula/index.js";
import { RandomStream } from "../../core/random.js";
import { StateVector } from "../../integrators/solvers/state-vector.js";
import { atState, response } from "../estimators/contrast.js";
import { pairing } from "../estimators/pairing.js";
import type { GradientResult, LearningDynamics, LearningRule, PhaseReport, TaskData } from "../rule.js";
import { StabilityCheck } from "../stability-check.js";
import type { PreparedPhase, StationaryPlan } from "../stationary-plan.js";
import type { LearningTask } from "../task.js";
import { derivedBlock, derivedName, NUDGE, refuseNames } from "../transformations/names.js";
import { nudgedForce } from "../transformations/nudged.js";
import { probed } from "../transformations/probed.js";
import { checkNudge } from "./check-nudging.js";
import { refuseMovingStructures } from "./moving-structures.js";
import type { PhaseRuleOptions } from "./phase-rule.js";
import { byParameter, settledPhases, smallNudge } from "./reliances.js";
import { stationaryResult, stationaryRule } from "./stationary-rule.js";

/** Options of {@link reciprocityProbes}. */
export interface ReciprocityProbesOptions extends Omit<PhaseRuleOptions, "inputGradient"> {
  /**
   * "coordinates" probes every entry of the state in turn, which finds the whole adjoint state; a number draws so many
   * random sign vectors instead, whose estimate is right on average.
   * @defaultValue "coordinates"
   */
  readonly probes?: "coordinates" | number;
  /**
   * Seed of the sign vectors. They are the same at every call, so that the gradient is a function of the data.
   * @defaultValue 0
   */
  readonly seed?: number;
}

/**
 * Gradients by probes of reciprocity, for any force, with neither Jacobian nor its transpose: the cost's response to forces
 * put on the state tells what plain nudging gets wrong. With r_u = [x(nudge u) - x(-nudge u)] / (2 nudge) the response of the
 * free state x_0 to a force, F(x) = nudge u, and c = dC/dx,
 *
 *     c . r_u = u . lambda,   J'lambda = c,
 *
 * so that one pair of phases per entry gives the adjoint state lambda (error of second order in the nudge). With m random
 * sign vectors |u| = 1 of n entries it is estimated around the response q of plain nudging,
 *
 *     lambda = q + (n / m) sum over u of u (c . r_u - u . q),   expected squared error (n - 1) |lambda - q|^2 / m.
 *
 * The gradient is that of the pairing with lambda. It takes 1 + 2n phases, or 3 + 2m: for small systems and measurements.
 *
 * The four choices of the rule: transformation probed, phases relax, functional force, estimator pairing.
 *
 * Source: reciprocity probes of response theory, in the form of the notes on Scurria et al. 2026.
 *
 * @throws InputError for a nudge that is not positive, or a number of probes that is not a whole number from 1 on
 */
export function reciprocityProbes(options: ReciprocityProbesOptions): LearningRule {
  const maker = "reciprocityProbes";
  const { nudge, settle, probes = "coordinates", seed = 0, backend } = options;
  checkNudge(`${maker} nudge`, nudge);
  if (probes !== "coordinates" && !(Number.isInteger(probes) && probes >= 1)) {
    throw new InputError({
      field: `${maker} probes`,
      given: JSON.stringify(probes),
      expected: '"coordinates" or a whole number from 1 on',
    });
  }
  return stationaryRule({
    name: probes === "coordinates" ? "reciprocity probes" : `${probes} random reciprocity probes`,
    reference: "response theory; notes on Scurria et al. 2026 (arXiv 2602.03670)",
    maker,
    settle,
    backend,
    refusal: (task) => refuseMovingStructures(task.system) ?? refuseNames(task),
    variant: `${probes}, ${options.stability}`,
    dynamics: (task) => probeDynamics(task, options),
    prepare: (plan) => new ProbePlan(plan, options),
    gradient: (prepared, data) => prepared.gradient(data, nudge, seed),
  });
}

/** dC/dx at the free state times the response kept in "plus" and "minus", summed over all entries. */
function workOfCost({ system: { state }, cost }: LearningTask): Expression {
  const slopes = gradient(
    cost.final as Expression,
    state.map((block) => block.symbol),
  );
  const moved = response(state, "centred");
  const products = slopes.map((slope, k) => sum(multiply(slope, moved[k] as Expression)));
  const total = products.reduce((sofar, each) => add(sofar, each));
  return atState([total], state, "free", symbol(NUDGE))[0] as Expression;
}

function probeDynamics(task: LearningTask, options: ReciprocityProbesOptions): LearningDynamics {
  const { nudge, settle, probes = "coordinates" } = options;
  const { state } = task.system;
  const driven = probed(task);
  const size = state.reduce((n, { shape }) => n + sizeOf(shape), 0);
  const work = printFormula(tidy([workOfCost(task)], [symbol(NUDGE)])[0] as Expression);
  return {
    phases: [
      { name: "free", system: task.system, nudge: 0, keep: "free" },
      { name: "probed", system: driven, nudge: 1, keep: "plus" },
      { name: "probed back", system: driven, nudge: -1, keep: "minus" },
    ],
    gradient: byParameter(task, (parameters) =>
      atState(
        pairing(
          task,
          state.map((block) => derivedBlock(block, "adjoint").symbol),
          parameters,
        ),
        state,
        "free",
        symbol(NUDGE),
      ),
    ),
    reliesOn: [
      probes === "coordinates"
        ? `${size} pairs of probed phases, one for each entry of the state: with the probe 1 there and 0 elsewhere, that entry of the adjoint state is ${work}`
        : `${probes} pairs of probed phases with random signs u of length 1: u . adjoint = ${work}, and the adjoint state is estimated from these around the answer to plain nudging`,
      smallNudge(nudge, "centred"),
      ...settledPhases(task, settle, nudge),
    ],
  };
}

type State = Readonly<Record<string, Float64Array>>;

/** The probes of one task for one number of examples. */
class ProbePlan {
  private readonly vector: StateVector;
  private readonly strength = new Float64Array(1);
  private readonly stability: StabilityCheck;
  private readonly free: PreparedPhase;
  private readonly probed: PreparedPhase;
  private readonly nudged: PreparedPhase;
  /** c . r for the states kept in "plus" and "minus", per example. */
  private readonly work: CompiledFunction;
  /** The response kept in "plus" and "minus", by state block. */
  private readonly response: CompiledFunction;
  private readonly parameterGradient: CompiledFunction;
  private readonly inputGradient: CompiledFunction;

  constructor(
    private readonly plan: StationaryPlan,
    private readonly options: ReciprocityProbesOptions,
  ) {
    const { task, buffers, examples, backend } = plan;
    const { state, parameters, input } = task.system;
    const moved = response(state, "centred");
    for (const kept of ["free", "plus", "minus", "adjoint"] as const) plan.makeRoom(kept);
    buffers[NUDGE] = this.strength;
    this.vector = new StateVector(task.system);
    this.stability = new StabilityCheck(plan, options.settle, options.stability);
    this.free = plan.prepare(options.settle);
    this.probed = plan.prepare(options.settle, probed(task));
    this.nudged = plan.prepare(options.settle, nudgedForce(task));
    this.work = plan.compileEach([workOfCost(task)]);
    this.response = plan.compileEach(moved);
    const adjoint = state.map((block) => derivedBlock(block, "adjoint").symbol);
    const gradients = (blocks: readonly { readonly symbol: Expression }[]): Expression[] =>
      pairing(
        task,
        adjoint,
        blocks.map((block) => block.symbol),
      );
    this.parameterGradient = plan.compileMean(gradients(parameters));
    this.inputGradient = backend.compileFunction(
      { outputs: gradients(input).map((value) => divide(value, examples)) },
      { trajectories: examples, perTrajectory: plan.perExample, bind: buffers },
    );
  }

  gradient(data: TaskData, nudge: number, seed: number): GradientResult {
    const { plan } = this;
    plan.load(data);
    const free = plan.settle("free", this.free);
    this.stability.run("free");
    const [costs, freeState] = [plan.costs(), plan.copyState()];
    plan.keep("free");
    const { probes = "coordinates" } = this.options;
    const reports = probes === "coordinates" ? this.probeEntries(nudge) : this.probeSigns(nudge, probes, seed);
    plan.restoreState(freeState);
    this.parameterGradient.run();
    this.inputGradient.run();
    return stationaryResult(plan, {
      costs,
      freeState,
      gradient: this.parameterGradient.outputs,
      inputGradient: this.inputGradient.outputs,
      phases: [free, worst(reports)],
    });
  }

  private probeEntries(nudge: number): PhaseReport[] {
    const unit = new Float64Array(this.vector.size);
    const adjoint = this.adjoint();
    const reports = Array.from(unit, (_, entry) => {
      unit.fill(0);
      unit[entry] = 1;
      const pair = this.probe(unit, nudge);
      this.work.run();
      adjoint.forEach((each, example) => {
        each[entry] = this.work.outputs[0]?.[example] as number;
      });
      return pair;
    });
    this.store(adjoint);
    return reports.flat();
  }

  private probeSigns(nudge: number, count: number, seed: number): PhaseReport[] {
    const { vector } = this;
    const reports = [...this.pair(this.nudged, nudge)];
    this.response.run();
    const plain = this.adjoint().map((_, example) => vector.read(this.response.outputs, example));
    const adjoint = plain.map((each) => each.slice());
    const random = new RandomStream(seed);
    const sign = 1 / Math.sqrt(vector.size);
    for (let drawn = 0; drawn < count; drawn++) {
      const direction = Float64Array.from({ length: vector.size }, () => (random.nextInteger(2) === 0 ? sign : -sign));
      reports.push(...this.probe(direction, nudge));
      this.work.run();
      adjoint.forEach((each, example) => {
        const baseline = plain[example] as Float64Array;
        const expected = direction.reduce((total, entry, k) => total + entry * (baseline[k] as number), 0);
        const excess = ((this.work.outputs[0]?.[example] as number) - expected) * (vector.size / count);
        direction.forEach((entry, k) => {
          each[k] = (each[k] as number) + excess * entry;
        });
      });
    }
    this.store(adjoint);
    return reports;
  }

  /** Settles under the same probe of both signs in all examples. */
  private probe(direction: Float64Array, nudge: number): PhaseReport[] {
    const { plan, vector } = this;
    const probes = plan.task.system.state.map(({ name }) => plan.buffers[derivedName(name, "probe")] as Float64Array);
    for (let example = 0; example < plan.examples; example++) vector.write(direction, probes, example);
    return this.pair(this.probed, nudge);
  }

  /** Settles at both signs of the nudge and keeps the states. */
  private pair(phase: PreparedPhase, nudge: number): PhaseReport[] {
    const { plan } = this;
    const freeState = this.freeState();
    const settled = (["plus", "minus"] as const).map((kept) => {
      plan.restoreState(freeState);
      this.strength[0] = kept === "plus" ? nudge : -nudge;
      const report = plan.settle("probed", phase, freeState);
      plan.keep(kept);
      return report;
    });
    this.strength[0] = nudge;
    return settled;
  }

  private freeState(): State {
    const { buffers, task } = this.plan;
    return Object.fromEntries(
      task.system.state.map(({ name }) => [name, buffers[derivedName(name, "free")] as Float64Array]),
    );
  }

  /** One vector per example. */
  private adjoint(): Float64Array[] {
    return Array.from({ length: this.plan.examples }, () => new Float64Array(this.vector.size));
  }

  private store(adjoint: readonly Float64Array[]): void {
    const { plan, vector } = this;
    const blocks = plan.task.system.state.map(({ name }) => plan.buffers[derivedName(name, "adjoint")] as Float64Array);
    adjoint.forEach((values, example) => {
      vector.write(values, blocks, example);
    });
  }
}

/** One report of many phases: the largest residuals and displacement, the most iterations. */
function worst(reports: readonly PhaseReport[]): PhaseReport {
  const [first] = reports as [PhaseReport];
  const most = (of: (report: PhaseReport) => number): number => Math.max(...reports.map(of));
  return {
    ...first,
    residual: first.residual.map((_, example) => most(({ residual }) => residual[example] as number)),
    iterations: most(({ iterations }) => iterations),
    unsettled: most(({ unsettled }) => unsettled),
    displacement: most(({ displacement }) => displacement),
    converged: reports.every(({ converged }) => converged),
  };
}
