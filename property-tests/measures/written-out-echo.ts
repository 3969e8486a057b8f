import { gradient, transposedJacobianProduct } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { constant, multiply, subtract, sum, symbol } from "../../core/expression/functions.js";
import { substituteOne } from "../../core/expression/transform.js";
import { type StateArray, TIME } from "../../core/system.js";
import { conformalLeapfrog } from "../../integrators/steppers/conformal-leapfrog.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import type { LearningRule, TaskData } from "../../learning/rule.js";
import type { LearningTask } from "../../learning/task.js";
import { readTrajectoryData, type TrajectoryData } from "../../learning/trajectory/trajectory-data.js";
import { type PointFunction, type PointValues, pointFunction } from "./point-function.js";
import { fastestBackend } from "./usable-backends.js";

/** What {@link writtenOutEcho} does; every choice but the usual one is a mistake. */
export interface WrittenOutEchoOptions {
  readonly step: number;
  readonly nudge: number;
  /** Whether the system declares damping. @defaultValue false */
  readonly damped?: boolean;
  /** The momenta are turned round at the end. @defaultValue true */
  readonly turned?: boolean;
  /** The sign of the pushes. @defaultValue 1 */
  readonly push?: 1 | -1;
  /** The weight of a running cost in the pushes at both ends. @defaultValue 1/2 */
  readonly endWeight?: number;
  /** The sign of the integrals in the gradient. @defaultValue -1 */
  readonly integral?: 1 | -1;
  /** The damping changes its sign on the way back. @defaultValue true */
  readonly reversed?: boolean;
  /** Pushes carry e^(-gamma t) and integrals e^(gamma t). @defaultValue true */
  readonly weighted?: boolean;
  /** Inputs are met in reverse on the way back. @defaultValue true */
  readonly replayed?: boolean;
  /** Gradients of a batch are divided by the number of examples. @defaultValue true */
  readonly averaged?: boolean;
  /**
   * A damping for each coordinate instead of one for all, for which there is no echo; weights then take their mean, and they
   * are not learned.
   */
  readonly dampings?: readonly number[];
}

/**
 * The centred Hamiltonian echo of separable systems under leapfrog steps, kick first, written out as loops over stored states,
 * apart from the library's own. It serves to compare with, and to see what each of its parts is for.
 */
export function writtenOutEcho(options: WrittenOutEchoOptions): LearningRule {
  const { step, damped = false } = options;
  const integrator = damped ? conformalLeapfrog({ step }) : leapfrog({ step });
  const programs = new WeakMap<LearningTask, EchoProgram>();
  return {
    name: "written-out echo",
    reference: "",
    integrator,
    refusal: (task) => integrator.refusal(task.system),
    gradient: ((task: LearningTask, given: TaskData) => {
      const program = programs.get(task) ?? echoProgram(task);
      programs.set(task, program);
      return new EchoRun(task, program, readTrajectoryData(task, integrator, given), options).result();
    }) as unknown as LearningRule["gradient"],
  };
}

/** What an echo evaluates at points. */
interface EchoProgram {
  /** dH/dq and dH/dp. */
  readonly force: PointFunction;
  readonly velocity: PointFunction;
  /** V or T - p dT/dp, then the derivatives of V or T by parameters and inputs. */
  readonly potential: PointFunction;
  readonly kinetic: PointFunction;
  /** By part of the cost: the cost, then its derivatives by the state, then those by parameters and inputs. */
  readonly costs: ReadonlyMap<string, PointFunction>;
  readonly initial: PointFunction;
  readonly throughInitial: PointFunction;
}

function echoProgram({ system, cost, initial = new Map<string, Expression>() }: LearningTask): EchoProgram {
  const symbols = (blocks: readonly { readonly symbol: Expression }[]): Expression[] =>
    blocks.map((block) => block.symbol);
  const state = symbols(system.state);
  const [coordinates, momenta] = [state.slice(0, state.length / 2), state.slice(state.length / 2)];
  const learned = symbols([...system.parameters, ...system.input]);
  const whole = system.scalar as Expression;
  const potential = substituteOne(whole, new Map(momenta.map((momentum) => [momentum, constant(0, momentum.shape)])));
  const kinetic = subtract(whole, potential);
  const work = gradient(kinetic, momenta).reduce(
    (rest, velocity, k) => subtract(rest, sum(multiply(velocity, momenta[k] as Expression))),
    kinetic,
  );
  const at = (outputs: readonly Expression[]): PointFunction => pointFunction(outputs, fastestBackend());
  const expressions = [...initial.values()];
  const cotangents = [...initial].map(([name, { shape }]) => symbol(`initial gradient ${name}`, shape));
  return {
    force: at(gradient(whole, coordinates)),
    velocity: at(gradient(whole, momenta)),
    potential: at([potential, ...gradient(potential, learned)]),
    kinetic: at([work, ...gradient(kinetic, learned)]),
    costs: new Map(
      Object.entries(cost).map(([part, of]) => [part, at([of, ...gradient(of, state), ...gradient(of, learned)])]),
    ),
    initial: at(expressions),
    throughInitial: at(transposedJacobianProduct(expressions, cotangents, learned)),
  };
}

