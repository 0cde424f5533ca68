"""Index of the tables of use cases: imports only."""

from usecases.catalog.models import Site, UseCase, UseCaseScore, UseCaseSite
from usecases.curse.models import Raised, StageLimit
from usecases.deployments.models import Approval, Deployment, DeploymentStep, Environment, Release, Target
from usecases.iterations.models import Arrival, Iteration, IterationSignature, IterationStep
from usecases.kpis.models import KPI, KPIAgreement, KPIDecision, KPIVersion, Measurement, MeasurementRevision
from usecases.lifecycle.models import Attestation, BreakGlass, CriteriaSet, CriterionSetting, SignOff, StageChange
from usecases.problems.models import Problem, ProblemChange
from usecases.reviews.models import Attendance, Decision, Document, Review, ReviewAction
from usecases.roi.models import BusinessCase, Cost, DayRate, ExpectedMonth
from usecases.runs.models import Experiment, ExternalIdentity, ModelVersion, Run, TrackingServer
from usecases.steering.models import Lesson, SteeringDecision
from usecases.templates.models import Start, Template

__all__ = [
    "KPI",
    "Approval",
    "Arrival",
    "Attendance",
    "Attestation",
    "BreakGlass",
    "BusinessCase",
    "Cost",
    "CriteriaSet",
    "CriterionSetting",
    "DayRate",
    "Decision",
    "Deployment",
    "DeploymentStep",
    "Document",
    "Environment",
    "ExpectedMonth",
    "Experiment",
    "ExternalIdentity",
    "Iteration",
    "IterationSignature",
    "IterationStep",
    "KPIAgreement",
    "KPIDecision",
    "KPIVersion",
    "Lesson",
    "Measurement",
    "MeasurementRevision",
    "ModelVersion",
    "Problem",
    "ProblemChange",
    "Raised",
    "Release",
    "Review",
    "ReviewAction",
    "Run",
    "SignOff",
    "Site",
    "StageChange",
    "StageLimit",
    "Start",
    "SteeringDecision",
    "Target",
    "Template",
    "TrackingServer",
    "UseCase",
    "UseCaseScore",
    "UseCaseSite",
]
