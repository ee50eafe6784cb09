"""What code tells of itself while it works: statistics, spans, and what stands in every log line."""
