import { type Expression, topologicalOrder } from "../../expression/expression.js";
import { formOf, isLeaf, isScalar, isSymbol } from "./nodes.js";
import { isAlias, readsInPlace, type Schedule, schedule } from "./schedule.js";

/**
 * Splits a program by how often its values change, for example once in a run (level 0), for each trajectory (1) and in each
 * step (2). A value is computed at the level of the symbols it depends on.
 *
 * @param targets the values wanted at the highest level
 * @param levelOf the level of a symbol
 * @returns a schedule for each level
 */
export function splitPhases(
  targets: readonly Expression[],
  levelOf: (symbol: Expression) => number,
  levels: number,
): Schedule[] {
  const order = topologicalOrder(targets);
  const level = new Map<Expression, number>();
  for (const node of order) {
    const own = isSymbol(node) ? levelOf(node) : Math.max(0, ...node.operands.map((each) => level.get(each) as number));
    level.set(node, own);
  }
  const phases = new Array<Schedule>(levels);
  const wanted = new Set(targets);
  for (let at = levels - 1; at >= 0; at--) {
    const members = new Set(order.filter((node) => level.get(node) === at && !isLeaf(node)));
    const outputs = at === levels - 1 ? targets : [...members].filter((node) => wanted.has(node));
    for (const view of viewsReadBy(members, new Set(targets))) members.add(view);
    const nodes = order.filter((node) => members.has(node));
    for (const node of nodes) for (const operand of node.operands) if (!members.has(operand)) wanted.add(operand);
    phases[at] = schedule(nodes, outputs, new Set(order.filter((node) => !members.has(node))));
  }
  return phases;
}

/** Views of values of lower levels that cost nothing where they are read, and a buffer where they are computed before. */
function viewsReadBy(members: ReadonlySet<Expression>, targets: ReadonlySet<Expression>): Expression[] {
  const readers = new Map<Expression, Expression[]>();
  for (const node of members) {
    for (const operand of node.operands) {
      if (members.has(operand) || targets.has(operand) || formOf(operand) !== "view") continue;
      if (isScalar(operand) || isAlias(operand)) continue;
      readers.set(operand, [...(readers.get(operand) ?? []), node]);
    }
  }
  return [...readers].filter(([view, users]) => users.every((user) => readsInPlace(user, view))).map(([view]) => view);
}
