"""Which file system a path is on, as the kernel tells it."""

import re
from pathlib import Path, PurePath

NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "coda", "ceph", "glusterfs", "lustre", "beegfs"),
        *("gfs2", "ocfs2", "gpfs", "orangefs", "pvfs2", "9p", "davfs", "vboxsf", "prl_fs", "vmhgfs"),
        *("fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs", "fuse.ceph", "fuse.davfs2", "fuse.mfs"),
        *("fuse.vmhgfs-fuse", "fuse.juicefs", "fuse.gcsfuse"),
    }
)
"""File systems that several machines share: what SQLite's write-ahead log must not be on (sqlite.org/wal.html)."""
IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_MOUNTS = Path("/proc/self/mountinfo")
_OCTAL = re.compile(r"\\([0-7]{3})")


def file_system(path: Path) -> str | None:
    """Return the type of the file system that a path is on; None where the system does not tell."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    return find(path.resolve(), mounts)


def find(path: PurePath, mounts: str) -> str | None:
    """Look a path up in the text of /proc/self/mountinfo (proc(5)): of those above it, the deepest mounted last."""
    best: tuple[int, str] | None = None
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        point = PurePath(_OCTAL.sub(lambda octal: chr(int(octal[1], 8)), fields[4]))
        if path.is_relative_to(point) and (best is None or len(point.parts) >= best[0]):
            best = (len(point.parts), after.split(" ")[0])
    return best[1] if best else None