/** Coordinates and momenta, one array per block. */
interface Phase {
  readonly q: Float64Array[];
  readonly p: Float64Array[];
}

/** A place of the trajectory: a step, and the start, middle or end of it. */
type Place = readonly [step: number, fraction: 0 | 0.5 | 1];

class EchoRun {
  private readonly sums: Map<string, StateArray>;
  private readonly initial: Map<string, StateArray>;
  private readonly dampingName: string | undefined;
  /** The damping of every entry of the momenta, in order, and the one that weights take. */
  private readonly rates: readonly number[];
  private readonly rate: number;
  private example = 0;

  constructor(
    private readonly task: LearningTask,
    private readonly program: EchoProgram,
    private readonly data: TrajectoryData,
    private readonly options: WrittenOutEchoOptions,
  ) {
    const { system } = task;
    const { examples, clock, sources, parameters } = data;
    this.dampingName = system.damping;
    const entries = system.state.slice(system.state.length / 2).reduce((count, { shape }) => count + sizeOf(shape), 0);
    const declared = system.damping === undefined ? 0 : (parameters[system.damping]?.[0] as number);
    this.rates = options.dampings ?? new Array<number>(entries).fill(declared);
    this.rate = this.rates.reduce((total, rate) => total + rate, 0) / entries;
    const zeros = (shape: readonly number[]): StateArray => ({ data: new Float64Array(sizeOf(shape)), shape });
    const several = examples > 1 ? [examples] : [];
    const ofInput = system.input.map(({ name, shape }): [string, StateArray] => {
      const source = sources.get(name);
      const rows = { constant: [], function: [], held: [clock.steps], nodes: [clock.steps + 1] }[
        source?.timing ?? "constant"
      ];
      return [name, zeros([...rows, ...(rows.length === 0 || source?.perTrajectory ? several : []), ...shape])];
    });
    this.sums = new Map([
      ...system.parameters.map(({ name, shape }): [string, StateArray] => [name, zeros(shape)]),
      ...ofInput,
    ]);
    this.initial = new Map(system.state.map(({ name, shape }) => [name, zeros([...several, ...shape])]));
  }

  result() {
    const { system } = this.task;
    const { examples } = this.data;
    const costs = new Float64Array(examples);
    for (this.example = 0; this.example < examples; this.example++) costs[this.example] = this.learnExample();
    const pick = (names: readonly { readonly name: string }[]) =>
      Object.fromEntries(names.map(({ name }) => [name, this.sums.get(name) as StateArray]));
    return {
      cost: costs.reduce((total, cost) => total + cost, 0) / examples,
      costs,
      gradient: pick(system.parameters),
      inputGradient: pick(system.input),
      initialGradient: Object.fromEntries(this.initial),
      state: {},
      residual: 0,
      phases: [],
    };
  }

  /** Adds the gradient of one example and returns its cost. */
  private learnExample(): number {
    const { steps } = this.data.clock;
    const states = [this.start()];
    for (let k = 0; k < steps; k++) states.push(this.stepFrom(copy(states[k] as Phase), [k, 0], [k, 1], 1));
    let cost = 0;
    const slopes = states.map((state, k) => {
      const found = this.costAt(state, k);
      cost += found.cost;
      return found.slopes;
    });
    const [plus, minus] = [1, -1].map((sign) => this.echo(states[steps] as Phase, slopes, sign)) as [Phase, Phase];
    const width = 2 * this.options.nudge;
    const half = plus.q.length;
    const response = (a: Float64Array, b: Float64Array): Float64Array =>
      a.map((value, k) => (value - (b[k] as number)) / width);
    const cotangents: Record<string, Float64Array> = {};
    this.task.system.state.forEach(({ name }, k) => {
      const [a, b] = k < half ? [plus.p[k], minus.p[k]] : [plus.q[k - half], minus.q[k - half]];
      const slope = response(a as Float64Array, b as Float64Array);
      cotangents[`initial gradient ${name}`] = slope;
      addInto(this.initial.get(name)?.data as Float64Array, this.example * slope.length, slope, this.share);
    });
    this.learn(this.program.throughInitial({ ...this.valuesAt([0, 0]), ...cotangents }), this.share, [0, 0]);
    return cost;
  }

