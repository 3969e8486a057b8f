import fc from "fast-check";
import type { Shape } from "../../core/expression/expression.js";
import type { BlockNames, DynamicalSystem, ParameterBlock } from "../../core/system.js";
import type { TaskData } from "../../learning/rule.js";
import type { LearningTask } from "../../learning/task.js";
import { arbitraryArray } from "./arrays.js";
import { positiveParameters } from "./positive-parameters.js";

/** The lowest and highest value of an entry. */
export type Range = readonly [low: number, high: number];

/** Options of {@link arbitraryTaskData}. */
export interface TaskDataOptions<Names extends string = string> {
  /** Examples in a batch; a single example has no leading axis. @defaultValue 1 */
  readonly examples?: number;
  /**
   * Ranges by block name, for parameters, inputs and targets.
   * @defaultValue within 20 % of a parameter's default where it has one; of its other arrays, plus and minus 0.8 for
   * scalars and vectors and 0.8 / sqrt(longest axis) for matrices; 0.5 to 1.5 for time constants and damping; plus and
   * minus 1 for inputs and targets
   */
  readonly ranges?: { readonly [K in Names]?: Range };
}

/** Of parameters that must be positive and have no default. */
const POSITIVE: Range = [0.5, 1.5];

type NamesOfTask<N extends BlockNames, T extends string> = N["parameters"] | N["input"] | T;

/** Random parameters, inputs and targets of a task. */
export function arbitraryTaskData<N extends BlockNames, T extends string>(
  task: LearningTask<N, T>,
  options: TaskDataOptions<NamesOfTask<N, T>> = {},
): fc.Arbitrary<TaskData<N, T>> {
  const { examples = 1 } = options;
  const ranges = (options.ranges ?? {}) as Readonly<Record<string, Range | undefined>>;
  const { parameters, input } = task.system;
  const positive = positiveParameters(task.system as DynamicalSystem);
  const usual = (name: string): Range | undefined => ranges[name] ?? (positive.has(name) ? POSITIVE : undefined);
  const each = (blocks: readonly { readonly name: string; readonly shape: Shape }[]) =>
    fc.record(
      Object.fromEntries(
        blocks.map(({ name, shape }) => [
          name,
          arbitraryArray(examples > 1 ? [examples, ...shape] : shape, ...(ranges[name] ?? [-1, 1])),
        ]),
      ),
    );
  return fc.record({
    parameters: fc.record(
      Object.fromEntries(parameters.map((block) => [block.name, arbitraryParameter(block, usual(block.name))])),
    ),
    input: each(input),
    target: each(task.target),
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<TaskData<N, T>>;
}

function arbitraryParameter({ shape, default: usual }: ParameterBlock, range?: Range): fc.Arbitrary<Float64Array> {
  if ((range === undefined || range === POSITIVE) && usual !== undefined) {
    return arbitraryArray(shape, 0.8, 1.2).map((factors) =>
      factors.map((factor, k) => factor * (typeof usual === "number" ? usual : (usual[k] as number))),
    );
  }
  const reach = shape.length < 2 ? 0.8 : 0.8 / Math.sqrt(Math.max(...shape));
  return arbitraryArray(shape, ...(range ?? [-reach, reach]));
}
