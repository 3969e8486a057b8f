import { defaultBackend } from "../../core/compile/choose.js";
import type { Backend, CompiledFunction } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import type { Integrator } from "../../core/integrator.js";
import { START_TIME, stepProgram } from "../../core/simulation/step-program.js";
import type { BlockNames, DynamicalSystem, StateArray } from "../../core/system.js";
import { PlanCache } from "../plan-cache.js";
import type { TaskData } from "../rule.js";
import { type LearningTask, taskName } from "../task.js";
import { rowsOf } from "../trajectory/free-trajectory.js";
import { nameOf, readTrajectoryData, type TrajectoryData } from "../trajectory/trajectory-data.js";
import { type TrajectoryLoop, TrajectoryPlan } from "../trajectory/trajectory-plan.js";
import { echoed, refuseEcho } from "../transformations/echoed.js";
import { checkNudge } from "./check-nudging.js";
import { refuseEchoIntegrator } from "./hamiltonian-echo.js";

/** Options of {@link echoBackpropagation}. */
export interface EchoBackpropagationOptions {
  /** What integrates both ways: symmetric and symplectic. */
  readonly integrator: Integrator;
  /** The coordinate blocks that learn; their conjugate momenta learn with them. All other blocks carry data. */
  readonly learning: readonly string[];
  /** The strength of the push on the data at the turn (half of the papers' eta). */
  readonly nudge: number;
  /** m of the decay; the learning rate is nudge / mass. Negative masses belong to the averaged form alone. */
  readonly mass: number;
  /** How far the learning momenta decay after each echo: they keep the part e^-decay. @defaultValue 1e2, all of them */
  readonly decay?: number;
  /**
   * "single": one echo per update, whose coordinates also move by nudge dC/dr, a bias as large as the mass. "averaged":
   * a second echo with the opposite nudge and mass, which cancels it, and doubles the step.
   * @defaultValue "averaged"
   */
  readonly form?: "single" | "averaged";
  /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
  readonly backend?: Backend;
}

/** What {@link echoBackpropagation} makes. */
export interface EchoBackpropagation {
  readonly name: string;
  readonly reference: string;
  /** Why the task does not fit, in one sentence; `undefined` where it does. */
  refusal(task: LearningTask): string | undefined;
  /**
   * Lets the learning blocks change by their own dynamics on one example.
   *
   * @returns the cost before the update and the learning blocks after it, coordinates and momenta
   * @throws InputError where the task or the data do not fit
   */
  update<N extends BlockNames, T extends string>(
    task: LearningTask<N, T>,
    data: TaskData<N, T>,
  ): { readonly cost: number; readonly learned: Readonly<Record<string, StateArray>> };
}

/**
 * Hamiltonian echo backpropagation: parameters are part of the state and learn by the dynamics that also processes the data,
 * so that neither the Hamiltonian nor the parameters need be known. For learning coordinates q with momenta r:
 *
 *  1. run forward; 2. push the data at the end, q_d <- q_d + nudge dC/dp_d, p_d <- p_d - nudge dC/dq_d; 3. turn all momenta
 *  round; 4. run again; 5. turn them back. Then r has changed by -nudge dC/dq and q by +nudge dC/dr, to first order.
 *  6. Decay, the one step that is not Hamiltonian: q <- q + (r / mass) (1 - e^-decay), r <- r e^-decay.
 *
 * Averaged over nudges and masses of both signs, q changes by -(2 nudge / mass) dC/dq. The cost is one of the last state. The
 * gradient itself is `initialGradient` of {@link hamiltonianEcho} on the same task.
 *
 * Source: Lopez-Pastor & Marquardt 2023, Physical Review X 13, 031020.
 *
 * @throws InputError for a nudge that is not positive, a mass of zero, a negative decay, or no learning blocks
 */
export function echoBackpropagation(options: EchoBackpropagationOptions): EchoBackpropagation {
  const { integrator, learning, nudge, mass, decay = 1e2, form = "averaged", backend = defaultBackend() } = options;
  const maker = "echoBackpropagation";
  checkNudge(`${maker} nudge`, nudge);
  const demand = (fits: boolean, field: string, given: unknown, expected: string): void => {
    if (!fits) throw new InputError({ field: `${maker} ${field}`, given: JSON.stringify(given), expected });
  };
  demand(Number.isFinite(mass) && mass !== 0, "mass", mass, "a number that is not zero");
  demand(decay >= 0, "decay", decay, "a number from 0 on");
  demand(learning.length > 0, "learning", learning, "at least one coordinate block");
  demand(form === "single" || form === "averaged", "form", form, '"single" or "averaged"');
  const plans = new PlanCache<EchoBackpropagationPlan>();
  const refusal = (task: LearningTask): string | undefined => refuse(task, options);
  return {
    name: form === "single" ? "echo backpropagation" : "averaged echo backpropagation",
    reference: "Lopez-Pastor & Marquardt 2023 (PRX 13, 031020)",
    refusal,
    update(task, given) {
      const erased = task as LearningTask;
      const refused = refusal(erased);
      if (refused !== undefined) throw new InputError({ field: maker, given: taskName(erased), expected: refused });
      const data = readTrajectoryData(erased, integrator, given as TaskData);
      demand(
        data.examples === 1,
        "data",
        `${data.examples} examples`,
        "one example, because its echo changes the system",
      );
      const plan = plans.get(
        erased,
        data.signature,
        () => new EchoBackpropagationPlan(new TrajectoryPlan(erased, 1, backend, data), integrator, learning),
      );
      return plan.update(data, form === "averaged" ? [1, -1] : [1], { nudge, mass, decay });
    },
  };
}

