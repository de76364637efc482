"""The structs that flow through befit: Event, Profile, Session, Decision, Release. No logic, no I/O."""

from befit.model.decision import DecideRequest, Decision, Step
from befit.model.event import (
    IMPRESSION,
    MODULE_CLICKED,
    PAGE_PING,
    DeadLetter,
    Event,
    EventType,
)
from befit.model.profile import Activation, Page, Profile, Session, Shown, Tag
from befit.model.release import (
    Branch,
    Cap,
    Condition,
    Module,
    Pick,
    Release,
    SequenceStep,
    Signal,
    SiteSettings,
    Slot,
    TagRule,
    Text,
    Trigger,
)

__all__ = [
    "IMPRESSION",
    "MODULE_CLICKED",
    "PAGE_PING",
    "Activation",
    "Branch",
    "Cap",
    "Condition",
    "DeadLetter",
    "DecideRequest",
    "Decision",
    "Event",
    "EventType",
    "Module",
    "Page",
    "Pick",
    "Profile",
    "Release",
    "SequenceStep",
    "Session",
    "Shown",
    "Signal",
    "SiteSettings",
    "Slot",
    "Step",
    "Tag",
    "TagRule",
    "Text",
    "Trigger",
]
