import { InputError } from "../errors.js";

/** Where and why a formula cannot be read. */
export interface FormulaProblem {
  readonly text: string;
  /** Index of the symbol at fault; the length of the text is its end. */
  readonly position: number;
  /** The symbol at fault as written; empty at the end of the formula. */
  readonly symbol: string;
  readonly expected: string;
  /** A full sentence on what to write instead. */
  readonly remedy?: string;
}

const EXCERPT = 100;
const QUOTED = 40;

/** Control, format and unassigned characters, which could disguise a message, are shown as a replacement character. */
const legible = (text: string): string => text.replace(/\t/g, " ").replace(/\p{C}/gu, "\uFFFD");

/** The line around a position, cut to a readable width, with a caret below the position. */
function pointer(line: string, offset: number): string {
  const start = offset < EXCERPT - 20 ? 0 : offset - EXCERPT / 2;
  const before = (start > 0 ? "..." : "") + legible(line.slice(start, offset));
  const after = legible(line.slice(offset, start + EXCERPT)) + (line.length > start + EXCERPT ? "..." : "");
  return `  ${before}${after}\n  ${" ".repeat([...before].length)}^`;
}

function describe(symbol: string): string {
  if (symbol === "") return "the end of the formula";
  return legible(symbol.length > QUOTED ? `"${symbol.slice(0, QUOTED)}..."` : `"${symbol}"`);
}

/**
 * A formula that cannot be read: syntax, an unknown name, shapes that do not fit, or a limit. The message names the symbol
 * and what was expected, and shows the line with a caret below the position.
 */
export class FormulaError extends InputError {
  /** Index into the formula's text, from 0. */
  readonly position: number;
  /** Line of the position, from 1. */
  readonly line: number;
  /** Column of the position in its line, from 1. */
  readonly column: number;
  /** The symbol at fault as written; empty at the end of the formula. */
  readonly symbol: string;
  readonly expected: string;

  constructor({ text, position, symbol, expected, remedy }: FormulaProblem) {
    const start = text.lastIndexOf("\n", position - 1) + 1;
    const line = text.slice(0, start).split("\n").length;
    const column = position - start + 1;
    const given = describe(symbol);
    super({ field: "formula", given, expected, ...(remedy === undefined ? {} : { remedy }) });
    const sentence = `formula, line ${line}, column ${column}: found ${given}, expected ${expected}.`;
    const shown = text.slice(start).split(/\r?\n/, 1)[0] as string;
    this.message = `${sentence}${remedy === undefined ? "" : ` ${remedy}`}\n${pointer(shown, position - start)}`;
    this.name = "FormulaError";
    this.position = position;
    this.line = line;
    this.column = column;
    this.symbol = symbol;
    this.expected = expected;
  }
}
