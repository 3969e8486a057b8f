import { describeGiven } from "../core/block-declarations.js";
import type { SystemDraft } from "../core/define-system.js";
import { InputError } from "../core/errors.js";

/**
 * The parameter that the option `damping` names, `undefined` without one.
 *
 * @throws InputError for what is no scalar parameter of the draft
 */
export function readDamping(
  draft: SystemDraft,
  name: string | undefined,
): SystemDraft["parameters"][number] | undefined {
  if (name === undefined) return undefined;
  const parameter = draft.parameters.find((candidate) => candidate.name === name);
  if (parameter === undefined || parameter.shape.length > 0) {
    throw new InputError({
      field: draft.at("damping"),
      given: describeGiven(name),
      expected: "the name of a scalar parameter",
    });
  }
  return parameter;
}
