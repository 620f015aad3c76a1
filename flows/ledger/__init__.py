"""The ledger: what was received, found, computed and issued. SQL lives in this package only."""

from flows.ledger.ledger import Ledger
from flows.ledger.records import Arrival, Attempt, Briefing, Editorial, Status, Word

__all__ = ["Arrival", "Attempt", "Briefing", "Editorial", "Ledger", "Status", "Word"]
