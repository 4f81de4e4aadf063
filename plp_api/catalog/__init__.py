"""Shared rows to which plans and learning refer; no student owns them."""
