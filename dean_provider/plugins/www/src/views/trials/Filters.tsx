import { useEffect, useState } from "react";

import { SelectField, TextField } from "@/components/control/Field";
import { useTrialForm } from "@/trials/queries";
import { SORTS, STATUSES, type Listing } from "@/trials/list";

import styles from "./trials.module.css";
import { TITLES } from "./columns";

const PATIENCE = 250;

/** Text that is reported once the reader stops typing. */
function Typed({ label, value, placeholder, onText, type = "text" }: { label: string; value: string; placeholder: string; onText: (text: string) => void; type?: string }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onText(text), PATIENCE);
    return () => clearTimeout(timer);
  }, [text, value, onText]);
  return <TextField label={label} type={type} value={text} placeholder={placeholder} maxLength={200} onChange={(event) => setText(event.target.value)} />;
}

/** What the list is narrowed to; all of it in the address, so that it can be passed on. */
export function Filters({ listing, onChange }: { listing: Listing; onChange: (values: Record<string, string>) => void }) {
  const { data: form } = useTrialForm();
  const objectives = new Set([...(form?.objectives?.map((one) => one.name) ?? []), ...(listing.objective ? [listing.objective] : [])]);
  return (
    <div role="search" className={styles["filters"]}>
      <div className={styles["search"]}>
        <Typed label="Search" type="search" value={listing.search} placeholder="name, id, DAG or run" onText={(search) => onChange({ search })} />
      </div>
      <SelectField label="Status" value={listing.status} onChange={(event) => onChange({ status: event.target.value })}>
        <option value="">any</option>
        {STATUSES.map((status) => (
          <option key={status}>{status}</option>
        ))}
      </SelectField>
      <SelectField label="Objective" value={listing.objective} onChange={(event) => onChange({ objective: event.target.value })}>
        <option value="">any</option>
        {[...objectives].sort().map((name) => (
          <option key={name}>{name}</option>
        ))}
      </SelectField>
      <Typed label="Label" value={listing.label} placeholder="team=packing" onText={(label) => onChange({ label })} />
      <SelectField
        label="Order"
        value={`${listing.sort} ${listing.descending ? "desc" : "asc"}`}
        onChange={(event) => {
          const [sort = "", order = ""] = event.target.value.split(" ");
          onChange({ sort: sort === "created_at" ? "" : sort, order: order === "asc" ? "asc" : "" });
        }}
      >
        {SORTS.flatMap((sort) => [
          <option key={`${sort} desc`} value={`${sort} desc`}>{`${TITLES[sort]}, ${sort === "name" ? "Z to A" : sort.endsWith("_at") ? "newest first" : "greatest first"}`}</option>,
          <option key={`${sort} asc`} value={`${sort} asc`}>{`${TITLES[sort]}, ${sort === "name" ? "A to Z" : sort.endsWith("_at") ? "oldest first" : "least first"}`}</option>,
        ])}
      </SelectField>
    </div>
  );
}
