"""Migrations of our tables, newest last."""
