"""What both services do alike on HTTP: binding operations, problems, identity, logs, metrics, serving."""
