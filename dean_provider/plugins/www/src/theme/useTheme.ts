import { useSyncExternalStore } from "react";

import { onTheme, theme, type Theme } from "./theme";

/** The theme in force; for what CSS cannot reach, such as a canvas. */
export function useTheme(): Theme {
  return useSyncExternalStore(onTheme, theme);
}
