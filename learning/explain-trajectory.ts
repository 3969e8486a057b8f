import { formulaToRead } from "../core/describe.js";
import type { Expression } from "../core/expression/expression.js";
import { add, symbol } from "../core/expression/functions.js";
import { constantValue } from "../core/expression/primitives/leaves.js";
import { tidy } from "../core/expression/tidy.js";
import { printFormula, toLatex } from "../core/formula/index.js";
import { nameToLatex } from "../core/formula/latex-names.js";
import type { ParameterBlock } from "../core/system.js";
import { readsOf, type UpdateReads } from "./locality.js";
import type { LearningDynamics, RulePhase, TermPlace, TrajectoryTerm } from "./rule.js";
import type { LearningTask } from "./task.js";
import { COST_PLACES } from "./trajectory/echo-dynamics.js";
import { NUDGE } from "./transformations/names.js";

/** A part of a gradient along trajectories, to read. */
export interface ExplainedTerm {
  /** "integral" over time, "sum" over the states after each step, or once at the "end" or the "start". */
  readonly place: TermPlace;
  /** In kept states, parameters, inputs, targets, `nudge`, and the time `t` of the free trajectory. */
  readonly value: Expression;
  /** The same in the formula language; `parseFormula` reads it. */
  readonly formula: string;
  readonly latex: string;
}

/** How a rule finds the gradient of one parameter along trajectories. */
export interface TrajectoryUpdate extends UpdateReads {
  readonly parameter: string;
  /** They add up to dC/d(parameter). */
  readonly terms: readonly ExplainedTerm[];
}

/** How a rule finds the gradient for one block of the initial state. */
export interface InitialUpdate extends Omit<ExplainedTerm, "place"> {
  readonly block: string;
}

/** Simplified, with what all terms share in front. */
export const tidied = (expression: Expression): Expression => tidy([expression], [symbol(NUDGE)])[0] as Expression;

/** Names that the shared parts of a printed formula must not take. */
export const namesIn = ({ system, target }: LearningTask): string[] =>
  [...system.state, ...system.parameters, ...system.input, ...target].map(({ name }) => name);

/** The updates of a rule that finds them along trajectories. */
export function trajectoryUpdates(
  task: LearningTask,
  { alongTrajectory = new Map(), initial = new Map() }: LearningDynamics,
): { readonly alongTrajectory: readonly TrajectoryUpdate[]; readonly initial: readonly InitialUpdate[] } {
  const avoid = namesIn(task);
  const written = (given: Expression): Omit<ExplainedTerm, "place"> => {
    const value = tidied(given);
    return { value, formula: printFormula(value, { avoid }), latex: toLatex(value) };
  };
  const updateOf = (block: ParameterBlock, given: readonly TrajectoryTerm[]): TrajectoryUpdate => {
    const terms = given
      .map(({ place, value }) => ({ place, ...written(value) }))
      .filter(({ value }) => constantValue(value) !== 0);
    const all = terms.map(({ value }) => value);
    return {
      parameter: block.name,
      terms,
      ...readsOf(task, block, all.length === 0 ? symbol(NUDGE) : all.reduce(add)),
    };
  };
  return {
    alongTrajectory: task.system.parameters.flatMap((block) => {
      const terms = alongTrajectory.get(block.name);
      return terms === undefined ? [] : [updateOf(block, terms)];
    }),
    initial: [...initial].map(([block, value]) => ({ block, ...written(value) })),
  };
}

/** In front of a formula that is taken at a place. */
const IN_WORDS: Readonly<Record<TermPlace, string>> = {
  integral: "the integral over t of",
  sum: "the sum over the states after each step of",
  end: "at the end,",
  start: "at the start,",
};

const IN_LATEX: Readonly<Record<TermPlace, (value: string) => string>> = {
  integral: (value) => `\\int ${value} \\, \\mathrm{d}t`,
  sum: (value) => `\\sum_{k} ${value}`,
  end: (value) => `\\left. ${value} \\right|_{\\text{end}}`,
  start: (value) => `\\left. ${value} \\right|_{\\text{start}}`,
};

const parenthesised = (value: string): string => `\\left( ${value} \\right)`;

/** Lines that add up terms behind `left`. */
export function sumText(left: string, terms: readonly TrajectoryTerm[], avoid: readonly string[]): string[] {
  if (terms.length === 0) return [`${left} = 0`];
  const indent = " ".repeat(left.length - left.trimStart().length + 4);
  return terms.map(({ place, value }, k) =>
    `${k === 0 ? `${left} =` : `${indent}+`} ${IN_WORDS[place]} ${formulaToRead(value, avoid)}`.trimEnd(),
  );
}

/** The same sum in LaTeX. */
export const sumLatex = (terms: readonly TrajectoryTerm[]): string =>
  terms.length === 0
    ? "0"
    : terms.map(({ place, value }) => IN_LATEX[place](parenthesised(toLatex(value)))).join(" + ");

/** The parts of a task's cost over a trajectory. */
export const costTerms = ({ cost }: LearningTask): TrajectoryTerm[] =>
  COST_PLACES.flatMap(([part, place]) => {
    const value = cost[part];
    return value === undefined ? [] : [{ place, value }];
  });

const WHEN: Readonly<Record<TermPlace, string>> = {
  integral: "all along",
  sum: "at the states after each step",
  end: "at the turn",
  start: "at the start",
};

/** What a phase is pushed by. */
export function pushText({ pushes = [] }: RulePhase, avoid: readonly string[]): string[] {
  return pushes.map(({ place, block, value }) => {
    const pushed = formulaToRead(tidied(value), avoid);
    return place === "integral"
      ? `    pushed ${WHEN[place]}: d${block}/dt gains ${pushed}`
      : `    pushed ${WHEN[place]}: ${block} gains ${pushed}`;
  });
}

/** The same in LaTeX, a row for each push. */
export const pushLatex = ({ pushes = [] }: RulePhase): string[] =>
  pushes.map(({ place, block, value }) => {
    const name = nameToLatex(block).text;
    const left = place === "integral" ? `\\frac{\\mathrm{d} ${name}}{\\mathrm{d} t}` : name;
    return `&\\text{${WHEN[place]}, } ${left} \\text{ gains } ${toLatex(tidied(value))}`;
  });
