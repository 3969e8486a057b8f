import { InputError } from "../../core/errors.js";
import { jacobianProduct, transposedJacobianProduct } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { symbol } from "../../core/expression/functions.js";
import { symbolName } from "../../core/expression/primitives/leaves.js";
import type { DynamicalSystem } from "../../core/system.js";
import { type PointFunction, pointFunction } from "./point-function.js";
import { fieldOf } from "./system-measures.js";

/** The library's derivatives of a field; directions and cotangents are bound under the names of {@link tangentName}. */
export interface DerivativeGraphs {
  /** J v by state block. */
  readonly product: PointFunction;
  /** J' w by state, parameter and input block. */
  readonly transposed: PointFunction;
}

/** Under which name a direction of a block, or the cotangent of its field, is bound. */
export const tangentName = (name: string): string => `tangent of ${name}`;

const tangents = (symbols: readonly Expression[]): Expression[] =>
  symbols.map((each) => symbol(tangentName(symbolName(each) as string), each.shape));

/** Everything a field is differentiated by. */
export const differentiable = ({ state, parameters, input }: DynamicalSystem) => [...state, ...parameters, ...input];

/** Names of derivatives a system may lack because nobody wrote them. */
export type DerivativeName = keyof DerivativeGraphs;

/**
 * The derivative of a system's field, compiled.
 *
 * @throws InputError where a native system lacks it
 */
export function derivativeGraph(system: DynamicalSystem, which: DerivativeName): PointFunction {
  const symbols = differentiable(system).map((block) => block.symbol);
  const field = fieldOf(system);
  return pointFunction(
    which === "product"
      ? jacobianProduct(field, symbols, tangents(symbols))
      : transposedJacobianProduct(field, tangents(system.state.map((block) => block.symbol)), symbols),
  );
}

/** Why a system lacks a derivative; `undefined` where it has it. */
export function lacksDerivative(system: DynamicalSystem, which: DerivativeName): string | undefined {
  try {
    derivativeGraph(system, which);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message.replace(/\.$/, "");
    throw error;
  }
}
