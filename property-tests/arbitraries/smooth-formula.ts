import fc from "fast-check";

/** The names a random formula may use: scalars, vectors of one size and square matrices of that size. */
export interface FormulaNames {
  readonly scalars: readonly string[];
  readonly vectors: readonly string[];
  readonly matrices?: readonly string[];
}

/** Functions of one argument that are finite everywhere and of moderate slope; the last have a branch switch. */
const FUNCTIONS = [
  "sin(#)",
  "tanh(#)",
  "cos(#)",
  "sigmoid(#)",
  "softplus(#)",
  "atan(#)",
  "logcosh(#)",
  "exp(-(#)^2)",
  "sqrt(1 + (#)^2)",
  "(#)/(1 + (#)^2)",
  "log(2 + (#)^2)",
  "relu(#)^2/2",
  "where((#) > 0.3, (#), 0.3 + 0.5*((#) - 0.3))",
];

const filled = (template: string, ...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc
    .tuple(...parts)
    .map((texts) => texts.reduce((text, part, k) => text.replaceAll("#$%".charAt(k), () => part), template));

const applied = (of: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.constantFrom(...FUNCTIONS).chain((template) => filled(template, of));

/**
 * Random formulas that are finite everywhere, of moderate size and with few branch switches: what a physicist might write
 * as an interaction. Every operand stands in parentheses.
 *
 * @param depth how deep they nest; 3 by default
 */
export function arbitrarySmoothFormula(
  { scalars, vectors, matrices = [] }: FormulaNames,
  depth = 3,
): { readonly scalar: fc.Arbitrary<string>; readonly vector: fc.Arbitrary<string> } {
  const number = fc.constantFrom("0.5", "1", "0.75", "-0.3");
  return fc.letrec<{ scalar: string; vector: string }>((tie) => {
    const [s, v] = [tie("scalar"), tie("vector")];
    const limits = { maxDepth: depth, depthIdentifier: "smooth formula" };
    const named = vectors.length > 0 ? fc.constantFrom(...vectors) : fc.constant("[0.5]");
    const reduced = vectors.map((name) =>
      fc.constantFrom(`sum(${name})`, `mean(${name}^2)`, `${name}[0]`, `${name}[-1]`),
    );
    return {
      scalar: fc.oneof(
        limits,
        fc.oneof(...scalars.map((name) => fc.constant(name)), ...reduced, number),
        filled("(#) + (#)", s),
        filled("(#) - ($)", s, s),
        filled("0.5*(#)*($)", s, s),
        applied(s),
        ...(vectors.length > 0 ? [filled("sum(#)", v), filled("dot(#, $)/2", v, v), filled("mean(#)", v)] : []),
      ),
      vector: fc.oneof(
        limits,
        named,
        filled("(#) - 0.5*($)", v, v),
        filled("0.5*(#)*($)", v, v),
        filled("(#)*($)", v, s),
        applied(v),
        filled("shift(#, 1)", v),
        filled("shift(#, -1, 'no-flux')", v),
        ...matrices.flatMap((name) => [filled(`${name} @ (#)`, v), filled(`(#) @ ${name}`, v)]),
      ),
    };
  });
}
