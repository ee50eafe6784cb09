import type { Sort } from "@/trials/list";

/** What each order goes by, in words. */
export const TITLES: Record<Sort, string> = {
  created_at: "Asked for",
  updated_at: "Last news",
  name: "Trial",
  generation: "Generation",
  best_fitness: "Best fitness",
  diversity: "Diversity",
  tokens_used: "Tokens",
};
