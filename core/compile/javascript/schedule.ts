import { type Expression, isNode, type Shape, sameShape, sizeOf } from "../../expression/expression.js";
import { reshapePrimitive } from "../../expression/primitives/rearrangement.js";
import { domainOf, formOf, isElementwise, isMatrixTranspose, isScalar, kindOf, operandOf, rankOf } from "./nodes.js";
import { assignStages } from "./stages.js";

/**
 * Orders the nodes of a program into kernels. A kernel is one loop nest over a domain (elementwise nodes and the sums over
 * them, fused), one stretch of scalar statements, one matrix product, or one call of a primitive's definition.
 *
 * Each node gets a stage: kernels of one stage depend on earlier stages, and on earlier kinds of their own stage. Nodes of
 * one stage and domain share a kernel, so their intermediate values never reach memory, not even where one reads the other
 * through a shift: a loop then computes the entries it needs ahead.
 */
export interface Kernel {
  readonly kind: "scalars" | "loops" | "product" | "call";
  readonly stage: number;
  /** The iteration space of `loops`. */
  readonly domain: Shape;
  readonly nodes: Expression[];
}

/** The outcome of scheduling. */
export interface Schedule {
  /** In the order of their execution. */
  readonly kernels: readonly Kernel[];
  /** Nodes whose entries must be in a buffer because another kernel reads them. */
  readonly stored: ReadonlySet<Expression>;
  /** Views that kernels read in place. */
  readonly inlineViews: ReadonlySet<Expression>;
  /** Reshapes that are their operand's buffer under another shape. */
  readonly aliases: ReadonlySet<Expression>;
  /** For each stored node, the position of the last kernel that reads it. */
  readonly lastUse: ReadonlyMap<Expression, number>;
  /** Nodes that read each node, within the schedule. */
  readonly users: ReadonlyMap<Expression, readonly Expression[]>;
  readonly outputs: ReadonlySet<Expression>;
}

/** What scheduling knows of a program before there are kernels. */
export interface Program {
  /** Nodes to compute, operands first. */
  readonly order: readonly Expression[];
  /** Nodes that have a place already (leaves and what an earlier phase computed); they are not in `order`. */
  readonly known: ReadonlySet<Expression>;
  readonly outputs: ReadonlySet<Expression>;
  readonly users: ReadonlyMap<Expression, readonly Expression[]>;
  readonly aliases: ReadonlySet<Expression>;
  readonly inlineViews: ReadonlySet<Expression>;
}

/** The node whose entries are read where `node` is, through aliases and views read in place. */
export const sourceOf = (node: Expression, program: Pick<Program, "aliases" | "inlineViews">): Expression =>
  program.aliases.has(node) || program.inlineViews.has(node) ? sourceOf(operandOf(node), program) : node;

/**
 * @param order nodes to compute, operands first
 * @param outputs nodes that must end up stored
 * @param known nodes that have a place already; they are not in `order`
 */
export function schedule(
  order: readonly Expression[],
  outputs: readonly Expression[],
  known: ReadonlySet<Expression>,
): Schedule {
  const program = analyse(order, outputs, known);
  const { users, aliases, inlineViews } = program;
  const stages = assignStages(program);
  const kernels = new Map<string, Kernel>();
  for (const node of order) {
    if (aliases.has(node) || inlineViews.has(node)) continue;
    const kind = kindOf(node);
    const stage = stages.get(node) as number;
    const domain = kind === "loops" ? domainOf(node) : [];
    const own = kind === "product" || kind === "call" ? `:${node.id}` : "";
    const key = `${stage}:${kind}:${domain.join()}${own}`;
    const kernel = kernels.get(key);
    if (kernel === undefined) kernels.set(key, { kind, stage, domain, nodes: [node] });
    else kernel.nodes.push(node);
  }
  const sorted = [...kernels.values()].sort((p, q) => p.stage - q.stage || rankOf(p.kind) - rankOf(q.kind));
  const positions = new Map(
    sorted.flatMap((kernel, position) => kernel.nodes.map((node) => [node, position] as const)),
  );
  const stored = new Set<Expression>();
  const lastUse = new Map<Expression, number>();
  for (const node of order) {
    const position = positions.get(node);
    if (position === undefined) continue;
    for (const operand of node.operands) {
      const source = sourceOf(operand, program);
      const together = positions.get(source) === position && sharesLoop(sorted[position] as Kernel, source);
      if (!together) stored.add(source);
      lastUse.set(source, Math.max(lastUse.get(source) ?? 0, position));
    }
  }
  for (const output of outputs) {
    const source = sourceOf(output, program);
    stored.add(source);
    lastUse.set(source, Number.POSITIVE_INFINITY);
  }
  return { kernels: sorted, stored, inlineViews, aliases, lastUse, users, outputs: program.outputs };
}

function analyse(
  order: readonly Expression[],
  outputs: readonly Expression[],
  known: ReadonlySet<Expression>,
): Program {
  const users = new Map<Expression, Expression[]>();
  for (const node of order) {
    for (const operand of new Set(node.operands)) {
      const list = users.get(operand);
      if (list === undefined) users.set(operand, [node]);
      else list.push(node);
    }
  }
  const outputSet = new Set(outputs);
  const aliases = new Set<Expression>();
  const inlineViews = new Set<Expression>();
  for (const node of order) {
    if (formOf(node) !== "view" || isScalar(node)) continue;
    if (isAlias(node)) aliases.add(node);
    else if (!outputSet.has(node) && (users.get(node) ?? []).every((user) => readsInPlace(user, node))) {
      inlineViews.add(node);
    }
  }
  return { order, known, outputs: outputSet, users, aliases, inlineViews };
}

/** A reshape of an array is its buffer. */
export const isAlias = (node: Expression): boolean => isNode(node, reshapePrimitive) && !isScalar(operandOf(node));

/** Within a loop kernel only values over the whole domain are at hand; sums are complete after it. */
const sharesLoop = (kernel: Kernel, operand: Expression): boolean =>
  kernel.kind === "scalars" ||
  (kernel.kind === "loops" && formOf(operand) !== "sum" && sameShape(operand.shape, kernel.domain));

/** Whether a node reads a view's operand by itself, so that the view needs no buffer. */
export function readsInPlace(user: Expression, view: Expression): boolean {
  if (formOf(user) === "matmul") return isMatrixTranspose(view);
  return isElementwise(user) || formOf(user) === "sum";
}

/** Evaluations of nodes in the loops of a schedule. */
export const workOf = ({ kernels }: Schedule): number =>
  kernels.reduce((total, { kind, domain, nodes }) => total + (kind === "loops" ? sizeOf(domain) * nodes.length : 0), 0);
