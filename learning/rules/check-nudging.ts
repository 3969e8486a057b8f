import { describeGiven } from "../../core/block-declarations.js";
import { InputError } from "../../core/errors.js";
import type { Nudging } from "../estimators/contrast.js";

/** @throws InputError for a nudge that is not positive */
export function checkNudge(field: string, nudge: number): void {
  if (nudge > 0 && Number.isFinite(nudge)) return;
  throw new InputError({ field, given: describeGiven(nudge), expected: "a positive number" });
}

/** Reads an option `nudging`. */
export function checkedNudging(field: string, nudging: Nudging = "centred"): Nudging {
  if (nudging === "centred" || nudging === "one-sided") return nudging;
  throw new InputError({ field, given: describeGiven(nudging), expected: '"centred" or "one-sided"' });
}
