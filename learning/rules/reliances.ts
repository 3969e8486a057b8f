import { type Expression, topologicalOrder } from "../../core/expression/expression.js";
import { symbolsOf } from "../../core/expression/primitives/leaves.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import type { Nudging } from "../estimators/contrast.js";
import type { LearningTask } from "../task.js";

/** Estimates by the name of their parameter block. */
export function byParameter(
  { system: { parameters } }: LearningTask,
  estimate: (withRespectTo: readonly Expression[]) => readonly Expression[],
): Map<string, Expression> {
  const values = estimate(parameters.map((block) => block.symbol));
  return new Map(parameters.map(({ name }, k) => [name, values[k] as Expression]));
}

/** The names of the parameter blocks that expressions read, in the order of their declaration. */
export function parametersIn({ system }: LearningTask, expressions: readonly Expression[]): string[] {
  const read = symbolsOf(topologicalOrder(expressions));
  return system.parameters.map(({ name }) => name).filter((name) => read.has(name));
}

/** "a", "a and b", "a, b and c"; "none" of nothing. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const [last, ...before] = [...names].reverse() as [string, ...string[]];
  return before.length === 0 ? last : `${before.reverse().join(", ")} and ${last}`;
}

/** How the error of nudged phases falls. */
export const smallNudge = (nudge: number, nudging: Nudging): string =>
  nudging === "centred"
    ? `a nudge (${nudge}) under which the state still answers in proportion: the error falls as its square`
    : `a nudge (${nudge}) under which the state still answers in proportion: the error falls in proportion to it`;

/** What every rule of settled phases relies on. `magnifier` is what the estimate divides differences of states by. */
export function settledPhases({ system }: LearningTask, settle: StationarySolver, magnifier: number): string[] {
  const left = Number((settle.tolerance / magnifier).toPrecision(1));
  const bounded = system.state.filter(({ bounds }) => bounds !== undefined).map(({ name }) => name);
  return [
    settle.followsDynamics
      ? "a stable free state, near which all phases stay: settling shows it, because the solver follows the dynamics"
      : `a free state near which all phases stay, regular and, for a system that is to settle by itself, stable: ${settle.name} may also find an unstable one, which \`spectralAbscissa\` tells`,
    `phases settled to a residual of ${settle.tolerance}: what is left of it enters the gradient as about ${left}`,
    ...(bounded.length === 0 ? [] : [`entries of ${listed(bounded)} at a bound staying there in every phase`]),
  ];
}
