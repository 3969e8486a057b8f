import { InputError } from "../errors.js";
import type { Expression } from "../expression/expression.js";
import { constant } from "../expression/functions.js";
import { symbolName } from "../expression/primitives/leaves.js";
import { isExpression } from "./names.js";
import { parseWithHoles } from "./parser.js";
import { type Holes, isFormulaName } from "./tokens.js";

function holeExpression(hole: unknown, number: number): Expression {
  if (isExpression(hole)) return hole;
  if (typeof hole === "number" && Number.isFinite(hole)) return constant(hole);
  throw new InputError({
    field: `hole ${number} of a formula`,
    given: typeof hole === "number" ? String(hole) : typeof hole,
    expected: "an expression or a finite number",
    ...(hole === undefined ? { remedy: "check the name that is destructured for it" } : {}),
  });
}

/** How a hole is shown in errors: by its name or number, or else by its place. */
function placeholderOf(hole: Expression | number, number: number): string {
  const name = typeof hole === "number" ? String(hole) : symbolName(hole);
  return `\${${name !== undefined && (typeof hole === "number" || isFormulaName(name)) ? name : `hole ${number}`}}`;
}

/**
 * A formula as a tagged template whose holes are expressions or numbers:
 *
 *     ({ q, p, mass }) => formula`${p}^2 / (2*${mass}) + cos(${q})`
 *
 * The same language and the same graph as {@link parseFormula}; a hole is one value (no parentheses needed around it), and
 * other names are only functions, `pi` and names bound in the formula.
 *
 * @throws FormulaError as `parseFormula`, with holes shown as `${name}`; InputError for a hole that is neither
 */
export function formula(strings: TemplateStringsArray, ...holes: readonly (Expression | number)[]): Expression {
  const known = new Map<number, { readonly placeholder: string; readonly expression: Expression }>();
  let text = strings.raw[0] as string;
  holes.forEach((hole, k) => {
    const expression = holeExpression(hole, k + 1);
    const placeholder = placeholderOf(hole, k + 1);
    known.set(text.length, { placeholder, expression });
    text += placeholder + (strings.raw[k + 1] as string);
  });
  return parseWithHoles(text, known satisfies Holes, new Map());
}
