import { InputError } from "../errors.js";
import type { Expression } from "../expression/expression.js";
import { reservedNames } from "./functions.js";
import { isFormulaName } from "./tokens.js";

/** What names in a formula stand for. */
export type Scope = ReadonlyMap<string, Expression> | Readonly<Record<string, Expression>>;

/** Whether a value is a node of an expression graph. */
export const isExpression = (value: unknown): value is Expression =>
  typeof value === "object" && value !== null && "primitive" in value && "operands" in value && "shape" in value;

/**
 * The scope as a map.
 *
 * @throws InputError for a name no formula can contain, a reserved name (but `t` may be given), or what is no expression
 */
export function namesOf(scope: Scope): Map<string, Expression> {
  const names = new Map<string, Expression>(scope instanceof Map ? scope : Object.entries(scope));
  for (const [name, expression] of names) {
    if (!isFormulaName(name)) {
      throw new InputError({
        field: "scope of a formula",
        given: `the name ${JSON.stringify(name)}`,
        expected: "names of letters, digits and underscores that do not start with a digit",
      });
    }
    if (reservedNames.has(name) && name !== "t") {
      throw new InputError({
        field: "scope of a formula",
        given: `the reserved name ${name}`,
        expected: "names that are no function of the formula language and not pi",
        remedy: "choose another name",
      });
    }
    if (!isExpression(expression)) {
      throw new InputError({ field: `scope.${name}`, given: typeof expression, expected: "an expression" });
    }
  }
  return names;
}
