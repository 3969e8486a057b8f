import { SimulationError } from "../../../core/simulation/index.js";
import type { InputValue } from "../../../core/simulation/inputs.js";
import type { TaskData } from "../../../learning/rule.js";
import type { LearningTask } from "../../../learning/task.js";
import { allocatedBytes } from "../../measures/allocated-bytes.js";
import { entriesOf } from "../../measures/input-entries.js";
import { PropertyViolation, type VerificationProperty } from "../../verification/verification-property.js";
import { ofStableData, type RuleSubject, refusalOf, settledGradient } from "./rule-subject.js";

const NAME = "memory does not grow with the number of steps";
const STEPS = [32, 96] as const;

/** A rule that stores no states makes arrays of the same size for a trajectory three times as long. */
export const memoryIsConstant: VerificationProperty<RuleSubject> = {
  name: NAME,
  statement: "with constant inputs, a gradient over 96 steps makes as many bytes as one over 32",
  inapplicable(subject) {
    if (subject.task.horizon === undefined) return "its cost is one of the stationary state";
    return subject.storesNoStates === true ? refusalOf(subject) : "it is not known to store no states";
  },
  property(subject, options) {
    const { task, rule } = subject;
    const { start = 0 } = task.horizon ?? {};
    const tasks = STEPS.map((steps): LearningTask => ({ ...task, horizon: { start, steps } }));
    return ofStableData(subject, options, (data) => {
      const constant = constantData(task, data);
      const [short, long] = tasks.map((each) => {
        // A copy of the task is compiled anew, so that what a rule keeps for later calls is counted as well.
        const gradient = () => settledGradient(NAME, rule, { ...each }, constant, options);
        try {
          return allocatedBytes(gradient);
        } catch (error) {
          if (error instanceof SimulationError)
            return options.inconclusive("the longer trajectory leaves the finite numbers");
          throw error;
        }
      }) as [number, number];
      if (short === long) return;
      throw new PropertyViolation({
        property: NAME,
        at: "the size of all arrays, in bytes",
        found: long,
        expected: short,
        error: long / short - 1,
        tolerance: 0,
        likely: "something is stored at every step",
      });
    });
  },
};

/** The data with inputs and targets that vary in time kept at their first row. */
function constantData({ system, target }: LearningTask, data: TaskData): TaskData {
  const first = (values: TaskData["input"], blocks: typeof target): Record<string, InputValue> =>
    Object.fromEntries(
      blocks.map(({ name, shape }) => {
        const value = values?.[name] as InputValue;
        const varies = typeof value === "object" && "timing" in value;
        return [
          name,
          varies
            ? entriesOf(value).slice(
                0,
                shape.reduce((size, extent) => size * extent, 1),
              )
            : value,
        ];
      }),
    );
  return { ...data, input: first(data.input, system.input), target: first(data.target, target) };
}
