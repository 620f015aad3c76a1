"""What departments do to a form: a sample workbook changed step by step in ways that leave its facts as they are.

A mutation is a function of a `Book` and a source of chance; it changes the book in place or, where it does not apply,
leaves it alone. The book knows where its header, columns and rows are, so that mutations compose and never ask the
reader under test.
"""

from __future__ import annotations

from tests.mutations import cells, layout, wording
from tests.mutations.book import Book, Mutation

MUTATIONS: dict[str, Mutation] = {
    mutation.__name__: mutation for module in (layout, wording, cells) for mutation in module.MUTATIONS
}

__all__ = ["MUTATIONS", "Book", "Mutation"]
