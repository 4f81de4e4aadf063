"""Shared rows to which plans refer, such as the templates of plans; no student owns them."""
