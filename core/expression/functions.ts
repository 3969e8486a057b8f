/** The functions that build expressions. */
export { add, divide, multiply, negate, power, sqrt, subtract } from "./primitives/arithmetic.js";
export { abs, clamp, less, maximum, minimum, sign, where } from "./primitives/comparison.js";
export { concatenate } from "./primitives/concatenate.js";
export { entry, gather, scatterAdd, scatterAddRows } from "./primitives/gather.js";
export { constant, symbol } from "./primitives/leaves.js";
export { matmul, outer } from "./primitives/matmul.js";
export { broadcast, pad, reshape, slice, transpose } from "./primitives/rearrangement.js";
export { type RootOptions, rootOf } from "./primitives/root.js";
export { type Boundary, shift } from "./primitives/shift.js";
export { solve } from "./primitives/solve.js";
export { dot, mean, sum } from "./primitives/sum.js";
export { cosh, exp, log, logcosh, sigmoid, sinh, softplus, tanh } from "./primitives/transcendental.js";
export { arccosine, arcsine, arctangent, arctangent2, cos, sin, tan } from "./primitives/trigonometric.js";
export { convolve, windows } from "./primitives/windows.js";
