import { sizeOf } from "../../../core/expression/expression.js";
import type { StateArray } from "../../../core/system.js";
import type { GradientResult, TaskData } from "../../../learning/rule.js";
import type { LearningTask } from "../../../learning/task.js";
import { arbitraryTaskData } from "../../arbitraries/task-data.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import { ofStableData, type RuleSubject, refusalOf, requireGradient, settledGradient } from "./rule-subject.js";

const NAME = "the gradient of a batch is the mean over its examples";
const EXAMPLES = 3;
/** Phases stop at different iterations alone and together: what is left of them, divided by the nudge, differs. */
const TOLERANCE = 1e-5;

/** gradient([x_1, x_2, ...]) = mean of gradient(x_k). */
export const batchIsMeanOfSingles: VerificationProperty<RuleSubject> = {
  name: NAME,
  statement:
    "gradient over a batch = mean of the gradients of its examples; input gradients are those divided by their number",
  inapplicable(subject) {
    const { system, target } = subject.task;
    const varies = system.input.length + target.length > 0;
    return varies ? refusalOf(subject) : "it has neither inputs nor targets, so that there are no batches";
  },
  property({ task, rule }, options) {
    return ofStableData(task, arbitraryTaskData(task, { examples: EXAMPLES }), options, (data) => {
      const batch = settledGradient(NAME, rule, task, data, options);
      const singles = Array.from({ length: EXAMPLES }, (_, k) =>
        settledGradient(NAME, rule, task, example(task, data, k), options),
      );
      const likely = "examples are added instead of averaged, or share what differs between them";
      requireGradient(NAME, batch, mean(batch, singles), { tolerance: TOLERANCE, likely }, options);
    });
  },
};

/** One example of a batch, without the axis of examples. */
function example({ system, target }: LearningTask, data: TaskData, k: number): TaskData {
  const pick = (values: TaskData["input"], blocks: typeof target): Record<string, Float64Array> =>
    Object.fromEntries(
      blocks.map(({ name, shape }) => {
        const size = sizeOf(shape);
        const all = values?.[name] as Float64Array;
        return [name, all.slice(k * size, (k + 1) * size)];
      }),
    );
  return { parameters: data.parameters, input: pick(data.input, system.input), target: pick(data.target, target) };
}

function mean(batch: GradientResult, singles: readonly GradientResult[]): GradientResult {
  const averaged = (of: (single: GradientResult, name: string) => StateArray | undefined, name: string): StateArray => {
    const arrays = singles.map((single) => of(single, name) as StateArray);
    const [first] = arrays as [StateArray];
    const data = first.data.map(
      (_value, i) => arrays.reduce((sum, { data: each }) => sum + (each[i] as number), 0) / arrays.length,
    );
    return { data, shape: first.shape };
  };
  const joined = (name: string): StateArray => {
    const arrays = singles.map(({ inputGradient }) => (inputGradient[name] as StateArray).data);
    const shape = (batch.inputGradient[name] as StateArray).shape;
    return {
      data: Float64Array.from(arrays.flatMap((values) => [...values].map((value) => value / arrays.length))),
      shape,
    };
  };
  const each = (names: object, of: (name: string) => StateArray): Record<string, StateArray> =>
    Object.fromEntries(Object.keys(names).map((name) => [name, of(name)]));
  return {
    ...batch,
    cost: singles.reduce((sum, { cost }) => sum + cost, 0) / singles.length,
    gradient: each(batch.gradient, (name) => averaged((single, block) => single.gradient[block], name)),
    inputGradient: each(batch.inputGradient, joined),
  };
}
