import type { Expression } from "../expression/expression.js";
import { FormulaError } from "./formula-error.js";

/** A lexical unit of a formula. */
export interface Token {
  readonly kind: "number" | "name" | "string" | "hole" | "operator" | "end" | "invalid";
  /** As written; empty at the end. */
  readonly text: string;
  readonly position: number;
}

/** Expressions that stand in the text of a template, by the position where their placeholder starts. */
export type Holes = ReadonlyMap<number, { readonly placeholder: string; readonly expression: Expression }>;

const SPACE = /\s*/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const STRING = /"[^"'\n$]*"|'[^"'\n$]*'/y;
const OPERATOR = /<=|>=|[-+*/@^()[\],:;=<>]/y;
const CHARACTER = /./suy;

const LEXEMES = [
  ["number", NUMBER],
  ["name", NAME],
  ["string", STRING],
  ["operator", OPERATOR],
  ["invalid", CHARACTER],
] as const;

function matchAt(pattern: RegExp, text: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0];
}

function tokenAt(text: string, position: number, holes: Holes): Token {
  const hole = holes.get(position);
  if (hole !== undefined) return { kind: "hole", text: hole.placeholder, position };
  for (const [kind, pattern] of LEXEMES) {
    const found = matchAt(pattern, text, position);
    if (found !== undefined) return { kind, text: found, position };
  }
  return { kind: "end", text: "", position };
}

/**
 * Splits a formula into tokens. The list ends with the token `end`, or with the first `invalid` one: the parser complains
 * when it gets there, so that the leftmost mistake is the one reported.
 */
export function tokenize(text: string, holes: Holes): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  for (;;) {
    position += (matchAt(SPACE, text, position) as string).length;
    const token = tokenAt(text, position, holes);
    tokens.push(token);
    if (token.kind === "end" || token.kind === "invalid") return tokens;
    position += token.text.length;
  }
}

/** The error for a character no token starts with. */
export function invalidCharacter(text: string, { position, text: symbol }: Token): FormulaError {
  const quote = symbol === '"' || symbol === "'";
  const expected = quote
    ? "a word in matching quotes on one line"
    : "a number, a name, an operator (+ - * / @ ^ < > <= >=), a bracket, a comma, a colon or a semicolon";
  return new FormulaError({ text, position, symbol, expected });
}

const WHOLE_NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** Whether a formula can refer to something by this name: letters, digits and underscores, not starting with a digit. */
export const isFormulaName = (name: string): boolean => WHOLE_NAME.test(name);
