import { InputError } from "../errors.js";
import { type Expression, type Shape, sizeOf, topologicalOrder } from "../expression/expression.js";
import { symbolName } from "../expression/primitives/leaves.js";
import { type PrintedArgument, reservedNames } from "./functions.js";
import { LEVEL } from "./precedence.js";
import { type Piece, renderShared } from "./sharing.js";
import type { Index, Operator, Surface } from "./surface.js";
import { isFormulaName } from "./tokens.js";

/** Options of {@link printFormula}. */
export interface PrintOptions {
  /** Names shared parts must not take, beside the symbols of the expression; none by default. */
  readonly avoid?: Iterable<string>;
  /**
   * A part that is used again and has more operations and names than this gets a name; smaller ones are repeated.
   * @defaultValue 4, as large as `cos(a - b)`
   */
  readonly repeatable?: number;
}

const REPEATABLE = 4;
/** Half of what the parser reads by default, because a level may need a pair of parentheses of its own. */
const DEPTH = 90;

const OPERATORS: Readonly<Record<Operator, readonly [text: string, level: number, left: number, right: number]>> = {
  "<": [" < ", LEVEL.comparison, LEVEL.sum, LEVEL.sum],
  "<=": [" <= ", LEVEL.comparison, LEVEL.sum, LEVEL.sum],
  "+": [" + ", LEVEL.sum, LEVEL.sum, LEVEL.product],
  "-": [" - ", LEVEL.sum, LEVEL.sum, LEVEL.product],
  "*": ["*", LEVEL.product, LEVEL.product, LEVEL.negation],
  "/": ["/", LEVEL.product, LEVEL.product, LEVEL.negation],
  "@": [" @ ", LEVEL.product, LEVEL.product, LEVEL.negation],
  "^": ["^", LEVEL.power, LEVEL.index, LEVEL.negation],
};

const enclosed = ({ text, level }: Piece, least: number): string => (level < least ? `(${text})` : text);

const atom = (text: string): Piece => ({ text, level: LEVEL.atom });

/** The shortest decimal that reads back as the number; 1/0, -1/0 and 0/0 for those that are not finite. */
function entryText(value: number): string {
  if (Number.isNaN(value)) return "0/0";
  if (!Number.isFinite(value)) return value > 0 ? "1/0" : "-1/0";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Nested brackets of a flat array. */
function arrayText(entries: Float64Array, shape: Shape): string {
  if (shape.length === 0) return entryText(entries[0] as number);
  const rest = shape.slice(1);
  const size = sizeOf(rest);
  const rows = Array.from({ length: shape[0] as number }, (_, k) =>
    arrayText(entries.subarray(k * size, (k + 1) * size), rest),
  );
  return `[${rows.join(", ")}]`;
}

const indexText = (index: Index): string =>
  typeof index === "number" ? String(index) : `${index[0] ?? ""}:${index[1] ?? ""}`;

function argumentText(argument: PrintedArgument, pieceOf: (operand: Expression) => Piece): string {
  if (typeof argument === "number") return String(argument);
  if (typeof argument === "string") return `"${argument}"`;
  return ArrayBuffer.isView(argument) ? `[${argument.join(", ")}]` : pieceOf(argument).text;
}

function render(surface: Surface, pieceOf: (operand: Expression) => Piece): Piece {
  switch (surface.kind) {
    case "name":
      return atom(surface.name);
    case "number":
      return { text: String(surface.value), level: surface.value < 0 ? LEVEL.negation : LEVEL.atom };
    case "array":
      return atom(arrayText(surface.entries, surface.shape));
    case "negation":
      return { text: `-${enclosed(pieceOf(surface.operand), LEVEL.negation)}`, level: LEVEL.negation };
    case "binary": {
      const [symbol, level, left, right] = OPERATORS[surface.operator];
      return {
        text: `${enclosed(pieceOf(surface.left), left)}${symbol}${enclosed(pieceOf(surface.right), right)}`,
        level,
      };
    }
    case "index": {
      const operand = enclosed(pieceOf(surface.operand), LEVEL.index);
      return { text: `${operand}[${surface.indices.map(indexText).join(", ")}]`, level: LEVEL.index };
    }
    case "call": {
      const given = surface.arguments.map((argument) => argumentText(argument, pieceOf));
      return atom(`${surface.name}(${given.join(", ")})`);
    }
  }
}

/** The names of the symbols, which a formula must be able to contain. */
function symbolNames(expression: Expression): Set<string> {
  const names = new Set<string>();
  for (const node of topologicalOrder([expression])) {
    const name = symbolName(node);
    if (name === undefined) continue;
    if (!isFormulaName(name) || (reservedNames.has(name) && name !== "t")) {
      throw new InputError({
        field: "expression to print",
        given: `a symbol named ${JSON.stringify(name)}`,
        expected: "symbols whose names a formula can contain",
      });
    }
    names.add(name);
  }
  return names;
}

/**
 * Writes an expression in the formula language, such that `parseFormula` with its symbols in scope gives the very same node
 * back (limits raised where the graph is larger than those of the parser). Parts that are used again become bindings
 * `a1 = ...; a2 = ...; value`, unless they are no larger than `cos(a - b)`.
 *
 * @throws InputError for a symbol whose name a formula cannot contain, or an operation no formula can express
 */
export function printFormula(expression: Expression, options: PrintOptions = {}): string {
  const taken = symbolNames(expression);
  for (const name of options.avoid ?? []) taken.add(name);
  let last = 0;
  const freshName = (): Piece => {
    do last++;
    while (taken.has(`a${last}`));
    return atom(`a${last}`);
  };
  const { bindings, value } = renderShared(expression, {
    render,
    freshName,
    repeatable: options.repeatable ?? REPEATABLE,
    depth: DEPTH,
  });
  return [...bindings.map(({ name, value: bound }) => `${name} = ${bound}`), value].join("; ");
}
