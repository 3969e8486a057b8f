import { describe, formulaToRead } from "../core/describe.js";
import { InputError } from "../core/errors.js";
import { type Expression, topologicalOrder } from "../core/expression/expression.js";
import { add, subtract, symbol } from "../core/expression/functions.js";
import { addPrimitive, subtractPrimitive } from "../core/expression/primitives/arithmetic.js";
import { constantValue, symbolsOf } from "../core/expression/primitives/leaves.js";
import { printFormula, toLatex } from "../core/formula/index.js";
import { nameToLatex } from "../core/formula/latex-names.js";
import { dependsOn } from "../core/structure-proofs.js";
import type { DynamicalSystem } from "../core/system.js";
import {
  costTerms,
  type InitialUpdate,
  namesIn,
  pushLatex,
  pushText,
  sumLatex,
  sumText,
  type TrajectoryUpdate,
  tidied,
  trajectoryUpdates,
} from "./explain-trajectory.js";
import { readsOf, type UpdateReads } from "./locality.js";
import type { LearningRule, RulePhase } from "./rule.js";
import { listed } from "./rules/reliances.js";
import { type LearningTask, taskName } from "./task.js";
import { derivedName, NUDGE } from "./transformations/names.js";

/** One phase of a rule, to read. */
export interface ExplainedPhase extends RulePhase {
  /** The names under which the phase's state is kept; the blocks' own where the rule keeps no copy. */
  readonly kept: readonly string[];
  /** The equations of motion: lines of plain text, formulas in the formula language. */
  readonly text: string;
  /** One `aligned` environment. */
  readonly latex: string;
}

/** How a rule reads the gradient of one parameter off the states its phases left. */
export interface ParameterUpdate extends UpdateReads {
  readonly parameter: string;
  /** dC/d(parameter), in kept states, parameters, inputs, targets and `nudge`. */
  readonly gradient: Expression;
  /** The same in the formula language; `parseFormula` reads it. */
  readonly formula: string;
  readonly latex: string;
}

/** What {@link explain} returns. */
export interface Explanation {
  readonly rule: string;
  readonly task: string;
  readonly phases: readonly ExplainedPhase[];
  /** One for each parameter block; empty where the rule has no formula for them. */
  readonly updates: readonly ParameterUpdate[];
  /** The same for rules that find the gradient along trajectories; empty for others. */
  readonly alongTrajectory: readonly TrajectoryUpdate[];
  /** dC/d(initial state) by state block, for rules of trajectories. */
  readonly initial: readonly InitialUpdate[];
  /** Everything the rule relies on, in sentences without their full stop. */
  readonly reliesOn: readonly string[];
  /** All of it as lines of plain text. */
  readonly text: string;
  /** Phases and updates as one `aligned` environment for mathematics mode. */
  readonly latex: string;
}

/**
 * Writes down what a learning rule does with a task: the cost, the equations of every phase (those after the first with what
 * they add to the free dynamics at the end), dC/d(parameter) for every parameter block in the states that the phases leave,
 * what each of these updates reads, and every term the rule relies on. In the names, `x_free` is the free state of the block
 * x, `x_plus` and `x_minus` the states under the nudge of either sign, `x_difference` that of the copies of a doubled system,
 * `x_adjoint` the adjoint state. Descent subtracts the gradient.
 *
 * A gradient along trajectories is a sum of integrals over time, sums over the states after each step, and terms at the end and
 * at the start; the states in them are those that the phases have at one time `t` of the free trajectory. An integral is to be
 * taken by the quadrature of the integrator (its `hamiltonianTerms`) where it reads states that are pushed, else by the
 * trapezoid rule.
 *
 * An update is local where it reads only state blocks and parameters that stand with its parameter in a term of the energy,
 * force or cost. Everything is derived from the graphs of system and cost.
 *
 * @throws InputError where the rule refuses the task, or does not say what it does (a rule without `dynamics`)
 */
export function explain(rule: LearningRule, task: LearningTask): Explanation {
  const refused = rule.refusal(task);
  if (refused !== undefined) {
    throw new InputError({ field: `explain ${rule.name}`, given: taskName(task), expected: refused });
  }
  if (rule.dynamics === undefined) {
    throw new InputError({
      field: "explain",
      given: `the rule ${rule.name}, which does not say what it does`,
      expected: "a rule with `dynamics`",
      remedy: "phaseRule supplies it from phases and estimate",
    });
  }
  const dynamics = rule.dynamics(task);
  const phases = dynamics.phases.map((phase) => explainedPhase(task, phase));
  const updates = updatesOf(task, dynamics.gradient ?? new Map());
  const settled = phases.filter(({ motion }) => motion === undefined);
  const reliesOn = [...storedStates(settled, updates), ...phaseReliances(task, settled), ...dynamics.reliesOn];
  const ofTrajectory = trajectoryUpdates(task, dynamics);
  const explained = { rule: rule.name, task: task.system.name, phases, updates, ...ofTrajectory, reliesOn };
  return { ...explained, text: textOf(task, explained), latex: latexOf(task, explained) };
}

