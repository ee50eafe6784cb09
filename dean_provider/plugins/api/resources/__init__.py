"""The gateway's resources, one module each: what its routes do and for whom."""
