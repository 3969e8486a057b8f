/** Sizes at which generated code changes its form. Tests lower them so that small programs take every form. */
export interface EmissionLimits {
  /** Arrays of more entries than this stay arrays. */
  readonly unrolledExtent: number;
  /** A program of arrays is not unrolled into more scalar nodes than this. */
  readonly unrolledNodes: number;
  /** One function holds at most so many scalar statements. */
  readonly functionNodes: number;
  /** Beyond so many nodes a program is no longer one function. */
  readonly inlineNodes: number;
  /** Node evaluations of all loops of a program together, beyond which each kernel becomes a function. */
  readonly inlineWork: number;
  /** Node evaluations in one call of a function that holds a loop. */
  readonly callWork: number;
  /** Statements of all bodies of a loop that is cut where shifts cross an end; beyond it they test their index. */
  readonly splitNodes: number;
}

export const LIMITS: EmissionLimits = {
  unrolledExtent: 16,
  unrolledNodes: 2500,
  functionNodes: 1000,
  inlineNodes: 3000,
  inlineWork: 4000,
  callWork: 8000,
  splitNodes: 800,
};
