"""PostgreSQL and NATS from the installed wheels, for demos, tests and single machines.

The servers belong to a data folder, outlive the process that started them and are shared by
every process that names the same folder (interfaces.md 2). `Servers` is the whole interface.
"""

from consumers.embedded.errors import EmbeddedError, InUse
from consumers.embedded.servers import Servers

__all__ = ["EmbeddedError", "InUse", "Servers"]
