"""The Git repository that a site folder is in: its state as a commit, in two steps, so that nothing stays half done.

`prepare` writes objects, which nobody sees; `conclude` moves the branch. What the user has staged elsewhere is left alone.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dulwich.errors import NotGitRepository
from dulwich.file import FileLocked
from dulwich.ignore import IgnoreFilterManager
from dulwich.index import blob_from_path_and_stat, cleanup_mode, commit_tree, index_entry_from_stat, locked_index
from dulwich.object_store import iter_tree_contents
from dulwich.objects import S_ISGITLINK, Blob, Commit, ObjectID, Tag, Tree
from dulwich.objectspec import parse_commit, parse_object
from dulwich.refs import Ref
from dulwich.repo import Repo

from befit.errors import PublishError, SettingsError
from befit.site import is_site_file

HEAD: Final = Ref(b"HEAD")
UNDER_WAY: Final = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
}
"""File in the repository -> what is not finished while it is there."""

_AUTHOR: Final = re.compile(r"[^<>\n\0]*[^<>\s\0] <[^<>\s\0]+>")
_TRAILER: Final = re.compile(r"[A-Za-z][A-Za-z-]*: \S.*")

_Blob = tuple[ObjectID, os.stat_result]


@dataclass(frozen=True)
class Signature:
    """Who signs off, when (seconds since the epoch), and how many seconds the local time is ahead of UTC."""

    author: str
    at: int
    zone: int = 0


@dataclass(frozen=True)
class Prepared:
    """A commit of the site folder as it is. When `parent` is the same, nothing had changed since."""

    commit: str
    parent: str
    paths: frozenset[str]
    blobs: Mapping[bytes, _Blob]
    signature: Signature
    subject: str


class Repository:
    """A site folder in its repository. Raises PublishError for what stands in the way there."""

    def __init__(self, repo: Repo, folder: Path) -> None:
        if repo.object_format.name != "sha1":
            raise PublishError(f"{repo.path} uses {repo.object_format.name} objects; befit writes sha1 ones")
        self.folder = folder.resolve()
        self._repo = repo
        self._root = Path(os.fsdecode(repo.path)).resolve()
        inside = self.folder.relative_to(self._root).as_posix()
        self._prefix = b"" if inside == "." else os.fsencode(inside) + b"/"

    @classmethod
    def find(cls, folder: Path) -> Repository | None:
        """The repository that the folder is in, or None."""
        try:
            return cls(Repo.discover(folder.resolve()), folder)
        except NotGitRepository:
            return None

    @classmethod
    def init(cls, folder: Path) -> Repository:
        """A new repository in the folder."""
        return cls(Repo.init(folder, default_branch=b"main"), folder)

    def author(self, given: str, environment: Mapping[str, str]) -> str:
        """`Name <mail>`: what is given, or what Git would take: GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL, user.name and user.email.

        Raises SettingsError when there is none.
        """
        if not given:
            name = environment.get("GIT_AUTHOR_NAME") or self._configured(b"name")
            mail = environment.get("GIT_AUTHOR_EMAIL") or self._configured(b"email")
            if not name or not mail:
                raise SettingsError(
                    "nobody to sign off: give --author 'Name <mail>', or set user.name and user.email with `git config`"
                )
            given = f"{name} <{mail}>"
        if not _AUTHOR.fullmatch(given):
            raise SettingsError(f"the author must be like `Name <mail>`, not {given!r}")
        return given

    def prepare(self, message: str, signature: Signature) -> Prepared:
        """The commit of the folder as it is now, written but on no branch; the newest one if nothing has changed."""
        for file, what in UNDER_WAY.items():
            if (Path(self._repo.controldir()) / file).exists():
                raise PublishError(f"a {what} is under way in {self._root}; finish it first")
        head = self._head()
        blobs = dict(self._blobs(head))
        entries = [(path[len(self._prefix) :], sha, cleanup_mode(st.st_mode)) for path, (sha, st) in blobs.items()]
        entries += [
            (path[len(self._prefix) :], sha, mode) for path, sha, mode in self._tracked(head) if S_ISGITLINK(mode)
        ]
        before = self._tree(head)
        tree = self._placed(before, self._prefix.split(b"/")[:-1], commit_tree(self._repo.object_store, entries))
        commit = head if head is not None and tree == before else self._commit(tree, head, message, signature)
        return Prepared(
            commit=commit.decode(),
            parent=head.decode() if head else "",
            paths=frozenset(os.fsdecode(path[len(self._prefix) :]) for path in blobs),
            blobs=blobs,
            signature=signature,
            subject=message.strip().partition("\n")[0],
        )

    def conclude(self, prepared: Prepared) -> None:
        """Move the branch to the commit, and let the index say so for the files of the folder.

        Raises PublishError, and has changed nothing, when the branch has moved since `prepare`, or Git is at work.
        """
        if prepared.commit == prepared.parent:
            return
        old = ObjectID(prepared.parent.encode()) if prepared.parent else None
        try:
            with locked_index(self._repo.index_path()) as index:
                self._move(old, ObjectID(prepared.commit.encode()), prepared)
                for path in [path for path in index if path.startswith(self._prefix)]:
                    if path not in prepared.blobs and not S_ISGITLINK(getattr(index[path], "mode", 0)):
                        del index[path]
                for path, (sha, st) in prepared.blobs.items():
                    index[path] = index_entry_from_stat(st, sha)
        except FileLocked as error:
            raise PublishError(f"another Git process is at work in {self._root}") from error

    def tag(self, name: str, commit: str, message: str, signature: Signature) -> bool:
        """An annotated tag of the commit; False, and nothing is changed, when there is a tag of that name."""
        tag = Tag()
        tag.name = name.encode()
        tag.object = (Commit, ObjectID(commit.encode()))
        tag.message = message.strip().encode() + b"\n"
        tag.tagger = signature.author.encode()
        tag.tag_time, tag.tag_timezone = signature.at, signature.zone
        self._repo.object_store.add_object(tag)
        return self._repo.refs.add_if_new(Ref(b"refs/tags/" + name.encode()), tag.id)

    def files_at(self, revision: str) -> dict[str, str]:
        """The site's files at a tag, a branch or a commit. Raises PublishError when there is no such revision."""
        try:
            # Only one of dulwich's parsers knows `HEAD~1`, only the other one short ids.
            found = parse_object(self._repo, revision) if re.search("[~^@:]", revision) else revision
            commit = parse_commit(self._repo, found if isinstance(found, (Commit, Tag)) else revision)
        except (KeyError, ValueError) as error:
            raise PublishError(f"{self._root} has no revision {revision!r}") from error
        files = {}
        for path, sha, _ in self._tracked(commit.id):
            name = os.fsdecode(path[len(self._prefix) :])
            blob = self._repo.object_store[sha] if is_site_file(name) else None
            if isinstance(blob, Blob):
                files[name] = blob.data.decode("utf-8", "surrogateescape")
        return files

    def _configured(self, key: bytes) -> str:
        try:
            return self._repo.get_config_stack().get((b"user",), key).decode()
        except KeyError:
            return ""

    def _head(self) -> ObjectID | None:
        try:
            return self._repo.refs[HEAD]
        except KeyError:
            return None

    def _tree(self, commit: ObjectID | None) -> ObjectID | None:
        found = None if commit is None else self._repo.object_store[commit]
        return found.tree if isinstance(found, Commit) else None

    def _tracked(self, head: ObjectID | None) -> Iterator[tuple[bytes, ObjectID, int]]:
        """Path, object and mode of what the newest commit holds of the folder."""
        tree = self._tree(head)
        for entry in iter_tree_contents(self._repo.object_store, tree) if tree is not None else ():
            if entry.path is not None and entry.path.startswith(self._prefix) and entry.sha and entry.mode:
                yield entry.path, entry.sha, entry.mode

    def _blobs(self, head: ObjectID | None) -> Iterator[tuple[bytes, _Blob]]:
        """The folder's files as Git keeps them, with their state on disk at that moment; their objects are written."""
        normalizer = self._repo.get_blob_normalizer()
        root = os.fsencode(self._root)
        for path in self._paths({path for path, _, _ in self._tracked(head)} | set(self._repo.open_index())):
            full = os.path.join(root, path)
            found = os.lstat(full)
            if stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode):
                blob = normalizer.checkin_normalize(blob_from_path_and_stat(full, found), path)
                self._repo.object_store.add_object(blob)
                yield path, (blob.id, found)

    def _paths(self, tracked: set[bytes]) -> Iterator[bytes]:
        """Files that are tracked, or neither ignored nor hidden: a data folder with its secret key never gets into a commit."""
        ignored = IgnoreFilterManager.from_repo(self._repo)
        for place, folders, files in os.walk(self.folder):
            inside = Path(place).relative_to(self._root)
            folders[:] = sorted(
                each for each in folders if not (Path(place) / each / ".git").exists() and each != ".git"
            )
            links = [each for each in folders if (Path(place) / each).is_symlink()]
            for name in sorted([*files, *links]):
                path = (inside / name).as_posix()
                hidden = any(part.startswith(".") for part in (Path(place) / name).relative_to(self.folder).parts)
                wanted = not hidden or name in (".gitignore", ".gitattributes")
                if os.fsencode(path) in tracked or (wanted and not ignored.is_ignored(path)):
                    yield os.fsencode(path)

    def _placed(self, tree_id: ObjectID | None, way: list[bytes], folder: ObjectID) -> ObjectID:
        """The tree with the folder's own tree in its place; every other folder stays as it is."""
        if not way:
            return folder
        tree = Tree()
        found = None if tree_id is None else self._repo.object_store[tree_id]
        for entry in found.iteritems() if isinstance(found, Tree) else ():
            tree.add(entry.path, entry.mode, entry.sha)
        inner = tree[way[0]][1] if way[0] in tree else None
        tree[way[0]] = (stat.S_IFDIR, self._placed(inner, way[1:], folder))
        self._repo.object_store.add_object(tree)
        return tree.id

    def _commit(self, tree: ObjectID, head: ObjectID | None, message: str, signature: Signature) -> ObjectID:
        commit = Commit()
        commit.tree = tree
        commit.parents = [] if head is None else [head]
        commit.author = commit.committer = signature.author.encode()
        commit.author_time = commit.commit_time = signature.at
        commit.author_timezone = commit.commit_timezone = signature.zone
        commit.encoding = b"UTF-8"
        commit.message = signed_off(message, signature.author).encode()
        self._repo.object_store.add_object(commit)
        return commit.id

    def _move(self, old: ObjectID | None, new: ObjectID, prepared: Prepared) -> None:
        signature = prepared.signature
        log = (signature.author.encode(), signature.at, signature.zone, f"commit: {prepared.subject}".encode())
        refs = self._repo.refs
        if not (refs.add_if_new(HEAD, new, *log) if old is None else refs.set_if_equals(HEAD, old, new, *log)):
            raise PublishError(f"somebody has committed to {self._root} meanwhile")


def signed_off(message: str, author: str) -> str:
    """The message with the trailer `Signed-off-by: author`, once."""
    lines = message.strip().splitlines()
    trailer = f"Signed-off-by: {author}"
    if lines and lines[-1] == trailer:
        return "\n".join(lines) + "\n"
    paragraph = lines[max((index for index, line in enumerate(lines) if not line), default=len(lines)) + 1 :]
    gap = [] if paragraph and all(_TRAILER.fullmatch(line) for line in paragraph) else [""]
    return "\n".join([*lines, *gap, trailer]) + "\n"
