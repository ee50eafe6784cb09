import type { Model } from "@/api/client";
import { fieldOf, type FieldProblem, type JsonSchema } from "@/components/form/fields";
import { SettingField } from "@/components/form/SettingField";

import styles from "./new-trial.module.css";
import { SchemaCheck } from "./validation";

interface Props {
  objective: Model<"Objective">;
  value: unknown;
  effective: unknown;
  origin: string;
  problems: FieldProblem[];
  onChange: (value: unknown) => void;
}

/** An objective's own parameters, from the schema it describes them with. */
export function Parameters({ objective, value, effective, origin, problems, onChange }: Props) {
  const schema = objective.parameters_schema as JsonSchema;
  const properties = (schema["properties"] ?? {}) as Record<string, JsonSchema>;
  const given = (value ?? {}) as Record<string, unknown>;
  const held = (effective ?? {}) as Record<string, unknown>;
  const names = Object.keys(properties);
  const wrong = new SchemaCheck(schema).problems(given);
  const loose = problems.filter((problem) => !names.some((name) => problem.field.endsWith(`.${name}`)));
  if (names.length === 0) return <p className={styles["help"]}>This objective has no parameters.</p>;
  return (
    <fieldset className={styles["parameters"]}>
      <legend>Objective parameters</legend>
      <div className={styles["fields"]}>
        {names.map((name) => {
          const field = fieldOf(name, { title: name.replaceAll("_", " "), ...properties[name] });
          const default_ = properties[name]?.["default"];
          return (
            <SettingField
              key={name}
              field={field}
              value={given[name]}
              effective={name in held ? held[name] : default_}
              origin={name in held ? origin : "the objective's default"}
              problems={[...wrong.filter((one) => one.field === name), ...problems.filter((one) => one.field.endsWith(`.${name}`))]}
              onChange={(next) => {
                const { [name]: _, ...rest } = { ...held, ...given };
                const all = next === undefined ? (name in held ? { ...rest, [name]: held[name] } : rest) : { ...rest, [name]: next };
                onChange(JSON.stringify(all) === JSON.stringify(held) ? undefined : all);
              }}
            />
          );
        })}
      </div>
      {loose.map((problem) => (
        <p key={problem.rule} className={styles["wrong"]}>
          {problem.rule}. {problem.suggestion}
        </p>
      ))}
    </fieldset>
  );
}
