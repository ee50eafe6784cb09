"""What tickets are signed and their subjects encrypted with: Airflow's own keys, which all of its API servers share."""

from __future__ import annotations

from typing import Any

from dean_provider.errors import AuthenticationError

__all__ = ["AUDIENCE", "Seals"]

AUDIENCE = "dean-live"
"""No token of Airflow's has it, and a ticket has no other: neither opens what the other does."""
_LEEWAY_SECONDS = 10


class Seals:
    """``[api_auth]`` signs, the Fernet key encrypts. It may read files and fetch keys: never call it on an event loop."""

    def sign(self, claims: dict[str, Any], seconds: float) -> str:
        """A token with ``claims`` that lasts ``seconds``."""
        from airflow.api_fastapi.auth.tokens import JWTGenerator, get_signing_args

        generator = JWTGenerator(**get_signing_args(make_secret_key_if_needed=False), audience=AUDIENCE, valid_for=seconds)
        return str(generator.generate(claims))

    def verify(self, token: str) -> dict[str, Any]:
        """The claims of ``token``.

        :raises jwt.InvalidTokenError: when it is not good.
        """
        from airflow.api_fastapi.auth.tokens import JWTValidator, get_sig_validation_args

        validator = JWTValidator(
            **get_sig_validation_args(make_secret_key_if_needed=False),
            audience=AUDIENCE,
            leeway=_LEEWAY_SECONDS,
            required_claims=frozenset({"exp", "iat", "jti", "sub"}),
        )
        claims: dict[str, Any] = validator.validated_claims(token)
        return claims

    def encrypt(self, text: str) -> str:
        from airflow.models.crypto import get_fernet

        return str(get_fernet().encrypt(text.encode()).decode())

    def decrypt(self, text: str) -> str:
        """:raises AuthenticationError: when it was encrypted with another key."""
        from airflow.models.crypto import get_fernet
        from cryptography.fernet import InvalidToken

        try:
            return str(get_fernet().decrypt(text.encode()).decode())
        except InvalidToken:
            raise AuthenticationError(
                "The ticket was issued by an API server with another Fernet key.",
                suggestions=["[core] fernet_key must be the same for all API servers of one Airflow."],
            ) from None
