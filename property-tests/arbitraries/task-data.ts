import fc from "fast-check";
import type { Shape } from "../../core/expression/expression.js";
import type { BlockNames, ParameterBlock } from "../../core/system.js";
import type { TaskData } from "../../learning/rule.js";
import type { LearningTask } from "../../learning/task.js";
import { arbitraryArray } from "./arrays.js";

/** The lowest and highest value of an entry. */
export type Range = readonly [low: number, high: number];

/** Options of {@link arbitraryTaskData}. */
export interface TaskDataOptions<Names extends string = string> {
  /** Examples in a batch; a single example has no leading axis. @defaultValue 1 */
  readonly examples?: number;
  /**
   * Ranges by block name, for parameters, inputs and targets.
   * @defaultValue within 20 % of a parameter's default where it has one; of its other arrays, plus and minus 0.8 for
   * scalars and vectors and 0.8 / sqrt(longest axis) for matrices; plus and minus 1 for inputs and targets
   */
  readonly ranges?: { readonly [K in Names]?: Range };
}

type NamesOfTask<N extends BlockNames, T extends string> = N["parameters"] | N["input"] | T;

/** Random parameters, inputs and targets of a task. */
export function arbitraryTaskData<N extends BlockNames, T extends string>(
  task: LearningTask<N, T>,
  options: TaskDataOptions<NamesOfTask<N, T>> = {},
): fc.Arbitrary<TaskData<N, T>> {
  const { examples = 1 } = options;
  const ranges = (options.ranges ?? {}) as Readonly<Record<string, Range | undefined>>;
  const { parameters, input } = task.system;
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
      Object.fromEntries(parameters.map((block) => [block.name, arbitraryParameter(block, ranges[block.name])])),
    ),
    input: each(input),
    target: each(task.target),
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<TaskData<N, T>>;
}

function arbitraryParameter({ shape, default: usual }: ParameterBlock, range?: Range): fc.Arbitrary<Float64Array> {
  if (range === undefined && usual !== undefined) {
    return arbitraryArray(shape, 0.8, 1.2).map((factors) =>
      factors.map((factor, k) => factor * (typeof usual === "number" ? usual : (usual[k] as number))),
    );
  }
  const reach = shape.length < 2 ? 0.8 : 0.8 / Math.sqrt(Math.max(...shape));
  return arbitraryArray(shape, ...(range ?? [-reach, reach]));
}
