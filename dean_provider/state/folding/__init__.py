"""What each fact changes. Importing this package registers every handler."""

from dean_provider.state.folding import installation, pattern, propagation, trial, workflow
from dean_provider.state.folding.handler import changes

__all__ = ["changes", "installation", "pattern", "propagation", "trial", "workflow"]
