import type { InputValue } from "../../../core/simulation/inputs.js";
import type { NumericValue, StateArray } from "../../../core/system.js";
import type { GradientResult, TaskData } from "../../../learning/rule.js";
import { entriesOf } from "../../measures/input-entries.js";
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
    const { system, target, horizon, initial } = subject.task;
    const varies = system.input.length + target.length > 0;
    const starts = horizon !== undefined && system.state.some(({ name }) => initial?.has(name) !== true);
    return varies || starts ? refusalOf(subject) : "it has neither inputs nor targets, so that there are no batches";
  },
  property(subject, options) {
    const { task, rule } = subject;
    const check = (data: TaskData): void => {
      const batch = settledGradient(NAME, rule, task, data, options);
      const singles = Array.from({ length: EXAMPLES }, (_, k) =>
        settledGradient(NAME, rule, task, example(data, k), options),
      );
      const likely = "examples are added instead of averaged, or share what differs between them";
      requireGradient(NAME, batch, mean(data, batch, singles), { tolerance: TOLERANCE, likely }, options);
    };
    return ofStableData(subject, options, check, EXAMPLES);
  },
};

/** One example of a batch, without the axis of examples. */
function example(data: TaskData, k: number): TaskData {
  const own = (all: Float64Array): Float64Array =>
    all.slice((k * all.length) / EXAMPLES, ((k + 1) * all.length) / EXAMPLES);
  const pick = (values: Readonly<Record<string, InputValue>> = {}): Record<string, InputValue> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        if (typeof value === "function") return [name, value];
        if (typeof value === "number" || !("timing" in value)) return [name, own(entriesOf(value))];
        return [
          name,
          { ...value, rows: Array.from(value.rows as readonly NumericValue[][], (row) => row[k] as NumericValue) },
        ];
      }),
    );
  return {
    parameters: data.parameters,
    input: pick(data.input),
    target: pick(data.target),
    ...(data.initial === undefined ? {} : { initial: pick(data.initial as Record<string, NumericValue>) }),
  } as TaskData;
}

function mean(data: TaskData, batch: GradientResult, singles: readonly GradientResult[]): GradientResult {
  const averaged = (of: (single: GradientResult, name: string) => StateArray | undefined, name: string): StateArray => {
    const arrays = singles.map((single) => of(single, name) as StateArray);
    const [first] = arrays as [StateArray];
    const data = first.data.map(
      (_value, i) => arrays.reduce((sum, { data: each }) => sum + (each[i] as number), 0) / arrays.length,
    );
    return { data, shape: first.shape };
  };
  /** What each example has its own of; of rows, the axis of examples follows that of rows. */
  const joined = (part: "inputGradient" | "initialGradient", name: string): StateArray => {
    const of = (result: GradientResult): StateArray =>
      (result[part] as GradientResult["inputGradient"])[name] as StateArray;
    const arrays = singles.map((single) => of(single).data);
    const { shape } = of(batch);
    const given = part === "inputGradient" ? data.input?.[name] : undefined;
    const rows = typeof given === "object" && "timing" in given ? (shape[0] as number) : 1;
    const size = (arrays[0] as Float64Array).length / rows;
    const entries = Array.from({ length: rows }, (_row, row) =>
      arrays.flatMap((array) => [...array.subarray(row * size, (row + 1) * size)]),
    ).flat();
    return { data: Float64Array.from(entries, (value) => value / arrays.length), shape };
  };
  const each = (names: object, of: (name: string) => StateArray): Record<string, StateArray> =>
    Object.fromEntries(Object.keys(names).map((name) => [name, of(name)]));
  return {
    ...batch,
    cost: singles.reduce((sum, { cost }) => sum + cost, 0) / singles.length,
    gradient: each(batch.gradient, (name) => averaged((single, block) => single.gradient[block], name)),
    inputGradient: each(batch.inputGradient, (name) => joined("inputGradient", name)),
    ...(batch.initialGradient === undefined
      ? {}
      : { initialGradient: each(batch.initialGradient, (name) => joined("initialGradient", name)) }),
  };
}
