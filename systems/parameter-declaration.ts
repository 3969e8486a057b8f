import type { ParameterBlock } from "../core/system.js";

/** A parameter block as a constructor takes it, to declare the same block in another system. */
export const parameterDeclaration = ({ shape, default: value, unit }: ParameterBlock) => ({
  shape,
  ...(value === undefined ? {} : { default: value }),
  ...(unit === undefined ? {} : { unit }),
});
