import type { BlockNames } from "../../core/system.js";
import type { GradientResult, TaskData } from "../../learning/rule.js";

/** A rule's free state as the guess of another, so that both follow the same branch. */
export function stateAsGuess<N extends BlockNames, T extends string>(
  { state }: GradientResult<N>,
  data: TaskData<N, T>,
): TaskData<N, T> {
  const guess: unknown = Object.fromEntries(
    Object.entries(state as GradientResult["state"]).map(([name, { data: values }]) => [name, values]),
  );
  return { ...data, guess: guess as NonNullable<TaskData<N, T>["guess"]> };
}
