import type { SystemDraft } from "../core/define-system.js";
import { formatShape, InputError } from "../core/errors.js";
import { sameShape } from "../core/expression/expression.js";
import type { StateBlock } from "../core/system.js";

/** Refuses momenta that are not one per coordinate, in order and of its shape. */
export function checkPairs(draft: SystemDraft): void {
  const coordinates = draft.state.filter(({ role }) => role === "coordinate");
  const momenta = draft.state.filter(({ role }) => role === "momentum");
  if (coordinates.length !== momenta.length) {
    throw new InputError({
      field: draft.at("momenta"),
      given: `${momenta.length} blocks`,
      expected: `${coordinates.length}, one for each of ${coordinates.map(({ name }) => name).join(", ")}`,
    });
  }
  momenta.forEach((momentum, k) => {
    const coordinate = coordinates[k] as StateBlock;
    if (sameShape(momentum.shape, coordinate.shape)) return;
    throw new InputError({
      field: draft.at(`momenta.${momentum.name}`),
      given: `the shape ${formatShape(momentum.shape)}`,
      expected: `${formatShape(coordinate.shape)}, the shape of its coordinate ${coordinate.name}`,
    });
  });
}
