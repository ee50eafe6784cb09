"""The reference IndexAgent: agents, genomes, populations, lineage, variation, pattern detection, code search."""