  private get share(): number {
    return this.options.averaged === false ? 1 : 1 / this.data.examples;
  }

  private start(): Phase {
    const values = this.valuesAt([0, 0]);
    const computed = new Map(this.task.initial ?? []);
    const found = this.program.initial(values);
    const blocks = this.task.system.state.map(({ name, shape }) => {
      if (computed.has(name)) return found[[...computed.keys()].indexOf(name)] as Float64Array;
      const size = sizeOf(shape);
      return (this.data.initial.get(name) as Float64Array).slice(this.example * size, (this.example + 1) * size);
    });
    return { q: blocks.slice(0, blocks.length / 2), p: blocks.slice(blocks.length / 2) };
  }

  /** Parameters, inputs, targets and time at a place; inputs perhaps of another. */
  private valuesAt([step, fraction]: Place, inputs: Place = [step, fraction]): PointValues {
    const { clock, sources, parameters, examples } = this.data;
    const values: Record<string, Float64Array> = { ...parameters };
    for (const [name, source] of sources) {
      const isInput = this.task.system.input.some((block) => block.name === name);
      const size = sizeOf(source.block.shape);
      const all = new Float64Array(size * (source.perTrajectory ? examples : 1));
      source.write(all, 0, ...(isInput ? inputs : ([step, fraction] as const)));
      values[name] = source.perTrajectory ? all.slice(this.example * size, (this.example + 1) * size) : all;
    }
    values[TIME] = Float64Array.of(clock.start + (step + fraction) * clock.step);
    return values;
  }

  private named({ q, p }: Phase): PointValues {
    return Object.fromEntries([...q, ...p].map((values, k) => [this.task.system.state[k]?.name as string, values]));
  }

  /** Half a kick and damping, a drift, damping and half a kick; `first` and `second` are where the kicks take place. */
  private stepFrom(
    state: Phase,
    first: Place,
    second: Place,
    dampingSign: 1 | -1,
    inputsAt = (place: Place): Place => place,
    visit?: (state: Phase, part: "potential" | "kinetic", place: Place) => void,
  ): Phase {
    const { step } = this.data.clock;
    const kick = (place: Place): void => {
      const at = { ...this.valuesAt(place, inputsAt(place)), ...this.named(state) };
      this.program.force(at).forEach((force, k) => {
        addInto(state.p[k] as Float64Array, 0, force, -step / 2);
      });
    };
    const decay = (): void => {
      let entry = 0;
      for (const momentum of state.p) {
        momentum.forEach((value, k) => {
          momentum[k] = value * Math.exp((-dampingSign * (this.rates[entry++] as number) * step) / 2);
        });
      }
    };
    const middle: Place = [first[0], 0.5];
    visit?.(state, "potential", first);
    kick(first);
    decay();
    visit?.(state, "kinetic", middle);
    const at = { ...this.valuesAt(middle, inputsAt(middle)), ...this.named(state) };
    this.program.velocity(at).forEach((velocity, k) => {
      addInto(state.q[k] as Float64Array, 0, velocity, step);
    });
    decay();
    kick(second);
    visit?.(state, "potential", second);
    return state;
  }

  /** What the state after step k costs, and its slopes by state block; adds the direct derivatives. */
  private costAt(state: Phase, k: number): { readonly cost: number; readonly slopes: Float64Array[] } {
    const { clock } = this.data;
    const half = state.q.length;
    const slopes = [...state.q, ...state.p].map((block) => new Float64Array(block.length));
    const place: Place = k === clock.steps ? [k - 1, 1] : [k, 0];
    let cost = 0;
    for (const [part, of] of this.program.costs) {
      const [weight, at] = this.weightOf(part, k, place);
      if (weight === 0) continue;
      const [value, ...derivatives] = of({ ...this.valuesAt(at), ...this.named(state) });
      const endpoint = part === "running" && (k === 0 || k === clock.steps);
      const pushed = endpoint ? 2 * weight * (this.options.endWeight ?? 1 / 2) : weight;
      cost += weight * (value?.[0] as number);
      slopes.forEach((slope, i) => {
        addInto(slope, 0, derivatives[i] as Float64Array, pushed);
      });
      this.learn(derivatives.slice(slopes.length), weight * this.share, at);
      if (this.dampingName === undefined) continue;
      const dot = state.p.reduce(
        (total, block, i) =>
          block.reduce((partial, p, j) => partial + p * (derivatives[half + i]?.[j] as number), total),
        0,
      );
      addInto(this.sums.get(this.dampingName)?.data as Float64Array, 0, [dot], -weight * this.share * k * clock.step);
    }
    return { cost, slopes };
  }

