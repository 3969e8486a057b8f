export { FormulaError } from "./formula-error.js";
export { reservedNames } from "./functions.js";
export type { FormulaLimits } from "./limits.js";
export type { Scope } from "./names.js";
export { parseFormula } from "./parser.js";
export { type PrintOptions, printFormula } from "./print-formula.js";
export { formula } from "./template.js";
export { type LatexOptions, toLatex } from "./to-latex.js";
export { isFormulaName } from "./tokens.js";
