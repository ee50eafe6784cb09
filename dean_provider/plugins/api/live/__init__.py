"""Live updates: sockets over which those who may read an execution are sent its events as they are recorded."""
