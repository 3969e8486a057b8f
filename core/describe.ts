import type { Expression } from "./expression/expression.js";
import { printFormula, toLatex } from "./formula/index.js";
import { nameToLatex } from "./formula/latex-names.js";
import type { DynamicalSystem, StateBlock, SystemKind } from "./system.js";

/** The equations of a system, to read. */
export interface SystemDescription {
  /** Lines of plain text, formulas in the formula language. */
  readonly text: string;
  /** One `aligned` environment for mathematics mode. */
  readonly latex: string;
}

/** One equation, each side as plain text and as LaTeX. */
interface Equation {
  readonly left: Side;
  readonly right: Side;
}

interface Side {
  readonly text: string;
  readonly latex: string;
}

const KINDS: Readonly<Record<SystemKind, string>> = {
  energy: "energy system",
  hamiltonian: "Hamiltonian system",
  lagrangian: "Lagrangian system",
  "skew-gradient": "skew-gradient system",
  force: "force system",
  map: "map in discrete time",
  native: "native system",
};

/** How a system of a kind is spoken of, for example "an energy system". */
export const systemOfKind = (kind: SystemKind): string =>
  `${/^[aeiou]/i.test(KINDS[kind]) ? "an" : "a"} ${KINDS[kind]}`;

/** How the scalar of each kind is written. */
const SCALARS: Readonly<Partial<Record<SystemKind, Side>>> = {
  energy: { text: "E", latex: "E" },
  hamiltonian: { text: "H", latex: "H" },
  lagrangian: { text: "L", latex: "L" },
  "skew-gradient": { text: "Phi", latex: "\\Phi" },
};

const named = (name: string): Side => ({ text: name, latex: nameToLatex(name).text });
const written = (text: string, latex = text): Side => ({ text, latex });

/** Sides one after another, with `between` between them. */
const joined = (sides: readonly Side[], between = ""): Side =>
  written(sides.map(({ text }) => text).join(between), sides.map(({ latex }) => latex).join(between));

/** d name / dt */
const rate = (side: Side): Side => written(`d${side.text}/dt`, `\\frac{\\mathrm{d} ${side.latex}}{\\mathrm{d} t}`);

/** d scalar / d variable */
const slope = (scalar: Side, variable: Side): Side =>
  written(`d${scalar.text}/d${variable.text}`, `\\frac{\\partial ${scalar.latex}}{\\partial ${variable.latex}}`);

/** The equations of motion that follow from the scalar. */
function laws(system: DynamicalSystem, scalar: Side, show: (expression: Expression) => Side): Equation[] {
  const ofRole = (role: StateBlock["role"]): StateBlock[] => system.state.filter((block) => block.role === role);
  const minus = written("-");
  const { damping } = system;
  const damped = (momentum: Side): Side[] =>
    damping === undefined ? [] : [written(" - "), named(damping), written("*", " \\, "), momentum];
  switch (system.kind) {
    case "hamiltonian": {
      const momenta = ofRole("momentum");
      const pairs = ofRole("coordinate").map((block, k) => [block.name, (momenta[k] as StateBlock).name] as const);
      return [
        ...pairs.map(([q, p]) => ({ left: rate(named(q)), right: slope(scalar, named(p)) })),
        ...pairs.map(([q, p]) => ({
          left: rate(named(p)),
          right: joined([minus, slope(scalar, named(q)), ...damped(named(p))]),
        })),
      ];
    }
    case "lagrangian": {
      const velocities = ofRole("velocity");
      return ofRole("coordinate").map(({ name }, k) => {
        const momentum = slope(scalar, named((velocities[k] as StateBlock).name));
        const force = system.generalisedForce?.get(name);
        const terms = [
          slope(scalar, named(name)),
          ...damped(momentum),
          ...(force === undefined ? [] : [written(" + "), parenthesised(show(force))]),
        ];
        return { left: rate(parenthesised(momentum)), right: joined(terms) };
      });
    }
    default:
      return system.state.map(({ name, role }) => {
        const constant = system.timeConstants?.get(name);
        const factor = constant === undefined ? [] : [show(constant), written("*", " \\, ")];
        const activity = system.rates?.get(name);
        const down = slope(scalar, activity === undefined ? named(name) : parenthesised(show(activity)));
        const right = role === "inhibitor" ? down : joined([minus, down]);
        return { left: joined([...factor, rate(named(name))]), right };
      });
  }
}

