"""The reference Evolution API: trials, selection, evaluation, generations, budgets, the pattern registry."""
