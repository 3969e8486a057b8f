import { InputError } from "../errors.js";
import { type Expression, ShapeError } from "../expression/expression.js";
import { add, constant, divide, less, matmul, multiply, negate, power, subtract } from "../expression/functions.js";
import { constantValue } from "../expression/primitives/leaves.js";
import { indexed, stack } from "./arrays.js";
import { type Argument, CallArguments } from "./call-arguments.js";
import { FormulaError } from "./formula-error.js";
import { arityOf, type FormulaFunction, formulaFunctions, reservedNames, usageOf } from "./functions.js";
import { Budget, completeLimits, type FormulaLimits } from "./limits.js";
import { namesOf, type Scope } from "./names.js";
import { LEVEL } from "./precedence.js";
import { closestName, listNames } from "./suggestions.js";
import type { Index } from "./surface.js";
import { type Holes, invalidCharacter, type Token, tokenize } from "./tokens.js";

interface InfixOperator {
  readonly level: number;
  /** What its right operand must at least bind like: one more makes it associate to the left. */
  readonly right: number;
  build(left: Expression, right: Expression): Expression;
}

const leftAssociative = (level: number, build: InfixOperator["build"]): InfixOperator => ({
  level,
  right: level + 1,
  build,
});

const INFIX: ReadonlyMap<string, InfixOperator> = new Map([
  ["<", leftAssociative(LEVEL.comparison, less)],
  [">", leftAssociative(LEVEL.comparison, (a, b) => less(b, a))],
  ["<=", leftAssociative(LEVEL.comparison, (a, b) => subtract(1, less(b, a)))],
  [">=", leftAssociative(LEVEL.comparison, (a, b) => subtract(1, less(a, b)))],
  ["+", leftAssociative(LEVEL.sum, add)],
  ["-", leftAssociative(LEVEL.sum, subtract)],
  ["*", leftAssociative(LEVEL.product, multiply)],
  ["/", leftAssociative(LEVEL.product, divide)],
  ["@", leftAssociative(LEVEL.product, matmul)],
  ["^", { level: LEVEL.power, right: LEVEL.negation, build: power }],
]);

const VALUE = "a number, a name, a function call, a minus sign or an opening bracket";

const MISPLACED: ReadonlyMap<string, string> = new Map([
  ["=", 'Names are bound before the value, as in "a = 2*x; a^2", and equality is no operator.'],
  [";", 'Only bindings, "name = ...;", stand before the value.'],
]);

/** A piece of the text an error can point at. */
interface Span {
  readonly position: number;
  readonly text: string;
}

/** A Pratt parser that builds the graph while it reads. */
class Parser {
  readonly #text: string;
  readonly #holes: Holes;
  readonly #names: Map<string, Expression>;
  readonly #limits: Required<FormulaLimits>;
  readonly #budget: Budget;
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(text: string, holes: Holes, names: Map<string, Expression>, limits: FormulaLimits) {
    this.#text = text;
    this.#holes = holes;
    this.#names = names;
    this.#limits = completeLimits(limits);
    this.#budget = new Budget(this.#limits);
    for (const expression of names.values()) this.#budget.provide(expression);
    const most = this.#limits.length;
    if (text.length > most) {
      const symbol = `${text.length} characters`;
      throw new FormulaError({ text, position: most, symbol, expected: `at most ${most} characters` });
    }
    this.#tokens = tokenize(text, holes);
  }

  parse(): Expression {
    while (this.#atBinding()) this.#binding();
    const value = this.#expression(LEVEL.comparison);
    if (this.#current.kind !== "end") this.#refuseContinuation("the end of the formula");
    return value;
  }

  get #current(): Token {
    const token = this.#tokens[this.#index] as Token;
    if (token.kind === "invalid") throw invalidCharacter(this.#text, token);
    return token;
  }

  #advance(): Token {
    const token = this.#current;
    this.#index++;
    return token;
  }

  #at(operator: string): boolean {
    const { kind, text } = this.#current;
    return kind === "operator" && text === operator;
  }

