"""The former place of `Emulator`."""

from local.graph.emulator import Emulator as Emulator
