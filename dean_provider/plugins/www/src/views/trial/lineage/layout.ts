import ELK, { type ELK as Elk } from "elkjs/lib/elk-api";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";

import type { Graph } from "./graph";

export const SIZE = { width: 148, height: 46 };
let elk: Elk | undefined;

/** Where each node stands: the oldest generation on top, since parents are of the generation before, with few crossings. Computed in a worker, so that the page goes on meanwhile. */
export async function laidOut(graph: Graph): Promise<Map<string, { x: number; y: number }>> {
  elk ??= new ELK({ workerUrl });
  const found = await elk.layout({
    id: "lineage",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "DOWN",
      "elk.spacing.nodeNode": "18",
      "elk.layered.spacing.nodeNodeBetweenLayers": "46",
      "elk.layered.thoroughness": "4",
    },
    children: graph.nodes.map((node) => ({ id: node.id, ...SIZE })),
    edges: graph.edges.map((edge) => ({ id: edge.id, sources: [edge.source], targets: [edge.target] })),
  });
  return new Map((found.children ?? []).map((child) => [child.id, { x: child.x ?? 0, y: child.y ?? 0 }]));
}
