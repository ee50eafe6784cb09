"""Airflow and the reference services on one machine: `dean demo`, `dean up`, and what the live tests run on.

Start at :class:`dean_provider.local.stack.Stack`. Nothing is imported here: the guardian process has to be light.
"""