const parenthesised = ({ text, latex }: Side): Side => written(`(${text})`, `\\left(${latex}\\right)`);

function equations(system: DynamicalSystem, show: (expression: Expression) => Side): Equation[] {
  const scalar = SCALARS[system.kind];
  if (scalar !== undefined && system.scalar !== undefined) {
    const blocks = joined(
      system.state.map(({ name }) => named(name)),
      ", ",
    );
    return [
      { left: joined([scalar, parenthesised(blocks)]), right: show(system.scalar) },
      ...laws(system, scalar, show),
    ];
  }
  if (system.decomposition !== undefined) return decomposedLaws(system, system.decomposition, show);
  const native = written("a function of its own", "\\text{a function of its own}");
  return [...system.field].map(([name, expression]) => ({
    left: system.time === "discrete" ? joined([named(name), written("(t + 1)")]) : rate(named(name)),
    right: system.kind === "native" ? native : show(expression),
  }));
}

/** dz/dt = -dU/dz + the rest of the force */
function decomposedLaws(
  { state }: DynamicalSystem,
  { energy, nonConservative }: NonNullable<DynamicalSystem["decomposition"]>,
  show: (expression: Expression) => Side,
): Equation[] {
  const scalar = written("U");
  const blocks = joined(
    state.map(({ name }) => named(name)),
    ", ",
  );
  return [
    { left: joined([scalar, parenthesised(blocks)]), right: show(energy) },
    ...state.map(({ name }) => {
      const rest = show(nonConservative.get(name) as Expression);
      return {
        left: rate(named(name)),
        right: joined([written("-"), slope(scalar, named(name)), written(" + "), parenthesised(rest)]),
      };
    }),
  ];
}

function bounds(system: DynamicalSystem): Equation[] {
  return system.state.flatMap(({ name, bounds: range }) =>
    range === undefined
      ? []
      : [{ left: named(name), right: written(`in [${range.join(", ")}]`, `\\in [${range.join(", ")}]`) }],
  );
}

/** Larger parts that are used again are named behind the formula; smaller ones are clearer in their place. */
const REPEATABLE = 12;

/** A formula of the formula language, with the names of shared parts behind it: `value, where a1 = ..., a2 = ...`. */
export function formulaToRead(expression: Expression, avoid: Iterable<string>): string {
  const parts = printFormula(expression, { avoid, repeatable: REPEATABLE }).split("; ");
  const value = parts.pop() as string;
  return parts.length === 0 ? value : `${value}, where ${parts.join(", ")}`;
}

/**
 * The equations of a system as people write them: its scalar and the law that follows from it, or its force or map; then the
 * bounds of the state and the invariants.
 */
export function describe(system: DynamicalSystem): SystemDescription {
  const blocks = [...system.state, ...system.parameters, ...system.input];
  const avoid = blocks.map(({ name }) => name);
  const show = (expression: Expression): Side => written(formulaToRead(expression, avoid), toLatex(expression));
  const invariants = [...system.invariants].map(([name, expression]) => ({
    left: named(name),
    right: show(expression),
  }));
  const motion = equations(system, show);
  const ranges = bounds(system);
  const lines = (list: readonly Equation[], sign: string): string[] =>
    list.map(({ left, right }) => `  ${left.text}${sign}${right.text}`);
  const text = [
    `${system.name} (${KINDS[system.kind]})`,
    ...lines(motion, " = "),
    ...lines(ranges, " "),
    ...(invariants.length === 0 ? [] : ["conserved:", ...lines(invariants, " = ")]),
  ].join("\n");
  const rows = [
    ...motion.map(({ left, right }) => `${left.latex} &= ${right.latex}`),
    ...ranges.map(({ left, right }) => `${left.latex} &${right.latex}`),
    ...invariants.map(({ left, right }) => `${left.latex} &= ${right.latex} = \\text{const.}`),
  ];
  return { text, latex: `\\begin{aligned}\n${rows.join(" \\\\\n")}\n\\end{aligned}` };
}
