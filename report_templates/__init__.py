"""Templates and style sheets of the briefing; read as package data."""
