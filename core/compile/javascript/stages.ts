import { type Expression, sameShape } from "../../expression/expression.js";
import { domainOf, formOf, isElementwise, isScalar, kindOf, operandOf, rankOf } from "./nodes.js";
import type { Program } from "./schedule.js";

/** A loop computes at most so many entries ahead of where it is. */
const MOST_AHEAD = 4;

/** Operations worth doing again instead of storing an array: where a row needs entries of the next row. */
const MOST_REPEATED = 8;

const COSTLY = new Set(["divide", "sqrt", "power", "exp", "log", "tanh", "sigmoid", "softplus", "logcosh"]);
const operationsOf = ({ primitive }: Expression): number => (COSTLY.has(primitive.name) ? MOST_REPEATED + 1 : 1);

/**
 * The stage of each node that is neither alias nor view read in place: as early as its operands allow, then, where that
 * saves a buffer, as late as the loops that use it.
 */
export function assignStages(program: Program): Map<Expression, number> {
  const stages = new StageAssignment(program);
  for (const node of program.order) stages.assignEarliest(node);
  for (const node of [...program.order].reverse()) stages.moveToUsers(node);
  return stages.at;
}

class StageAssignment {
  readonly at = new Map<Expression, number>();
  /** How far ahead of a node's own entry its loop computes others, along the last axis. */
  private readonly ahead = new Map<Expression, number>();
  /** Operations for one entry of a node within its loop. */
  private readonly operations = new Map<Expression, number>();

  constructor(private readonly program: Program) {}

  private isRead(node: Expression): boolean {
    return this.program.aliases.has(node) || this.program.inlineViews.has(node);
  }

  assignEarliest(node: Expression): void {
    if (this.isRead(node)) return;
    let stage = 0;
    for (const operand of node.operands) stage = Math.max(stage, this.earliestAfter(operand, node));
    this.at.set(node, stage);
    let ahead = 0;
    let operations = operationsOf(node);
    for (const operand of node.operands) {
      const source = this.fusedSource(operand, node);
      if (source === undefined || this.at.get(source) !== stage) continue;
      ahead = Math.max(ahead, (this.ahead.get(source) ?? 0) + (source === operand ? 0 : reachOf(operand)));
      operations += this.operations.get(source) ?? 0;
    }
    this.ahead.set(node, ahead);
    this.operations.set(node, operations);
  }

  private earliestAfter(operand: Expression, node: Expression): number {
    const source = this.fusedSource(operand, node);
    if (source !== undefined) return this.at.get(source) as number;
    let origin = operand;
    while (this.isRead(origin)) origin = operandOf(origin);
    const stage = this.at.get(origin);
    if (stage === undefined) return 0;
    return rankOf(kindOf(origin)) < rankOf(kindOf(node)) ? stage : stage + 1;
  }

  /** The node that would be computed in the same kernel as its user, directly or entries ahead through a shift. */
  private fusedSource(operand: Expression, user: Expression): Expression | undefined {
    const kind = kindOf(user);
    if (this.at.has(operand)) {
      if (kind === "scalars") return kindOf(operand) === "scalars" ? operand : undefined;
      return this.sharesLoop(operand, user) ? operand : undefined;
    }
    const { form } = operand.primitive;
    if (!this.program.inlineViews.has(operand) || form?.kind !== "view") return undefined;
    const view = form.view(operand);
    const source = operandOf(operand);
    if (view.kind !== "shift" || !this.at.has(source) || !this.sharesLoop(source, user)) return undefined;
    if (view.axis === source.shape.length - 1) {
      return (this.ahead.get(source) as number) + Math.abs(view.by) <= MOST_AHEAD ? source : undefined;
    }
    return (this.operations.get(source) as number) <= MOST_REPEATED ? source : undefined;
  }

  /** A view reads other entries than those the loop is at, and a sum is complete only after its loop. */
  private sharesLoop(source: Expression, user: Expression): boolean {
    return (
      kindOf(user) === "loops" &&
      kindOf(source) === "loops" &&
      formOf(user) !== "view" &&
      isElementwise(source) &&
      sameShape(source.shape, domainOf(user))
    );
  }

  /**
   * Moves a node whose only users are later loops over the same domain into the first of these, so that its value stays in
   * a register, where this keeps no other array for longer.
   */
  moveToUsers(node: Expression): void {
    const { users, outputs } = this.program;
    const stage = this.at.get(node);
    if (stage === undefined || kindOf(node) !== "loops" || !isElementwise(node) || outputs.has(node)) return;
    const readers = users.get(node) ?? [];
    if (!readers.every((user) => this.at.has(user) && this.sharesLoop(node, user))) return;
    const latest = Math.min(...readers.map((user) => this.at.get(user) as number));
    if (latest <= stage || !Number.isFinite(latest)) return;
    if (node.operands.every((operand) => this.staysAtHand(operand, node, stage))) this.at.set(node, latest);
  }
  /** Whether an operand needs no buffer of its own when its user leaves the stage. */
  private staysAtHand(operand: Expression, user: Expression, stage: number): boolean {
    const { users, outputs } = this.program;
    const source = this.isRead(operand) ? operandOf(operand) : operand;
    if (isScalar(source) || this.at.get(source) !== stage) return true;
    if (source !== operand) return false;
    const here = (other: Expression): boolean => this.at.get(other) === stage && this.sharesLoop(operand, other);
    const others = (users.get(operand) ?? []).filter((other) => other !== user);
    return !others.some(here) || outputs.has(operand) || !others.every(here);
  }
}

/** How far a view moves along the last axis. */
function reachOf(node: Expression): number {
  const { form } = node.primitive;
  const view = form?.kind === "view" ? form.view(node) : undefined;
  return view?.kind === "shift" && view.axis === node.shape.length - 1 ? Math.abs(view.by) : 0;
}
