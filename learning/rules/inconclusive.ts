/**
 * A reference cannot say what the gradient is: the state is at the edge of its branch or of its bounds, where there is
 * none. The rule under test is neither confirmed nor refuted.
 */
export class InconclusiveError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InconclusiveError";
  }
}
