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
    ELIGIBILITY_DECIDED = "eligibility-decided"
    DECISION_MADE = "decision-made"
    RECEIVED = "received"
    STARTED_BY_TIME = "started-by-time"
    ITEM_ACCEPTED = "item-accepted"
    ITEM_NOT_ACCEPTED = "item-not-accepted"
    ITEM_WITHDRAWN = "item-withdrawn"
    ITEM_TERMINATED = "item-terminated"
    REST_ASKED = "rest-asked"
    REST_ANSWERED = "rest-answered"
    FIXED_ON_SPOT = "fixed-on-spot"
    DEEMED_ACCEPTED = "deemed-accepted"
    CORRECTION_REQUESTED = "correction-requested"
    ANSWERS_CORRECTED = "answers-corrected"
    CORRECTED = "corrected"
    CORRECTION_LAPSED = "correction-lapsed"
    TOLERANCE_OFFERED = "tolerance-offered"
    TOLERANCE_PROMISED = "tolerance-promised"
    TOLERANCE_DECLINED = "tolerance-declined"
    TOLERATED = "tolerated"
    TOLERANCE_REMINDED = "tolerance-reminded"
    TOLERANCE_HANDED_IN = "tolerance-handed-in"
    TOLERANCE_TOLD = "tolerance-told"
    TOLERANCE_MET = "tolerance-met"
    TOLERANCE_MOVED = "tolerance-moved"
    TOLERANCE_LAPSED = "tolerance-lapsed"
    ITEM_LAPSED = "item-lapsed"
    PROCEDURE_ORDERED = "procedure-ordered"
    HEARING_APPLIED = "hearing-applied"
    HEARING_NOTIFIED = "hearing-notified"
    OBJECTION_TAKEN = "objection-taken"
    PROCEDURE_ENDED = "procedure-ended"
    REVOCATION_TOLD = "revocation-told"
    HOLDER_HEARD = "holder-heard"
    REVOCATION_DECIDED = "revocation-decided"
    CREDIT_RECORDED = "credit-recorded"
    CREDIT_SETTLED = "credit-settled"
    TASK_CLAIMED = "task-claimed"
    TASK_RELEASED = "task-released"
    TASK_COMPLETED = "task-completed"
    TASK_SET_FIRST = "task-set-first"
    COMMENTED = "commented"
    CORRECTION_PREPARED = "correction-prepared"
    CORRECTION_TAKEN_BACK = "correction-taken-back"
    CORRECTION_GIVEN_BACK = "correction-given-back"
    CORRECTION_SENT_ALONE = "correction-sent-alone"
    CORRECTION_POINT_LAPSED = "correction-point-lapsed"
    CORRECTIONS_MERGED = "corrections-merged"
    COMMENT_CHANGED = "comment-changed"
    COMMENT_DELETED = "comment-deleted"
    TASK_ASSIGNED = "task-assigned"
    TASK_HANDED_OVER = "task-handed-over"
    TASK_DELEGATED = "task-delegated"
    TASK_GIVEN_BACK = "task-given-back"
    TASK_CALLED_BACK = "task-called-back"
    OPINION_ASKED = "opinion-asked"
    OPINION_ANSWERED = "opinion-answered"
    OPINION_WITHDRAWN = "opinion-withdrawn"
    SIGNERS_ASKED = "signers-asked"
    SIGNER_ADDED = "signer-added"
    SIGNER_REMOVED = "signer-removed"
    ACT_PUT_FORWARD = "act-put-forward"
    COSIGNED = "cosigned"
    COSIGNING_ENDED = "cosigning-ended"
    COPIED = "copied"
    URGED = "urged"
    ORDERED = "ordered"
    ORDER_ANSWERED = "order-answered"
    ORDER_OVERDUE = "order-overdue"
    ORDER_LIFTED = "order-lifted"
    ORDER_ENDED = "order-ended"
    STEP_RETURNED = "step-returned"
    ACT_WITHDRAWN = "act-withdrawn"
    REVIEWED = "reviewed"
    HANDED_UP = "handed-up"
    SENT_BACK = "sent-back"
    VISIT_DAYS_ASKED = "visit-days-asked"
    VISIT_DAYS_ANSWERED = "visit-days-answered"
    VISIT_DAYS_CALLED_OFF = "visit-days-called-off"
    VISIT_APPOINTED = "visit-appointed"
    VISIT_SIGNED = "visit-signed"
    VISIT_RETURNED = "visit-returned"
    MEETING_CALLED = "meeting-called"
    MEETING_MOVED = "meeting-moved"
    MEETING_ANSWERED = "meeting-answered"
    MEETING_CANCELLED = "meeting-cancelled"
    MEETING_HELD = "meeting-held"
    RULED = "ruled"
    LICENCE_ISSUED = "licence-issued"
    LICENCE_SIGNED = "licence-signed"
    LICENCE_CHANGED = "licence-changed"
    LICENCE_SUSPENDED = "licence-suspended"
    LICENCE_RESUMED = "licence-resumed"
    LICENCE_CANCELLED = "licence-cancelled"
    LICENCE_EXPIRED = "licence-expired"
    LICENCE_NOTED = "licence-noted"
    LICENCE_REMINDED = "licence-reminded"
    LICENCE_REUSED = "licence-reused"
    RENEWAL_APPLIED = "renewal-applied"
    RENEWAL_DECIDED = "renewal-decided"
    DOCUMENT_ISSUED = "document-issued"
    DOCUMENT_SEALED = "document-sealed"
    SEAL_ASKED_AGAIN = "seal-asked-again"
    DOCUMENT_DELIVERED = "document-delivered"
    MATERIALS_HANDED = "materials-handed"
    MATERIALS_TAKEN = "materials-taken"
    RESULT_PREPARED = "result-prepared"
    DELIVERED = "delivered"
    RESULT_KEPT_BACK = "result-kept-back"
    CLOCK_STARTED = "clock-started"
    CLOCK_PAUSED = "clock-paused"
    CLOCK_RESUMED = "clock-resumed"
    CLOCK_MOVED = "clock-moved"
    EXTENSION_REQUESTED = "extension-requested"
    EXTENSION_DECIDED = "extension-decided"
    REMINDED = "reminded"
    VERIFIED = "verified"
    OFFICERS_DRAWN = "officers-drawn"
    CONFLICT_DECLARED = "conflict-declared"
    CONFLICT_LIFTED = "conflict-lifted"
    STANDING_IN_ENDED = "standing-in-ended"
    PHOTO_ADDED = "photo-added"
    PHOTO_REMOVED = "photo-removed"
    SUPERVISION_TOLD = "supervision-told"
    SUPERVISION_DELIVERED = "supervision-delivered"
    SUPERVISION_TOOK_OVER = "supervision-took-over"
    SUPERVISION_ANSWERED = "supervision-answered"
    INCIDENT_OPENED = "incident-opened"
    INCIDENT_RETRIED = "incident-retried"
    STEP_SKIPPED = "step-skipped"
    VARIABLES_CHANGED = "variables-changed"
    TOKENS_CHANGED = "tokens-changed"
    RELEASE_CHANGED = "release-changed"
    RELEASE_RESTORED = "release-restored"
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
    "fixed-on-spot": Words("当场更正后受理", "accepted, corrected on the spot"),
    "correction": Words("要求补正", "asked for correction"),
    "wrong-authority": Words("不予受理", "not accepted"),
    "not-required": Words("不受理", "no licence needed"),
    "grant": Words("准予", "granted"),
    "refuse": Words("不予", "refused"),
    "examined": Words("完成资料审查", "examined"),
    "pre-reviewed": Words("完成预审", "pre-reviewed"),
    "handed-up": Words("上报", "handed it up"),
    "sent-back": Words("退回下级机关", "sent it back below"),
    "returned": Words("退回审查", "sent it back to the review"),
    "returned-to-step": Words("退回前一环节", "sent it back to an earlier step"),
    "taken-back": Words("已撤回本人的办理", "took the act back"),
    "propose-grant": Words("建议准予", "proposed to grant"),
    "propose-refuse": Words("建议不予", "proposed to refuse"),
    "ordered": Words("决定进行特别程序", "ordered a special procedure"),
    "procedure": Words("办结特别程序环节", "did a step of the special procedure"),
    "visited": Words("完成联合核查", "finished the joint visit"),
    "corrected": Words("已补正", "corrected"),
    "handed-in": Words("已补交容缺材料", "handed in what was to follow"),
    "checked-adequate": Words("核对补交材料：已补齐", "checked what was handed in: complete"),
    "checked-inadequate": Words("核对补交材料：不符合要求", "checked what was handed in: not as required"),
    "prepared": Words("已出件", "prepared the result"),
    "delivered": Words("已送达", "delivered"),
    "kept-back": Words("结果已失效，不再交付", "kept back: the result is no longer in force"),
    "rest-continue": Words("其余事项继续办理", "the other items go on"),
    "rest-stop": Words("其余事项不再办理", "the other items end"),
    "verified-pass": Words("核查通过", "verified"),
    "verified-rectify": Words("限期整改", "ordered rectification"),
    "verified-revoke": Words("核查不符，转撤销程序", "found it to be revoked"),
    "taken-over": Words("已接收审批信息", "took the ruling over"),
    "supervised": Words("已回传监管结果", "reported back"),
    "verified-fail": Words("整改后仍不符合", "still not met after rectification"),
    "extension-granted": Words("准予延期", "granted the extension"),
    "extension-refused": Words("不予延期", "refused the extension"),
    "done": Words("已办结", "done"),
}
