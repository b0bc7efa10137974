"""Ways to damage a backup in the secondary region's bucket, each undone by `undo`."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tarfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fixtures.restore_drill.layout import BASE, DESCRIPTION, DIGEST, MANIFEST, Description
from fixtures.restore_drill.region import listed
from fixtures.restore_drill.site import Loss
from fixtures.restore_drill.wal import Segment

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PAGE = 8192
Object = tuple[bytes, Mapping[str, str]]


@dataclass(slots=True)
class Bucket:
    """The bucket of the secondary region, with a memory of what has been changed in it."""

    loss: Loss
    files: Mapping[str, str]
    """Where in a data directory each relation lies."""
    target_segment: str
    """The segment that was being written at the target time."""
    client: S3Client = field(init=False)
    _before: dict[str, Object] = field(default_factory=dict)
    _added: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Connect."""
        self.client = self.loss.region.client()

    def read(self, key: str) -> Object:
        """Return an object and its metadata."""
        answer = self.client.get_object(Bucket=self.loss.region.bucket, Key=key)
        return answer["Body"].read(), answer["Metadata"]

    def write(self, key: str, body: bytes, metadata: Mapping[str, str]) -> None:
        """Put something else in the place of an object."""
        self._before.setdefault(key, self.read(key))
        self._put(key, body, metadata)

    def remove(self, key: str) -> None:
        """Delete an object."""
        self._before.setdefault(key, self.read(key))
        self.client.delete_object(Bucket=self.loss.region.bucket, Key=key)

    def add(self, key: str, body: bytes, metadata: Mapping[str, str]) -> None:
        """Put an object where there was none."""
        self._added.append(key)
        self._put(key, body, metadata)

    def undo(self) -> None:
        """Put back what was there, and remove what was not."""
        for key in self._added:
            self.client.delete_object(Bucket=self.loss.region.bucket, Key=key)
        self._added.clear()
        for key, (body, metadata) in self._before.items():
            self._put(key, body, metadata)
        self._before.clear()

    def base(self, file: str) -> str:
        """Return the key of a file of the base backup."""
        return self.loss.layout.base(self.loss.backup.id, file)

    def packed(self) -> bytes:
        """Return the packed data directory as a whole."""
        return b"".join(self.read(key)[0] for key in self.volumes())

    def repack(self, content: bytes) -> None:
        """Put something else in its place, in as many parts."""
        keys = self.volumes()
        size = -(-len(content) // len(keys))
        for number, key in enumerate(keys):
            self.write(key, content[number * size : (number + 1) * size], {})

    def volumes(self) -> list[str]:
        """Return the keys of its parts."""
        description = self.loss.backup.description
        return [self.loss.layout.volume(self.loss.backup.id, number) for number in range(description.volumes)]

    def segments(self) -> list[Segment]:
        """Return the segments that are there, in order."""
        keys = (key for key, _ in listed(self.client, self.loss.region.bucket, self.loss.layout.logs))
        return sorted(one for key in keys if (one := Segment.of_file(self.loss.layout.log_file(key))))

    def middle(self) -> str:
        """Return the key of a complete segment that was written after the base backup and before the target time."""
        complete = [one for one in self.segments() if not one.is_partial and one.name < self.target_segment]
        assert len(complete) > 2, "too few segments to damage one in the middle"
        return self.loss.layout.log(complete[len(complete) // 2 + 1].file)

    def _put(self, key: str, body: bytes, metadata: Mapping[str, str]) -> None:
        self.client.put_object(Bucket=self.loss.region.bucket, Key=key, Body=body, Metadata=metadata)


Damage = Callable[[Bucket], None]


def flipped(content: bytes, place: int, length: int = 1) -> bytes:
    """Return *content* with one bit of each of *length* bytes changed."""
    changed = bytes(one ^ 8 for one in content[place : place + length])
    return content[:place] + changed + content[place + length :]


def nothing(_: Bucket) -> None:
    """Leave everything as it is."""


def segment_missing(bucket: Bucket) -> None:
    """A segment in the middle was never replicated, or somebody tidied up."""
    bucket.remove(bucket.middle())


def segment_only_partial(bucket: Bucket) -> None:
    """Of a segment in the middle only the copy is there that was made while it was being written."""
    key = bucket.middle()
    body, metadata = bucket.read(key)
    bucket.remove(key)
    bucket.add(key.replace(".z", ".partial.z"), body, metadata)


def newest_not_replicated(bucket: Bucket) -> None:
    """Replication stopped before the target time, after it had reported to be further on."""
    for one in bucket.segments():
        if one.name >= bucket.target_segment:
            bucket.remove(bucket.loss.layout.log(one.file))


def stored_log_flipped(bucket: Bucket) -> None:
    """A bit of a packed segment changed where it lies, and where it is not one of the zeros after the last record."""
    key = bucket.middle()
    body, metadata = bucket.read(key)
    bucket.write(key, flipped(body, 300), metadata)


def _log_flipped(bucket: Bucket, share: float, *, resigned: bool) -> None:
    key = bucket.middle()
    body, metadata = bucket.read(key)
    raw = zlib.decompress(body)
    used = len(raw.rstrip(b"\0"))
    place = int(used * share) if share < 1 else len(raw) - 5000
    assert (place < used) == (share < 1), "the segment is too full, or too empty"
    raw = flipped(raw, place, length=16)
    signed = {DIGEST: hashlib.sha256(raw).hexdigest()} if resigned else {}
    bucket.write(key, zlib.compress(raw, 1), {**metadata, **signed})


def log_record_flipped(bucket: Bucket) -> None:
    """A record of a segment changed before it was packed."""
    _log_flipped(bucket, 0.6, resigned=False)


def log_record_flipped_and_resigned(bucket: Bucket) -> None:
    """The same, and the recorded checksum made to fit."""
    _log_flipped(bucket, 0.6, resigned=True)


def unused_end_of_log_flipped(bucket: Bucket) -> None:
    """Bits changed where a segment that was closed early holds nothing."""
    _log_flipped(bucket, 1, resigned=False)


def stored_base_flipped(bucket: Bucket) -> None:
    """A bit of the packed base backup changed where it lies."""
    body = bucket.packed()
    bucket.repack(flipped(body, len(body) // 2))


def part_of_base_missing(bucket: Bucket) -> None:
    """One of the parts of the base backup is not there."""
    bucket.remove(bucket.volumes()[1])


def base_truncated(bucket: Bucket) -> None:
    """The upload of the base backup broke off, and nobody noticed."""
    body = bucket.packed()
    bucket.repack(body[: len(body) * 4 // 5])


def base_absent(bucket: Bucket) -> None:
    """The base backup never became complete."""
    bucket.remove(bucket.base(DESCRIPTION))


def _rewritten(
    bucket: Bucket, relation: str, change: Callable[[bytes], bytes | None], *, manifest: bool = False
) -> None:
    """Change one file in the base backup (None: leave it out); sign what is stored anew, and the manifest if asked."""
    path = bucket.files[relation]
    body = bucket.packed()
    packed, changed = io.BytesIO(), None
    with (
        tarfile.open(fileobj=io.BytesIO(gzip.decompress(body))) as before,
        tarfile.open(fileobj=packed, mode="w") as after,
    ):
        for member in before:
            content = before.extractfile(member)
            if member.name != path or content is None:
                after.addfile(member, content)
            elif (changed := change(content.read())) is not None:
                after.addfile(member, io.BytesIO(changed))
    new = gzip.compress(packed.getvalue(), 1)
    bucket.repack(new)
    digests = {BASE: hashlib.sha256(new).hexdigest()}
    if manifest:
        assert changed is not None
        digests[MANIFEST] = _resign(bucket, path, changed)
    resign_description(bucket, digests)


def _resign(bucket: Bucket, path: str, changed: bytes) -> str:
    body, metadata = bucket.read(bucket.base(MANIFEST))
    entry = re.compile(rf'("Path": "{re.escape(path)}".*?"Checksum": ")[0-9a-f]+')
    text, count = entry.subn(lambda found: found[1] + hashlib.sha256(changed).hexdigest(), body.decode())
    assert count == 1
    head = text.rpartition('"Manifest-Checksum"')[0]
    text = f'{head}"Manifest-Checksum": "{hashlib.sha256(head.encode()).hexdigest()}"}}\n'
    bucket.write(bucket.base(MANIFEST), text.encode(), metadata)
    return hashlib.sha256(text.encode()).hexdigest()


def resign_description(bucket: Bucket, digests: Mapping[str, str], **changes: object) -> None:
    """Make the description fit."""
    body, metadata = bucket.read(bucket.base(DESCRIPTION))
    described = Description.model_validate_json(body)
    changes["digests"] = {**described.digests, **digests}
    fitting = described.model_copy(update=changes)
    bucket.write(bucket.base(DESCRIPTION), fitting.model_dump_json().encode(), metadata)


def row_flipped(bucket: Bucket) -> None:
    """A bit of a table changed before the base backup was signed."""
    _rewritten(bucket, "attachments", lambda content: flipped(content, PAGE * 20 + 4000))


def row_flipped_and_manifest_resigned(bucket: Bucket) -> None:
    """The same, and the manifest made to fit."""
    _rewritten(bucket, "attachments", lambda content: flipped(content, PAGE * 20 + 4000), manifest=True)


def table_missing(bucket: Bucket) -> None:
    """The file of a table is not in the base backup."""
    _rewritten(bucket, "attachments", lambda _: None)


def _without_page(number: int) -> Callable[[bytes], bytes]:
    return lambda content: content[: number * PAGE] + bytes(PAGE) + content[(number + 1) * PAGE :]


def index_page_zeroed(bucket: Bucket) -> None:
    """A page of an index was zeroed; a page of zeros has no checksum, and everything else is made to fit."""
    _rewritten(bucket, "attachments_pkey", _without_page(3), manifest=True)


def table_page_zeroed(bucket: Bucket) -> None:
    """A page of a table was zeroed, and everything made to fit."""
    _rewritten(bucket, "attachments", _without_page(20), manifest=True)
