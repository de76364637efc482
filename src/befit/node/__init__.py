"""The running process: settings, worker, timers, push, and the Node that wires them together."""

from befit.node.hub import Message, Subscription
from befit.node.node import Node, clock
from befit.node.serving.release_list import ReleaseInfo
from befit.node.settings import Settings

__all__ = ["Message", "Node", "ReleaseInfo", "Settings", "Subscription", "clock"]
