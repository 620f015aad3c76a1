"""The ledger: what was received, found, computed and issued. SQL lives in this package only."""

from flows.ledger.ledger import Ledger
from flows.ledger.records import Arrival, Briefing, Editorial, Status, Word

__all__ = ["Arrival", "Briefing", "Editorial", "Ledger", "Status", "Word"]
