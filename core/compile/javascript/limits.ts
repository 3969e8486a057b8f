/**
 * Sizes at which generated code changes its form. Tests lower them so that small programs take every form.
 *
 * The measurements named here are processor times on Node 20 (V8 11.3), scalar chains of 300 to 8000 nodes and lattices of
 * 16 x 16 to 256 x 256 cells, in nanoseconds per node and evaluation.
 */
export interface EmissionLimits {
  /** Arrays of more entries than this stay arrays. */
  readonly unrolledExtent: number;
  /** A program of arrays is not unrolled into more scalar nodes than this: the graph takes longer to build than it saves. */
  readonly unrolledNodes: number;
  /**
   * Beyond so many nodes a program is no longer one function. One function of 300 nodes takes 0.2 to 0.3 ns per node, of
   * 1300 and more 0.6, and from 3900 on 6 to 10, because V8 no longer optimises it. In functions it stays at 0.2 to 0.6.
   */
  readonly inlineNodes: number;
  /** One function holds at most so many scalar statements; from 250 to 2000 the speed is the same within a third. */
  readonly functionNodes: number;
  /** Node evaluations of all loops of a program together, beyond which each kernel becomes a function. */
  readonly inlineWork: number;
  /**
   * Node evaluations in one call of a function that holds a loop, so that its first call ends before V8 optimises it. Much
   * less and calls would cost; at 16000 and more some processes stay at two thirds of the speed.
   */
  readonly callWork: number;
  /** Statements of all bodies of a loop that is cut where shifts cross an end; beyond it they test their index. */
  readonly splitNodes: number;
}

export const LIMITS: EmissionLimits = {
  unrolledExtent: 16,
  unrolledNodes: 2500,
  inlineNodes: 1000,
  functionNodes: 1500,
  inlineWork: 4000,
  callWork: 8000,
  splitNodes: 800,
};
