"""What both services do alike on HTTP: binding operations, problems, identity, logs, metrics, serving."""

from dean_provider.services.web.app import Service, build_app
from dean_provider.services.web.server import serve
from dean_provider.services.web.settings import ServiceSettings
from dean_provider.web.binding import Handler, Handlers
from dean_provider.web.health import CheckFunction

__all__ = ["CheckFunction", "Handler", "Handlers", "Service", "ServiceSettings", "build_app", "serve"]
