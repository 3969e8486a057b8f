import { InputError } from "../core/errors.js";

/** Reads a whole number from the command line. */
export const wholeNumber =
  (name: string, least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least && text.trim() !== "") return value;
    throw new InputError({ field: name, given: JSON.stringify(text), expected: `a whole number from ${least} on` });
  };

/** Reads a positive number from the command line. */
export const positiveNumber =
  (name: string) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isFinite(value) && value > 0) return value;
    throw new InputError({ field: name, given: JSON.stringify(text), expected: "a positive number" });
  };
