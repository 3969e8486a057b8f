import { describeGiven } from "../../core/block-declarations.js";
import { InputError } from "../../core/errors.js";

/** Whether phases of both signs are compared, or the nudged with the free one. */
export type LayerNudging = "centred" | "one-sided";

/** Refuses a nudge that is not positive, or an unknown way of nudging. */
export function checkNudge(maker: string, nudge: number, nudging: LayerNudging): void {
  if (!(nudge > 0 && Number.isFinite(nudge))) {
    throw new InputError({ field: `${maker}, nudge`, given: describeGiven(nudge), expected: "a positive number" });
  }
  if (nudging !== "centred" && nudging !== "one-sided") {
    throw new InputError({
      field: `${maker}, nudging`,
      given: describeGiven(nudging),
      expected: '"centred" or "one-sided"',
    });
  }
}
