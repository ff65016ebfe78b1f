from .connecting import connect
from .errors import ClusterError
from .workers import Shared, Workers

__all__ = ["ClusterError", "Shared", "Workers", "connect"]
