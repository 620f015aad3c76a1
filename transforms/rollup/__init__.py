"""Rolled up: the issue of a city or province from the issues of its districts."""
