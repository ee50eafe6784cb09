"""How a person calls these commands: in a checkout by make, which takes options in a variable."""

from __future__ import annotations

from pathlib import Path

__all__ = ["command", "in_checkout", "option"]


def in_checkout() -> bool:
    """Whether the person is in a checkout of this project, where the Makefile has the commands."""
    return Path("Makefile").exists() and Path("docs/tutorial/first-trial.md").exists()


def command(name: str, options: str = "") -> str:
    """``dean NAME OPTIONS``, as it is called from here."""
    if not in_checkout():
        return f"dean {name} {options}".rstrip()
    return f"make {name} ARGS='{options}'" if options else f"make {name}"


def option(text: str) -> str:
    """An option to give to a command that the person has called already, by make or not."""
    return f"{text} (with make: ARGS='{text}')" if in_checkout() else text
