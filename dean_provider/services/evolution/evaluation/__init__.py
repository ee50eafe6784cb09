"""Evaluation away from the service's own process: a pool of worker processes, or leases for others."""
