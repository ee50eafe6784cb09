import { useState } from "react";

import { Button } from "@/components/control/Button";

import styles from "./code.module.css";

/** Something to copy. Where the frame forbids the clipboard the text is selected instead. */
export function Code({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState("");

  function select() {
    const element = document.getElementById(`code-${label}`);
    if (!element) return;
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = window.getSelection();
    selection?.removeAllRanges();
    selection?.addRange(range);
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      select();
      setSaid(document.execCommand?.("copy") ? "Copied" : "Selected: copy it with your keyboard");
    }
  }

  return (
    <div className={styles["code"]}>
      <pre id={`code-${label}`} tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <div className={styles["copy"]}>
        <span role="status" className="dim">
          {said}
        </span>
        <Button onClick={() => void copy()}>Copy</Button>
      </div>
    </div>
  );
}