const NUDGE_SYMBOL = symbol(NUDGE);

/** The equations as motion, what the phase adds to the task's own field behind it. */
function explainedPhase(task: LearningTask, phase: RulePhase): ExplainedPhase {
  const { system, keep, motion } = phase;
  const motionOf = system === task.system || motion !== undefined ? system : asMotion(task, system);
  const { text, latex } = describe({ ...motionOf, invariants: new Map() });
  const kept = system.state.map(({ name }) => (keep === undefined ? name : derivedName(name, keep)));
  return { ...phase, kept, text: text.split("\n").slice(1).join("\n"), latex };
}

function asMotion(task: LearningTask, system: DynamicalSystem): DynamicalSystem {
  const { name, time, state, parameters, input, facts } = system;
  const field = new Map(state.map((block) => [block.name, continued(task, system, block.name)] as const));
  return { name, kind: "force", time, state, parameters, input, facts, field, invariants: new Map() };
}

const sizeOfGraph = (expression: Expression): number => topologicalOrder([expression]).length;

/** The field of a block as the task's own, where it is that and more, continued by what is new. */
function continued(task: LearningTask, system: DynamicalSystem, block: string): Expression {
  const own = task.system.field.get(block);
  const moved = system.field.get(block) as Expression;
  const whole = tidied(moved);
  if (own === undefined) return whole;
  const removed = tidied(subtract(own, moved));
  return sizeOfGraph(removed) < sizeOfGraph(whole) ? without(tidied(own), removed) : whole;
}

/** a - b, term by term. */
function without(a: Expression, b: Expression): Expression {
  const [first, second] = b.operands as [Expression, Expression];
  if (b.primitive === addPrimitive) return without(without(a, first), second);
  if (b.primitive === subtractPrimitive) return add(without(a, first), second);
  return subtract(a, b);
}

function updatesOf(task: LearningTask, gradients: ReadonlyMap<string, Expression>): ParameterUpdate[] {
  const avoid = [...task.system.state, ...task.system.parameters, ...task.system.input, ...task.target].map(
    ({ name }) => name,
  );
  return task.system.parameters.flatMap((block) => {
    const given = gradients.get(block.name);
    if (given === undefined) return [];
    const gradient = tidied(given);
    const reads = readsOf(task, block, gradient);
    const formula = printFormula(gradient, { avoid });
    return [{ parameter: block.name, gradient, formula, latex: toLatex(gradient), ...reads }];
  });
}

/** The states that have to be remembered after the phase that found them. */
function storedStates(phases: readonly ExplainedPhase[], updates: readonly ParameterUpdate[]): string[] {
  const read = new Set([
    ...updates.flatMap(({ states }) => states),
    ...phases.flatMap(({ system }) => system.input.map(({ name }) => name)),
  ]);
  const stored = phases.flatMap(({ keep, kept }) => (keep === undefined ? [] : kept.filter((name) => read.has(name))));
  return stored.length === 0 ? [] : [`the stored ${several("state", stored)}`];
}

/** What the phases read besides the task's own dynamics. */
function phaseReliances(task: LearningTask, phases: readonly ExplainedPhase[]): string[] {
  const told = new Set<DynamicalSystem>([task.system]);
  return phases.flatMap(({ name, system }) => {
    if (told.has(system)) return [];
    told.add(system);
    const additions = system.state.flatMap((block) => {
      const own = task.system.field.get(block.name);
      const moved = system.field.get(block.name) as Expression;
      const added = tidied(own === undefined ? moved : subtract(moved, own));
      return constantValue(added) === 0 ? [] : [{ block: block.name, added }];
    });
    if (additions.length === 0) return [];
    const pushed = additions.filter(({ added }) => dependsOn([added], [NUDGE_SYMBOL])).map(({ block }) => block);
    const read = symbolsOf(topologicalOrder(additions.map(({ added }) => added)));
    const present = (kind: string, blocks: readonly { readonly name: string }[]): string[] => {
      const names = blocks.map((each) => each.name).filter((each) => read.has(each));
      return names.length === 0 ? [] : [several(kind, names)];
    };
    const targets = new Set(task.target.map((each) => each.name));
    const reads = [
      ...present("state", system.state),
      ...present("parameter", task.system.parameters),
      ...present("target", task.target),
      ...present(
        "input",
        system.input.filter((each) => !targets.has(each.name)),
      ),
    ];
    const probes = task.system.state.some((block) => read.has(derivedName(block.name, "probe")));
    return [
      ...(pushed.length === 0
        ? []
        : [`a force on ${listed(pushed)}: the ${probes ? "probe" : "slope of the cost"} times the nudge`]),
      `the ${name} phase's terms beyond the free dynamics, on ${listed(additions.map(({ block }) => block))}, which read ${reads.length === 0 ? "nothing" : reads.join(", ")}`,
    ];
  });
}

