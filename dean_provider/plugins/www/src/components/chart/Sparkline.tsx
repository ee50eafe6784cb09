/** A curve as small as a word: where it goes, not what it is. At most some hundred values. */
export function Sparkline({ values, label, width = 150, height = 34, colour = "--best" }: { values: number[]; label: string; width?: number; height?: number; colour?: string }) {
  if (values.length < 2) return <span className="dim">–</span>;
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const points = values
    .map((value, index) => `${((index * width) / (values.length - 1)).toFixed(1)},${(height - 2 - ((value - low) / span) * (height - 4)).toFixed(1)}`)
    .join(" ");
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`} width={width} height={height}>
      <polyline points={points} fill="none" stroke={`var(${colour})`} strokeWidth="1.6" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
