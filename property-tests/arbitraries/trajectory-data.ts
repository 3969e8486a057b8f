import fc from "fast-check";
import type { Integrator } from "../../core/integrator.js";
import { layClock } from "../../core/simulation/clock.js";
import type { InputRows, InputTiming, InputValue } from "../../core/simulation/inputs.js";
import { dependsOn } from "../../core/structure-proofs.js";
import type { InputBlock } from "../../core/system.js";
import type { LearningTask } from "../../learning/task.js";
import { nested } from "../measures/input-entries.js";
import { arbitraryArray } from "./arrays.js";
import type { Range } from "./task-data.js";

/** What the data of a trajectory are drawn from. */
export interface TrajectoryDataOptions {
  readonly integrator: Integrator;
  readonly examples: number;
  rangeOf(name: string): Range;
}

/** Inputs, targets and initial state of a task with a horizon. */
interface GivenData {
  readonly input: Readonly<Record<string, InputValue>>;
  readonly target: Readonly<Record<string, InputValue>>;
  readonly initial: Readonly<Record<string, Float64Array>>;
}

type Timing = Exclude<InputTiming, "function">;

/** Ways in which inputs and targets vary together; the first, to which cases shrink, is the plainest. */
const PATTERNS = 3;

/**
 * Random inputs, targets and initial states of a task with a horizon. Inputs and targets are constant or vary in time, where
 * costs and the initial state allow it.
 */
export function arbitraryTrajectoryData(task: LearningTask, options: TrajectoryDataOptions): fc.Arbitrary<GivenData> {
  const { examples, rangeOf, integrator } = options;
  const { system, target, horizon = {}, initial } = task;
  const { steps } = layClock(horizon, integrator.step);
  const constant = ({ name, shape }: Pick<InputBlock, "name" | "shape">): fc.Arbitrary<Float64Array> =>
    arbitraryArray(examples > 1 ? [examples, ...shape] : shape, ...rangeOf(name));
  const varying = (block: InputBlock, timing: Timing): fc.Arbitrary<InputValue> => {
    if (timing === "constant") return constant(block);
    const count = timing === "held" ? steps : steps + 1;
    const shape = [count, ...(examples > 1 ? [examples] : []), ...block.shape];
    return arbitraryArray(shape, ...rangeOf(block.name)).map((entries) => ({
      timing,
      rows: nested(entries, shape) as InputRows,
    }));
  };
  const each = (
    blocks: readonly InputBlock[],
    allowed: (block: InputBlock) => readonly Timing[],
    pattern: number,
  ): fc.Arbitrary<Record<string, InputValue>> =>
    fc.record(
      Object.fromEntries(
        blocks.map((block) => {
          const timings = allowed(block);
          return [block.name, varying(block, timings[pattern % timings.length] as Timing)];
        }),
      ),
    );
  const given = system.state.filter(({ name }) => initial?.has(name) !== true);
  return fc.nat({ max: PATTERNS - 1 }).chain((pattern) =>
    fc.record({
      input: each(system.input, (block) => timingsOfInput(task, block), pattern),
      target: each(target, (block) => timingsOfTarget(task, block), pattern),
      initial: fc.record(Object.fromEntries(given.map((block) => [block.name, constant(block)]))),
    }),
  );
}

/** A cost or an initial state that reads an input asks for a constant one. */
function timingsOfInput({ cost, initial }: LearningTask, { symbol }: InputBlock): readonly Timing[] {
  const readers = [...Object.values(cost), ...(initial?.values() ?? [])];
  return dependsOn(readers, [symbol]) ? ["constant"] : ["constant", "held", "nodes"];
}

/** A final cost asks for a constant target, a running cost for one at the nodes. */
function timingsOfTarget({ cost }: LearningTask, { symbol }: InputBlock): readonly Timing[] {
  const reads = (part: "final" | "running"): boolean => {
    const expression = cost[part];
    return expression !== undefined && dependsOn([expression], [symbol]);
  };
  if (reads("final")) return ["constant"];
  return reads("running") ? ["constant", "nodes"] : ["constant", "nodes", "held"];
}
