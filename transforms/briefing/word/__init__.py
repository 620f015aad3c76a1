"""The Word edition: the same HTML as the PDF's, written as OOXML with styles that an office knows by name."""
