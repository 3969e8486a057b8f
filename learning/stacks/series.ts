import { describeGiven } from "../../core/block-declarations.js";
import { defaultBackend } from "../../core/compile/choose.js";
import { InputError } from "../../core/errors.js";
import { type Shape, sizeOf } from "../../core/expression/expression.js";
import { constant } from "../../core/expression/functions.js";
import { held } from "../../core/simulation/inputs.js";
import type { BlockNames, InputBlock, StateArray } from "../../core/system.js";
import { iterate } from "../../integrators/steppers/iterate.js";
import type { GradientResult, LearningRule, TaskData } from "../rule.js";
import type { LearningTask } from "../task.js";
import { FreeTrajectory } from "../trajectory/free-trajectory.js";
import { readTrajectoryData } from "../trajectory/trajectory-data.js";
import { TrajectoryPlan } from "../trajectory/trajectory-plan.js";
import type { HamiltonianStack } from "./hamiltonian-stack.js";

/**
 * Input values of whole series, flat: [examples, steps, ...shape] for series, else [examples, ...shape] or [...shape].
 */
export type SeriesInput<N extends BlockNames> = { readonly [K in N["input"]]: ArrayLike<number> | number };

/** A stack as its examples see it: whole series. {@link overSeries} makes it. */
export interface SeriesLearning<N extends BlockNames, T extends string> {
  /** The task with the shape [steps, ...shape] for each series. */
  readonly task: LearningTask<N, T>;
  /** Takes each series as one row per step. */
  readonly rule: LearningRule;
  /** The state after the last step, by state block: of its shape, or [examples, ...shape]. Needs no target. */
  predict(data: { readonly parameters: TaskData<N>["parameters"]; readonly input: SeriesInput<N> }): {
    readonly [K in N["state"]]: StateArray;
  };
}

/** Rows of one step, nested as the shape says; engines tell the number of examples from the nesting. */
type Nested = Float64Array | number | readonly Nested[];

/**
 * Prepares a stack for `train`, which draws examples of a fixed shape: in the result an example of each named input or
 * target is a whole series of the shape [steps, ...shape], one row per step, held during it (a target's row belongs to
 * the state after it). All other inputs and targets stay constant during a trajectory.
 *
 *     const { task, rule, predict } = overSeries(stack, layerwiseHamiltonianEcho({ nudge: 0.01 }), ["x"]);
 *     const data = { input: { x: waves }, target: { label } };
 *     await train({ task, rule, optimiser, parameters, data, batch: 32, epochs: 10 });
 *
 * The rule's gradient for a series has the shape [steps, examples, ...shape].
 *
 * @throws InputError for a name that is no input or target
 */
export function overSeries<N extends BlockNames, T extends string>(
  stack: HamiltonianStack<N, T>,
  rule: LearningRule,
  series: readonly (N["input"] | NoInfer<T>)[],
): SeriesLearning<N, T> {
  const { system, target } = stack;
  const steps = stack.horizon?.steps as number;
  const blocks = [...system.input, ...target];
  const unknown = series.find((name) => !blocks.some((block) => block.name === name));
  if (unknown !== undefined) {
    const expected = `some of ${blocks.map(({ name }) => name).join(", ") || "no names"}`;
    throw new InputError({ field: "overSeries, series", given: `the name "${unknown}"`, expected });
  }
  const isSeries = ({ name }: InputBlock): boolean => (series as readonly string[]).includes(name);
  const lengthened = (block: InputBlock): InputBlock =>
    isSeries(block) ? { ...block, shape: [steps, ...block.shape] } : block;
  const rowsOf = (group: readonly InputBlock[], given: TaskData["input"] = {}): TaskData["input"] =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => {
        const block = group.find((one) => one.name === name);
        if (block === undefined || !isSeries(block)) return [name, value];
        return [name, held(timeFirst(name, value, steps, block.shape) as never)];
      }),
    );
  const whole: LearningTask<N, T> = {
    ...stack,
    system: { ...system, input: system.input.map(lengthened) },
    target: target.map(lengthened),
  };
  const own = (given: LearningTask): LearningTask =>
    given === (whole as LearningTask) ? (stack as LearningTask) : given;
  const run = freeRun(stack as unknown as HamiltonianStack);
  return {
    task: whole,
    rule: {
      name: rule.name,
      reference: rule.reference,
      refusal: (given) => rule.refusal(own(given)),
      gradient: (given, data) =>
        rule.gradient(own(given as LearningTask), {
          ...(data as TaskData),
          input: rowsOf(system.input, data.input as TaskData["input"]),
          target: rowsOf(target, data.target as TaskData["target"]),
        } as TaskData) as GradientResult as never,
    },
    predict: ({ parameters, input }) =>
      run({ parameters, input: rowsOf(system.input, input as TaskData["input"]) } as TaskData) as never,
  };
}

/** Runs a stack without its cost, to the state after the last step. */
function freeRun(stack: HamiltonianStack): (data: TaskData) => Readonly<Record<string, StateArray>> {
  const task: LearningTask = { ...stack, target: [], cost: { final: constant(0) } };
  const prepared = new Map<string, FreeTrajectory>();
  return (given) => {
    const data = readTrajectoryData(task, iterate(), given);
    const plan = (): TrajectoryPlan => new TrajectoryPlan(task, data.examples, defaultBackend(), data);
    const free = prepared.get(data.signature) ?? new FreeTrajectory(plan(), iterate());
    prepared.set(data.signature, free);
    free.run(data, given);
    const { plan: own } = free;
    return Object.fromEntries(
      task.system.state.map(({ name, shape }) => [name, own.result(own.buffers[name] as Float64Array, shape, true)]),
    );
  };
}

/** [examples, steps, ...shape], flat, as rows: [steps, examples, ...shape], or [steps, ...shape] for one example. */
function timeFirst(name: string, given: unknown, steps: number, shape: Shape): readonly Nested[] {
  const size = sizeOf(shape);
  const values = given as ArrayLike<number>;
  const examples = values?.length / (steps * size);
  if (!(Number.isInteger(examples) && examples >= 1)) {
    throw new InputError({
      field: `the series ${name}`,
      given: typeof values?.length === "number" ? `${values.length} numbers` : describeGiven(given),
      expected: `flat numbers, a multiple of ${steps} steps times ${size}`,
    });
  }
  const at = (example: number, step: number): Nested => {
    const first = (example * steps + step) * size;
    return nest(
      Float64Array.from({ length: size }, (_, k) => values[first + k] as number),
      shape,
    );
  };
  return Array.from({ length: steps }, (_, step) =>
    examples === 1 ? at(0, step) : Array.from({ length: examples }, (__, example) => at(example, step)),
  );
}

function nest(values: Float64Array, [extent, ...rest]: Shape): Nested {
  if (extent === undefined) return values[0] as number;
  if (rest.length === 0) return values;
  const size = values.length / extent;
  return Array.from({ length: extent }, (_, k) => nest(values.subarray(k * size, (k + 1) * size), rest));
}
