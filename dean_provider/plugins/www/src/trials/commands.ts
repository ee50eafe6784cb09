/** The same trial as commands and code: what the page would send, for whoever would rather script it. */

export type Config = Record<string, unknown>;

/** A word as a POSIX shell takes it. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}

function written(value: unknown): string {
  if (typeof value === "string") return value;
  return value === null ? "none" : JSON.stringify(value);
}

export function deanCommand(dagId: string, config: Config): string {
  const dag = dagId === "dean_evolution_trial" ? [] : [`--dag-id ${quoted(dagId)}`];
  const settings = Object.entries(config).map(([name, value]) => `-c ${quoted(`${name}=${written(value)}`)}`);
  return ["dean trial start --wait", ...dag, ...settings].join(" \\\n  ");
}

export function airflowCommand(dagId: string, config: Config): string {
  const conf = Object.keys(config).length > 0 ? [`--conf ${quoted(JSON.stringify(config))}`] : [];
  return [`airflow dags trigger ${quoted(dagId)}`, ...conf].join(" \\\n  ");
}

export function curlCommand(gateway: string, dagId: string, config: Config): string {
  const body = JSON.stringify({ dag_id: dagId, config });
  return [
    `curl --fail -X POST ${quoted(`${gateway}api/v1/trials`)}`,
    '-H "Authorization: Bearer $DEAN_TOKEN"',
    "-H 'Content-Type: application/json'",
    `-d ${quoted(body)}`,
  ].join(" \\\n  ");
}

/** A DAG of one's own with these settings. */
export function pythonCode(config: Config): string {
  const name = typeof config["name"] === "string" ? config["name"] : "trial";
  const dagId = `${name.replaceAll(/[^A-Za-z0-9_]/g, "_")}_trial`;
  const trial = Object.keys(config).length > 0 ? `\n    trial=${python(config, 1)},` : "";
  return `from dean_provider.factory import trial_dag\n\ndag = trial_dag(\n    ${JSON.stringify(dagId)},${trial}\n)\n`;
}

/** A JSON value as Python writes it. */
export function python(value: unknown, depth = 0): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = "    ".repeat(depth + 1);
  const outer = "    ".repeat(depth);
  if (Array.isArray(value)) return `[${value.map((item) => python(item, depth)).join(", ")}]`;
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  return `{\n${entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${python(item, depth + 1)},\n`).join("")}${outer}}`;
}
