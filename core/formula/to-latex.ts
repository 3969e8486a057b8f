import { type Expression, type Shape, sizeOf, topologicalOrder } from "../expression/expression.js";
import { symbolName } from "../expression/primitives/leaves.js";
import { formulaFunctions, type PrintedArgument } from "./functions.js";
import { nameToLatex } from "./latex-names.js";
import { isExpression } from "./names.js";
import { LEVEL } from "./precedence.js";
import { type Piece, renderShared } from "./sharing.js";
import type { Index, Surface } from "./surface.js";

/** Options of {@link toLatex}. */
export interface LatexOptions {
  /** LaTeX of names, by name; by default as {@link nameToLatex} writes them. */
  readonly names?: Readonly<Record<string, string>>;
}

/** Larger parts that are used again are named; what is smaller is clearer in its place. */
const REPEATABLE = 12;
const LARGEST_ARRAY = 36;
/** A large operator such as a sum reaches over the product that follows it. */
const LARGE_OPERATOR = (LEVEL.sum + LEVEL.product) / 2;

type PieceOf = (operand: Expression) => Piece;

const atom = (text: string): Piece => ({ text, level: LEVEL.atom });

/** Brackets around a comparison read as 1 where it holds, else 0. */
function enclosed({ text, level }: Piece, least: number): string {
  if (level >= least) return text;
  const [open, close] = level === LEVEL.comparison ? ["[", "]"] : ["(", ")"];
  return `\\left${open}${text}\\right${close}`;
}

function numberPiece(value: number): Piece {
  const [digits, exponent] = String(value).split("e") as [string, string?];
  if (exponent === undefined) return { text: digits, level: value < 0 ? LEVEL.negation : LEVEL.atom };
  const power = `10^{${Number(exponent)}}`;
  return { text: digits === "1" ? power : `${digits} \\times ${power}`, level: LEVEL.product };
}

function entryText(value: number): string {
  if (Number.isNaN(value)) return "\\mathrm{NaN}";
  return Number.isFinite(value) ? numberPiece(value).text : `${value < 0 ? "-" : ""}\\infty`;
}

function arrayPiece(entries: Float64Array, shape: Shape): Piece {
  if (entries.length > LARGEST_ARRAY || shape.length > 2) return atom(`\\mathrm{array}_{${shape.join(" \\times ")}}`);
  const columns = shape.length === 1 ? 1 : (shape[1] as number);
  const rows = Array.from({ length: sizeOf(shape) / columns }, (_, row) =>
    [...entries.subarray(row * columns, (row + 1) * columns)].map(entryText).join(" & "),
  );
  return atom(`\\begin{bmatrix} ${rows.join(" \\\\ ")} \\end{bmatrix}`);
}

const startsWithDigit = (text: string): boolean => /^\d/.test(text);

function productPiece(left: Expression, right: Expression, pieceOf: PieceOf): Piece {
  const factor = enclosed(pieceOf(left), LEVEL.product);
  const last = pieceOf(right);
  const text = last.text.startsWith("-") ? enclosed(last, LEVEL.atom) : enclosed(last, LARGE_OPERATOR);
  const arrays = left.shape.length > 0 && right.shape.length > 0;
  const sign = arrays ? " \\odot " : startsWithDigit(text) ? " \\cdot " : " \\, ";
  return { text: `${factor}${sign}${text}`, level: last.level === LARGE_OPERATOR ? LARGE_OPERATOR : LEVEL.product };
}

function quotientPiece(left: Expression, right: Expression, pieceOf: PieceOf): Piece {
  const [over, under] = [pieceOf(left), pieceOf(right)];
  if (over.level !== LARGE_OPERATOR) return { text: `\\frac{${over.text}}{${under.text}}`, level: LEVEL.product };
  return { text: `\\frac{1}{${under.text}} ${over.text}`, level: LARGE_OPERATOR };
}

/** Only a vector to the left of `@` is a row. */
function matrixProductPiece(left: Expression, right: Expression, pieceOf: PieceOf): Piece {
  const second = enclosed(pieceOf(right), LEVEL.power);
  const row = left.shape.length === 1;
  const first = row ? `${enclosed(pieceOf(left), LEVEL.atom)}^{\\top}` : enclosed(pieceOf(left), LEVEL.power);
  return { text: `${first} \\, ${second}`, level: LEVEL.product };
}

/** A minus at the start of the second term turns the sign. */
function sumPiece(left: Piece, right: Piece, sign: "+" | "-"): Piece {
  const first = enclosed(left, LEVEL.sum);
  const least = sign === "+" ? LEVEL.sum : LARGE_OPERATOR;
  const turned = right.text.startsWith("-") && right.level >= least;
  const written = turned === (sign === "+") ? "-" : "+";
  return { text: `${first} ${written} ${turned ? right.text.slice(1) : enclosed(right, least)}`, level: LEVEL.sum };
}

function binaryPiece(surface: Surface & { kind: "binary" }, pieceOf: PieceOf): Piece {
  const { operator, left, right } = surface;
  switch (operator) {
    case "+":
    case "-":
      return sumPiece(pieceOf(left), pieceOf(right), operator);
    case "*":
      return productPiece(left, right, pieceOf);
    case "/":
      return quotientPiece(left, right, pieceOf);
    case "@":
      return matrixProductPiece(left, right, pieceOf);
    case "^":
      return { text: `${enclosed(pieceOf(left), LEVEL.index)}^{${pieceOf(right).text}}`, level: LEVEL.power };
    default: {
      const sign = operator === "<" ? "<" : "\\le";
      const [first, last] = [enclosed(pieceOf(left), LEVEL.sum), enclosed(pieceOf(right), LEVEL.sum)];
      return { text: `${first} ${sign} ${last}`, level: LEVEL.comparison };
    }
  }
}

