import { Dot } from "@/components/text/Badge";
import { When } from "@/components/text/When";
import { useLive } from "@/live/LiveProvider";
import type { LiveState } from "@/live/store";
import type { Tone } from "@/components/text/tone";

import styles from "./shell.module.css";

const SAID: Record<LiveState, [Tone, string]> = {
  connecting: ["neutral", "connecting"],
  live: ["good", "live"],
  polling: ["warn", "asking every few seconds"],
  ended: ["bad", "signed out"],
};

/** Whether the page moves by itself, and since when. */
export function LiveMark() {
  const live = useLive();
  const [tone, text] = SAID[live.state];
  return (
    <span className={styles["live"]} role="status" title={live.reason || undefined}>
      <Dot tone={tone} />
      {text}
      {live.state === "polling" && (
        <span>
          since <When at={live.since} form="moment" />
        </span>
      )}
    </span>
  );
}
