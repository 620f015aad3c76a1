"""Set-up of a machine: which system libraries are missing, and the fonts. Needs only the virtual environment."""
