"""送审: a scheduled issue waits for the analyst. The flow run suspends, so no process waits; it goes on when somebody
resumes it in Prefect's page, or when the schedule finds that `sancu release` has released the month.

Who approves there is not known: the page has one login for all. So the service's own user must have the role to release.

An approval holds for the version that was waiting. Resumed after its data has changed, the run makes the new version
and suspends again.
"""

from __future__ import annotations

from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from pydantic import Field

from flows.ledger import Status
from flows.month import Issue, Month
from flows.releasing import sign
from flows.roles import Role, require


class Approval(RunInput):
    """What Prefect's page asks when the run is resumed."""

    signer: str = Field(default="办公室", title="签发人", description="填写后点“Submit”即签发，签发后不再改动。")


def is_released(month: Month) -> bool:
    latest = month.ledger.latest_briefing(month.code, month.period)
    return latest is not None and latest.status is Status.RELEASED


def sign_when_approved(month: Month, issue: Issue) -> None:
    """Suspend until this very version is approved, then sign it.

    Within a flow run of a deployment only: the first call ends the process, a call after the approval returns.

    Raises:
        NotAllowed: as `approve`.
    """
    approval = suspend_flow_run(wait_for_input=Approval, key=issue.briefing.fingerprint[:16])
    approve(month, issue.briefing.fingerprint, approval.signer)


def approve(month: Month, draft: str, signer: str) -> None:
    """Sign the draft with this fingerprint, unless the month is released.

    Raises:
        NotAllowed: the user that the service runs as may not release.
    """
    with month.ledger.lock(month.code, month.period):
        if not is_released(month):
            require(month.settings, Role.RELEASE)
            sign(month, draft, signer)
