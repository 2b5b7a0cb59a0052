"""Files that visitors hand over: held in memory alone, and few at a time until a page takes them."""

from starlette.formparsers import MultiPartParser
from streamlit.runtime import memory_uploaded_file_manager
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

LARGEST = 50_000_000
"""Bytes of a file that is taken. Ours."""
_MOST = 8
"""Files that may wait for their page, of all visitors; a page takes its own at once. Ours."""


class FewFiles(MemoryUploadedFileManager):
    """Holds one file a visitor and few of all: the oldest goes. Streamlit's own holds as many as are sent."""

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Hold a file until its page takes it."""
        self.remove_session_files(session_id)
        while len(self.file_storage) >= _MOST:
            self.remove_session_files(next(iter(self.file_storage)))
        super().add_file(session_id, file)


def in_memory_only() -> None:
    """From now on no file that is sent touches a disk on its way. Starlette puts those above 1 MB into a folder."""
    MultiPartParser.spool_max_size = 2 * LARGEST
    memory_uploaded_file_manager.MemoryUploadedFileManager = FewFiles  # type: ignore[misc]


def taken(given: UploadedFile) -> bytes:
    """The bytes of a file; from now on whoever asked for them has them alone."""
    content = given.getvalue()
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, given.file_id)
    return content
