"""Alerts: rules over what is watched, the incidents they raise, and telling people of them."""
