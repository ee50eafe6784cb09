"""What both services do alike on HTTP: binding operations, problems, identity, logs, metrics, serving."""

from dean_provider.services.web.app import Service, build_app
from dean_provider.services.web.binding import Handler, Handlers
from dean_provider.services.web.health import CheckFunction
from dean_provider.services.web.server import serve
from dean_provider.services.web.settings import ServiceSettings

__all__ = ["CheckFunction", "Handler", "Handlers", "Service", "ServiceSettings", "build_app", "serve"]
