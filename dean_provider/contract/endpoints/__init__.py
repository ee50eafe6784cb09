"""Each operation of the two services, described once, and the dialects that spell it.

Importing this package registers every dialect of the house.
"""

from dean_provider.contract.endpoints import evolution, indexagent
from dean_provider.contract.endpoints.dialect import (
    AUTO,
    Dialect,
    Probe,
    Traits,
    dialect_named,
    dialects,
    register_dialect,
)
from dean_provider.contract.endpoints.operation import Operation, Route, WireRequest
from dean_provider.contract.endpoints.query import Query, query_of, query_text

__all__ = [
    "AUTO",
    "Dialect",
    "Operation",
    "Probe",
    "Query",
    "Route",
    "Traits",
    "WireRequest",
    "dialect_named",
    "dialects",
    "evolution",
    "indexagent",
    "query_of",
    "query_text",
    "register_dialect",
]
