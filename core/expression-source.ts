import { describeGiven } from "./block-declarations.js";
import { InputError } from "./errors.js";
import { type Expression, topologicalOrder } from "./expression/expression.js";
import { symbolName } from "./expression/primitives/leaves.js";
import { isExpression } from "./formula/names.js";
import { parseFormula } from "./formula/parser.js";

/** The symbols a function of a declaration receives: every block of the system, and the time `t`. */
export type Symbols<Names extends string> = { readonly [K in Names | "t"]: Expression };

/**
 * A scalar or array in a declaration: a formula as text, or a function of the system's symbols that returns an expression,
 * built with the functions (`add`, `matmul`, ...) or by the tagged template `formula`.
 */
export type ExpressionSource<Names extends string> = string | ((symbols: Symbols<Names>) => Expression);

/** An {@link ExpressionSource} of any names. */
export type AnyExpressionSource = string | ((symbols: never) => Expression);

/** The symbols by name; asking for another name is an error that lists them. */
function symbolsOfScope(field: string, scope: ReadonlyMap<string, Expression>): Symbols<string> {
  return new Proxy(Object.fromEntries(scope) as Symbols<string>, {
    get(symbols, name, receiver) {
      if (typeof name === "string" && !scope.has(name)) {
        throw new InputError({
          field,
          given: `the name "${name}"`,
          expected: `one of ${[...scope.keys()].join(", ")}`,
        });
      }
      return Reflect.get(symbols, name, receiver) as unknown;
    },
  });
}

/** Reads a formula; its error says which option of which system it is in. */
function readFormula(field: string, text: string, scope: ReadonlyMap<string, Expression>): Expression {
  try {
    return parseFormula(text, scope);
  } catch (error) {
    if (error instanceof InputError) error.message = `${field}: ${error.message}`;
    throw error;
  }
}

/**
 * The expression of a formula or of a function of the symbols in scope.
 *
 * @param field how error texts name the option
 * @throws InputError where the formula cannot be read, the function returns no expression, or a symbol is not in scope
 */
export function readSource(
  field: string,
  source: AnyExpressionSource,
  scope: ReadonlyMap<string, Expression>,
): Expression {
  if (typeof source === "string") return readFormula(field, source, scope);
  const expression: unknown = typeof source === "function" ? source(symbolsOfScope(field, scope) as never) : source;
  if (typeof source !== "function" || !isExpression(expression)) {
    throw new InputError({
      field,
      given:
        typeof source === "function" ? `a function that returns ${describeGiven(expression)}` : describeGiven(source),
      expected: "a formula, or a function of the system's symbols that returns an expression",
    });
  }
  for (const node of topologicalOrder([expression])) {
    const name = symbolName(node);
    if (name !== undefined && scope.get(name) !== node) {
      throw new InputError({
        field,
        given: `an expression of the symbol "${name}"`,
        expected: `only the system's own: ${[...scope.keys()].join(", ")}`,
      });
    }
  }
  return expression;
}
