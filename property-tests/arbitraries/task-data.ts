import fc from "fast-check";
import { InputError } from "../../core/errors.js";
import type { Shape } from "../../core/expression/expression.js";
import type { Integrator } from "../../core/integrator.js";
import type { BlockNames, DynamicalSystem, ParameterBlock } from "../../core/system.js";
import type { TaskData } from "../../learning/rule.js";
import { type LearningTask, taskName } from "../../learning/task.js";
import { arbitraryArray } from "./arrays.js";
import { positiveParameters } from "./positive-parameters.js";
import { arbitraryTrajectoryData } from "./trajectory-data.js";

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
  /**
   * What integrates the trajectories of a task with a horizon: its step says how many rows there are. Then there are initial
   * states besides (plus and minus 1), and inputs and targets may vary in time.
   */
  readonly integrator?: Integrator | undefined;
}

/** Of parameters that must be positive and have no default. */
const POSITIVE: Range = [0.5, 1.5];

type NamesOfTask<N extends BlockNames, T extends string> = N["parameters"] | N["input"] | T;

/**
 * Random parameters, inputs and targets of a task, and initial states of one with a horizon.
 *
 * @throws InputError for a task with a horizon without the integrator
 */
export function arbitraryTaskData<N extends BlockNames, T extends string>(
  task: LearningTask<N, T>,
  options: TaskDataOptions<NamesOfTask<N, T>> = {},
): fc.Arbitrary<TaskData<N, T>> {
  const { examples = 1, integrator } = options;
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
  const drawn = fc.record(
    Object.fromEntries(parameters.map((block) => [block.name, arbitraryParameter(block, usual(block.name))])),
  );
  const data =
    task.horizon === undefined
      ? fc.record({ parameters: drawn, input: each(input), target: each(task.target) })
      : fc
          .record({
            parameters: drawn,
            given: arbitraryTrajectoryData(task as LearningTask, {
              integrator: requiredIntegrator(task as LearningTask, integrator),
              examples,
              rangeOf: (name) => ranges[name] ?? [-1, 1],
            }),
          })
          .map(({ parameters: values, given }) => ({ parameters: values, ...given }));
  return data as fc.Arbitrary<unknown> as fc.Arbitrary<TaskData<N, T>>;
}

function requiredIntegrator(task: LearningTask, integrator: Integrator | undefined): Integrator {
  if (integrator !== undefined) return integrator;
  throw new InputError({
    field: "arbitraryTaskData integrator",
    given: "none",
    expected: `what integrates the trajectories of ${taskName(task)}, because its step says how many rows there are`,
  });
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