/** "parameter W" or "parameters W and b". */
const several = (kind: string, names: readonly string[]): string =>
  `${kind}${names.length === 1 ? "" : "s"} ${listed(names)}`;

type Explained = Omit<Explanation, "text" | "latex">;

/** Where a phase starts, and where its state goes. */
function headingOf(phases: readonly ExplainedPhase[], index: number): string {
  const { name, nudge, kept, keep, motion } = phases[index] as ExplainedPhase;
  const start = index === 0 ? "from the guess" : "from the free state";
  const strength = nudge === 0 ? "" : `, at ${nudge > 0 ? "+" : "-"}nudge`;
  if (motion !== undefined) {
    return `${name}: ${motion}${strength}${keep === undefined ? "" : `; its states are ${kept.join(", ")}`}`;
  }
  return `${name}: settles ${start}${strength}${keep === undefined ? "" : `, kept as ${kept.join(", ")}`}`;
}

/** Whether a phase has the equations of one before it. */
const isRepeated = (phases: readonly ExplainedPhase[], index: number): boolean =>
  phases.slice(0, index).some(({ system }) => system === phases[index]?.system);

function readsText(update: UpdateReads & { readonly parameter: string }): string {
  const { parameter, states, blocks, entries, parameters, input, target, local } = update;
  if (states.length + parameters.length + input.length + target.length === 0) return "nothing is to be read";
  const each =
    entries === undefined ? "" : ` (${entries} ${entries === 1 ? "entry" : "entries"} for each entry of ${parameter})`;
  const others = parameters.filter((name) => name !== parameter);
  const parts = [
    blocks.length === 0 ? "no state" : `${several("state", blocks)}${each}`,
    others.length === 0 ? "no other parameter" : several("parameter", others),
    ...(input.length === 0 ? [] : [several("input", input)]),
    ...(target.length === 0 ? [] : [several("target", target)]),
  ];
  return `${local ? "local" : "not local"}: reads ${parts.join("; ")}`;
}

function textOf(task: LearningTask, explained: Explained): string {
  const { rule, phases, updates, alongTrajectory, initial, reliesOn } = explained;
  const avoid = namesIn(task);
  const found = updates.length + alongTrajectory.length > 0;
  return [
    `${rule} on ${task.system.name}`,
    ...costText(task, avoid),
    "phases:",
    ...phases.flatMap((phase, k) => [
      `  ${headingOf(phases, k)}`,
      ...(isRepeated(phases, k)
        ? [`    the same equations${samePushes(phase)}`]
        : [...phase.text.split("\n").map((line) => `  ${line}`), ...pushText(phase, avoid)]),
    ]),
    found ? "gradient:" : "gradient: not read off states",
    ...updates.flatMap((update) => [
      `  dC/d${update.parameter} = ${constantValue(update.gradient) === 0 ? "0" : formulaToRead(update.gradient, avoid)}`,
      `    ${readsText(update)}`,
    ]),
    ...alongTrajectory.flatMap((update) => [
      ...sumText(`  dC/d${update.parameter}`, update.terms, avoid),
      `    ${readsText(update)}`,
    ]),
    ...initial.map(({ block, value }) => `  dC/d(initial ${block}) = at the start, ${formulaToRead(value, avoid)}`),
    "relies on:",
    ...reliesOn.map((sentence) => `  - ${sentence}`),
  ].join("\n");
}

const costText = (task: LearningTask, avoid: readonly string[]): string[] =>
  task.horizon === undefined
    ? [`cost: C = ${formulaToRead(task.cost.final as Expression, avoid)}`]
    : sumText("cost: C", costTerms(task), avoid);

const samePushes = ({ pushes, nudge }: RulePhase): string =>
  pushes === undefined ? "" : ` and ${nudge === 0 ? "no" : "the same"} pushes`;

function latexOf(task: LearningTask, { phases, updates, alongTrajectory, initial }: Explained): string {
  const slope = (name: string): string => `\\frac{\\partial C}{\\partial ${nameToLatex(name).text}}`;
  const rows = [
    `C &= ${task.horizon === undefined ? toLatex(task.cost.final as Expression) : sumLatex(costTerms(task))}`,
    ...phases.flatMap((phase, k) => {
      const heading = `&\\text{${phase.name}${phase.nudge === 0 ? "" : `, ${phase.nudge > 0 ? "+" : "-"}nudge`}:}`;
      return isRepeated(phases, k)
        ? [`${heading} \\text{ the same equations}`]
        : [heading, `&${phase.latex}`, ...pushLatex(phase)];
    }),
    ...updates.map(({ parameter, latex }) => `${slope(parameter)} &= ${latex}`),
    ...alongTrajectory.map(({ parameter, terms }) => `${slope(parameter)} &= ${sumLatex(terms)}`),
    ...initial.map(({ block, latex }) => `\\left. ${slope(block)} \\right|_{\\text{start}} &= ${latex}`),
  ];
  return `\\begin{aligned}\n${rows.join(" \\\\\n")}\n\\end{aligned}`;
}
