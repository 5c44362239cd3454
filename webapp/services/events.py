"""The kinds of lines in a case's ledger, and what an act is called when a colleague reads of it."""

from __future__ import annotations

from enum import StrEnum

from engine import Words


class Event(StrEnum):
    """The kinds of lines in a case's ledger."""

    DRAFT_STARTED = "draft-started"
    SHEET_GIVEN = "sheet-given"
    MATERIAL_ATTACHED = "material-attached"
    FORM_FILE_ATTACHED = "form-file-attached"
    MATERIAL_REMOVED = "material-removed"
    COMMITMENT_SIGNED = "commitment-signed"
    COMMITMENT_WITHDRAWN = "commitment-withdrawn"
    RECEIVED = "received"
    ITEM_ACCEPTED = "item-accepted"
    ITEM_NOT_ACCEPTED = "item-not-accepted"
    CORRECTION_REQUESTED = "correction-requested"
    CORRECTED = "corrected"
    TASK_CLAIMED = "task-claimed"
    TASK_RELEASED = "task-released"
    TASK_COMPLETED = "task-completed"
    REVIEWED = "reviewed"
    VISIT_SIGNED = "visit-signed"
    RULED = "ruled"
    LICENCE_ISSUED = "licence-issued"
    DOCUMENT_ISSUED = "document-issued"
    RESULT_PREPARED = "result-prepared"
    DELIVERED = "delivered"
    CLOCK_STARTED = "clock-started"
    CLOCK_PAUSED = "clock-paused"
    CLOCK_RESUMED = "clock-resumed"
    CLOCK_MOVED = "clock-moved"
    EXTENSION_REQUESTED = "extension-requested"
    EXTENSION_DECIDED = "extension-decided"
    REMINDED = "reminded"
    VERIFIED = "verified"
    INCIDENT_OPENED = "incident-opened"
    INCIDENT_RETRIED = "incident-retried"
    STEP_SKIPPED = "step-skipped"
    VARIABLES_CHANGED = "variables-changed"
    TOKENS_CHANGED = "tokens-changed"
    RELEASE_CHANGED = "release-changed"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    MESSAGE_RECEIVED = "message-received"
    MESSAGE_UNHEARD = "message-unheard"
    SIGNAL_RAISED = "signal-raised"
    SIGNAL_ANSWERED = "signal-answered"
    SIGNAL_APPEALED = "signal-appealed"
    SIGNAL_UPHELD = "signal-upheld"
    SIGNAL_WITHDRAWN = "signal-withdrawn"
    CLOSED = "closed"
    REFUSED_ACT = "refused-act"
    CODE_REISSUED = "code-reissued"
    STEP_FAILED = "step-failed"


ACT_WORDS = {
    "accepted": Words("予以受理", "accepted"),
    "correction": Words("要求补正", "asked for correction"),
    "wrong-authority": Words("不予受理", "not accepted"),
    "not-required": Words("不受理", "no licence needed"),
    "grant": Words("准予", "granted"),
    "refuse": Words("不予", "refused"),
    "examined": Words("完成资料审查", "examined"),
    "propose-grant": Words("建议准予", "proposed to grant"),
    "propose-refuse": Words("建议不予", "proposed to refuse"),
    "visited": Words("完成联合核查", "finished the joint visit"),
    "corrected": Words("已补正", "corrected"),
    "prepared": Words("已出件", "prepared the result"),
    "delivered": Words("已送达", "delivered"),
    "verified-pass": Words("核查通过", "verified"),
    "verified-rectify": Words("限期整改", "ordered rectification"),
    "verified-fail": Words("整改后仍不符合", "still not met after rectification"),
    "done": Words("已办结", "done"),
}
