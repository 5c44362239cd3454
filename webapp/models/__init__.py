"""All tables; importing this package registers them."""

from webapp.models.appointments import VisitAppointment
from webapp.models.cases import (
    Answer,
    AnswerFile,
    Case,
    Commitment,
    MaterialFile,
    NotificationSheet,
    StoredFile,
    SubmittedMaterial,
    Visit,
)
from webapp.models.credit import CreditBar, CreditEvent, CreditRecord, CreditRequest, CreditRequestFile
from webapp.models.decisions import DecisionRecord
from webapp.models.documents import (
    DocumentDelivery,
    DocumentFile,
    DocumentSeal,
    HandoverLine,
    MaterialHandover,
    SealTry,
    UnitSeal,
)
from webapp.models.figures import RuledDay, UnitFigure
from webapp.models.hand_ups import HandUp
from webapp.models.inbox import FollowUp, InboxDefault, InboxView
from webapp.models.intake import Correction
from webapp.models.items import (
    ClockExtension,
    ClockPause,
    Collection,
    Document,
    ItemCase,
    LegalClock,
    Licence,
    NumberSeries,
    Review,
    Ruling,
)
from webapp.models.ledger import AccessLine, CaseEvent, ReleaseEvent
from webapp.models.licences import (
    LicenceEvent,
    LicenceFile,
    LicenceReminder,
    LicenceRenewal,
    LicenceSignTry,
    ReusedLicence,
)
from webapp.models.meetings import JointMeeting, MeetingAnswer, MeetingInvitation, MeetingTime
from webapp.models.notices import Notice
from webapp.models.organisation import (
    CandidateGroup,
    Counter,
    Department,
    IdempotencyKey,
    Membership,
    RateCount,
    User,
    UserSession,
)
from webapp.models.procedures import Objection, SpecialProcedure
from webapp.models.releases import Blob, Release, ReleaseFile, RuleTable, StartTimer
from webapp.models.revocations import Publication, Revocation
from webapp.models.runtime import (
    Activity,
    EngineJob,
    Incident,
    Message,
    MessageWait,
    Participant,
    ProcessInstance,
    Reminder,
    Repair,
    TaskCandidate,
    Timer,
    UserTask,
)
from webapp.models.signing import CommitmentMonth, SigningRequest, WithdrawnCommitment
from webapp.models.supervision import SignalWord, SupervisionSignal
from webapp.models.supervision_handovers import CallbackSeen, HandoverDelivery, SupervisionHandover
from webapp.models.tolerances import Tolerance
from webapp.models.trials import Trial
from webapp.models.verifications import ComparedFactRow, DeclaredConflict, VerificationDraw, VerificationPhoto
from webapp.models.withdrawal import RefusedItemQuestion, Termination

__all__ = [
    "AccessLine",
    "Activity",
    "Answer",
    "AnswerFile",
    "Blob",
    "CallbackSeen",
    "CandidateGroup",
    "Case",
    "CaseEvent",
    "ClockExtension",
    "ClockPause",
    "Collection",
    "Commitment",
    "CommitmentMonth",
    "ComparedFactRow",
    "Correction",
    "Counter",
    "CreditBar",
    "CreditEvent",
    "CreditRecord",
    "CreditRequest",
    "CreditRequestFile",
    "DecisionRecord",
    "DeclaredConflict",
    "Department",
    "Document",
    "DocumentDelivery",
    "DocumentFile",
    "DocumentSeal",
    "EngineJob",
    "FollowUp",
    "HandUp",
    "HandoverDelivery",
    "HandoverLine",
    "IdempotencyKey",
    "InboxDefault",
    "InboxView",
    "Incident",
    "ItemCase",
    "JointMeeting",
    "LegalClock",
    "Licence",
    "LicenceEvent",
    "LicenceFile",
    "LicenceReminder",
    "LicenceRenewal",
    "LicenceSignTry",
    "MaterialFile",
    "MaterialHandover",
    "MeetingAnswer",
    "MeetingInvitation",
    "MeetingTime",
    "Membership",
    "Message",
    "MessageWait",
    "Notice",
    "NotificationSheet",
    "NumberSeries",
    "Objection",
    "Participant",
    "ProcessInstance",
    "Publication",
    "RateCount",
    "RefusedItemQuestion",
    "Release",
    "ReleaseEvent",
    "ReleaseFile",
    "Reminder",
    "Repair",
    "ReusedLicence",
    "Review",
    "Revocation",
    "RuleTable",
    "RuledDay",
    "Ruling",
    "SealTry",
    "SignalWord",
    "SigningRequest",
    "SpecialProcedure",
    "StartTimer",
    "StoredFile",
    "SubmittedMaterial",
    "SupervisionHandover",
    "SupervisionSignal",
    "TaskCandidate",
    "Termination",
    "Timer",
    "Tolerance",
    "Trial",
    "UnitSeal",
    "UnitFigure",
    "User",
    "UserSession",
    "UserTask",
    "VerificationDraw",
    "VerificationPhoto",
    "Visit",
    "VisitAppointment",
    "WithdrawnCommitment",
]
