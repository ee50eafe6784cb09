import { Background, Controls, Handle, MarkerType, Position, ReactFlow, useReactFlow, ReactFlowProvider, type Edge, type Node as FlowNode, type NodeProps } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { memo, useEffect, useMemo, useState } from "react";

import { asProblem } from "@/api/problem";
import { Loading } from "@/components/state/states";
import { ProblemView } from "@/components/state/ProblemView";
import { plural } from "@/format/number";
import { useTheme } from "@/theme/useTheme";
import type { Metric } from "@/trials/metric";

import type { Graph, Node } from "./graph";
import { laidOut, SIZE } from "./layout";
import styles from "./lineage.module.css";
import { short } from "./Lineage";

interface Props {
  graph: Graph;
  metric: Metric;
  selected: string;
  onSelect: (agentId: string) => void;
  onOpen: (generation: number) => void;
}

type Shown = FlowNode<{ node: Node; metric: Metric; chosen: boolean }, "one">;

const One = memo(function One({ data: { node, metric, chosen } }: NodeProps<Shown>) {
  return (
    <div className={`${styles["node"]} ${chosen ? styles["chosen"] : ""} ${node.kind === "generation" ? styles["many"] : ""}`}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <b>{node.kind === "agent" ? node.agent.name || short(node.id) : node.id}</b>
      <span className="dim">
        {node.kind === "agent"
          ? `${node.agent.variation ?? ""} · ${metric.fitness(node.agent.fitness)}`
          : `${plural(node.agents, "agent")} · ${metric.fitness(node.best)}`}
      </span>
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
});

const TYPES = { one: One };
const ZOOM = 0.9;
const ABOVE = 190;

function newest(graph: Graph): Node {
  return graph.nodes.reduce((last, node) => (node.generation > last.generation ? node : last));
}

export function LineageGraph(props: Props) {
  return (
    <ReactFlowProvider>
      <Inner {...props} />
    </ReactFlowProvider>
  );
}

function Inner({ graph, metric, selected, onSelect, onOpen }: Props) {
  const theme = useTheme();
  const flow = useReactFlow();
  const [places, setPlaces] = useState<Map<string, { x: number; y: number }> | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let current = true;
    laidOut(graph)
      .then((found) => {
        if (!current) return;
        setPlaces(found);
        const last = newest(graph);
        const place = found.get(last.id);
        // The agent and its nearest ancestors, large enough to be read; the controls show everything.
        if (place) requestAnimationFrame(() => void flow.setCenter(place.x + SIZE.width / 2, place.y - ABOVE, { zoom: ZOOM }));
      })
      .catch((failure: unknown) => current && setError(asProblem(failure)));
    return () => {
      current = false;
    };
  }, [graph, flow]);

  const nodes = useMemo<Shown[]>(
    () =>
      places === null
        ? []
        : graph.nodes.map((node) => ({
            id: node.id,
            type: "one",
            position: places.get(node.id) ?? { x: 0, y: 0 },
            ...SIZE,
            data: { node, metric, chosen: node.id === selected },
            ariaLabel: node.kind === "agent" ? `Agent ${short(node.id)}, generation ${node.generation}` : `Open ${node.id}`,
          })),
    [graph, places, metric, selected],
  );
  const edges = useMemo<Edge[]>(
    () =>
      graph.edges.map((edge) => ({
        id: edge.id,
        source: edge.source,
        target: edge.target,
        focusable: false,
        markerEnd: { type: MarkerType.ArrowClosed, width: 12, height: 12 },
        style: { strokeWidth: Math.min(4, 1 + Math.log2(edge.weight)) },
      })),
    [graph],
  );
  if (error !== null) return <ProblemView error={error} />;
  if (places === null) return <Loading what="the graph" lines={8} />;
  return (
    <div className={styles["graph"]} data-nodes={nodes.length}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={TYPES}
        colorMode={theme}
        minZoom={0.05}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        onlyRenderVisibleElements
        proOptions={{ hideAttribution: true }}
        onNodeClick={(_, { data: { node } }) => (node.kind === "agent" ? onSelect(node.id) : onOpen(node.generation))}
        onSelectionChange={({ nodes: [chosen] }) => {
          const node = (chosen as Shown | undefined)?.data.node;
          if (node?.kind === "agent") onSelect(node.id);
        }}
      >
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}
