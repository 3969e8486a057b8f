import { checkOption } from "./catalogue-system.js";

/** Two different nodes, counted from 0. */
export type Edge = readonly [from: number, to: number];

/**
 * Refuses edges that do not join two different nodes of a graph, and no edges at all.
 *
 * @param field the option's name in the error
 */
export function checkEdges(field: string, edges: readonly Edge[], nodes: number): void {
  const isNode = (node: number): boolean => Number.isInteger(node) && node >= 0 && node < nodes;
  const fits = edges.length > 0 && edges.every(([from, to]) => isNode(from) && isNode(to) && from !== to);
  checkOption(field, edges, fits, `pairs of different nodes from 0 to ${nodes - 1}`);
}

/** The edges of a ring through all nodes; of two nodes, the one edge between them. */
export const ringEdges = (nodes: number): Edge[] =>
  Array.from({ length: nodes === 2 ? 1 : nodes }, (_, node) => [node, (node + 1) % nodes] as const);
