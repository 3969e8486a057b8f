import fc from "fast-check";
import type { Expression } from "../../core/expression/expression.js";
import { printFormula } from "../../core/formula/index.js";
import type { DynamicalSystem } from "../../core/system.js";
import type { TaskData } from "../../learning/rule.js";
import type { LearningTask } from "../../learning/task.js";
import { type Conditioning, measureConditioning } from "../measures/conditioning.js";
import { arbitraryTaskData, type Range } from "./task-data.js";

/** A task with data at which its stationary state is stable and well conditioned. */
export interface TaskCase {
  readonly task: LearningTask;
  readonly data: TaskData;
}

/** Which cases are kept. */
export interface TaskCaseOptions {
  /** Examples in the batch. @defaultValue 1 */
  readonly examples?: number;
  /** The largest condition number of the Jacobian at the state. @defaultValue 100 */
  readonly conditionNumber?: number;
  /** How far a bounded state is from a kink, where a bound begins or ceases to hold it. @defaultValue 0.05 */
  readonly clearance?: number;
}

/**
 * Tasks with random data, of which those are kept whose state can move, is stable and well conditioned (the Jacobian's
 * eigenvalues are computed), and that `accepts` does not turn down. Counterexamples print the formulas.
 *
 * @param ranges of a task's parameters, inputs and targets, by name, instead of the usual ones
 */
export function arbitraryTaskCase(
  tasks: fc.Arbitrary<LearningTask>,
  options: TaskCaseOptions,
  accepts: (measured: Conditioning) => boolean = () => true,
  ranges: (task: LearningTask) => Readonly<Record<string, Range>> = () => ({}),
): fc.Arbitrary<TaskCase> {
  const { examples = 1, conditionNumber = 100, clearance = 0.05 } = options;
  return tasks
    .chain((task) =>
      arbitraryTaskData(task, { examples, ranges: ranges(task) }).map((data) => ({
        task,
        data,
        [fc.toStringMethod]: () => printed(task, data),
      })),
    )
    .filter(({ task, data }) => {
      const measured = measureConditioning(task, data);
      return (
        measured.settled &&
        measured.abscissa < 0 &&
        measured.abscissa > -Infinity &&
        measured.conditionNumber <= conditionNumber &&
        measured.clearance >= clearance &&
        accepts(measured)
      );
    });
}

/** How a counterexample is shown. */
function printed({ system, cost }: LearningTask, data: TaskData): string {
  const shapes = system.state.map(({ name, shape, bounds }) => `${name}: [${shape}]${bounds ? ` in [${bounds}]` : ""}`);
  const formulas = [...equations(system), `cost ${printFormula(cost.final as Expression)}`];
  return `${system.name} of ${shapes.join(", ")}\n  ${formulas.join("\n  ")}\n  at ${fc.stringify(data)}`;
}

function equations({ kind, scalar, field, timeConstants }: DynamicalSystem): string[] {
  if (scalar === undefined) return [...field].map(([name, force]) => `d${name}/dt ${printFormula(force)}`);
  const constants = [...(timeConstants ?? [])].map(
    ([name, value]) => `time constant of ${name} ${printFormula(value)}`,
  );
  return [`${kind === "skew-gradient" ? "potential" : kind} ${printFormula(scalar)}`, ...constants];
}
