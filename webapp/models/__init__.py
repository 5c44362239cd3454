"""All tables; importing this package registers them."""

from webapp.models.appointments import VisitAppointment
from webapp.models.bulk import BulkAct
from webapp.models.bundle_imports import BundleImport, BundleImportPart
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
from webapp.models.change_lists import ChangeList, ChangeRow
from webapp.models.comments import Comment, CommentFile, CommentMention, CommentVersion
from webapp.models.content_said import ContentSaid
from webapp.models.credit import CreditBar, CreditEvent, CreditRecord, CreditRequest, CreditRequestFile
from webapp.models.decisions import DecisionRecord
from webapp.models.desk import FileNote, TaskDraft, TaskPresence
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
from webapp.models.intake import Correction, CorrectionMessage, CorrectionPoint
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
from webapp.models.life_cycle import (
    CaseCopy,
    CopyRead,
    Cosigner,
    CosignRound,
    Delegation,
    OpinionRequest,
    PreparedAct,
    Urging,
)
from webapp.models.meetings import JointMeeting, MeetingAnswer, MeetingInvitation, MeetingTime
from webapp.models.migrations import MigrationCase, MigrationRun
from webapp.models.notices import Notice, NoticeDelivery, NoticeDeliveryLine, NoticeSetting
from webapp.models.operation import BulkRepair, BulkRepairRow, WaitingCount
from webapp.models.orders import SupervisoryOrder
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
from webapp.models.releases import (
    Blob,
    Release,
    ReleaseAuthor,
    ReleaseExample,
    ReleaseFile,
    ReleaseSignOff,
    RuleTable,
    StartTimer,
)
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
from webapp.models.site_visits import VisitPhoto, VisitRecord
from webapp.models.substitution import Substitution
from webapp.models.supervision import SignalWord, SupervisionSignal
from webapp.models.supervision_handovers import CallbackSeen, HandoverDelivery, SupervisionHandover
from webapp.models.tolerances import Tolerance
from webapp.models.trials import Trial
from webapp.models.verifications import (
    ComparedFactRow,
    DeclaredConflict,
    DrawnOfficer,
    VerificationDraw,
    VerificationPhoto,
)
from webapp.models.visit_days import VisitAsked, VisitDay, VisitDayAnswer, VisitRound
from webapp.models.waits import Path, PathMonth, WaitingNow, WaitMonth, Walk, WalkAside, WalkMark
from webapp.models.withdrawal import RefusedItemQuestion, Termination
from webapp.models.working_asides import WorkingAside, WorkingPresence
from webapp.models.working_copies import WorkingChange, WorkingCopy, WorkingCopyAuthor, WorkingFile

__all__ = [
    "AccessLine",
    "Activity",
    "Answer",
    "AnswerFile",
    "Blob",
    "CallbackSeen",
    "CandidateGroup",
    "BulkAct",
    "BulkRepair",
    "BulkRepairRow",
    "Case",
    "ChangeList",
    "ContentSaid",
    "ChangeRow",
    "CaseEvent",
    "ClockExtension",
    "ClockPause",
    "Collection",
    "Comment",
    "CommentFile",
    "CommentMention",
    "CommentVersion",
    "Commitment",
    "CommitmentMonth",
    "ComparedFactRow",
    "Correction",
    "CorrectionMessage",
    "CorrectionPoint",
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
    "DrawnOfficer",
    "EngineJob",
    "FileNote",
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
    "NoticeDelivery",
    "NoticeDeliveryLine",
    "NoticeSetting",
    "MigrationCase",
    "MigrationRun",
    "NotificationSheet",
    "NumberSeries",
    "Objection",
    "Participant",
    "Path",
    "PathMonth",
    "ProcessInstance",
    "Publication",
    "RateCount",
    "RefusedItemQuestion",
    "Release",
    "ReleaseEvent",
    "ReleaseAuthor",
    "ReleaseExample",
    "ReleaseFile",
    "ReleaseSignOff",
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
    "Substitution",
    "SupervisionHandover",
    "SupervisionSignal",
    "SupervisoryOrder",
    "TaskCandidate",
    "TaskDraft",
    "TaskPresence",
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
    "VisitAsked",
    "VisitDay",
    "VisitDayAnswer",
    "VisitPhoto",
    "VisitRecord",
    "VisitRound",
    "WithdrawnCommitment",
    "CaseCopy",
    "CopyRead",
    "CosignRound",
    "Cosigner",
    "Delegation",
    "OpinionRequest",
    "PreparedAct",
    "Urging",
    "BundleImport",
    "BundleImportPart",
    "WorkingAside",
    "WorkingChange",
    "WorkingCopy",
    "WorkingCopyAuthor",
    "WorkingFile",
    "WaitMonth",
    "WaitingNow",
    "Walk",
    "WalkAside",
    "WalkMark",
    "WorkingPresence",
    "WaitingCount",
]
