import { useEffect, useId, useRef, useState } from "react";

import { inputClass } from "@/components/control/Field";

import { parsed, rangeOf, written, type Field, type FieldProblem } from "./fields";
import styles from "./form.module.css";

interface Props {
  field: Field;
  /** What was given here; undefined where nothing was. */
  value: unknown;
  /** What holds when nothing is given, and who says so. */
  effective: unknown;
  origin: string;
  problems: FieldProblem[];
  onChange: (value: unknown) => void;
}

/** One setting: what it is, what it may be, what holds unless something is written, and what is wrong with what was. */
export function SettingField({ field, value, effective, origin, problems, onChange }: Props) {
  const id = useId();
  const [text, setText] = useState(() => written(field.kind, value));
  const own = useRef(value);
  useEffect(() => {
    // Set from elsewhere, for example when another trial's settings are taken over.
    if (JSON.stringify(value) !== JSON.stringify(own.current)) {
      own.current = value;
      setText(written(field.kind, value));
    }
  }, [field.kind, value]);

  function type(next: string) {
    setText(next);
    const read = parsed(field, next);
    own.current = "nothing" in read ? undefined : read.value;
    onChange(own.current);
  }

  const read = parsed(field, text);
  const wrong = "wrong" in read ? [{ field: field.name, rule: read.wrong, suggestion: "" }] : problems;
  const held = effective === null || effective === undefined ? "empty" : written(field.kind, effective).split("\n").join(", ") || "empty";
  const common = {
    id,
    className: inputClass,
    "aria-invalid": wrong.length > 0,
    "aria-describedby": `${id}help${wrong.length > 0 ? ` ${id}wrong` : ""}`,
  };
  const range = rangeOf(field.schema);
  return (
    <div className={styles["field"]}>
      <label htmlFor={id}>{field.title}</label>
      {field.kind === "choice" || field.kind === "truth" ? (
        <select {...common} value={text} onChange={(event) => type(event.target.value)}>
          <option value="">{labelOf(field, held)} (as it is)</option>
          {(field.kind === "truth" ? [["true", "yes"], ["false", "no"]] : field.choices).map(([choice, label]) => (
            <option key={choice} value={choice}>
              {label}
            </option>
          ))}
        </select>
      ) : field.kind === "mapping" ? (
        <textarea {...common} rows={Math.min(8, Math.max(2, text.split("\n").length))} value={text} placeholder={held === "empty" ? "key=value, line by line" : held} onChange={(event) => type(event.target.value)} />
      ) : (
        <input
          {...common}
          type="text"
          inputMode={field.kind === "whole" ? "numeric" : field.kind === "number" ? "decimal" : undefined}
          value={text}
          placeholder={held}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => type(event.target.value)}
        />
      )}
      <p id={`${id}help`} className={styles["help"]}>
        {field.help}
        {range && ` ${range[0]?.toUpperCase()}${range.slice(1)}.`}{" "}
        <span className={styles["origin"]}>
          {text === "" ? "Now" : "Otherwise"} <b>{held}</b> ({origin}).
        </span>
      </p>
      {wrong.length > 0 && (
        <ul id={`${id}wrong`} className={styles["wrong"]}>
          {wrong.map((problem) => (
            <li key={problem.rule}>
              {problem.rule}
              {problem.suggestion ? `. ${problem.suggestion}` : ""}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function labelOf(field: Field, value: string): string {
  return field.choices.find(([choice]) => choice === value)?.[1] ?? value;
}
