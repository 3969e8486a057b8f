import type { Primitive } from "./expression.js";
import {
  addPrimitive,
  dividePrimitive,
  multiplyPrimitive,
  negatePrimitive,
  powerPrimitive,
  sqrtPrimitive,
  subtractPrimitive,
} from "./primitives/arithmetic.js";
import {
  absPrimitive,
  lessPrimitive,
  maximumPrimitive,
  minimumPrimitive,
  signPrimitive,
  wherePrimitive,
} from "./primitives/comparison.js";
import { flatReadPrimitive, gatherPrimitive, scatterAddPrimitive } from "./primitives/gather.js";
import { constantPrimitive, symbolPrimitive } from "./primitives/leaves.js";
import { matmulPrimitive } from "./primitives/matmul.js";
import {
  broadcastPrimitive,
  padPrimitive,
  reshapePrimitive,
  slicePrimitive,
  transposePrimitive,
} from "./primitives/rearrangement.js";
import { shiftPrimitive } from "./primitives/shift.js";
import { solvePrimitive } from "./primitives/solve.js";
import { sumPrimitive } from "./primitives/sum.js";
import {
  expPrimitive,
  logcoshPrimitive,
  logPrimitive,
  sigmoidPrimitive,
  softplusPrimitive,
  tanhPrimitive,
} from "./primitives/transcendental.js";
import { arctangent2Primitive, cosPrimitive, sinPrimitive } from "./primitives/trigonometric.js";
import { overlapAddPrimitive, windowsPrimitive } from "./primitives/windows.js";

/** Every primitive, for tests and documentation tables; the library itself never imports this list. */
export const primitives: readonly Primitive[] = [
  symbolPrimitive,
  constantPrimitive,
  addPrimitive,
  subtractPrimitive,
  negatePrimitive,
  multiplyPrimitive,
  dividePrimitive,
  powerPrimitive,
  sqrtPrimitive,
  expPrimitive,
  logPrimitive,
  tanhPrimitive,
  sigmoidPrimitive,
  softplusPrimitive,
  logcoshPrimitive,
  sinPrimitive,
  cosPrimitive,
  arctangent2Primitive,
  lessPrimitive,
  wherePrimitive,
  signPrimitive,
  absPrimitive,
  minimumPrimitive,
  maximumPrimitive,
  reshapePrimitive,
  broadcastPrimitive,
  transposePrimitive,
  slicePrimitive,
  padPrimitive,
  shiftPrimitive,
  windowsPrimitive,
  overlapAddPrimitive,
  gatherPrimitive,
  flatReadPrimitive,
  scatterAddPrimitive,
  sumPrimitive,
  matmulPrimitive,
  solvePrimitive,
];
