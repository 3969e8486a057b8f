import type { InputValue } from "../../../core/simulation/inputs.js";
import type { StateArray } from "../../../core/system.js";
import type { GradientResult, TaskData } from "../../../learning/rule.js";
import { requireAgreement } from "../../measures/agreement.js";
import { withEntries } from "../../measures/input-entries.js";
import { stateAsGuess } from "../../measures/state-as-guess.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import { ofStableData, type RuleSubject, refusalOf, settledGradient } from "./rule-subject.js";

const NAME = "the cost falls along the gradient as its length says";
/** How far parameters and inputs move, in the Euclidean norm. */
const STEP = 1e-3;
/** Below this part of the cost a slope drowns in what is left of the phases. */
const LEAST_SLOPE = 1e-3;
/** By the order of the error in the nudge; unknown counts as second. The difference itself errs by the step squared. */
const TOLERANCES = { 0: 1e-4, 1: 5e-2, 2: 2e-3 } as const;

/** The rate at which the reported cost falls down the gradient g is |g|: a check that needs no other rule. */
export const descentLowersCost: VerificationProperty<RuleSubject> = {
  name: NAME,
  statement: "[C(theta + h g/|g|) - C(theta - h g/|g|)] / (2h) = |g| for a small step h along the gradient g",
  inapplicable: refusalOf,
  property(subject, options) {
    const { task, rule, order = 2 } = subject;
    return ofStableData(subject, options, (data) => {
      const here = settledGradient(NAME, rule, task, data, options);
      const length = Math.hypot(...gradientArrays(here).flatMap(({ data: entries }) => [...entries]));
      if (!(length > LEAST_SLOPE * (1 + Math.abs(here.cost)))) return options.inconclusive("the gradient vanishes");
      const costAt = (distance: number): number => {
        const there = moved(stateAsGuess(here, data), here, distance / length);
        return settledGradient(NAME, rule, task, there, options).cost;
      };
      const found = (costAt(STEP) - costAt(-STEP)) / (2 * STEP);
      requireAgreement(
        [{ at: "the slope of the cost along the gradient", found, expected: length }],
        {
          property: NAME,
          tolerance: TOLERANCES[order],
          likely: "a negative slope is a wrong sign, one of another size a wrong factor or a missing part",
        },
        options,
      );
    });
  },
};

const gradientArrays = ({ gradient, inputGradient }: GradientResult): StateArray[] => [
  ...Object.values(gradient),
  ...Object.values(inputGradient),
];

/** Data with parameters and inputs moved along a gradient. */
function moved(data: TaskData, { gradient, inputGradient }: GradientResult, factor: number): TaskData {
  const shifted = (values: TaskData["input"], by: Readonly<Record<string, StateArray>>): Record<string, InputValue> =>
    Object.fromEntries(
      Object.entries(values ?? {}).map(([name, given]) => {
        const slope = by[name]?.data;
        const change = (entries: Float64Array): Float64Array =>
          entries.map((value, k) => value + factor * (slope?.[k] as number));
        return [name, slope === undefined ? given : withEntries(given, change)];
      }),
    );
  return {
    ...data,
    parameters: shifted(data.parameters as TaskData["input"], gradient) as Record<string, Float64Array>,
    input: shifted(data.input, inputGradient),
  };
}