  /** The weight of a part of the cost at node k, and where its targets stand. */
  private weightOf(part: string, k: number, place: Place): readonly [number, Place] {
    const { steps, step } = this.data.clock;
    if (part === "final") return [k === steps ? 1 : 0, place];
    if (part === "perStep") return [k > 0 ? 1 : 0, [Math.max(0, k - 1), 1]];
    return [k === 0 || k === steps ? step / 2 : step, place];
  }

  /** Runs back under pushes of a sign, adds its part of the gradient and returns the state at the start. */
  private echo(end: Phase, slopes: readonly Float64Array[][], sign: number): Phase {
    const {
      turned = true,
      push = 1,
      integral = -1,
      reversed = true,
      weighted = true,
      replayed = true,
      nudge,
    } = this.options;
    const { steps, step } = this.data.clock;
    const state: Phase = { ...copy(end), p: end.p.map((block) => block.map((value) => (turned ? -value : value))) };
    const half = state.q.length;
    const pushAt = (k: number): void => {
      const strength = sign * push * nudge * (weighted ? Math.exp(-this.rate * k * step) : 1);
      slopes[k]?.forEach((slope, i) => {
        addInto((i < half ? state.p[i] : state.q[i - half]) as Float64Array, 0, slope, strength);
      });
    };
    const inputsAt = ([at, fraction]: Place): Place =>
      replayed ? [at, fraction] : [steps - 1 - at, (1 - fraction) as Place[1]];
    const visit = (met: Phase, part: "potential" | "kinetic", place: Place): void => {
      const elapsed = (place[0] + place[1]) * step;
      const weight = (weighted ? Math.exp(this.rate * elapsed) : 1) * (part === "potential" ? 1 / 2 : 1);
      const factor = (integral * sign * step * weight * this.share) / (2 * nudge);
      const [work, ...derivatives] = this.program[part]({
        ...this.valuesAt(place, inputsAt(place)),
        ...this.named(met),
      });
      this.learn(derivatives, factor, place);
      if (this.dampingName === undefined) return;
      addInto(this.sums.get(this.dampingName)?.data as Float64Array, 0, work as Float64Array, factor * elapsed);
    };
    pushAt(steps);
    for (let k = steps - 1; k >= 0; k--) {
      this.stepFrom(state, [k, 1], [k, 0], reversed ? -1 : 1, inputsAt, visit);
      pushAt(k);
    }
    return state;
  }

  /** Adds derivatives by parameters and inputs, times a factor, to the sums; those of rows belong to a place. */
  private learn(derivatives: readonly Float64Array[], factor: number, [step, fraction]: Place): void {
    const { parameters, input } = this.task.system;
    const { sources, examples } = this.data;
    [...parameters, ...input].forEach(({ name, shape }, k) => {
      const sums = this.sums.get(name)?.data as Float64Array;
      const slopes = derivatives[k] as Float64Array;
      const source = sources.get(name);
      if (source === undefined) addInto(sums, 0, slopes, factor);
      else if (source.timing === "constant") addInto(sums, this.example * slopes.length, slopes, factor);
      else {
        const own = source.perTrajectory ? this.example : 0;
        const width = sizeOf(shape) * (source.perTrajectory ? examples : 1);
        const row = source.timing === "held" || fraction < 1 ? step : step + 1;
        addInto(sums, row * width + own * slopes.length, slopes, factor);
      }
    });
  }
}

const copy = ({ q, p }: Phase): Phase => ({ q: q.map((block) => block.slice()), p: p.map((block) => block.slice()) });

function addInto(sums: Float64Array, from: number, values: ArrayLike<number>, factor: number): void {
  for (let k = 0; k < values.length; k++) sums[from + k] = (sums[from + k] as number) + factor * (values[k] as number);
}
