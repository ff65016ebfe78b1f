from .errors import ExportError
from .onnx_file import Exported, export_onnx

__all__ = ["ExportError", "Exported", "export_onnx"]