  #accept(operator: string): boolean {
    const found = this.#at(operator);
    if (found) this.#index++;
    return found;
  }

  #refuse({ position, text: symbol }: Span, expected: string, remedy?: string): never {
    const problem = { text: this.#text, position, symbol, expected };
    throw new FormulaError(remedy === undefined ? problem : { ...problem, remedy });
  }

  /** Complains that an expression is followed by something else than an operator or `ending`. */
  #refuseContinuation(ending: string): never {
    const token = this.#current;
    const implicit = token.kind === "name" || token.kind === "number" || token.kind === "hole";
    this.#refuse(token, `an operator or ${ending}`, implicit ? "A product is written a*b." : MISPLACED.get(token.text));
  }

  #close(opening: Token, closing: string, also = ""): void {
    if (this.#accept(closing)) return;
    this.#refuseContinuation(`${also}"${closing}" to close the "${opening.text}" at position ${opening.position + 1}`);
  }

  /** The text from a token up to the one before the current. */
  #spanFrom(start: number): Span {
    const { position } = this.#tokens[start] as Token;
    const last = this.#tokens[this.#index - 1] as Token;
    return { position, text: this.#text.slice(position, last.position + last.text.length) };
  }

  /** Builds a node for a piece of syntax, within the limits; shapes that do not fit are reported there. */
  #build(at: Span, build: () => Expression): Expression {
    let built: Expression;
    try {
      built = build();
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      this.#refuse(at, `shapes and positions that fit (${error.message})`);
    }
    this.#budget.count(built);
    const allowed = this.#budget.exceeded();
    if (allowed !== undefined) this.#refuse(at, allowed);
    return built;
  }

  #atBinding(): boolean {
    const [name, equals, next] = this.#tokens.slice(this.#index, this.#index + 3);
    return name?.kind === "name" && equals?.text === "=" && next?.text !== "=";
  }

  #binding(): void {
    const name = this.#advance();
    if (this.#names.has(name.text) || reservedNames.has(name.text)) {
      this.#refuse(name, "a new name to bind", `The name ${name.text} already has a meaning.`);
    }
    this.#index++;
    const value = this.#expression(LEVEL.comparison);
    if (!this.#accept(";")) this.#refuseContinuation('";" and the value of the formula');
    this.#names.set(name.text, value);
  }

  /** Reads operators that bind at least as tightly as `least`. */
  #expression(least: number): Expression {
    if (++this.#depth > this.#limits.depth) {
      this.#refuse(this.#current, `a formula nested at most ${this.#limits.depth} deep`, "Bind inner parts to names.");
    }
    let left = this.#operand();
    for (;;) {
      const token = this.#current;
      const operator = token.kind === "operator" ? INFIX.get(token.text) : undefined;
      if (operator === undefined || operator.level < least) break;
      this.#index++;
      const right = this.#expression(operator.right);
      const operand = left;
      left = this.#build(token, () => operator.build(operand, right));
      if (operator.level === LEVEL.comparison && INFIX.get(this.#current.text)?.level === LEVEL.comparison) {
        this.#refuse(this.#current, "one comparison", "Two conditions are joined by a product: (a < b)*(b < c).");
      }
    }
    this.#depth--;
    return left;
  }

  #operand(): Expression {
    const token = this.#current;
    if (this.#accept("-")) {
      const operand = this.#expression(LEVEL.negation);
      return this.#build(token, () => negate(operand));
    }
    let value = this.#primary();
    while (this.#at("[")) value = this.#indexed(value);
    return value;
  }

  #primary(): Expression {
    const token = this.#current;
    switch (token.kind) {
      case "number":
        return this.#number(token);
      case "hole":
        return this.#hole(token);
      case "name":
        this.#index++;
        return this.#at("(") ? this.#call(token) : this.#named(token);
      case "string":
        return this.#refuse(token, VALUE, "A quoted word is only an argument, as in shift(u, 1, 'no-flux').");
      default:
    }
    if (this.#accept("(")) {
      const value = this.#expression(LEVEL.comparison);
      this.#close(token, ")");
      return value;
    }
    if (this.#accept("[")) return this.#array(token);
    const doubled = token.text === "*" && this.#tokens[this.#index - 1]?.text === "*";
    return this.#refuse(token, VALUE, doubled ? "A power is written a^b." : undefined);
  }

  #hole(token: Token): Expression {
    this.#index++;
    const { expression } = this.#holes.get(token.position) as { expression: Expression };
    this.#budget.provide(expression);
    return expression;
  }

  #number(token: Token): Expression {
    this.#index++;
    const value = Number(token.text);
    if (!Number.isFinite(value)) this.#refuse(token, "a finite number");
    return this.#build(token, () => constant(value));
  }

  #named(token: Token): Expression {
    const { text: name } = token;
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (name === "pi") return this.#build(token, () => constant(Math.PI));
    const entry = formulaFunctions.get(name);
    if (entry !== undefined)
      this.#refuse(this.#current, `"(" after the function ${name}`, `Call it ${usageOf(entry)}.`);
    const names = [...this.#names.keys()];
    const close = closestName(name, [...names, "pi", ...formulaFunctions.keys()]);
    const expected = names.length === 0 ? "a number, a function or pi" : `a name in scope (${listNames(names)})`;
    const inTemplate = this.#holes.size > 0 ? `In a template, write \${${name}}.` : undefined;
    return this.#refuse(token, expected, close === undefined ? inTemplate : `Did you mean "${close}"?`);
  }

  #call(name: Token): Expression {
    const entry = formulaFunctions.get(name.text);
    if (entry === undefined) return this.#refuseCall(name);
    const opening = this.#advance();
    const given: Argument[] = [];
    const spans: Span[] = [];
    while (!this.#at(")")) {
      const start = this.#index;
      given.push(this.#argument());
      spans.push(this.#spanFrom(start));
      if (!this.#accept(",")) break;
      if (this.#at(")")) this.#refuse(this.#current, "another argument");
    }
    this.#close(opening, ")", '"," or ');
    this.#checkCount(name, entry, given.length);
    const refuse = (index: number, expected: string): never =>
      this.#refuse(spans[index] as Span, expected, `The call is ${usageOf(entry)}.`);
    return this.#build(name, () => entry.build(new CallArguments(given, refuse)));
  }

  #argument(): Argument {
    if (this.#current.kind !== "string") return this.#expression(LEVEL.comparison);
    return this.#advance().text.slice(1, -1);
  }

  #checkCount(name: Token, entry: FormulaFunction, count: number): void {
    const [least, most] = arityOf(entry);
    if (count >= least && count <= most) return;
    const range =
      least === most ? `${least}` : most === Number.POSITIVE_INFINITY ? `${least} or more` : `${least} to ${most}`;
    const arguments_ = `${range} argument${range === "1" ? "" : "s"}, not ${count}`;
    this.#refuse(name, arguments_, `The call is ${usageOf(entry)}.`);
  }

  #refuseCall(name: Token): never {
    if (this.#names.has(name.text)) {
      const remedy = `${name.text} is no function; a product is written a*b.`;
      this.#refuse(this.#current, `an operator after ${name.text}`, remedy);
    }
    const functions = [...formulaFunctions.keys()].sort();
    const close = closestName(name.text, functions);
    if (close !== undefined) this.#refuse(name, "a function", `Did you mean "${close}"?`);
    this.#refuse(name, `a function (${listNames(functions, functions.length)})`);
  }

  #array(opening: Token): Expression {
    const parts: Expression[] = [];
    do parts.push(this.#expression(LEVEL.comparison));
    while (this.#accept(","));
    this.#close(opening, "]", '"," or ');
    return this.#build(opening, () => stack(parts));
  }

  #indexed(operand: Expression): Expression {
    const start = this.#index;
    const opening = this.#advance();
    const indices: Index[] = [];
    do indices.push(this.#range());
    while (this.#accept(","));
    this.#close(opening, "]", '"," or ');
    return this.#build(this.#spanFrom(start), () => indexed(operand, indices));
  }

  #range(): Index {
    const start = this.#at(":") ? undefined : this.#position();
    if (!this.#accept(":")) return start as number;
    const stop = this.#at(",") || this.#at("]") ? undefined : this.#position();
    if (this.#at(":")) this.#refuse(this.#current, '"," or "]"', "Ranges have no step.");
    return [start, stop];
  }

  #position(): number {
    const start = this.#index;
    const value = this.#expression(LEVEL.comparison);
    const position = value.shape.length === 0 ? constantValue(value) : undefined;
    if (position === undefined || !Number.isSafeInteger(position)) {
      this.#refuse(this.#spanFrom(start), "a whole number known from the formula");
    }
    return position + 0;
  }
}

/** Parses a text in which some positions hold expressions; `names` is taken over and extended by bindings. */
export function parseWithHoles(
  text: string,
  holes: Holes,
  names: Map<string, Expression>,
  limits: FormulaLimits = {},
): Expression {
  return new Parser(text, holes, names, limits).parse();
}

/**
 * Reads a formula into an expression graph. It is never evaluated as code.
 *
 * Binding, from loose to tight: `< > <= >=` (1 or 0, do not chain), `+ -`, `* / @` (to the left), unary minus, `^` (to the
 * right, any exponent: `-a^2 = -(a^2)`, `a^-1`), and slices `s[i]`, `s[0:3]`, `s[:, -1]` after any expression. Operators and
 * functions act entry by entry with NumPy broadcasting; `@` is the matrix product. `[a, b, c]` is an array,
 * `a = ...; b = ...; value` binds names. Whole numbers (axes, extents, positions) must be known from the formula.
 *
 * @param text the formula
 * @param scope what names stand for; include the time symbol as `t` where the formula may depend on time
 * @param limits see {@link FormulaLimits}
 * @throws FormulaError with position, symbol and what was expected; InputError for a bad scope or limit
 */
export function parseFormula(text: string, scope: Scope, limits: FormulaLimits = {}): Expression {
  if (typeof text !== "string") {
    throw new InputError({ field: "formula", given: typeof text, expected: "a text" });
  }
  return parseWithHoles(text, new Map(), namesOf(scope), limits);
}