function refuse(task: LearningTask, { integrator, learning }: EchoBackpropagationOptions): string | undefined {
  const { system, cost, horizon, initial } = task;
  if (horizon === undefined) return "a task with a horizon, because the rule learns from trajectories";
  const refused = integrator.refusal(system) ?? refuseEcho(system) ?? refuseEchoIntegrator(integrator);
  if (refused !== undefined) return refused;
  if (system.damping !== undefined) return "a system without damping, because the echo must retrace the motion";
  if (cost.final === undefined || cost.perStep !== undefined || cost.running !== undefined) {
    return "a cost of the last state alone (cost.final), because the data are pushed once, at the turn";
  }
  const coordinates = system.state.filter(({ role }) => role === "coordinate").map(({ name }) => name);
  const unknown = learning.find((name) => !coordinates.includes(name));
  if (unknown !== undefined)
    return `learning blocks among the coordinates ${coordinates.join(", ")}, and ${unknown} is none`;
  const computed = learning.find((name) => initial?.has(name));
  return computed === undefined ? undefined : `an initial ${computed} that is data, because it is what learns`;
}

/** The strengths of one update. */
interface Strengths {
  readonly nudge: number;
  readonly mass: number;
  readonly decay: number;
}

class EchoBackpropagationPlan {
  private readonly forward: TrajectoryLoop;
  private readonly back: TrajectoryLoop;
  private readonly initial: CompiledFunction;
  /** The cost, and its slopes by state block. */
  private readonly end: CompiledFunction;
  private readonly pairs: readonly (readonly [coordinate: string, momentum: string])[];

  constructor(
    private readonly plan: TrajectoryPlan,
    integrator: Integrator,
    private readonly learning: readonly string[],
  ) {
    const { system, cost, initial } = plan.task;
    const compile = (each: DynamicalSystem, turned: boolean): TrajectoryLoop => {
      const step = stepProgram(each, integrator, { timings: plan.timings() });
      const rows = rowsOf(step.inputRows).map((row) => ({
        ...row,
        fraction: turned ? 1 - row.fraction : row.fraction,
      }));
      return plan.compileLoop({ carried: step.loop.carried, rows, stepIndex: step.loop.stepIndex as Expression });
    };
    this.forward = compile(system, false);
    this.back = compile(echoed(system), true);
    this.initial = plan.compileEach([...(initial?.values() ?? [])]);
    const final = cost.final as Expression;
    this.end = plan.compileEach([
      final,
      ...gradient(
        final,
        system.state.map((block) => block.symbol),
      ),
    ]);
    const names = system.state.map(({ name }) => name);
    const half = names.length / 2;
    this.pairs = names.slice(0, half).map((name, k) => [name, names[half + k] as string] as const);
  }

  update(data: TrajectoryData, signs: readonly (1 | -1)[], { nudge, mass, decay }: Strengths) {
    const { plan } = this;
    const own = this.pairs.filter(([coordinate]) => this.learning.includes(coordinate));
    plan.load(data);
    this.initial.run();
    [...(plan.task.initial?.keys() ?? [])].forEach((name, k) => {
      plan.buffers[name]?.set(this.initial.outputs[k] as Float64Array);
    });
    const prepared = plan.copyState();
    let cost: number | undefined;
    for (const sign of signs) {
      const found = this.echo(sign * nudge);
      cost ??= found;
      for (const [coordinate, momentum] of own) {
        const [q, r] = [plan.buffers[coordinate] as Float64Array, plan.buffers[momentum] as Float64Array];
        for (let k = 0; k < q.length; k++) {
          q[k] = (q[k] as number) + ((r[k] as number) / (sign * mass)) * -Math.expm1(-decay);
          r[k] = (r[k] as number) * Math.exp(-decay);
        }
        prepared[coordinate]?.set(q);
        prepared[momentum]?.set(r);
      }
      for (const [name, values] of Object.entries(prepared)) plan.buffers[name]?.set(values);
    }
    const learned = own.flat().map((name) => {
      const { shape } = plan.task.system.state.find((block) => block.name === name) as { shape: readonly number[] };
      return [name, plan.result(plan.buffers[name] as Float64Array, shape, true)] as const;
    });
    return { cost: cost as number, learned: Object.fromEntries(learned) };
  }

  /** Steps 1 to 5 on the state in the buffers; returns the cost at the turn. */
  private echo(nudge: number): number {
    const { plan, pairs } = this;
    const { clock, buffers } = plan;
    buffers[nameOf(START_TIME)]?.fill(clock.start);
    this.forward.run(0, clock.steps);
    this.end.run();
    const [cost, ...slopes] = this.end.outputs as [Float64Array, ...Float64Array[]];
    pairs.forEach(([coordinate, momentum], k) => {
      if (this.learning.includes(coordinate)) return;
      push(buffers[coordinate] as Float64Array, nudge, slopes[pairs.length + k] as Float64Array);
      push(buffers[momentum] as Float64Array, -nudge, slopes[k] as Float64Array);
    });
    this.turn();
    buffers[nameOf(START_TIME)]?.fill(-(clock.start + clock.steps * clock.step));
    this.back.run(0, clock.steps, true);
    this.turn();
    return cost[0] as number;
  }

  private turn(): void {
    for (const [, momentum] of this.pairs) {
      const values = this.plan.buffers[momentum] as Float64Array;
      for (let k = 0; k < values.length; k++) values[k] = -(values[k] as number);
    }
  }
}

function push(values: Float64Array, strength: number, slopes: Float64Array): void {
  for (let k = 0; k < values.length; k++) values[k] = (values[k] as number) + strength * (slopes[k] as number);
}