const indexText = (index: Index): string =>
  typeof index === "number" ? String(index) : `${index[0] ?? ""}:${index[1] ?? ""}`;

function argumentText(argument: PrintedArgument, pieceOf: PieceOf): string {
  if (isExpression(argument)) return pieceOf(argument).text;
  if (typeof argument === "string") return `\\text{${argument}}`;
  if (typeof argument === "number") return String(argument);
  if (argument.length > LARGEST_ARRAY) return `\\mathrm{array}_{${argument.length}}`;
  return `\\left[${argument.join(", ")}\\right]`;
}

/** Calls that have a notation of their own; all others are written as a function of their arguments. */
const NOTATIONS: Readonly<Record<string, (given: readonly PrintedArgument[], pieceOf: PieceOf) => Piece>> = {
  sqrt: ([a], pieceOf) => atom(`\\sqrt{${pieceOf(a as Expression).text}}`),
  abs: ([a], pieceOf) => atom(`\\left|${pieceOf(a as Expression).text}\\right|`),
  exp: ([a], pieceOf) => ({ text: `e^{${pieceOf(a as Expression).text}}`, level: LEVEL.power }),
  where: ([condition, a, b], pieceOf) => {
    const [test, yes, no] = [condition, a, b].map((given) => pieceOf(given as Expression).text);
    return atom(`\\begin{cases} ${yes} & \\text{if } ${test} \\\\ ${no} & \\text{otherwise} \\end{cases}`);
  },
  sum: ([a, ...axes], pieceOf) => {
    const along = axes.length === 0 ? "" : `_{\\text{axis } ${axes.join(", ")}}`;
    return { text: `\\sum${along} ${enclosed(pieceOf(a as Expression), LARGE_OPERATOR)}`, level: LARGE_OPERATOR };
  },
  transpose: (given, pieceOf) => {
    const a = enclosed(pieceOf(given[0] as Expression), LEVEL.index);
    const axes = given.slice(1).join(", ");
    return { text: `${a}^{${axes === "" ? "\\top" : `\\top(${axes})`}}`, level: LEVEL.power };
  },
  outer: ([a, b], pieceOf) => {
    const [first, second] = [a, b].map((given) => enclosed(pieceOf(given as Expression), LEVEL.index));
    return { text: `${first} \\, ${second}^{\\top}`, level: LEVEL.product };
  },
  solve: ([a, b], pieceOf) => {
    const [matrix, right] = [a, b].map((given) => enclosed(pieceOf(given as Expression), LEVEL.index));
    return { text: `${matrix}^{-1} \\, ${right}`, level: LEVEL.product };
  },
  broadcast: ([a], pieceOf) => pieceOf(a as Expression),
};

function callPiece(name: string, given: readonly PrintedArgument[], pieceOf: PieceOf): Piece {
  const notation = Object.hasOwn(NOTATIONS, name) ? NOTATIONS[name] : undefined;
  if (notation !== undefined) return notation(given, pieceOf);
  const command = formulaFunctions.get(name)?.latex ?? `\\operatorname{${name}}`;
  const text = given.map((argument) => argumentText(argument, pieceOf)).join(", ");
  return { text: `${command}\\left(${text}\\right)`, level: LEVEL.index };
}

function render(surface: Surface, pieceOf: PieceOf, nameOf: (name: string) => Piece): Piece {
  switch (surface.kind) {
    case "name":
      return nameOf(surface.name);
    case "number":
      return numberPiece(surface.value);
    case "array":
      return arrayPiece(surface.entries, surface.shape);
    case "negation":
      return { text: `-${enclosed(pieceOf(surface.operand), LARGE_OPERATOR)}`, level: LEVEL.negation };
    case "binary":
      return binaryPiece(surface, pieceOf);
    case "index": {
      const operand = enclosed(pieceOf(surface.operand), LEVEL.atom);
      return { text: `${operand}_{${surface.indices.map(indexText).join(", ")}}`, level: LEVEL.index };
    }
    case "call":
      return callPiece(surface.name, surface.arguments, pieceOf);
  }
}

/**
 * Writes an expression in LaTeX (mathematics mode) for people to read: fractions, powers, Greek letters, dots and subscripts
 * from names (see {@link nameToLatex}), sums over all entries as a bare sum sign, `@` as juxtaposition, `*` between arrays
 * as entry by entry, a comparison in brackets as 1 or 0. Long parts that are used again follow after "where".
 *
 * @throws InputError for an operation no formula can express, such as a native field
 */
export function toLatex(expression: Expression, options: LatexOptions = {}): string {
  const given = new Map(Object.entries(options.names ?? {}));
  const nameOf = (name: string): Piece => {
    const chosen = given.get(name);
    if (chosen !== undefined) return { text: chosen, level: LEVEL.index };
    const { text, subscripted } = nameToLatex(name);
    return { text, level: subscripted ? LEVEL.index : LEVEL.atom };
  };
  const taken = new Set<string>();
  for (const node of topologicalOrder([expression])) taken.add(nameOf(symbolName(node) ?? "").text);
  let last = 0;
  const freshName = (): Piece => {
    do last++;
    while (taken.has(`\\xi_{${last}}`));
    return { text: `\\xi_{${last}}`, level: LEVEL.index };
  };
  const { bindings, value } = renderShared(expression, {
    render: (surface, pieceOf) => render(surface, pieceOf, nameOf),
    freshName,
    repeatable: REPEATABLE,
    depth: Number.POSITIVE_INFINITY,
  });
  if (bindings.length === 0) return value;
  return `${value} \\quad \\text{where } ${bindings.map(({ name, value: bound }) => `${name} = ${bound}`).join(", \\; ")}`;
}
